### Ce que disent les pages du serveur d’autorisation. On vouvoie les membres.
###
### Termes : application (application), autoriser et révoquer (allow, take back,
### revoke), Refuser (Deny), applications connectées (connected applications),
### enregistrer (register), code, secret, exploitant (operator). Client id, URI de
### redirection, scope, jeton (token), grant et PKCE sont les mots du métier.

menu-clients = Mes applications
menu-tokens = Jetons d’accès personnels
menu-admin-clients = Toutes les applications
menu-admin-policy = Règles et jetons d’accès initial
connected-applications = Applications connectées
refused-by-plugin = Ce site ne l’autorise pas

## Whether an application may use the account

consent-title = Autoriser { $client } ?
consent-asks = { $client } demande à utiliser votre compte
consent-asks-again = { $client } demande de nouveau à utiliser votre compte
consent-asks-more = { $client } en demande plus qu’avant
consent-would-do = L’application pourra faire ce que vous laissez coché :
consent-new = Nouveau :
consent-before = Vous l’avez déjà autorisé :
consent-group-other = Autre
consent-sensitive = sensible
consent-needed = indispensable
consent-deny-keeps = Si vous refusez, ce que vous avez autorisé auparavant le reste.
consent-take-back = L’application ne voit jamais votre mot de passe, et vous pouvez révoquer cet accès à tout moment sous { $page }.
consent-lasts = Cet accès dure jusqu’à ce que vous le révoquiez.
consent-lasts-until = Cet accès dure jusqu’au { $day }, sauf si vous le révoquez avant.
consent-lasts-for = Cet accès dure { $duration }, sauf si vous le révoquez avant.
consent-each-time = L’application l’obtient chaque fois pour { $duration }.
consent-renewed = L’application peut le renouveler elle-même, pendant { $longest } au plus.
consent-renewed-idle = L’application peut le renouveler elle-même, pendant { $longest } au plus, et plus du tout si elle ne l’a pas fait pendant { $idle }.
consent-idle = L’application le perd si elle ne le renouvelle pas pendant { $idle }.
duration-days = { $count ->
    [one] un jour
   *[other] { $count } jours
}
duration-hours = { $count ->
    [one] une heure
   *[other] { $count } heures
}
duration-minutes = { $count ->
    [one] une minute
   *[other] { $count } minutes
}
duration-seconds = { $count ->
    [one] une seconde
   *[other] { $count } secondes
}
consent-goes-on = Vous serez ensuite dirigé vers { $destination }.
consent-copy = Vous obtiendrez ensuite { $code } dans l’application.
consent-copy-code = un code à copier
consent-device = L’appareil qui affiche { $code } aura ensuite accès.
consent-device-warning = N’autorisez que si l’appareil est devant vous et que vous avez vous-même lancé la demande. Sinon, la personne qui vous a envoyé le code { $code } entrerait dans votre compte.
consent-unverified = L’exploitant de { $site } n’a pas vérifié cette application. Ne l’autorisez que si vous en venez à l’instant et que vous lui faites confiance.
consent-unverified-member = L’exploitant de { $site } n’a pas vérifié cette application ; c’est { $owner } qui l’a enregistrée. Ne l’autorisez que si vous en venez à l’instant et que vous lui faites confiance.
consent-unverified-itself = L’exploitant de { $site } n’a pas vérifié cette application ; elle s’est enregistrée elle-même, et personne n’a contrôlé son nom. Ne l’autorisez que si vous en venez à l’instant et que vous lui faites confiance.
consent-registered-operator = L’exploitant de { $site } l’a enregistrée le { $day }.
consent-registered-member = { $owner } l’a enregistrée sur les pages du site le { $day }.
consent-registered-former-member = Un membre dont le compte n’existe plus l’a enregistrée sur les pages du site le { $day }.
consent-registered-itself = Elle s’est enregistrée elle-même le { $day }.
consent-deny = Refuser
consent-allow = Autoriser
consent-details = Détails techniques
consent-scopes = Scopes
unverified = non vérifiée
suspended = suspendue
signed-in-as = Vous êtes connecté en tant que { $name } (@{ $username }).
not-you = Ce n’est pas vous ?
another-account = Utiliser un autre compte
client-id = Client id
redirect-uri = URI de redirection

