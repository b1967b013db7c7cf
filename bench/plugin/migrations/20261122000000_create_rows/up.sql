CREATE TABLE bench_rows (
    id INTEGER PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    amount BIGINT NOT NULL,
    seen_at BIGINT
);
