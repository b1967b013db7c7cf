-- The thumbprint of the key whose owner alone may use it; null where whoever
-- has it may.
ALTER TABLE oauth_authorization_requests ADD COLUMN key_thumbprint TEXT;
ALTER TABLE oauth_authorization_codes ADD COLUMN key_thumbprint TEXT;
ALTER TABLE oauth_access_tokens ADD COLUMN key_thumbprint TEXT;
ALTER TABLE oauth_refresh_tokens ADD COLUMN key_thumbprint TEXT;
-- Whether the client gets no access token that is bound to no key.
ALTER TABLE oauth_clients ADD COLUMN dpop_bound_access_tokens BOOLEAN NOT NULL DEFAULT FALSE;
