CREATE TABLE oauth_authorization_codes (
    digest BLOB PRIMARY KEY NOT NULL,
    client_id TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    consent BIGINT NOT NULL REFERENCES oauth_consents (id) ON DELETE CASCADE,
    -- What the tokens that it gives have in common.
    family BIGINT NOT NULL,
    redirect_uri TEXT NOT NULL,
    scope TEXT NOT NULL,
    resource TEXT NOT NULL,
    code_challenge TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    consumed_at BIGINT,
    -- A consumed code is kept for as long as its tokens can live, so that its
    -- replay still finds them.
    forget_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX oauth_authorization_codes_by_consent ON oauth_authorization_codes (consent);
CREATE INDEX oauth_authorization_codes_by_forget_at ON oauth_authorization_codes (forget_at);
