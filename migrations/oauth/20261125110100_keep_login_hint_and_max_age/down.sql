ALTER TABLE oauth_authorization_requests DROP COLUMN max_age;
ALTER TABLE oauth_authorization_requests DROP COLUMN login_hint;
