-- Members who registered applications: a row to hold while one more is counted,
-- since none of those that are counted may be there yet.
CREATE TABLE oauth1_owners (
    member_id BIGINT PRIMARY KEY NOT NULL
);
