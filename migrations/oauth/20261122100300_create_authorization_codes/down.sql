DROP TABLE oauth_authorization_codes;
