-- Tokens of providers, sealed, for requests in members' names. A holder is a
-- member, a session of one, the site itself (0), or somebody whose session is
-- about to begin.
CREATE TABLE signin_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- What the operator calls the provider: a token is of one client there.
    provider TEXT NOT NULL,
    holder_kind TEXT NOT NULL,
    holder_id BIGINT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- What the provider calls the account for people; empty if it does not say.
    name TEXT NOT NULL,
    -- Divided by spaces.
    scope TEXT NOT NULL,
    sealed BLOB NOT NULL,
    key_id BIGINT NOT NULL,
    -- When the access token ends; absent where the provider does not say.
    expires_at BIGINT,
    updated_at BIGINT NOT NULL,
    UNIQUE (holder_kind, holder_id, provider, subject)
);
CREATE INDEX signin_tokens_by_account ON signin_tokens (issuer, subject);
CREATE INDEX signin_tokens_by_key ON signin_tokens (key_id);
-- With what a newcomer arrived; absent where nothing is kept.
ALTER TABLE signin_newcomers ADD COLUMN arrival BIGINT;
-- An account for the site itself is linked.
ALTER TABLE signin_requests ADD COLUMN for_site BOOLEAN NOT NULL DEFAULT FALSE;
