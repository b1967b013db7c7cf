-- Tokens that members make for programs of their own. All that the check needs
-- stands in the token's row. One that is revoked is deleted.
CREATE TABLE oauth_personal_tokens (
    digest BLOB PRIMARY KEY NOT NULL,
    member_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT,
    last_used_from TEXT
) WITHOUT ROWID;
CREATE INDEX oauth_personal_tokens_by_member ON oauth_personal_tokens (member_id, created_at, digest);
CREATE INDEX oauth_personal_tokens_by_expiry ON oauth_personal_tokens (expires_at);
