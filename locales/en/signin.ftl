### What the pages say by which members sign in with an account of another site.
###
### Terms: to link (to let an account elsewhere open the one here), to unlink,
### to sign in, account.

menu-site = Accounts of the site elsewhere

continue-with = Continue with { $provider }

accounts-title = Other ways to sign in
accounts-lead = Whoever can sign in to one of these accounts elsewhere can sign in to yours here.
accounts-none = No account elsewhere opens yours. You sign in with your password.
accounts-since = linked on { $day }
accounts-last-used = last used on { $day }
accounts-unlink = Unlink
accounts-still-given = It is unlinked here. { $provider } did not take back the access that this site had to the account: end it there, among the applications of your account.
site-anew = Other plugins act with this account in the site’s name. Before you link one, show that it is you: sign in again.
accounts-anew = Whoever links an account can sign in with it from then on. Before you do, show that it is you: sign in again.
accounts-sign-in-anew = Sign in again
accounts-link = Link another
accounts-link-hint = You sign in there once, and come back here.
accounts-link-at = Link an account at { $provider }
accounts-sign-out-both = Sign out here and at { $provider }

site-title = Accounts of the site elsewhere
site-lead = Other plugins use these in the name of the site itself. They open no account here.
site-none = No provider is set up for it: site_account = true in its section of hob.toml.
site-unused = No plugin can use it any more: the settings do not allow it. You can unlink it.

register-title = Welcome to { $site }
register-lead = Your account at { $provider } opens none here yet. You can make one with it now.
register-username = Username
register-username-hint = 1 to 30 of a-z, 0-9, _ and -. Others find you by it; it can't be changed later.
register-submit = Make the account
register-have-one = Have you an account here already?
register-have-one-hint = Sign in to it, and link the other on your account page.
register-sign-in = Sign in
register-taken = { $username } is taken.
register-malformed = That can't be a username: use 1 to 30 of a-z, 0-9, _ and -, beginning with a letter or digit.

error-title = You are not signed in
error-again = Try again
error-other-way = Sign in another way
error-request = Request { $id }
error-unknown-provider = There is no site of this name to sign in with.
error-state = This sign-in was begun in another browser, or too long ago. Please begin again.
error-other-provider = This answer does not come from the site that you wanted to sign in with. Please begin again, and don't type anything into the page that sent you here.
error-declined = You declined at { $provider }. Nothing has changed here.
error-not-linked = Your account at { $provider } opens no account here yet. Sign in with your password, and link it on your account page. If you have no account here, ask whoever looks after { $site }.
error-linked-elsewhere = This account at { $provider } opens another account here already, and each opens one alone.
error-last-way = You have no password here: without this account you could not sign in any more. Set a password on your account page first.
error-member-changed = Somebody else is signed in now than when this was begun. Please begin again.
error-not-anew = { $provider } does not say that you signed in there just now, and for this it has to be known. Sign in with your password; if you have none here, ask whoever looks after { $site } for one.
error-refused = Another part of this site does not let you in with this account at { $provider }.
error-throttled = That was begun too often from your address. Please try again in a moment.
error-provider = { $provider } gave no answer that can be used. It has been logged; please try again later.
error-internal = Something went wrong here. It has been logged; please try again later.