destination-program = un programme de cet appareil
destination-app = une appli de cet appareil
destination-site = une page de ce site
destination-unknown = une destination inconnue

## A code that is copied

code-title = Copier le code
code-heading = Encore une étape
code-lead = Copiez ce code, revenez à { $client } et collez-le.
code = Code
code-hint = Un clic le sélectionne en entier. Il est valable une seule fois, pendant { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}.
code-warning = Ne le donnez à personne : ni à quelqu’un qui vous le demande, ni à une autre page. Quiconque l’a peut utiliser votre compte comme vous venez de le permettre à { $client }. Vous pouvez révoquer cet accès sous { $page }.

## A device

device-title = Connecter un appareil
device-compare = Votre appareil affiche-t-il exactement ce code ? Ne continuez que si c’est le cas, et que si vous avez vous-même lancé la demande.
device-type = Saisissez le code qu’affiche votre appareil.
device-code-hint = Huit lettres, par exemple BCDF-GHJK. Les majuscules et les tirets n’ont pas d’importance.
device-shows-it = Il affiche ce code
device-go-on = Continuer
device-warning = Personne de { $site } ne vous envoie jamais de code ni ne vous en demande. Quiconque le fait veut entrer dans votre compte.
device-wrong-form = Un code compte huit lettres, par exemple BCDF-GHJK.
device-wrong = Aucun appareil n’attend avec ce code. Il a peut-être déjà servi ou expiré : regardez de nouveau l’appareil.
device-too-many = Trop de codes étaient incorrects. Réessayez dans { $seconds } secondes.
device-connected = Connecté
device-not-connected = Non connecté
device-allowed = { $client } est connectée
device-allowed-hint = Revenez à votre appareil ; il continue de lui-même dans quelques secondes. Vous pouvez fermer cette page.
device-take-back = Vous pouvez révoquer cet accès à tout moment sous { $page }.
device-denied = Vous n’avez pas autorisé l’accès
device-denied-hint = { $client } n’obtient aucun accès, et l’appareil en est informé. Vous pouvez fermer cette page.

## What can't be answered

error-nothing-sent = Rien n’a été autorisé et rien n’a été envoyé à l’application. Vous pouvez fermer cette page, ou revenir en arrière et réessayer depuis l’application.
error-departure = L’exploitant de { $site } n’a pas vérifié cette application. Ne continuez que si vous en venez à l’instant et que vous lui faites confiance ; aucune page là-bas n’appartient à ce site.
error-go-on = Continuer vers { $destination }
error-for-developer = Pour le développeur de l’application
error-code = Erreur
error-why = Raison
error-request = Requête
error-internal = Une erreur s’est produite ici
error-internal-hint = Elle a été consignée. Veuillez réessayer depuis l’application.
error-denied = Vous n’avez pas autorisé l’accès
error-denied-hint = L’application n’obtient pas de code et n’a aucun accès.
error-unanswerable = Impossible de répondre à cette requête
error-untold-hint = L’application a demandé quelque chose qu’elle ne peut pas obtenir de cette façon.
error-mistake-hint = L’application s’est trompée, ou quelqu’un a modifié l’adresse en chemin.
error-suspended = Cette application est suspendue
error-suspended-hint = L’exploitant de ce site l’a arrêtée pour tout le monde.
error-over = Cette requête est close
error-over-hint = Une réponse y a déjà été donnée, ou elle a attendu trop longtemps.
error-another-account = Vous avez changé de compte
error-another-account-hint = La question a été posée à un autre compte ou dans une autre session, votre réponse ne compte donc pas.
error-unknown-client = Application inconnue
error-unknown-client-hint = La page d’où vous venez se présente comme une application que ce site ne connaît pas.

## My applications

