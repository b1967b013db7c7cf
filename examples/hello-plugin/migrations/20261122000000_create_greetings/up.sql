CREATE TABLE hello_greetings (
    member_id BIGINT PRIMARY KEY,
    times BIGINT NOT NULL
);
