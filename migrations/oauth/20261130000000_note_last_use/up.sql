-- When and from where a resource was last asked with it; null if never. Of
-- consents, what stood there was when something was issued.
ALTER TABLE oauth_access_tokens ADD COLUMN last_used_at BIGINT;
ALTER TABLE oauth_access_tokens ADD COLUMN last_used_from TEXT;
ALTER TABLE oauth_consents ADD COLUMN last_used_from TEXT;
