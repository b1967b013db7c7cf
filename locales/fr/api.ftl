### Ce que permettent les scopes de l’API, tel que les membres le lisent.
###
### Termes : page de profil (profile page), photo (photograph), en votre nom.

scope-group-account = Votre compte
scope-group-media = Vos photos
scope-profile = Voir votre nom et votre page de profil
scope-email = Voir votre adresse e-mail
scope-media-read = Voir vos photos, y compris les photos privées
scope-media-write = Publier, modifier et supprimer des photos en votre nom
