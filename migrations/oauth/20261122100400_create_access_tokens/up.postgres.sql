-- All that the token check needs stands in the token's own row. A token that
-- is revoked is deleted.
CREATE TABLE oauth_access_tokens (
    digest BYTEA PRIMARY KEY,
    client_id TEXT NOT NULL,
    member_id BIGINT,
    consent BIGINT REFERENCES oauth_consents (id) ON DELETE CASCADE,
    family BIGINT NOT NULL,
    scope TEXT NOT NULL,
    resource TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX oauth_access_tokens_by_family ON oauth_access_tokens (consent, family);
CREATE INDEX oauth_access_tokens_by_expiry ON oauth_access_tokens (expires_at);
