### Ce que disent les pages du site lui-même. On vouvoie les membres.
###
### Termes : photo (photograph), membre (member), compte (account), application
### (application), exploitant du site (operator), se connecter et se déconnecter
### (sign in, sign out), envoyer (upload).

## Everywhere

date = { $day ->
    [1] 1er
   *[other] { $day }
} { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year }
moment = { $day } à { $time } (UTC)
bytes = { $number } octets
decimal-mark = ,
kilobytes = { $number } ko
megabytes = { $number } Mo

layout-skip = Aller au contenu
layout-site = Site
layout-upload = Envoyer
layout-your-menu = Votre menu,
layout-your-photographs = Vos photos
layout-account = Compte
layout-sign-in = Se connecter
layout-sign-out = Se déconnecter
layout-published-with = Publié avec Hob
layout-language = Langue

form-optional = (facultatif)
visibility = Qui peut la voir ?
visibility-public = Publique
visibility-public-hint = Tout le monde ; elle figure sur la page d’accueil et sur la vôtre.
visibility-unlisted = Non répertoriée
visibility-unlisted-hint = Toute personne qui a le lien ; elle ne figure dans aucune liste.
visibility-private = Privée
visibility-private-hint = Vous seul, et les applications que vous autorisez.
field-title = Titre
field-description = Description
field-tags = Mots-clés

## Signing in

login-title = Connexion
login-already = Vous êtes connecté en tant que { $username }. Si vous vous connectez avec un autre compte, cette session prend fin.
login-anew-title = Se reconnecter
login-anew = Pour cela, montrez encore une fois que c’est bien vous.
login-anew-left-out = Certains moyens de connexion manquent ici : les sites qui les offrent ne disent pas quand vous vous y êtes connecté. Si vous n’avez ni mot de passe ni autre moyen, demandez un mot de passe à qui s’occupe de ce site.
login-username = Nom d’utilisateur
login-password = Mot de passe
login-wrong = Le nom d’utilisateur ou le mot de passe est incorrect.
login-too-many = Trop de mots de passe incorrects ont été essayés. Veuillez réessayer dans { $seconds } secondes.
login-or = ou
login-methods = Autres façons de se connecter

## The home page

home-title = Photos
home-empty = Rien ici pour l’instant
home-empty-yours = La première photo pourrait être la vôtre.
home-empty-wait = Dès que quelqu’un publiera une photo, elle apparaîtra ici.
home-empty-member = Dès que quelqu’un publiera une photo, elle apparaîtra ici. Êtes-vous membre ?
home-upload = Envoyer une photo
home-recent = Photos récentes
tile-failed = Traitement impossible
tile-processing = Traitement en cours…
tile-by = par { $owner }
pages-label = Plus de photos
pages-newest = Les plus récentes
pages-older = Photos plus anciennes

## A member's page

member-since = membre depuis le { $day }
member-edit = Modifier votre profil
member-empty-yours = Vos photos apparaîtront ici
member-empty-yours-hint = JPEG, PNG, WebP et GIF. Pour chaque photo, vous choisissez qui peut la voir.
member-empty = Pas encore de photos
member-empty-hint = { $name } n’a rien publié jusqu’ici.
member-photographs = Photos

## A photograph

media-original = Ouvrir l’original
media-processing = Traitement en cours
media-processing-hint = La photo est bien arrivée. Ses formats réduits sont en préparation ; rechargez cette page dans un instant.
media-load-again = Recharger
media-failed = Cette photo n’a pas pu être traitée
media-by = par { $owner }
media-aside = Fichiers et options
media-yours = Votre photo
media-edit = Modifier
media-delete = Supprimer…
media-delete-hint = La photo, ses textes et tous ses fichiers seront définitivement supprimés.
media-delete-now = Supprimer cette photo
media-download = Télécharger
media-size-original = Original
media-size-medium = Moyenne
media-size-thumbnail = Vignette
media-edit-title = Modifier { $title }
media-edit-heading = Modifier « { $title } »
media-not-saved = Non enregistré
media-tags-hint = Séparés par des virgules
media-save = Enregistrer
media-cancel = Annuler

## Uploading

upload-title = Envoyer une photo
upload-not = Envoi refusé
upload-kept = Vos textes sont conservés ci-dessous ; veuillez choisir de nouveau le fichier.
upload-file = Photo
upload-file-hint = JPEG, PNG, WebP ou GIF, jusqu’à { $size }.
upload-title-hint = S’il reste vide, le nom du fichier servira de titre.
upload-tags-hint = Séparés par des virgules : port, matin, brume
upload-where = Lieu de la prise de vue
upload-keep-location = Laisser la position dans les fichiers
upload-keep-location-hint = Sinon, elle est retirée de tous les fichiers diffusés, y compris de l’original.
upload-now = Envoyer

