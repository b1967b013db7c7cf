DROP TABLE oauth_member_epochs;
