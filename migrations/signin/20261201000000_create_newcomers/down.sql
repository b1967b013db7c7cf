DROP TABLE signin_newcomers;