clients-lead = Vos programmes, que les membres de { $site } peuvent autoriser à utiliser leur compte.
clients-register = Enregistrer une application
clients-empty = Aucune pour l’instant
clients-empty-hint = Enregistrez-en une pour obtenir le client id et le secret que demande une bibliothèque OAuth.
clients-registered = enregistrée le { $day }
client-kind-server = sur un serveur
client-kind-device = dans un navigateur ou sur un appareil
client-suspended = L’exploitant a suspendu cette application. Personne ne peut l’autoriser, et ses jetons sont refusés.
client-identity = Identité
client-kind = Type
client-registered = Enregistrée
client-allowed-by = Autorisée par
client-members = { $members ->
    [one] { $members } membre
   *[other] { $members } membres
}
client-metadata = Métadonnées
client-settings = Réglages
client-settings-hint = Les membres qui l’ont déjà autorisée seront interrogés de nouveau sur ce que vous ajoutez.
client-save = Enregistrer
client-not-saved = Non enregistré
client-logo = Logo
client-logo-hint = Les membres le voient à côté du nom quand ils doivent autoriser l’application.
client-logo-file = Image
client-logo-file-hint = JPEG, PNG, WebP ou GIF, jusqu’à { $mebibytes } Mio. Seule l’image est conservée, sans le lieu ni rien d’autre de ce que dit le fichier.
client-logo-save = Enregistrer le logo
client-logo-replace = Remplacer le logo
client-logo-delete = Retirer le logo
client-logo-not = Le logo n’a pas été modifié
client-secret = Secret
client-secret-hint = Un nouveau secret remplace l’ancien. Pendant un jour, les deux peuvent fonctionner, pour que votre application ne soit jamais exclue.
client-secret-made = créé le { $day }
client-secret-until = valable jusqu’au { $day }
client-secret-last-used = dernière utilisation le { $day }
client-secret-not-used = pas encore utilisé
client-secret-new = Créer un nouveau secret
client-secret-new-more = Créer un nouveau secret…
client-secret-old = L’ancien
client-secret-day = fonctionne encore un jour
client-secret-day-hint = Le temps de mettre le nouveau dans votre application.
client-secret-now = cesse aussitôt de fonctionner
client-secret-now-hint = Si quelqu’un d’autre l’a vu.
client-delete = Supprimer
client-delete-more = Supprimer cette application…
client-delete-hint = Elle cesse aussitôt de fonctionner pour tous ceux qui l’ont autorisée. C’est irréversible.
client-delete-now = Supprimer { $client }

client-new-not = Non enregistrée
client-new-where = Où elle s’exécute
client-new-server = Sur un serveur à vous
client-new-server-hint = Elle reçoit un secret et l’y garde.
client-new-device = Dans un navigateur, sur un téléphone ou un ordinateur
client-new-device-hint = Elle ne peut y garder aucun secret : elle n’en reçoit pas et doit utiliser PKCE.
client-new-now = Enregistrer
client-new-cancel = Annuler

client-name = Nom
client-name-hint = Ce que lisent les membres à qui l’on demande de l’autoriser.
client-website = Site web
client-website-hint = Les membres voient son nom d’hôte.
client-optional = (facultatif)
client-redirect-uris = URI de redirection
client-redirect-uris-hint = Une par ligne, comparée lettre à lettre. https, ou http sur 127.0.0.1 pendant le développement, ou le schéma propre à votre appli.
client-may-ask = Ce qu’elle peut demander
client-required = Ne fonctionne pas sans
client-required-hint = Ce sans quoi l’application ne fonctionne pas ne peut pas être décoché. Tout refuser reste toujours possible.

client-created-title = Application enregistrée
client-created = { $client } est enregistrée
client-secret-once = Le secret n’est affiché que maintenant. { $site } n’en garde qu’une empreinte et ne pourra plus l’afficher : mettez-le là où votre application le lit avant de quitter cette page.
client-secret-label = Secret du client
client-public-note = Une application publique n’a pas de secret. Sa bibliothèque doit envoyer un code challenge (PKCE, S256).
client-everything-else = Tout ce dont une bibliothèque a besoin en plus
client-click-value = Un clic sur une valeur la sélectionne en entier.
client-click = Un clic le sélectionne en entier.
curl-title = L’essayer dans un shell
curl-created = La réponse montre que le client id, l’URI de redirection et les scopes sont corrects.
curl-secret = La réponse montre que le secret est valable.
curl-with-secret = Le secret se trouve alors dans la variable CLIENT_SECRET.
curl-token = La ligne contient le jeton, et l’historique de votre shell le contiendra aussi.
client-done = Terminé
client-rotated-title = Nouveau secret
client-rotated = { $client } a un nouveau secret
client-old-until = L’ancien secret est valable jusqu’au { $day }.
client-old-dead = L’ancien secret n’est plus valable.

