-- What members allow clients. Everything issued under a consent goes with it.
CREATE TABLE oauth_consents (
    id INTEGER PRIMARY KEY NOT NULL,
    member_id BIGINT NOT NULL,
    client BIGINT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    -- The resource that it is limited to; empty for the whole site.
    resource TEXT NOT NULL,
    scope TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at BIGINT,
    -- Goes up whenever all that was issued under it is revoked, so that
    -- nothing is issued on the strength of what was read before.
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX oauth_consents_by_member ON oauth_consents (member_id, client, resource);
CREATE INDEX oauth_consents_by_client ON oauth_consents (client);
