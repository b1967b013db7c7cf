ALTER TABLE signin_requests DROP COLUMN arrival;
