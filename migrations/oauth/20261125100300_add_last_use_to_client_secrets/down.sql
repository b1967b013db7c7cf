ALTER TABLE oauth_client_secrets DROP COLUMN last_used_at;
