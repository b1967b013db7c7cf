-- Authorization requests that wait for a sign-in or for the member's decision.
CREATE TABLE oauth_authorization_requests (
    digest BYTEA PRIMARY KEY,
    client BIGINT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    -- Who was shown the consent page, and in which session.
    member_id BIGINT,
    session_id BIGINT,
    redirect_uri TEXT NOT NULL,
    scope TEXT NOT NULL,
    resource TEXT NOT NULL,
    state TEXT,
    code_challenge TEXT,
    prompt TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_at BIGINT
);
CREATE INDEX oauth_authorization_requests_by_member ON oauth_authorization_requests (member_id);
CREATE INDEX oauth_authorization_requests_by_client ON oauth_authorization_requests (client);
CREATE INDEX oauth_authorization_requests_by_expiry ON oauth_authorization_requests (expires_at);
