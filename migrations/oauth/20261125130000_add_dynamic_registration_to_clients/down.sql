-- Without the column they would look like the operator's own.
DELETE FROM oauth_clients WHERE registered_dynamically;
DROP INDEX oauth_clients_registered_dynamically;
ALTER TABLE oauth_clients DROP COLUMN last_used_at;
ALTER TABLE oauth_clients DROP COLUMN registered_dynamically;
