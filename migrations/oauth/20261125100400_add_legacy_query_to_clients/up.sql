-- An old client that sends codes, secrets and tokens in addresses; the operator
-- decides.
ALTER TABLE oauth_clients ADD COLUMN legacy_query BOOLEAN NOT NULL DEFAULT FALSE;
