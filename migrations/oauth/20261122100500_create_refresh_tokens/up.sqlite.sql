-- A token that is revoked is deleted; one that was consumed stays until it
-- would have expired, so that its reuse is noticed.
CREATE TABLE oauth_refresh_tokens (
    digest BLOB PRIMARY KEY NOT NULL,
    client_id TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    consent BIGINT NOT NULL REFERENCES oauth_consents (id) ON DELETE CASCADE,
    family BIGINT NOT NULL,
    -- The digest of the token that it succeeded.
    parent BLOB,
    scope TEXT NOT NULL,
    resource TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- The end of all its successors.
    family_expires_at BIGINT NOT NULL,
    consumed_at BIGINT,
    -- How many successors it got beside the first.
    siblings INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX oauth_refresh_tokens_by_family ON oauth_refresh_tokens (consent, family);
CREATE INDEX oauth_refresh_tokens_by_expiry ON oauth_refresh_tokens (expires_at);