## The account

account-title = Compte
account-lead = Ici, vous êtes { $username }. Vos photos se trouvent sur { $page }.
account-lead-page = votre page
account-profile = Profil
account-profile-hint = Le nom est public, l’adresse e-mail ne l’est pas.
account-name = Nom
account-email = Adresse e-mail
account-save-profile = Enregistrer le profil
account-password = Mot de passe
account-password-hint = Un nouveau mot de passe vous déconnecte partout ailleurs et coupe l’accès de toutes les applications.
account-password-none-hint = Vous n’en avez pas sur ce site : vous vous connectez avec un compte ouvert ailleurs. Avec un mot de passe, vous pourrez vous en passer.
account-password-anew = Un mot de passe laisse entrer quiconque le connaît. Avant d’en définir un, montrez que c’est bien vous : reconnectez-vous.
account-current-password = Mot de passe actuel
account-new-password = Nouveau mot de passe
account-password-rule = Au moins { $characters } caractères.
account-change-password = Changer le mot de passe
account-set-password = Définir le mot de passe
account-methods = Autres façons de se connecter
account-methods-hint = Des comptes ailleurs qui ouvrent celui-ci.
account-sessions = Où vous êtes connecté
account-sessions-hint = Quelque chose vous paraît inconnu ? Déconnectez-le et changez de mot de passe.
account-this-one = celle-ci
account-since = depuis le { $day }
account-last-seen = dernière activité le { $day }
account-sign-out = Déconnecter
account-sign-out-others = Se déconnecter partout ailleurs
account-done-profile = Votre profil est enregistré.
account-done-password = Votre mot de passe est changé. Vous êtes déconnecté partout ailleurs.
account-done-session = Cette session est terminée.
account-device = { $browser } sur { $system }
account-device-other = Un autre programme

## Connected applications

connections-title = Applications connectées
connections-lead = Elles peuvent utiliser votre compte sans votre mot de passe. Révoquez ce dont vous n’avez plus besoin ; l’effet est immédiat.
connections-empty = Aucune application n’utilise votre compte
connections-empty-hint = Quand vous en autorisez une, elle apparaît ici avec ce qu’elle peut faire, et vous pouvez révoquer son accès d’un clic.
connections-silent = { $plugin } ne répond pas : ce qui a obtenu un accès par là n’est donc pas affiché ici. Veuillez revenir dans un instant.
connections-personal-token = jeton personnel
connections-unverified = non vérifiée
connections-suspended = suspendue
connections-sensitive = sensible
connections-allowed = Autorisée le { $day }
connections-made = Créé le { $day }
connections-last-used = dernière utilisation le { $day }
connections-last-used-from = dernière utilisation le { $day } depuis { $address }
connections-not-used = aucune utilisation pour l’instant
connections-until = jusqu’au { $day }
connections-until-taken-back = jusqu’à ce que vous la révoquiez
connections-tick = Cocher { $name }
connections-revoke = Révoquer
connections-revoke-whose = l’accès de { $name }
connections-revoke-ticked = Révoquer ce qui est coché
connections-revoke-all = Tout révoquer
connections-revoke-all-hint = Dès cet instant, plus aucune ne peut utiliser votre compte. Ce qu’elles ont publié reste.
connections-revoke-all-now = Révoquer les { $count }
connections-done-revoked = L’accès est révoqué.
connections-done-nothing = Rien n’était coché, rien n’a donc été révoqué.
connection-application-lead = Vous avez autorisé cette application à utiliser votre compte :
connection-token-lead = Un jeton d’accès personnel que vous avez créé. Quiconque l’a peut utiliser votre compte :
connection-suspended = L’exploitant a suspendu cette application pour tout le monde. Elle ne peut rien faire pour l’instant ; s’il la rétablit, votre autorisation comptera de nouveau.
connection-unverified = L’exploitant de { $site } n’a pas vérifié cette application.
connection-details = Détails techniques
connection-scopes = Scopes
connection-id = Id
connection-client-id = Client id
connection-registrar = Enregistrée par
connection-registrar-operator = L’exploitant de ce site
connection-registrar-member = Un membre, sur les pages du site
connection-registrar-itself = L’application elle-même
connection-provider = Accès accordé par

## For administrators