clients-closed = L’enregistrement est fermé
clients-closed-hint = L’exploitant de ce site enregistre les applications ; adressez-vous à lui.
clients-too-many = Trop d’applications
clients-too-many-hint = Vous avez enregistré autant d’applications que ce site en accorde à un membre : { $most }. Supprimez-en une dont vous n’avez plus besoin, ou adressez-vous à l’exploitant.
clients-unknown = Application introuvable
clients-unknown-hint = Elle n’existe pas, ou quelqu’un d’autre l’a enregistrée.

## Personal access tokens

tokens-lead = Pour vos propres programmes : quiconque en a un peut utiliser votre compte sur { $site } dans la mesure où le jeton le permet, jusqu’à son expiration.
tokens-make = Créer un jeton
tokens-none-new = L’exploitant de { $site } ne vous permet pas d’en créer de nouveaux.
tokens-empty = Aucun pour l’instant
tokens-empty-hint = Un script ou un programme que vous êtes seul à utiliser n’a pas besoin d’application : un jeton suffit.
tokens-closed = Pas de nouveaux jetons
tokens-closed-hint = L’exploitant de ce site ne vous permet pas de créer de jetons d’accès personnels. Ceux que vous avez restent valables.
token-made = Créé le { $day }
token-last-used = dernière utilisation le { $day }
token-last-used-from = dernière utilisation le { $day } depuis { $address }
token-not-used = pas encore utilisé
token-until = jusqu’au { $day }
token-revoke = Révoquer
token-revoke-which = le jeton { $name }
token-new-title = Créer un jeton d’accès personnel
token-new-not = Non créé
token-name = Nom
token-name-hint = À quoi il sert, pour que vous le reconnaissiez.
token-may-do = Ce qu’il permet
token-ends = Quand il expire
token-ends-days = { $days ->
    [one] dans un jour
   *[other] dans { $days } jours
}
token-ends-day = à la fin d’une journée :
token-ends-day-label = La journée à la fin de laquelle il expire
token-new-now = Créer
token-new-cancel = Annuler
token-heading = Le jeton { $name }
token-once = Il n’est affiché que maintenant. { $site } n’en garde qu’une empreinte et ne pourra plus l’afficher : mettez-le là où votre programme le lit avant de quitter cette page. Quiconque l’a peut utiliser votre compte.
token-label = Jeton d’accès personnel
token-works-until = Il est valable jusqu’au { $day }.
token-done = Terminé

## For administrators

