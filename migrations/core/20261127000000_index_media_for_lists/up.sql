-- What everybody may see, the newest first, without a look at what is private
-- or not ready.
DROP INDEX media_newest;
CREATE INDEX media_newest ON media (visibility, state, created_at, id);
-- The one that has waited longest for its sizes is the first of its state.
DROP INDEX media_state;
CREATE INDEX media_state ON media (state, created_at, id);
-- No list goes along it any longer.
DROP INDEX media_created;
