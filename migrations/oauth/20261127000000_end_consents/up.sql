-- When the consent ends under which it was issued; null if never. It stands
-- here so that issuing tokens need not read the consent.
ALTER TABLE oauth_authorization_codes ADD COLUMN consent_expires_at BIGINT;
ALTER TABLE oauth_device_authorizations ADD COLUMN consent_expires_at BIGINT;
ALTER TABLE oauth_refresh_tokens ADD COLUMN consent_expires_at BIGINT;
-- Only where consents end are there any in it.
CREATE INDEX oauth_consents_by_expiry ON oauth_consents (expires_at)
    WHERE expires_at IS NOT NULL;
