ALTER TABLE oauth_clients DROP COLUMN legacy_query;
