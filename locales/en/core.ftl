### What the site's own pages say.
###
### Terms: photograph (what members publish), member, account, application (a
### program that a member allows to use the account), operator (who runs the
### site), sign in, sign out, upload.

## Everywhere

date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
moment = { $day }, { $time } UTC
bytes = { $number } bytes
decimal-mark = { "." }
kilobytes = { $number } kB
megabytes = { $number } MB

layout-skip = Skip to the content
layout-site = Site
layout-upload = Upload
layout-your-menu = Your menu,
layout-your-photographs = Your photographs
layout-account = Account
layout-sign-in = Sign in
layout-sign-out = Sign out
layout-published-with = Published with Hob
layout-language = Language

form-optional = (optional)
visibility = Who may see it
visibility-public = Public
visibility-public-hint = Everybody; it stands on the home page and on yours.
visibility-unlisted = Unlisted
visibility-unlisted-hint = Everybody who has the link; it is listed nowhere.
visibility-private = Private
visibility-private-hint = Only you, and the applications that you allow.
field-title = Title
field-description = Description
field-tags = Tags

## Signing in

login-title = Sign in
login-already = You are signed in as { $username }. Signing in as somebody else ends that session.
login-anew-title = Sign in again
login-anew = For this, show once more that it is you.
login-anew-left-out = Some ways to sign in are left out here: the sites behind them do not say when you signed in there. If you have no password and no other way, ask whoever looks after this site for a password.
login-username = Username
login-password = Password
login-wrong = The username or the password is not right.
login-too-many = Too many wrong passwords were tried. Please try again in { $seconds } seconds.
login-or = or
login-methods = Other ways to sign in

## The home page

home-title = Photographs
home-empty = Nothing here yet
home-empty-yours = The first photograph could be yours.
home-empty-wait = As soon as somebody publishes a photograph, it will be here.
home-empty-member = As soon as somebody publishes a photograph, it will be here. Are you a member?
home-upload = Upload a photograph
home-recent = Recent photographs
tile-failed = Could not be processed
tile-processing = Being processed…
tile-by = by { $owner }
pages-label = More photographs
pages-newest = Newest
pages-older = Older photographs

## A member's page

member-since = here since { $day }
member-edit = Edit your profile
member-empty-yours = Your photographs will be here
member-empty-yours-hint = JPEG, PNG, WebP and GIF. You choose for each who may see it.
member-empty = No photographs yet
member-empty-hint = { $name } has not published anything so far.
member-photographs = Photographs

## A photograph

media-original = Open the original
media-processing = Being processed
media-processing-hint = The photograph has arrived and is safe. Its smaller sizes are being made; load this page again in a moment.
media-load-again = Load again
media-failed = This photograph could not be processed
media-by = by { $owner }
media-aside = Files and choices
media-yours = Your photograph
media-edit = Edit
media-delete = Delete…
media-delete-hint = The photograph, its words and all its files will be gone for good.
media-delete-now = Delete this photograph
media-download = Download
media-size-original = Original
media-size-medium = Medium
media-size-thumbnail = Thumbnail
media-edit-title = Edit { $title }
media-edit-heading = Edit “{ $title }”
media-not-saved = Not saved
media-tags-hint = Separated by commas
media-save = Save
media-cancel = Cancel

## Uploading

upload-title = Upload a photograph
upload-not = Not uploaded
upload-kept = Your words are kept below; please choose the file once more.
upload-file = Photograph
upload-file-hint = JPEG, PNG, WebP or GIF, up to { $size }.
upload-title-hint = Left empty, it takes the file's name.
upload-tags-hint = Separated by commas: harbour, morning, fog
upload-where = Where it was taken
upload-keep-location = Leave the position in the files
upload-keep-location-hint = Otherwise it is taken out of every file that is served, the original too.
upload-now = Upload

## The account

account-title = Account
account-lead = You are { $username } here. Your photographs stand on { $page }.
account-lead-page = your page
account-profile = Profile
account-profile-hint = The name is public. The e-mail address is not.
account-name = Name
account-email = E-mail address
account-save-profile = Save profile
account-password = Password
account-password-hint = A new password signs you out everywhere else and disconnects every application.
account-password-none-hint = You have none on this site, and sign in with an account elsewhere. With a password you can do without it.
account-password-anew = A password lets in whoever knows it. Before you set one, show that it is you: sign in again.
account-current-password = Current password
account-new-password = New password
account-password-rule = At least { $characters } characters.
account-change-password = Change password
account-set-password = Set the password
account-methods = Other ways to sign in
account-methods-hint = Accounts elsewhere that open this one.
account-sessions = Where you are signed in
account-sessions-hint = Something you don’t recognise? Sign it out and change the password.
account-this-one = this one
account-since = since { $day }
account-last-seen = last seen { $day }
account-sign-out = Sign out
account-sign-out-others = Sign out everywhere else
account-done-profile = Your profile is saved.
account-done-password = Your password is changed. Everywhere else you are signed out.
account-done-session = That place is signed out.
account-device = { $browser } on { $system }
account-device-other = Another program