admin-title = Administration
admin-lead = L’état du site, et ce que ses plugins vous proposent. Vous voyez cette page en tant qu’administrateur ; pour les autres membres, il n’y a rien ici.
admin-health = État
admin-health-hint = Ce que /readyz dit à un outil de surveillance.
admin-ready = Le site est prêt : la base de données lit et écrit, et aucun plugin ne la bloque.
admin-unready-stopping = Le site est en train de s’arrêter.
admin-unready-blocked = Un plugin ne rend pas un fil d’exécution. Le journal le nomme, et un redémarrage y met fin.
admin-unready-database = La base de données ne répond pas. Le journal dit pourquoi.
admin-unready-database-slow = Une tâche de la base de données prend trop de temps.
admin-site = Le site
admin-address = Adresse
admin-version = Version
admin-database = Base de données
admin-members = Membres
admin-members-disabled = { $all }, dont { $disabled } désactivés
admin-media = Photos
admin-audit-link = Qui a fait quoi, quand et d’où
admin-audit-size =
    { $entries ->
        [0] Aucune entrée.
        [one] Une entrée.
       *[other] { $entries } entrées.
    } Chacune est conservée { $days ->
        [one] un jour
       *[other] { $days } jours
    }.
admin-plugins = Plugins
admin-plugins-hint = La liste se trouve dans hob.toml ; un changement demande un redémarrage.
admin-plugins-none = Aucun plugin n’est activé.
admin-plugin-runs = en marche
admin-plugin-blocks = bloque un fil d’exécution

audit-title = Journal d’audit
audit-lead = Qui a fait quoi, quand et d’où ; le plus récent d’abord.
audit-filter = Filtrer les entrées
audit-who = Fait par
audit-who-hint = Un nom d’utilisateur, un client id ou un utilisateur de la machine
audit-about = Concernant le compte de
audit-about-hint = Un nom d’utilisateur
audit-subject = Concernant
audit-subject-hint = Le client id d’une application, ou ce qu’une entrée nomme d’autre
audit-subject-kind = Sorte
audit-subject-kind-hint = Ce que c’est : client pour une application
audit-what = Quoi
audit-what-hint = Une action, ou son début : client
audit-plugin = Noté par
audit-plugin-hint = Un plugin, ou core pour le site lui-même
audit-plugin-any = tous
audit-from = D’où
audit-from-hint = Une adresse comme 192.0.2.7
audit-since = Depuis
audit-since-hint = Il y a tant de temps (7d), un jour (2026-01-31) ou un instant
audit-until = Jusqu’à
audit-until-hint = Avant ce moment ; s’écrit de la même façon
audit-show = Afficher
audit-show-all = Tout afficher
audit-entries = Entrées
audit-empty = Rien de ce qui a été noté ne correspond.
audit-export = Tout ce qui correspond, dans un fichier :
audit-who-member = membre
audit-who-client = application
audit-who-operator = exploitant
audit-who-site = le site
audit-from-where = depuis { $address }
audit-about-whom = concernant { $member }
audit-member-gone = le membre { $id }, qui n’existe plus
audit-details = Détails
audit-request = Requête
audit-pages = Autres entrées
audit-older = Entrées plus anciennes

## What is wrong with what was typed

problem-name-length = Un nom compte de 1 à { $most } caractères.
problem-current-password = Ce n’est pas votre mot de passe actuel.
problem-password-short = Choisissez-en un autre : un mot de passe compte au moins { $least } caractères.
problem-password-long = Choisissez-en un autre : un mot de passe compte au plus { $most } octets.
problem-password-username = Choisissez-en un autre : le mot de passe ne doit pas être le nom d’utilisateur.
problem-username = « { $typed } » ne peut pas être un nom d’utilisateur : utilisez de 1 à 30 caractères parmi a-z, 0-9, _ et -, en commençant par une lettre ou un chiffre.
problem-username-taken = Le nom d’utilisateur « { $typed } » est déjà pris.
problem-email = « { $typed } » n’est pas une adresse e-mail.
problem-email-taken = Un autre compte utilise déjà cette adresse e-mail.
problem-refused-by-plugin = Un plugin s’y oppose : { $reason }.

problem-visibility = La visibilité est publique, non répertoriée ou privée.
problem-title-length = Un titre compte au plus { $most } caractères.
problem-description-length = Une description compte au plus { $most } caractères.
problem-tag-length = Un mot-clé compte au plus { $most } caractères.
problem-tags-number = Une photo a au plus { $most } mots-clés.
problem-time = Ce n’est pas une date : écrivez 7d (il y a tant de temps), 2026-01-31 ou 2026-01-31T12:00:00Z.
problem-unknown-member = Aucun membre ne s’appelle { $username }.
problem-cursor = Cet endroit de la liste n’a pas été donné par ce site.
problem-no-file = Choisissez d’abord une photo.
problem-not-an-uploader = Ce compte n’est pas autorisé à publier.
problem-not-the-owner = Cette photo appartient à quelqu’un d’autre.

