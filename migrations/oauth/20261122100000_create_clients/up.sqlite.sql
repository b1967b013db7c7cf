-- Applications that members can allow to use their accounts.
CREATE TABLE oauth_clients (
    id INTEGER PRIMARY KEY NOT NULL,
    -- The public name, which the client sends.
    client_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('confidential', 'public')),
    -- The member who registered it; null where the operator did.
    owner_id BIGINT,
    website TEXT,
    -- A JSON array.
    redirect_uris TEXT NOT NULL,
    -- What it may ask for, and the grants that it may use: words between spaces.
    scope TEXT NOT NULL,
    grant_types TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    suspended_at BIGINT
);
CREATE INDEX oauth_clients_by_owner ON oauth_clients (owner_id);

-- Digests of what confidential clients prove themselves with.
CREATE TABLE oauth_client_secrets (
    digest BLOB PRIMARY KEY NOT NULL,
    client BIGINT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
) WITHOUT ROWID;
CREATE INDEX oauth_client_secrets_by_client ON oauth_client_secrets (client);
