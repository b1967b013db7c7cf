-- What the operator gives to those who may register clients.
CREATE TABLE oauth_initial_access_tokens (
    -- Stands in registrations after the row is gone, so it must not come again.
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE,
    -- For whom it is, in the operator's words.
    note TEXT,
    uses_left BIGINT NOT NULL CHECK (uses_left >= 0),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX oauth_initial_access_tokens_by_expiry ON oauth_initial_access_tokens (expires_at);

-- What is kept of clients that registered themselves and no other client has.
CREATE TABLE oauth_client_registrations (
    client BIGINT PRIMARY KEY REFERENCES oauth_clients (id) ON DELETE CASCADE,
    -- The digest of the token that manages this client.
    access_token BYTEA NOT NULL,
    -- The initial access token's id; null where registration was open.
    initial_access_token BIGINT,
    -- A JSON object.
    metadata TEXT NOT NULL
);
