DROP TABLE signin_accounts;
