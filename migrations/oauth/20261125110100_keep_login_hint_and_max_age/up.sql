-- Whom the client expects to sign in; what it said, unchecked.
ALTER TABLE oauth_authorization_requests ADD COLUMN login_hint TEXT;
-- In seconds: how long ago the member may have signed in.
ALTER TABLE oauth_authorization_requests ADD COLUMN max_age BIGINT;
