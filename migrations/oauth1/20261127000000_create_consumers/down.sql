DROP TABLE oauth1_consumers;
