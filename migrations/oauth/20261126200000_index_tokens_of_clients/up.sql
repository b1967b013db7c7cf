-- A token of a client that acts for itself stands under no consent, and is
-- found by its client alone. In the order of their ends those of one client
-- stand beside each other, where new ones are added at the end: an insert
-- touches one page of an index in the place of two anywhere in it.
DROP INDEX oauth_access_tokens_by_family;
CREATE INDEX oauth_access_tokens_by_family ON oauth_access_tokens (consent, family)
    WHERE consent IS NOT NULL;
DROP INDEX oauth_access_tokens_by_client;
CREATE INDEX oauth_access_tokens_by_client ON oauth_access_tokens (client, expires_at)
    WHERE client IS NOT NULL;
