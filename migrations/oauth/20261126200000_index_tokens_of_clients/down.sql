DROP INDEX oauth_access_tokens_by_client;
CREATE INDEX oauth_access_tokens_by_client ON oauth_access_tokens (client)
    WHERE client IS NOT NULL;
DROP INDEX oauth_access_tokens_by_family;
CREATE INDEX oauth_access_tokens_by_family ON oauth_access_tokens (consent, family);
