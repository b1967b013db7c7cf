DROP TABLE oauth_client_logos;
ALTER TABLE oauth_clients DROP COLUMN logo_version;