## Connected applications

connections-title = Connected applications
connections-lead = These may use your account without your password. Take back what you no longer need; it counts at once.
connections-empty = No application uses your account
connections-empty-hint = When you allow one to, it is listed here with what it may do, and you can take it back with one click.
connections-silent = { $plugin } gives no answer, so what it let in is not shown here. Please look again in a moment.
connections-personal-token = personal token
connections-unverified = unverified
connections-suspended = suspended
connections-sensitive = sensitive
connections-allowed = Allowed { $day }
connections-made = Made { $day }
connections-last-used = last used { $day }
connections-last-used-from = last used { $day } from { $address }
connections-not-used = not used yet
connections-until = until { $day }
connections-until-taken-back = until you take it back
connections-tick = Tick { $name }
connections-revoke = Revoke
connections-revoke-whose = the access of { $name }
connections-revoke-ticked = Revoke what is ticked
connections-revoke-all = Revoke all of them
connections-revoke-all-hint = None of these can use your account any more, from that moment on. What they published stays.
connections-revoke-all-now = Revoke all { $count }
connections-done-revoked = It is taken back.
connections-done-nothing = Nothing was ticked, so nothing was taken back.
connection-application-lead = You allowed this application to use your account:
connection-token-lead = A personal access token that you made. Whoever has it may use your account:
connection-suspended = The operator has stopped this application for everybody. It can do nothing now; if the operator lets it go on, what you allowed counts again.
connection-unverified = The operator of { $site } has not verified this application.
connection-details = Technical details
connection-scopes = Scopes
connection-id = Id
connection-client-id = Client id
connection-registrar = Registered by
connection-registrar-operator = The operator of this site
connection-registrar-member = A member, on the site’s pages
connection-registrar-itself = The application itself
connection-provider = Let in by

## For administrators

admin-title = Administration
admin-lead = How the site is, and what its plugins have for you. You see this as an administrator; for other members there is nothing here.
admin-health = Health
admin-health-hint = The same as /readyz tells a monitor.
admin-ready = The site is ready: the database reads and writes, and no plugin blocks it.
admin-unready-stopping = The site is stopping.
admin-unready-blocked = A plugin does not give a thread back. The log names it, and a restart ends it.
admin-unready-database = The database does not answer. The log says why.
admin-unready-database-slow = Something that the database does takes too long.
admin-site = The site
admin-address = Address
admin-version = Version
admin-database = Database
admin-members = Members
admin-members-disabled = { $all }, of which { $disabled } switched off
admin-media = Photographs
admin-audit-link = Who did what, when and from where
admin-audit-size =
    { $entries ->
        [one] One entry.
       *[other] { $entries } entries.
    } Each is kept for { $days ->
        [one] one day
       *[other] { $days } days
    }.
admin-plugins = Plugins
admin-plugins-hint = Which there are stands in hob.toml; a change needs a restart.
admin-plugins-none = No plugin is enabled.
admin-plugin-runs = running
admin-plugin-blocks = blocks a thread

audit-title = Audit log
audit-lead = Who did what, when and from where; the latest first.
audit-filter = Filter the entries
audit-who = Done by
audit-who-hint = A username, a client id, or a user of the machine
audit-about = About the account of
audit-about-hint = A username
audit-subject = Done to
audit-subject-hint = The client id of an application, or what else an entry names
audit-subject-kind = Kind of that
audit-subject-kind-hint = What that is: client for an application
audit-what = What
audit-what-hint = An action, or how it begins: client
audit-plugin = Noted by
audit-plugin-hint = A plugin, or core for the site itself
audit-plugin-any = all
audit-from = From where
audit-from-hint = An address, such as 192.0.2.7
audit-since = Since
audit-since-hint = So long ago (7d), a day (2026-01-31), or a time
audit-until = Until
audit-until-hint = Before then; written the same way
audit-show = Show
audit-show-all = Show all
audit-entries = Entries
audit-empty = Nothing was noted that fits.
audit-export = All that fits, as a file:
audit-who-member = member
audit-who-client = application
audit-who-operator = operator
audit-who-site = the site
audit-from-where = from { $address }
audit-about-whom = about { $member }
audit-member-gone = member { $id }, who is gone
audit-details = Details
audit-request = Request
audit-pages = More entries
audit-older = Older entries

## What is wrong with what was typed

