### What plugins say that let programs use members' accounts, the same whichever
### it is: the question to the member, and what comes of it.
###
### Terms: those of oauth.ftl.

connected-applications = Connected applications
refused-by-plugin = This site does not allow it

## Whether an application may use the account

consent-title = Allow { $client }?
consent-asks = { $client } asks to use your account
consent-asks-again = { $client } asks again to use your account
consent-asks-more = { $client } asks for more than before
consent-would-do = It would be able to do what you leave ticked:
consent-new = New:
consent-before = You allowed this before:
consent-group-other = Other
consent-sensitive = sensitive
consent-needed = needed
consent-deny-keeps = If you deny, what you allowed before stays.
consent-take-back = It never sees your password, and you can take this back at any time under { $page }.
consent-lasts = You allow this until you take it back.
consent-lasts-until = You allow this until { $day }, unless you take it back sooner.
consent-lasts-for = You allow this for { $duration }, unless you take it back sooner.
consent-each-time = Its access lasts for { $duration } each time.
consent-renewed = It can renew its access by itself, for { $longest } at most.
consent-renewed-idle = It can renew its access by itself, for { $longest } at most, and no longer once it has not done so for { $idle }.
consent-idle = It loses its access once it has not renewed it for { $idle }.
duration-days = { $count ->
    [one] one day
   *[other] { $count } days
}
duration-hours = { $count ->
    [one] one hour
   *[other] { $count } hours
}
duration-minutes = { $count ->
    [one] one minute
   *[other] { $count } minutes
}
duration-seconds = { $count ->
    [one] one second
   *[other] { $count } seconds
}
consent-goes-on = Then you go on to { $destination }.
consent-copy = Then you get { $code } into the application.
consent-copy-code = a code to copy
consent-device = Then the device that shows { $code } is let in.
consent-device-warning = Allow it only if you have the device in front of you and began this there yourself. Whoever sent you the code { $code } would get into your account.
consent-unproven = This application has no secret of its own: any program can pretend to be it. Allow it only if you just came from it and trust it.
consent-unverified = The operator of { $site } has not verified this application. Allow it only if you just came from it and trust it.
consent-unverified-member = The operator of { $site } has not verified this application; { $owner } registered it. Allow it only if you just came from it and trust it.
consent-unverified-itself = The operator of { $site } has not verified this application; it registered itself, and nobody has checked its name. Allow it only if you just came from it and trust it.
consent-registered-operator = The operator of { $site } registered it on { $day }.
consent-registered-member = { $owner } registered it on the site’s pages on { $day }.
consent-registered-former-member = A member whose account is gone registered it on the site’s pages on { $day }.
consent-registered-itself = It registered itself on { $day }.
consent-deny = Deny
consent-allow = Allow
consent-details = Technical details
consent-scopes = Scopes
unverified = unverified
suspended = suspended
signed-in-as = You are signed in as { $name } (@{ $username }).
not-you = Not you?
another-account = Use another account
client-id = Client id
redirect-uri = Redirect URI

destination-program = a program on this device
destination-app = an app on this device
destination-site = a page of this site
destination-unknown = an unknown place

## A code that is copied

code-title = Copy the code
code-heading = One step is left
code-lead = Copy this code, go back to { $client } and paste it there.
code = Code
code-hint = One click marks the whole of it. It works once, and for { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}.
code-warning = Give it to nobody: not to a person who asks for it, and not to another page. Whoever has it can use your account as you have just allowed { $client } to. You can take that back under { $page }.

## What can't be answered

error-nothing-sent = Nothing was allowed and nothing was sent to the application. You can close this page, or go back and try again from the application.
error-departure = The operator of { $site } has not verified this application. Go on to it only if you just came from it and trust it; no page there is one of this site.
error-go-on = Go on to { $destination }
error-for-developer = For the application’s developer
error-code = Error
error-why = Why
error-request = Request
error-internal = Something went wrong here
error-internal-hint = It has been logged. Please try again from the application.
error-denied = You did not allow it
error-denied-hint = The application gets no code.
error-unanswerable = This request can't be answered
error-untold-hint = The application asked for something that it can't have in this way.
error-mistake-hint = The application made a mistake, or somebody changed the address on the way here.
error-suspended = This application is suspended
error-suspended-hint = The operator of this site has stopped it for everybody.
error-over = This request is over
error-over-hint = It was answered before, or it waited for too long.
error-another-account = You have changed accounts
error-another-account-hint = The question was put to another account or in another session, so your answer does not count.
error-unknown-client = Unknown application
error-unknown-client-hint = The page that you came from says that it is an application which this site does not know.

## What is wrong with what was typed

