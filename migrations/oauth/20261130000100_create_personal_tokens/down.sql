DROP TABLE oauth_personal_tokens;