admin-title = Administration
admin-clients-lead = Tout ce qui est enregistré ici, par qui que ce soit ; la dernière en premier.
admin-search = Nom ou client id
admin-search-now = Rechercher
admin-search-all = Tout afficher
admin-clients-empty = Aucune application n’est enregistrée
admin-clients-empty-hint = Les membres enregistrent les leurs sous « Mes applications » ; la ligne de commande ajoute les vôtres.
admin-clients-none-found = Aucune application ne porte ce nom
admin-members = { $members ->
    [one] Autorisée par { $members } membre
   *[other] Autorisée par { $members } membres
}
admin-last-used = dernière utilisation le { $day }
admin-last-used-from = dernière utilisation le { $day } depuis { $address }
admin-not-used = pas encore utilisé
admin-granted = autorisée le { $day }
admin-until = jusqu’au { $day }
admin-by-operator = enregistrée par un exploitant
admin-by-member = enregistrée par @{ $username }
admin-by-former-member = enregistrée par le membre { $id }, qui n’existe plus
admin-by-itself = s’est enregistrée elle-même
admin-by-initial-token = avec le jeton d’accès initial { $id }
admin-remark-password = voit les mots de passe
admin-remark-legacy = secrets dans les adresses
admin-remark-introspects = serveur de ressources
admin-pages = Autres applications
admin-pages-members = Autres membres
admin-newest = Depuis le début
admin-older = Suite
admin-audit-log = Ce qui lui a été fait
admin-facts = Ce qu’elle est
admin-suspended-since = Suspendue depuis le
admin-registered-by = Origine
admin-used = Dernière utilisation
admin-authentication = Prouve son identité par
admin-grants = Grants
admin-switches = Options
admin-switch-introspects = Elle peut examiner les jetons d’accès de toutes les applications.
admin-switch-push = Elle doit déposer ses demandes d’autorisation à l’avance (PAR).
admin-switch-dpop = Elle ne reçoit que des jetons d’accès liés à sa clé (DPoP).
admin-switch-legacy = Ancien usage : elle peut envoyer codes, secrets et jetons dans des adresses.
admin-allowed-by = Membres
admin-members-none = Aucun membre ne l’autorise actuellement.
admin-member-gone = le membre { $id }, qui n’existe plus
admin-stop = L’arrêter
admin-stop-hint = Chaque action compte aussitôt, pour tout le site, et figure dans le journal d’audit avec votre nom.
admin-suspend-more = Suspendre …
admin-suspend-hint = Tous ses jetons sont révoqués, et personne ne peut l’autoriser tant qu’elle n’est pas rétablie. Les autorisations des membres restent.
admin-suspend = Suspendre { $client }
admin-reason = Raison
admin-reason-hint = Pour les exploitants et le journal d’audit ; les membres n’en sont pas informés.
admin-resume-more = Rétablir …
admin-resume-hint = Elle peut de nouveau demander des jetons, et les autorisations des membres comptent de nouveau. Ses anciens jetons restent révoqués.
admin-resume = Rétablir { $client }
admin-end-more = Révoquer tous ses jetons …
admin-end-hint = Ce qui lui a été délivré ne fonctionne plus. Les autorisations des membres restent, et elle peut demander de nouveaux jetons.
admin-end = Révoquer tous les jetons de { $client }
admin-delete-more = Supprimer …
admin-delete-hint = { $members ->
    [0] Elle disparaît pour de bon, avec ses jetons. Aucun membre ne l’autorise actuellement.
    [one] Elle disparaît pour de bon, avec ses jetons et l’autorisation de { $members } membre. Une suspension s’annule, ceci non.
   *[other] Elle disparaît pour de bon, avec ses jetons et les autorisations de { $members } membres. Une suspension s’annule, ceci non.
}
admin-done-suspended = Elle est suspendue : ses jetons sont révoqués.
admin-done-resumed = Elle est rétablie.
admin-done-ended = Tous ses jetons sont révoqués.
admin-done-deleted = L’application est supprimée.
admin-client-unknown-hint = Aucune n’a ce client id, ou elle a été supprimée entre-temps.

## The policy

