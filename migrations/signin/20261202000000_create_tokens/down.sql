ALTER TABLE signin_requests DROP COLUMN for_site;
ALTER TABLE signin_newcomers DROP COLUMN arrival;
DROP TABLE signin_tokens;
