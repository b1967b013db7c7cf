### Was die Scopes der API erlauben, wie Mitglieder es lesen („du“).
###
### Begriffe: Profilseite (profile page), Foto (photograph), in deinem Namen.

scope-group-account = Dein Konto
scope-group-media = Deine Fotos
scope-profile = Deinen Namen und deine Profilseite sehen
scope-email = Deine E-Mail-Adresse sehen
scope-media-read = Deine Fotos sehen, auch die privaten
scope-media-write = In deinem Namen Fotos veröffentlichen, ändern und löschen
