### What the pages of the OAuth 1.0a provider say, beside what is in
### authorization.ftl. Terms: those of oauth.ftl.

oauth1-unknown-token = Unknown request
oauth1-unknown-token-hint = It was answered before, it waited for too long, or the application never made it. Please try again from the application.

menu-clients = My applications that sign

oauth1-clients-lead = Programs of yours that sign their requests (OAuth 1.0a), and that members of { $site } can allow to use their accounts.
oauth1-consumer-key = Consumer key
oauth1-consumer-secret = Consumer secret
oauth1-secret-once = The secret is shown only now. { $site } keeps it sealed, to check signatures, and does not show it again: put it where your application reads it.
oauth1-secret-hint = A new one takes the place of the old one, which stops working at once.
oauth1-addresses = Addresses for your library
