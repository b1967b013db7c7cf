-- What of its scope the client does not work without: whoever allows it
-- anything allows it this, as far as it asks for it.
ALTER TABLE oauth_clients ADD COLUMN required_scope TEXT NOT NULL DEFAULT '';
