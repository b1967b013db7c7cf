ALTER TABLE oauth_clients DROP COLUMN dpop_bound_access_tokens;
ALTER TABLE oauth_refresh_tokens DROP COLUMN key_thumbprint;
ALTER TABLE oauth_access_tokens DROP COLUMN key_thumbprint;
ALTER TABLE oauth_authorization_codes DROP COLUMN key_thumbprint;
ALTER TABLE oauth_authorization_requests DROP COLUMN key_thumbprint;
