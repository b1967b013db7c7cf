-- By what a request differs from all others of its application, as a digest of
-- both with its token and its timestamp: what is here is refused. The row goes
-- when the timestamp is too old anyway.
CREATE TABLE oauth1_used_nonces (
    digest BLOB PRIMARY KEY NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX oauth1_used_nonces_by_expiry ON oauth1_used_nonces (expires_at);
