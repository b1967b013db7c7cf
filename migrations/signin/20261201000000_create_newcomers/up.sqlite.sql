-- Whose account elsewhere opens none here, and who may make one: one at a time
-- for each browser, which is known again by its visit.
CREATE TABLE signin_newcomers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    visit_digest BLOB NOT NULL UNIQUE,
    -- What the operator calls the provider.
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- What the provider calls the account for people; empty if it does not say.
    name TEXT NOT NULL,
    -- A path of the site.
    next TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX signin_newcomers_by_expiry ON signin_newcomers (expires_at);
