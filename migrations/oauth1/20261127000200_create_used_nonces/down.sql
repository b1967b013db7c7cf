DROP TABLE oauth1_used_nonces;