policy-lead = Tel que c’est écrit sous { $section } dans { $file } ; c’est là que vous le modifiez, et cela compte dès le prochain démarrage. Voir aussi { $applications }.
policy-findings = Ce qui est risqué
policy-findings-hint = Les détails sont en anglais, tels que { $command } les affiche.
policy-findings-none = Rien de risqué n’a été trouvé.
finding-plain_http = Le site est joignable sans chiffrement
finding-long_access_tokens = Les jetons d’accès durent longtemps
finding-open_registration_with_sensitive_scopes = N’importe quel programme peut demander ce qui est sensible
finding-password_grant = Une application voit les mots de passe des membres
finding-secrets_in_addresses = Une application peut envoyer des secrets dans des adresses
finding-long_refreshing = Les applications continuent longtemps sans le membre
finding-long_consents = Les membres ne sont interrogés de nouveau qu’après longtemps
finding-long_codes = Les codes restent longtemps échangeables
finding-localhost_with_any_port = Des codes vont à tout ce qui s’appelle localhost
finding-unbounded_applications = Un membre peut enregistrer des applications sans limite
finding-unused_registrations_stay = Les applications que personne n’utilise restent
finding-long_personal_tokens = Les jetons d’accès personnels durent longtemps
finding-unbounded_personal_tokens = Un membre peut créer des jetons d’accès personnels sans limite
finding-unused = Une application n’est pas utilisée
finding-old_secret = Un secret est ancien
finding-second_secret = Un ancien secret vaut encore à côté du nouveau
finding-no_secret = Une application n’a plus de secret valable
finding-codes_to_copy = Les membres copient des codes à la main
finding-long_suspended = Une application est suspendue depuis longtemps
finding-unused_personal_tokens = Des jetons d’accès personnels ne sont pas utilisés
finding-not_pruned = Ce qui a expiré est encore là
policy-danger = danger
policy-warning = avertissement
policy-notice = remarque
policy-key = Clé
policy-value = Valeur
policy-not-set = non défini
policy-yes = oui
policy-no = non
policy-topic-registration = Enregistrement par les membres
policy-topic-dynamic = Applications qui s’enregistrent elles-mêmes
policy-topic-personal = Jetons d’accès personnels
policy-topic-lifetimes = Durées de vie
policy-topic-demands = Ce que les applications doivent faire
policy-registration = Qui peut enregistrer des applications sur les pages du site.
policy-applications_per_member = Combien d’applications un membre peut enregistrer ; 0 : sans limite.
policy-dynamic_registration = Quelles applications peuvent s’enregistrer elles-mêmes : aucune, celles qui ont un jeton d’accès initial, ou toutes.
policy-dynamic_registration_scopes = Ce qu’elles peuvent demander ; non défini : tout ce qui n’est pas sensible.
policy-unused_registration_lifetime = Après quel délai une application que personne n’utilise est supprimée ; 0s : jamais.
policy-personal_tokens = Qui peut créer des jetons d’accès personnels.
policy-personal_tokens_per_member = Combien d’entre eux un membre peut avoir en même temps ; 0 : sans limite.
policy-personal_token_longest_lifetime = Combien de temps l’un d’eux vaut au plus.
policy-access_token_lifetime = Combien de temps un jeton d’accès fonctionne.
policy-refresh_token_lifetime = Combien de temps fonctionne un jeton d’actualisation qui n’est pas utilisé.
policy-refresh_token_absolute_lifetime = Combien de temps une application peut obtenir de nouveaux jetons avant que le membre soit de nouveau interrogé.
policy-consent_lifetime = Combien de temps compte la décision d’un membre ; non défini : jusqu’à ce qu’il la révoque.
policy-authorization_code_lifetime = De combien de temps dispose une application pour échanger un code contre des jetons.
policy-authorization_request_lifetime = De combien de temps dispose un membre pour se connecter et décider.
policy-pushed_authorization_request_lifetime = Combien de temps une demande déposée à l’avance attend le navigateur du membre.
policy-device_code_lifetime = De combien de temps dispose un membre pour saisir le code d’un appareil et décider.
policy-require_pkce = Les applications sur serveur doivent elles aussi utiliser PKCE ; les autres le doivent toujours.
policy-require_pushed_authorization_requests = Toute application doit déposer ses demandes d’autorisation à l’avance (PAR).
policy-dpop_nonce = Les preuves DPoP doivent porter un nonce de ce serveur.
policy-localhost_with_any_port = Une URI de redirection sur http://localhost vaut avec n’importe quel port.
policy-scopes = Scopes
policy-scopes-hint = Ce que déclarent les plugins de ce site.
policy-scope = Scope
policy-scope-itself = Pour celles qui s’enregistrent elles-mêmes

## Initial access tokens

