-- Goes up whenever all that was issued in a member's name dies, so that nothing
-- is issued on the strength of a password that was checked before. A row is
-- made when it is first needed, and may go when nobody can have read it lately.
CREATE TABLE oauth_member_epochs (
    member_id BIGINT PRIMARY KEY NOT NULL,
    epoch BIGINT NOT NULL,
    touched_at BIGINT NOT NULL
);
CREATE INDEX oauth_member_epochs_by_touched_at ON oauth_member_epochs (touched_at);
