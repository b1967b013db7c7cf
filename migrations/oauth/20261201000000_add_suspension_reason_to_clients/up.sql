-- Why the operator suspended the client; null where none was given, and where
-- it is not suspended.
ALTER TABLE oauth_clients ADD COLUMN suspension_reason TEXT;
