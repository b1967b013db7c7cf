-- Accounts of other sites, each of which opens one account of this site. An
-- account is known by who issued it and by its id there: what the operator
-- calls the provider may change.
CREATE TABLE signin_accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    -- What the provider calls it for people; empty if it does not say.
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When it last signed somebody in; absent if it never did.
    last_used_at BIGINT,
    UNIQUE (issuer, subject)
);
CREATE INDEX signin_accounts_by_member ON signin_accounts (member_id);
