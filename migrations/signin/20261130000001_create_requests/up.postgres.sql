-- What was begun at a provider and has not come back yet. Only digests are
-- kept of what the browser carries: the state, and by what the browser is
-- known again.
CREATE TABLE signin_requests (
    state_digest BYTEA PRIMARY KEY,
    visit_digest BYTEA NOT NULL,
    provider TEXT NOT NULL,
    -- The member who links an account; absent where somebody signs in.
    member_id BIGINT,
    -- A path of the site.
    next TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX signin_requests_by_expiry ON signin_requests (expires_at);
