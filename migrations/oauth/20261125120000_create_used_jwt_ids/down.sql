DROP TABLE oauth_used_jwt_ids;
