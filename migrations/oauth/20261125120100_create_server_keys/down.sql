DROP TABLE oauth_server_keys;
