-- The request token of OAuth 1.0a with which it was begun, among the tokens of
-- those who are about to arrive; absent for all else.
ALTER TABLE signin_requests ADD COLUMN arrival BIGINT;
