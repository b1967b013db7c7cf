ALTER TABLE oauth_clients DROP COLUMN suspension_reason;