problem-name-length = A name has 1 to { $most } characters.
problem-current-password = This is not your current password.
problem-password-short = Choose another: a password has at least { $least } characters.
problem-password-long = Choose another: a password has at most { $most } bytes.
problem-password-username = Choose another: the password must not be the username.
problem-username = `{ $typed }` can't be a username: use 1 to 30 of a-z, 0-9, _ and -, beginning with a letter or digit.
problem-username-taken = the username `{ $typed }` is taken.
problem-email = `{ $typed }` is no e-mail address.
problem-email-taken = another account has this e-mail address.
problem-refused-by-plugin = a plugin refuses it: { $reason }.

problem-visibility = Visibility is one of public, unlisted and private.
problem-title-length = A title has at most { $most } characters.
problem-description-length = A description has at most { $most } characters.
problem-tag-length = A tag has at most { $most } characters.
problem-tags-number = A medium has at most { $most } tags.
problem-time = This is no time: write 7d (that long ago), 2026-01-31, or 2026-01-31T12:00:00Z.
problem-unknown-member = No member is called { $username }.
problem-cursor = This cursor is none that the site gave.
problem-no-file = Choose a photograph first.
problem-not-an-uploader = This account may not publish media.
problem-not-the-owner = This medium belongs to somebody else.

problem-file-empty = The file is empty. Choose a JPEG, PNG, WebP or GIF picture.
problem-file-kind = { $kind ->
    [pdf] This looks like a PDF document
    [zip] This looks like a ZIP archive or an office document
    [bmp] This looks like a BMP picture
    [tiff] This looks like a TIFF picture or a camera's raw file
    [photoshop] This looks like a Photoshop document
    [jxl] This looks like a JPEG XL picture
    [jp2] This looks like a JPEG 2000 picture
    [avif] This looks like an AVIF picture
    [heic] This looks like a HEIC picture
    [heif] This looks like a HEIF picture
    [film] This looks like a film
    [program] This looks like a program
    [svg] This looks like an SVG drawing
    [page] This looks like a web page
   *[unknown] This is not a picture of a known format
}. JPEG, PNG, WebP and GIF are accepted; the content counts, not the name. Export the picture as one of these.
problem-file-bytes = The file has { $bytes } bytes, and this site accepts at most { $limit }. Export the picture smaller or with stronger compression.
problem-file-pixels = The picture has { $width } × { $height } pixels, and this site accepts at most { $limit } pixels in all. Scale the picture down.
problem-file-memory = Reading this { $format } picture would need more memory than this site allows for one. Scale it down, or save it with 8 bits per channel.
problem-file-cut = The { $format } file is cut off: it ends before { $expected }. It was probably not copied completely; send the whole file again.
problem-file-damaged = The { $format } file is damaged: { $reason }. Open it in an image editor and save it anew.
problem-file-rendering = The smaller sizes of the picture could not be made: { $reason }

## What went wrong

failure-to-photographs = To the photographs
failure-request = Request { $id }
failure-request-logged = Request { $id }: the operator of this site finds it in the log under this name.
failure-bad-request = That can't be done
failure-forbidden = You may not do that
failure-disabled = This account is switched off. Whoever looks after the site can tell you why.
failure-registration = This site lets nobody make an account. Whoever looks after it can.
failure-not-found = There is nothing here
failure-not-found-hint = The page may have moved, or it is not for everybody's eyes.
failure-wrong-method = That can't be done here
failure-wrong-method-hint = This address does not take this method.
failure-too-large = That is too large
failure-too-slow = That did not arrive
failure-silent-hint = Nothing more came for too long. Please send it again.
failure-too-slow-hint = It came too slowly. Please send it again over a faster connection, or send something smaller.
failure-unsupported = That can't be read
failure-unavailable = Please come again
failure-internal = Something went wrong here
failure-internal-hint = It has been logged. Nothing of yours is lost; please try again.
failure-language = That is no language of this site.
failure-address = That address can't be used.
failure-query = The part of the address after the question mark can't be read.
failure-form-kind = This page takes a form (application/x-www-form-urlencoded).
failure-form-multipart = This takes a form of multipart/form-data.
failure-form-forged = This form did not come from a page of this site, or you have signed in anew since. Go back, reload the page and send it again.
failure-form = The form can't be read: { $problem }.
failure-form-size = The form is larger than is taken here.
failure-form-parts = A form has at most { $most } parts.
failure-field-size = A text field has at most { $most } bytes.
failure-field-text = A text field is not valid UTF-8 text.
failure-file-size = A file has at most { $most } bytes here.
failure-body-size = The most that is taken here is { $most } bytes.
failure-body-broken = The request broke off.
failure-uploads-full = Too many files are being sent here at once. Please try again in a moment.
failure-plugin-slow = This is taking too long. Please try again later.
failure-plugin-stopped = This part of the site has been stopped.
failure-plugin-silent = This part of the site gives no answer: { $plugins }. What was allowed there may still stand. Please look again in a moment.
