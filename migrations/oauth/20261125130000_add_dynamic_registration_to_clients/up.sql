-- A client that registered itself (RFC 7591): the site vouches for nothing that
-- it says, and it goes when nobody uses it.
ALTER TABLE oauth_clients ADD COLUMN registered_dynamically BOOLEAN NOT NULL DEFAULT FALSE;
-- When it last acted for itself, or a member allowed it or took that back; null
-- if never. The use of tokens is not written down here.
ALTER TABLE oauth_clients ADD COLUMN last_used_at BIGINT;
CREATE INDEX oauth_clients_registered_dynamically ON oauth_clients (created_at)
    WHERE registered_dynamically;
