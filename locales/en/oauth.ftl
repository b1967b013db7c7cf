### What the pages of the authorization server say.
###
### Terms: application (what OAuth calls a client), to allow and to take back,
### Deny, connected applications (that may use the account), to register (an
### application), code (that a member copies or compares), secret, operator (who
### runs the site). Client id, redirect URI, scope, token, grant and PKCE are the
### field's own words.

menu-clients = My applications
menu-tokens = Personal access tokens
menu-admin-clients = All applications
menu-admin-policy = Policy and initial access tokens

## A device

device-title = Connect a device
device-compare = Does your device show exactly this code? Go on only if it does, and only if you began this yourself.
device-type = Type the code that your device shows.
device-code-hint = Eight letters, such as BCDF-GHJK. Capitals and dashes do not matter.
device-shows-it = It shows this code
device-go-on = Go on
device-warning = Nobody from { $site } ever sends you a code or asks you for one. Whoever does wants to get into your account.
device-wrong-form = A code has eight letters, such as BCDF-GHJK.
device-wrong = No device waits with this code. It may have been used, or have expired: look at the device again.
device-too-many = Too many codes were not right. Try again in { $seconds } seconds.
device-connected = Connected
device-not-connected = Not connected
device-allowed = { $client } is connected
device-allowed-hint = Go back to your device; it goes on by itself in a few seconds. You can close this page.
device-take-back = You can take this back at any time under { $page }.
device-denied = You did not allow it
device-denied-hint = { $client } gets no access, and the device is told so. You can close this page.

## My applications

clients-lead = Programs of yours that members of { $site } can allow to use their accounts.
client-kind-server = on a server
client-kind-device = in a browser or on a device
client-kind = Kind
client-allowed-by = Allowed by
client-members = { $members ->
    [one] { $members } member
   *[other] { $members } members
}
client-metadata = Metadata
client-logo = Logo
client-logo-hint = Members see it beside the name when they are asked to allow the application.
client-logo-file = Picture
client-logo-file-hint = JPEG, PNG, WebP or GIF, up to { $mebibytes } MiB. Only the picture itself is kept, no place and nothing else that the file tells.
client-logo-save = Save the logo
client-logo-replace = Replace the logo
client-logo-delete = Remove the logo
client-logo-not = The logo was not changed
client-secret-hint = A new one takes the place of the old one. For a day both can work, so that your application never stands outside.
client-secret-made = made { $day }
client-secret-until = works until { $day }
client-secret-last-used = last used { $day }
client-secret-not-used = not used yet
client-secret-old = The old one
client-secret-day = works for a day more
client-secret-day-hint = Put the new one into your application meanwhile.
client-secret-now = stops at once
client-secret-now-hint = If somebody else has seen it.
client-new-where = Where it runs
client-new-server = On a server of yours
client-new-server-hint = It gets a secret and keeps it there.
client-new-device = In a browser, on a phone or a desktop
client-new-device-hint = It can keep no secret, so it gets none and must use PKCE.
client-secret-once = The secret is shown only now. { $site } keeps a digest of it and cannot show it again: put it where your application reads it before you leave this page.
client-secret-label = Client secret
client-public-note = A public application has no secret. Its library must send a code challenge (PKCE, S256).
client-everything-else = Everything else a library needs
client-click-value = One click on a value marks the whole of it.
client-click = One click on it marks the whole of it.
curl-title = Try it in a shell
curl-created = The answer shows that its id, its redirect URI and its scopes are right.
curl-secret = The answer shows that the secret counts.
curl-with-secret = With its secret in the variable CLIENT_SECRET.
curl-token = It holds the token, as your shell’s history will.
client-old-until = The old secret works until { $day }.
## Personal access tokens

tokens-lead = For programs of your own: whoever has one may use your account on { $site } as far as it allows, until it ends.
tokens-make = Make a token
tokens-none-new = The operator of { $site } lets you make no new ones.
tokens-empty = None yet
tokens-empty-hint = A script or a program that you alone use needs no application: a token is enough.
tokens-closed = No new tokens
tokens-closed-hint = The operator of this site lets you make no personal access tokens. Those that you have work on.
token-made = Made { $day }
token-last-used = last used { $day }
token-last-used-from = last used { $day } from { $address }
token-not-used = not used yet
token-until = until { $day }
token-revoke = Revoke
token-revoke-which = the token { $name }
token-new-title = Make a personal access token
token-new-not = Not made
token-name = Name
token-name-hint = What it is for, so that you know it again.
token-may-do = What it may do
token-ends = When it ends
token-ends-days = { $days ->
    [one] in a day
   *[other] in { $days } days
}
token-ends-day = with a day:
token-ends-day-label = The day with which it ends
token-new-now = Make it
token-new-cancel = Cancel
token-heading = The token { $name }
token-once = It is shown only now. { $site } keeps a digest of it and cannot show it again: put it where your program reads it before you leave this page. Whoever has it may use your account.
token-label = Personal access token
token-works-until = It works until { $day }.
token-done = Done

## For administrators

admin-search = Name or client id
admin-clients-empty-hint = Members register theirs under “My applications”; the command line adds yours.
admin-by-initial-token = with the initial access token { $id }
admin-remark-password = sees passwords
admin-remark-legacy = secrets in addresses
admin-remark-introspects = resource server
admin-grants = Grants
admin-switches = Switches
admin-switch-introspects = It may look at the access tokens of all applications.
admin-switch-push = It must push its authorization requests.
admin-switch-dpop = It gets only access tokens that are bound to its key (DPoP).
admin-switch-legacy = Legacy: it may send codes, secrets and tokens in addresses.
admin-suspend-hint = All its tokens die, and nobody can allow it until it is resumed. What members allowed stays.
admin-resume-hint = It may ask for tokens again, and what members allowed counts again. Its old tokens stay dead.
admin-end-hint = What was issued to it works no longer. What members allowed stays, so that it can ask for new ones.
admin-client-unknown-hint = There is none with this client id, or it was deleted meanwhile.

