-- After this somebody has to have shown at the provider who is there; absent
-- where it does not matter when.
ALTER TABLE signin_requests ADD COLUMN anew_since BIGINT;
