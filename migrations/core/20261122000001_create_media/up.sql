-- A medium's id is a random number: who may see an unlisted medium is who was
-- told its address.
CREATE TABLE media (
    id BIGINT PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'private')),
    state TEXT NOT NULL CHECK (state IN ('processing', 'ready', 'failed')),
    problem TEXT NOT NULL,
    file_name TEXT NOT NULL,
    keep_location BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX media_newest ON media (visibility, created_at, id);
CREATE INDEX media_created ON media (created_at, id);
CREATE INDEX media_owner ON media (owner_id, created_at, id);
CREATE INDEX media_state ON media (state);

CREATE TABLE media_files (
    media_id BIGINT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    size TEXT NOT NULL CHECK (size IN ('original', 'medium', 'thumbnail')),
    key TEXT NOT NULL,
    content_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    etag TEXT NOT NULL,
    PRIMARY KEY (media_id, size)
);

CREATE TABLE media_tags (
    media_id BIGINT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (media_id, tag)
);
CREATE INDEX media_tags_tag ON media_tags (tag);

-- Files that are no longer wanted, until they are deleted from the store: a
-- row is written in the transaction that gives the file up.
CREATE TABLE media_deletions (
    key TEXT PRIMARY KEY,
    requested_at BIGINT NOT NULL
);
