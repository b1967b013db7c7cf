DROP TABLE oauth_access_tokens;
