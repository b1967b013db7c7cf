CREATE TABLE hello_applications (
    client_id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL
);
