DROP TABLE oauth1_access_tokens;
DROP TABLE oauth1_request_tokens;
