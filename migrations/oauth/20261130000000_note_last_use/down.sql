ALTER TABLE oauth_consents DROP COLUMN last_used_from;
ALTER TABLE oauth_access_tokens DROP COLUMN last_used_from;
ALTER TABLE oauth_access_tokens DROP COLUMN last_used_at;
