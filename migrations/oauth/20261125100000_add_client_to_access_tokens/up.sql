-- The client that acts for itself, where there is no consent. Such a token goes
-- with its client, and is found by it when the client is suspended.
ALTER TABLE oauth_access_tokens
    ADD COLUMN client BIGINT REFERENCES oauth_clients (id) ON DELETE CASCADE;
CREATE INDEX oauth_access_tokens_by_client ON oauth_access_tokens (client)
    WHERE client IS NOT NULL;
