ALTER TABLE signin_tokens DROP COLUMN refreshed_until;
