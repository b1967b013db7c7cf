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

## For administrators

menu-admin-clients = All applications that sign
oauth1-search = Name or consumer key
oauth1-clients-empty-hint = Members register theirs under “My applications that sign”; the command line adds yours.
oauth1-client-unknown-hint = There is none with this consumer key, or it was deleted meanwhile.
oauth1-remark-unproven = anybody can act as it
oauth1-remark-mute = cannot sign
oauth1-by-secret = a secret
oauth1-by-key = a key
oauth1-by-nothing = nothing
oauth1-methods = Can sign by
oauth1-callbacks = Callbacks
oauth1-callbacks-none = none: members copy a code
oauth1-suspend-hint = Whatever it signs is refused, and nobody can allow it until it is resumed. What members allowed stays, and works again then.
oauth1-resume-hint = It may ask members again, and what they allowed before it was suspended works again.
oauth1-end-hint = What members allowed it is over. It has to ask each of them anew.
oauth1-problem-key = There is no new secret: it signs by its key. The command line gives it another.
finding-plaintext = Applications may send secrets with each request
finding-rsa_sha1 = Applications may sign with SHA-1 and RSA
finding-long_window = Requests work for long after they were signed
finding-endless_tokens = What members allow never ends by itself
finding-open_registration = Any program can register itself
finding-empty_secret = Anybody can act as an application
finding-nothing_signs = An application cannot sign
finding-long_suspended = An application has been suspended for long
