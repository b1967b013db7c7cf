-- What waits for a member's decision, and then for the application to take up
-- what was decided. The row goes when that is done.
CREATE TABLE oauth1_request_tokens (
    digest BLOB PRIMARY KEY NOT NULL,
    consumer BIGINT NOT NULL REFERENCES oauth1_consumers (id) ON DELETE CASCADE,
    -- Where the member is sent back to; absent where the verifier is shown.
    callback TEXT,
    scope TEXT NOT NULL,
    sealed_secret BLOB NOT NULL,
    key_id BIGINT NOT NULL,
    -- Whom it was shown to, and in which session; absent before.
    member_id BIGINT,
    session_id BIGINT,
    -- Both are absent before the member has allowed it.
    verifier BLOB,
    granted_scope TEXT,
    wrong_verifiers BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX oauth1_request_tokens_by_consumer ON oauth1_request_tokens (consumer);
CREATE INDEX oauth1_request_tokens_by_member ON oauth1_request_tokens (member_id);
CREATE INDEX oauth1_request_tokens_by_expiry ON oauth1_request_tokens (expires_at);
CREATE INDEX oauth1_request_tokens_by_key ON oauth1_request_tokens (key_id, digest);
-- What members allow. A token that is taken back is deleted.
CREATE TABLE oauth1_access_tokens (
    digest BLOB PRIMARY KEY NOT NULL,
    consumer BIGINT NOT NULL REFERENCES oauth1_consumers (id) ON DELETE CASCADE,
    member_id BIGINT NOT NULL,
    scope TEXT NOT NULL,
    sealed_secret BLOB NOT NULL,
    key_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Absent where it lasts until it is taken back.
    expires_at BIGINT,
    -- To the hour, and from which address; absent before it is used.
    last_used_at BIGINT,
    last_used_from TEXT
) WITHOUT ROWID;
CREATE INDEX oauth1_access_tokens_by_consumer ON oauth1_access_tokens (consumer);
CREATE INDEX oauth1_access_tokens_by_member ON oauth1_access_tokens (member_id, consumer);
CREATE INDEX oauth1_access_tokens_by_expiry ON oauth1_access_tokens (expires_at);
CREATE INDEX oauth1_access_tokens_by_key ON oauth1_access_tokens (key_id, digest);
