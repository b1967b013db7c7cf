### What the API's scopes allow, as members read it.
###
### Terms: profile page, photograph, in your name.

scope-group-account = Your account
scope-group-media = Your photographs
scope-profile = See your name and your profile page
scope-email = See your e-mail address
scope-media-read = See your photographs, the private ones too
scope-media-write = Publish, change and delete photographs in your name
