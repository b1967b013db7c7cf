-- A client that must push its authorization requests (RFC 9126, section 6).
ALTER TABLE oauth_clients
    ADD COLUMN require_pushed_authorization_requests BOOLEAN NOT NULL DEFAULT FALSE;

-- When a browser first came with the request; null for a pushed one for which
-- none has come. From then on the member has the time to sign in and decide.
ALTER TABLE oauth_authorization_requests ADD COLUMN presented_at BIGINT;
UPDATE oauth_authorization_requests SET presented_at = created_at;
