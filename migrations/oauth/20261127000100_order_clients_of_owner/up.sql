-- A member's applications as their page lists them.
DROP INDEX oauth_clients_by_owner;
CREATE INDEX oauth_clients_by_owner ON oauth_clients (owner_id, created_at, id);
