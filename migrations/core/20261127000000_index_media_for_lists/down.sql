CREATE INDEX media_created ON media (created_at, id);
DROP INDEX media_state;
CREATE INDEX media_state ON media (state);
DROP INDEX media_newest;
CREATE INDEX media_newest ON media (visibility, created_at, id);
