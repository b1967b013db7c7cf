DROP INDEX oauth_access_tokens_by_client;
-- Without the column nothing would end them with their client.
DELETE FROM oauth_access_tokens WHERE client IS NOT NULL;
ALTER TABLE oauth_access_tokens DROP COLUMN client;
