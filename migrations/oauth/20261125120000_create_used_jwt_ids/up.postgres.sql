-- What a JSON Web Token that holds only once is known by: a digest of its id
-- and of whose it is. The row goes when the token would have expired.
CREATE TABLE oauth_used_jwt_ids (
    digest BYTEA PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX oauth_used_jwt_ids_by_expiry ON oauth_used_jwt_ids (expires_at);
