DROP TABLE oauth1_owners;
