-- Random keys of the server's own, the same for all nodes. None of them opens
-- anything by itself.
CREATE TABLE oauth_server_keys (
    purpose TEXT PRIMARY KEY NOT NULL,
    key BLOB NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
