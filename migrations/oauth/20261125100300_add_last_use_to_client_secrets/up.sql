-- Written down once an hour at most.
ALTER TABLE oauth_client_secrets ADD COLUMN last_used_at BIGINT;
