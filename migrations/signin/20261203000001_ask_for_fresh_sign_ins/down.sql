ALTER TABLE signin_requests DROP COLUMN anew_since;
