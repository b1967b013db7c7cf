DROP INDEX oauth_consents_by_expiry;
ALTER TABLE oauth_refresh_tokens DROP COLUMN consent_expires_at;
ALTER TABLE oauth_device_authorizations DROP COLUMN consent_expires_at;
ALTER TABLE oauth_authorization_codes DROP COLUMN consent_expires_at;
