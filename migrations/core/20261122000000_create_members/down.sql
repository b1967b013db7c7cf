DROP TABLE sessions;
DROP TABLE members;