problem-file-empty = Le fichier est vide. Choisissez une image JPEG, PNG, WebP ou GIF.
problem-file-kind = { $kind ->
    [pdf] Cela ressemble à un document PDF
    [zip] Cela ressemble à une archive ZIP ou à un document bureautique
    [bmp] Cela ressemble à une image BMP
    [tiff] Cela ressemble à une image TIFF ou au fichier brut d’un appareil photo
    [photoshop] Cela ressemble à un document Photoshop
    [jxl] Cela ressemble à une image JPEG XL
    [jp2] Cela ressemble à une image JPEG 2000
    [avif] Cela ressemble à une image AVIF
    [heic] Cela ressemble à une image HEIC
    [heif] Cela ressemble à une image HEIF
    [film] Cela ressemble à un film
    [program] Cela ressemble à un programme
    [svg] Cela ressemble à un dessin SVG
    [page] Cela ressemble à une page web
   *[unknown] Ce n’est pas une image d’un format connu
}. Les formats JPEG, PNG, WebP et GIF sont acceptés ; c’est le contenu qui compte, pas le nom. Exportez l’image dans l’un de ces formats.
problem-file-bytes = Le fichier compte { $bytes } octets ; ce site en accepte au plus { $limit }. Exportez l’image en plus petit ou plus compressée.
problem-file-pixels = L’image compte { $width } × { $height } pixels ; ce site en accepte au plus { $limit } en tout. Réduisez l’image.
problem-file-memory = Lire cette image { $format } demanderait plus de mémoire que ce site n’en accorde à une image. Réduisez-la ou enregistrez-la avec 8 bits par canal.
problem-file-cut = Le fichier { $format } est tronqué : il s’arrête trop tôt ({ $expected }). Il n’a sans doute pas été copié en entier ; envoyez de nouveau le fichier complet.
problem-file-damaged = Le fichier { $format } est endommagé : { $reason }. Ouvrez-le dans un éditeur d’images et enregistrez-le de nouveau.
problem-file-rendering = Les formats réduits de l’image n’ont pas pu être créés : { $reason }

## What went wrong

failure-to-photographs = Vers les photos
failure-request = Requête { $id }
failure-request-logged = Requête { $id } : l’exploitant de ce site la retrouve sous ce nom dans le journal.
failure-bad-request = C’est impossible
failure-forbidden = Vous n’y êtes pas autorisé
failure-disabled = Ce compte est désactivé. La personne qui gère le site peut vous dire pourquoi.
failure-registration = Sur ce site, personne ne peut se créer un compte. La personne qui s’en occupe le peut.
failure-not-found = Il n’y a rien ici
failure-not-found-hint = La page a peut-être été déplacée, ou elle n’est pas visible de tous.
failure-wrong-method = C’est impossible ici
failure-wrong-method-hint = Cette adresse n’accepte pas cette méthode.
failure-too-large = C’est trop volumineux
failure-too-slow = L’envoi n’est pas arrivé
failure-silent-hint = Plus rien n’est arrivé depuis trop longtemps. Veuillez recommencer l’envoi.
failure-too-slow-hint = L’envoi était trop lent. Veuillez recommencer avec une connexion plus rapide, ou envoyer quelque chose de plus léger.
failure-unsupported = C’est illisible
failure-unavailable = Revenez dans un instant
failure-internal = Une erreur s’est produite ici
failure-internal-hint = Elle a été consignée. Vous n’avez rien perdu ; veuillez réessayer.
failure-language = Ce site n’existe pas dans cette langue.
failure-address = Cette adresse n’est pas utilisable.
failure-query = La partie de l’adresse qui suit le point d’interrogation est illisible.
failure-form-kind = Cette page attend un formulaire (application/x-www-form-urlencoded).
failure-form-multipart = Un formulaire de type multipart/form-data est attendu ici.
failure-form-forged = Ce formulaire ne vient pas d’une page de ce site, ou vous vous êtes reconnecté entre-temps. Revenez en arrière, rechargez la page et envoyez-le de nouveau.
failure-form = Le formulaire est illisible : { $problem }.
failure-form-size = Le formulaire est plus volumineux que ce qui est accepté ici.
failure-form-parts = Un formulaire compte au plus { $most } parties.
failure-field-size = Un champ de texte compte au plus { $most } octets.
failure-field-text = Un champ de texte n’est pas du texte UTF-8 valide.
failure-file-size = Un fichier compte ici au plus { $most } octets.
failure-body-size = Au plus { $most } octets sont acceptés ici.
failure-body-broken = La requête s’est interrompue.
failure-uploads-full = Trop de fichiers sont envoyés en même temps. Veuillez réessayer dans un instant.
failure-plugin-slow = Cela prend trop de temps. Veuillez réessayer plus tard.
failure-plugin-stopped = Cette partie du site a été arrêtée.
failure-plugin-silent = Cette partie du site ne répond pas : { $plugins }. Ce qui y était autorisé l’est peut-être encore. Veuillez revenir dans un instant.
