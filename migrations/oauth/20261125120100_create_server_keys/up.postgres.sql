-- Random keys of the server's own, the same for all nodes. None of them opens
-- anything by itself.
CREATE TABLE oauth_server_keys (
    purpose TEXT PRIMARY KEY,
    key BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
