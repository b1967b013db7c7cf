-- A resource server that may look at every client's access tokens; the operator
-- decides.
ALTER TABLE oauth_clients ADD COLUMN introspects BOOLEAN NOT NULL DEFAULT FALSE;