## The policy

policy-lead = As it stands in { $section } of { $file }, where you change it; it counts from the next start. See { $applications }, too.
finding-plain_http = The site is reached without encryption
finding-long_access_tokens = Access tokens live long
finding-open_registration_with_sensitive_scopes = Any program may ask for what is sensitive
finding-password_grant = An application sees members’ passwords
finding-secrets_in_addresses = An application may send secrets in addresses
finding-long_refreshing = Applications go on for long without the member
finding-long_consents = Members are asked again only after a long time
finding-long_codes = Codes can be swapped for long
finding-localhost_with_any_port = Codes go to whatever is called localhost
finding-unbounded_applications = A member can register applications without end
finding-unused_registrations_stay = Applications that nobody uses stay
finding-long_personal_tokens = Personal access tokens live long
finding-unbounded_personal_tokens = A member can make personal access tokens without end
finding-unused = An application is not used
finding-old_secret = A secret is old
finding-second_secret = An old secret still counts beside the new one
finding-no_secret = An application has no secret that counts
finding-codes_to_copy = Members copy codes by hand
finding-long_suspended = An application has been suspended for long
finding-unused_personal_tokens = Personal access tokens are not used
finding-not_pruned = What has expired is still there
policy-key = Key
policy-value = Value
policy-not-set = not set
policy-yes = yes
policy-no = no
policy-topic-registration = Registration by members
policy-topic-dynamic = Applications that register themselves
policy-topic-personal = Personal access tokens
policy-topic-lifetimes = Lifetimes
policy-topic-demands = What applications have to do
policy-registration = Who may register applications on the site’s pages.
policy-applications_per_member = How many applications a member can register; 0: without end.
policy-dynamic_registration = Which applications may register themselves: none, those with an initial access token, or all.
policy-dynamic_registration_scopes = What they may ask for; not set: all that is not sensitive.
policy-unused_registration_lifetime = After which time one that nobody uses is deleted; 0s: never.
policy-personal_tokens = Who may make personal access tokens.
policy-personal_tokens_per_member = How many of a member can count at once; 0: without end.
policy-personal_token_longest_lifetime = How long one lives at most.
policy-access_token_lifetime = How long an access token works.
policy-refresh_token_lifetime = How long a refresh token works that is not used.
policy-refresh_token_absolute_lifetime = How long an application can go on refreshing before the member is asked again.
policy-consent_lifetime = How long a member’s decision counts; not set: until it is taken back.
policy-authorization_code_lifetime = How long an application has for swapping a code for tokens.
policy-authorization_request_lifetime = How long a member has for signing in and deciding.
policy-pushed_authorization_request_lifetime = How long a pushed request waits for the member’s browser.
policy-device_code_lifetime = How long a member has for typing the code of a device, and for deciding.
policy-require_pkce = Applications on servers must use PKCE too; others always must.
policy-require_pushed_authorization_requests = Every application must push its authorization requests.
policy-dpop_nonce = DPoP proofs must carry a nonce of this server.
policy-localhost_with_any_port = A redirect URI on http://localhost counts with any port.
policy-scopes = Scopes
policy-scopes-hint = What the plugins of this site declare.
policy-scope = Scope
policy-scope-itself = For those that register themselves

## Initial access tokens

initial-tokens = Initial access tokens
initial-tokens-hint = With one, an application may register itself (RFC 7591).
initial-tokens-idle = None is asked for now: that needs { $setting }.
initial-tokens-none = There is none that has not expired.
initial-token-number = Token { $id }
initial-token-uses = { $uses ->
    [one] for { $uses } more application
   *[other] for { $uses } more applications
}
initial-token-issued = issued { $day }
initial-token-revoked = The initial access token is revoked. Applications that it let in stay.
initial-token-new = Issue one
initial-token-uses-label = Applications
initial-token-uses-hint = How many can be registered with it.
initial-token-days = Days
initial-token-days-hint = How long it can be used.
initial-token-note = For whom
initial-token-note-hint = So that you know it again in this list.
initial-token-issue = Issue
initial-token-title = Initial access token
initial-token-once = It is shown only now. { $site } keeps no more than a digest and can’t show it again: pass it on before you leave this page.
initial-token-label = Initial access token
initial-token-where = Registration endpoint
initial-token-end = Works until
initial-token-unknown = There is no such token
initial-token-unknown-hint = It has expired, or somebody else has just revoked it.

## What is wrong with what was typed

problem-logo-missing = Choose a picture.
problem-secret-public = There is no new secret: a public client has no secret.
problem-secret-keys = There is no new secret: this client proves itself by its keys and has no secret.
problem-secret-two = There is no new secret: two secrets are live already.
problem-secret-two-until = There is no new secret: two secrets are live already; the older one expires on { $day }.
problem-token-scope-missing = It needs a scope: what it may do.
problem-token-end-missing = Say when it ends: choose a number of days, or a day such as 2027-03-31.
problem-token-end-past = This day is over.
problem-token-end-late = This site lets a token live for { $days } days at most.
problem-tokens-number = You have { $tokens } tokens, and this site allows no more: revoke one that you no longer need.
problem-password-changed = Your password was changed this very moment: look whether it was you.
problem-token-uses = This is no number from 1 to { $most }.
problem-token-days = This is no number of days from 1 to 3650.
