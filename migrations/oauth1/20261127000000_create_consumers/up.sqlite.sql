-- Applications that sign their requests. A secret is needed in the clear to
-- check a signature, so it is kept sealed; key_id names the key that it is
-- sealed under. An application proves who it is by its secret, by its RSA key
-- (PEM), or not at all.
CREATE TABLE oauth1_consumers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    consumer_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- The member who registered it; absent where the operator or it itself did.
    owner_id BIGINT,
    website TEXT,
    -- Where members may be sent back to: a JSON list.
    callbacks TEXT NOT NULL,
    scope TEXT NOT NULL,
    required_scope TEXT NOT NULL,
    credential TEXT NOT NULL CHECK (credential IN ('secret', 'key', 'none')),
    -- Absent without a secret.
    sealed_secret BLOB,
    key_id BIGINT,
    -- Absent without a key.
    public_key TEXT,
    registered_itself BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    -- Absent unless the operator has stopped it.
    suspended_at BIGINT,
    suspension_reason TEXT
);
CREATE INDEX oauth1_consumers_by_owner ON oauth1_consumers (owner_id, id);
CREATE INDEX oauth1_consumers_by_key ON oauth1_consumers (key_id, id);