problem-name-missing = It needs a name.
problem-name = A name has at most { $most } characters, no line ends, and nothing that turns the direction of writing.
problem-website = A web site begins with https:// or http:// and has at most { $most } characters.
problem-website-user = A web site names no user: leave out what stands before the @.
problem-redirect-uri-missing = It needs a redirect URI: where members are sent back to.
problem-redirect-uris = At most { $most } redirect URIs can be registered.
problem-redirect-uri = { $uri } can't be a redirect URI: { $problem }.
problem-uri-length = it is longer than { $most } characters
problem-uri-characters = it has characters that a URI does not have; percent-encode them
problem-uri-wildcard = it has a wildcard; register each URI on its own
problem-uri-fragment = it has a fragment (#…), which never reaches an application
problem-uri-dots = it has the path segments . or .., which browsers resolve; write the path that is meant
problem-uri-relative = it is no absolute URI
problem-uri-user = it names a user; leave out what stands before the @
problem-uri-http = plain http works only on 127.0.0.1, [::1] and localhost; use https
problem-uri-scheme = a scheme of an app's own is a domain name backwards, such as com.example.app:/callback
problem-scope-missing = It needs a scope: what it may ask for.
problem-scope = A scope is words of visible ASCII, without quotes and backslashes, between single spaces.
problem-scope-unknown = There is no scope { $scope }; there are: { $known }.
problem-scope-required = It can't need { $scope }, which it may not ask for.
problem-grant = { $problem }.

## My applications

clients-register = Register an application
clients-empty = None yet
clients-empty-hint = Register one to get what an OAuth library asks for.
clients-registered = registered { $day }
client-suspended = The operator has suspended this application. Nobody can allow it, and its tokens are refused.
client-identity = Identity
client-registered = Registered
client-settings = Settings
client-settings-hint = Members who allowed it before are asked again for what you add.
client-save = Save
client-not-saved = Not saved
client-secret = Secret
client-secret-new = Make a new secret
client-secret-new-more = Make a new secret…
client-delete = Delete
client-delete-more = Delete this application…
client-delete-hint = It stops working at once for everybody who allowed it. This cannot be undone.
client-delete-now = Delete { $client }
client-new-not = Not registered
client-new-now = Register
client-new-cancel = Cancel
client-name = Name
client-name-hint = What members read when they are asked to allow it.
client-website = Web site
client-website-hint = Members see its host name.
client-optional = (optional)
client-redirect-uris = Redirect URIs
client-redirect-uris-hint = One on a line, compared letter by letter. https, or http on 127.0.0.1 while you develop, or your app’s own scheme.
client-redirect-uris-none = Without any, members copy a code.
client-may-ask = What it may ask for
client-required = Does not work without it
client-required-hint = What the application does not work without, members can’t untick. They can still deny all of it.
client-created-title = Application registered
client-created = { $client } is registered
client-done = Done
client-rotated-title = New secret
client-rotated = { $client } has a new secret
client-old-dead = The old secret is dead.
clients-closed = Registration is closed
clients-closed-hint = The operator of this site registers applications; ask there.
clients-too-many = Too many applications
clients-too-many-hint = You have registered as many applications as this site lets a member have: { $most }. Delete one that you no longer need, or ask the operator.
clients-unknown = No such application
clients-unknown-hint = It does not exist, or somebody else registered it.
problem-form = Something in the form is not right; it says where.

## For administrators

admin-title = Administration
admin-clients-lead = All that is registered here, whoever did it; the last one first.
admin-search-now = Search
admin-search-all = Show all
admin-clients-empty = No application is registered
admin-clients-none-found = No application is called that
admin-members = { $members ->
    [one] Allowed by { $members } member
   *[other] Allowed by { $members } members
}
admin-last-used = last used { $day }
admin-last-used-from = last used { $day } from { $address }
admin-not-used = not used yet
admin-granted = allowed { $day }
admin-until = until { $day }
admin-by-operator = registered by an operator
admin-by-member = registered by @{ $username }
admin-by-former-member = registered by member { $id }, who is gone
admin-by-itself = registered itself
admin-pages = More applications
admin-pages-members = More members
admin-newest = From the beginning
admin-older = Further
admin-audit-log = What was done to it
admin-facts = What it is
admin-suspended-since = Suspended since
admin-registered-by = Origin
admin-used = Last used
admin-authentication = Proves who it is by
admin-allowed-by = Members
admin-members-none = No member allows it anything now.
admin-member-gone = member { $id }, who is gone
admin-stop = Stop it
admin-stop-hint = Each counts at once, for the whole site, and stands in the audit log with your name.
admin-suspend-more = Suspend …
admin-suspend = Suspend { $client }
admin-reason = Reason
admin-reason-hint = For operators and the audit log; members are not told.
admin-resume-more = Resume …
admin-resume = Resume { $client }
admin-end-more = End all its tokens …
admin-end = End all tokens of { $client }
admin-delete-more = Delete …
admin-delete-hint = { $members ->
    [0] It is gone for good, with its tokens. No member allows it now.
    [one] It is gone for good, with its tokens and with what { $members } member allowed it. Suspending can be undone, this can’t.
   *[other] It is gone for good, with its tokens and with what { $members } members allowed it. Suspending can be undone, this can’t.
}
admin-done-suspended = It is suspended: its tokens are refused.
admin-done-resumed = It may go on.
admin-done-ended = All its tokens are dead.
admin-done-deleted = The application is deleted.
policy-findings = What is risky
policy-findings-hint = The details are in English, as { $command } prints them.
policy-findings-none = Nothing risky was found.
policy-danger = danger
policy-warning = warning
policy-notice = notice
problem-remark = It has at most { $most } characters, and no line ends.
