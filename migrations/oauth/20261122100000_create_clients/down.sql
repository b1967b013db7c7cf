DROP TABLE oauth_client_secrets;
DROP TABLE oauth_clients;