initial-tokens = Jetons d’accès initial
initial-tokens-hint = Avec l’un d’eux, une application peut s’enregistrer elle-même (RFC 7591).
initial-tokens-idle = Aucun n’est demandé actuellement : il faut { $setting }.
initial-tokens-none = Il n’y en a aucun en cours de validité.
initial-token-number = Jeton { $id }
initial-token-uses = { $uses ->
    [one] pour { $uses } application encore
   *[other] pour { $uses } applications encore
}
initial-token-issued = délivré le { $day }
initial-token-revoked = Le jeton d’accès initial est révoqué. Les applications qu’il a admises restent.
initial-token-new = En délivrer un
initial-token-uses-label = Applications
initial-token-uses-hint = Combien peuvent s’enregistrer avec lui.
initial-token-days = Jours
initial-token-days-hint = Combien de temps il peut être utilisé.
initial-token-note = Pour qui
initial-token-note-hint = Pour que vous le reconnaissiez dans cette liste.
initial-token-issue = Délivrer
initial-token-title = Jeton d’accès initial
initial-token-once = Il n’est affiché que maintenant. { $site } n’en garde qu’une empreinte et ne peut plus l’afficher : transmettez-le avant de quitter cette page.
initial-token-label = Jeton d’accès initial
initial-token-where = Point d’enregistrement
initial-token-end = Valable jusqu’au
initial-token-unknown = Ce jeton n’existe pas
initial-token-unknown-hint = Il a expiré, ou quelqu’un d’autre vient de le révoquer.

## What is wrong with what was typed

problem-form = Quelque chose ne va pas dans le formulaire ; l’endroit est indiqué.
problem-name-missing = Il lui faut un nom.
problem-name = Un nom compte au plus { $most } caractères, sans retour à la ligne ni rien qui change le sens de l’écriture.
problem-website = Un site web commence par https:// ou http:// et compte au plus { $most } caractères.
problem-website-user = Un site web ne nomme pas d’utilisateur : retirez ce qui précède le @.
problem-redirect-uri-missing = Il lui faut une URI de redirection : là où les membres sont renvoyés.
problem-redirect-uris = Au plus { $most } URI de redirection peuvent être enregistrées.
problem-redirect-uri = { $uri } ne peut pas être une URI de redirection : { $problem }.
problem-uri-length = elle dépasse { $most } caractères
problem-uri-characters = elle contient des caractères qui n’existent pas dans une URI ; encodez-les avec des pourcents
problem-uri-wildcard = elle contient un joker ; enregistrez chaque URI séparément
problem-uri-fragment = elle contient un fragment (#…), qui n’arrive jamais à une application
problem-uri-dots = elle contient les segments . ou .., que les navigateurs résolvent ; écrivez le chemin voulu
problem-uri-relative = ce n’est pas une URI absolue
problem-uri-user = elle nomme un utilisateur ; retirez ce qui précède le @
problem-uri-http = http sans chiffrement ne marche que sur 127.0.0.1, [::1] et localhost ; utilisez https
problem-uri-scheme = le schéma propre à une appli est un nom de domaine à l’envers, par exemple com.example.app:/callback
problem-scope-missing = Il lui faut un scope : ce qu’elle peut demander.
problem-scope = Un scope se compose de mots en ASCII visible, sans guillemets ni barres obliques inverses, séparés par une seule espace.
problem-scope-unknown = Le scope { $scope } n’existe pas ; il y a : { $known }.
problem-scope-required = Elle ne peut pas exiger { $scope }, qu’elle n’a pas le droit de demander.
problem-logo-missing = Choisissez une image.
problem-grant = { $problem }.
problem-secret-public = Pas de nouveau secret : un client public n’en a pas.
problem-secret-keys = Pas de nouveau secret : ce client se prouve par ses clés et n’en a pas.
problem-secret-two = Pas de nouveau secret : deux secrets sont déjà valables.
problem-secret-two-until = Pas de nouveau secret : deux secrets sont déjà valables ; le plus ancien expire le { $day }.
problem-token-scope-missing = Il lui faut un scope : ce qu’il permet.
problem-token-end-missing = Indiquez quand il expire : choisissez un nombre de jours, ou un jour comme 2027-03-31.
problem-token-end-past = Ce jour est passé.
problem-token-end-late = Ce site accorde au plus { $days } jours à un jeton.
problem-tokens-number = Vous avez { $tokens } jetons, et ce site n’en autorise pas davantage : révoquez-en un dont vous n’avez plus besoin.
problem-password-changed = Votre mot de passe vient d’être changé : vérifiez que c’était bien vous.
problem-remark = Au plus { $most } caractères, sans retour à la ligne.
problem-token-uses = Ce n’est pas un nombre de 1 à { $most }.
problem-token-days = Ce n’est pas un nombre de jours de 1 à 3650.
