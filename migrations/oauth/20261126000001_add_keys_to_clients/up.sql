-- The public keys by which the client proves who it is, as a JSON Web Key Set;
-- null where it does so by a secret, or not at all.
ALTER TABLE oauth_clients ADD COLUMN jwks TEXT;
