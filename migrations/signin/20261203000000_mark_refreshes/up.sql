-- Somebody is refreshing the tokens, and leaves it to others after this; absent
-- where nobody is.
ALTER TABLE signin_tokens ADD COLUMN refreshed_until BIGINT;
