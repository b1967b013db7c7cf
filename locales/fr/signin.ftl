### Ce que disent les pages par lesquelles on se connecte avec un compte d’un
### autre site.
###
### Termes : associer (permettre à un compte ailleurs d’ouvrir celui d’ici),
### dissocier, se connecter, compte.

menu-site = Comptes du site ailleurs

continue-with = Continuer avec { $provider }

accounts-title = Autres façons de se connecter
accounts-lead = Qui peut se connecter à l’un de ces comptes ailleurs peut se connecter au vôtre ici.
accounts-none = Aucun compte ailleurs n’ouvre le vôtre. Vous vous connectez avec votre mot de passe.
accounts-since = associé le { $day }
accounts-last-used = utilisé pour la dernière fois le { $day }
accounts-unlink = Dissocier
accounts-still-given = L’association est supprimée ici. { $provider } n’a pas révoqué l’accès que ce site avait au compte : mettez-y fin là-bas, parmi les applications de votre compte.
site-anew = D’autres plugins agissent avec ce compte au nom du site. Avant d’en associer un, montrez que c’est bien vous : reconnectez-vous.
accounts-anew = Qui associe un compte pourra s’en servir pour se connecter. Avant cela, montrez que c’est bien vous : reconnectez-vous.
accounts-sign-in-anew = Se reconnecter
accounts-link = Associer un autre compte
accounts-link-hint = Vous vous y connectez une fois, puis vous revenez ici.
accounts-link-at = Associer un compte de { $provider }
accounts-sign-out-both = Se déconnecter ici et chez { $provider }

site-title = Comptes du site ailleurs
site-lead = D’autres extensions s’en servent au nom du site lui-même. Ils n’ouvrent aucun compte ici.
site-none = Aucun fournisseur n’est prévu pour cela : site_account = true dans sa section de hob.toml.
site-unused = Aucune extension ne peut plus s’en servir : les réglages ne le permettent pas. Vous pouvez le dissocier.

register-title = Bienvenue sur { $site }
register-lead = Votre compte chez { $provider } n’en ouvre encore aucun ici. Vous pouvez maintenant vous en créer un avec lui.
register-username = Nom d’utilisateur
register-username-hint = 1 à 30 caractères parmi a-z, 0-9, _ et -. C’est par lui que l’on vous trouve ; il ne peut pas être changé ensuite.
register-submit = Créer le compte
register-have-one = Avez-vous déjà un compte ici ?
register-have-one-hint = Connectez-vous-y, puis associez l’autre sur la page de votre compte.
register-sign-in = Se connecter
register-taken = { $username } est déjà pris.
register-malformed = Ce ne peut pas être un nom d’utilisateur : prenez 1 à 30 caractères parmi a-z, 0-9, _ et -, en commençant par une lettre ou un chiffre.

error-title = Vous n’êtes pas connecté
error-again = Réessayer
error-other-way = Se connecter autrement
error-request = Requête { $id }
error-unknown-provider = Il n’y a pas de site de ce nom avec lequel se connecter.
error-state = Cette connexion a été commencée dans un autre navigateur, ou il y a trop longtemps. Veuillez recommencer.
error-other-provider = Cette réponse ne vient pas du site avec lequel vous vouliez vous connecter. Veuillez recommencer, et ne rien saisir sur la page qui vous a envoyé ici.
error-declined = Vous avez refusé chez { $provider }. Rien n’a changé ici.
error-not-linked = Votre compte chez { $provider } n’ouvre encore aucun compte ici. Connectez-vous avec votre mot de passe et associez-le sur la page de votre compte. Si vous n’avez pas de compte ici, demandez à la personne qui gère { $site }.
error-linked-elsewhere = Ce compte chez { $provider } ouvre déjà un autre compte ici, et chacun n’en ouvre qu’un.
error-last-way = Vous n’avez pas de mot de passe ici : sans ce compte, vous ne pourriez plus vous connecter. Définissez d’abord un mot de passe sur la page de votre compte.
error-member-changed = Une autre personne est maintenant connectée qu’au début. Veuillez recommencer.
error-not-anew = { $provider } ne dit pas que vous venez de vous y connecter, or il faut le savoir ici. Connectez-vous avec votre mot de passe ; si vous n’en avez pas ici, demandez-en un à qui s’occupe de { $site }.
error-refused = Une autre partie de ce site refuse ce compte chez { $provider }.
error-throttled = Cela a été commencé trop souvent depuis votre adresse. Veuillez réessayer dans un instant.
error-provider = { $provider } n’a pas donné de réponse utilisable. C’est consigné ; veuillez réessayer plus tard.
error-internal = Quelque chose s’est mal passé ici. C’est consigné ; veuillez réessayer plus tard.
