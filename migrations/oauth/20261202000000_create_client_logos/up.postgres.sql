-- Which logo the client has: it names the picture's content; null where there
-- is none. The picture lies apart, since the client's row is read at each
-- request for a token.
ALTER TABLE oauth_clients ADD COLUMN logo_version BIGINT;

-- Pictures of the host's own making.
CREATE TABLE oauth_client_logos (
    client BIGINT PRIMARY KEY REFERENCES oauth_clients (id) ON DELETE CASCADE,
    content_type TEXT NOT NULL CHECK (content_type IN ('image/png', 'image/jpeg')),
    picture BYTEA NOT NULL
);
