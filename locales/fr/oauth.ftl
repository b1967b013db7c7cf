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

## My applications

clients-lead = Vos programmes, que les membres de { $site } peuvent autoriser à utiliser leur compte.
client-kind-server = sur un serveur
client-kind-device = dans un navigateur ou sur un appareil
client-kind = Type
client-allowed-by = Autorisée par
client-members = { $members ->
    [one] { $members } membre
   *[other] { $members } membres
}
client-metadata = Métadonnées
client-logo = Logo
client-logo-hint = Les membres le voient à côté du nom quand ils doivent autoriser l’application.
client-logo-file = Image
client-logo-file-hint = JPEG, PNG, WebP ou GIF, jusqu’à { $mebibytes } Mio. Seule l’image est conservée, sans le lieu ni rien d’autre de ce que dit le fichier.
client-logo-save = Enregistrer le logo
client-logo-replace = Remplacer le logo
client-logo-delete = Retirer le logo
client-logo-not = Le logo n’a pas été modifié
client-secret-hint = Un nouveau secret remplace l’ancien. Pendant un jour, les deux peuvent fonctionner, pour que votre application ne soit jamais exclue.
client-secret-made = créé le { $day }
client-secret-until = valable jusqu’au { $day }
client-secret-last-used = dernière utilisation le { $day }
client-secret-not-used = pas encore utilisé
client-secret-old = L’ancien
client-secret-day = fonctionne encore un jour
client-secret-day-hint = Le temps de mettre le nouveau dans votre application.
client-secret-now = cesse aussitôt de fonctionner
client-secret-now-hint = Si quelqu’un d’autre l’a vu.
client-new-where = Où elle s’exécute
client-new-server = Sur un serveur à vous
client-new-server-hint = Elle reçoit un secret et l’y garde.
client-new-device = Dans un navigateur, sur un téléphone ou un ordinateur
client-new-device-hint = Elle ne peut y garder aucun secret : elle n’en reçoit pas et doit utiliser PKCE.
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
client-old-until = L’ancien secret est valable jusqu’au { $day }.
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

admin-search = Nom ou client id
admin-clients-empty-hint = Les membres enregistrent les leurs sous « Mes applications » ; la ligne de commande ajoute les vôtres.
admin-by-initial-token = avec le jeton d’accès initial { $id }
admin-remark-password = voit les mots de passe
admin-remark-legacy = secrets dans les adresses
admin-remark-introspects = serveur de ressources
admin-grants = Grants
admin-switches = Options
admin-switch-introspects = Elle peut examiner les jetons d’accès de toutes les applications.
admin-switch-push = Elle doit déposer ses demandes d’autorisation à l’avance (PAR).
admin-switch-dpop = Elle ne reçoit que des jetons d’accès liés à sa clé (DPoP).
admin-switch-legacy = Ancien usage : elle peut envoyer codes, secrets et jetons dans des adresses.
admin-suspend-hint = Tous ses jetons sont révoqués, et personne ne peut l’autoriser tant qu’elle n’est pas rétablie. Les autorisations des membres restent.
admin-resume-hint = Elle peut de nouveau demander des jetons, et les autorisations des membres comptent de nouveau. Ses anciens jetons restent révoqués.
admin-end-hint = Ce qui lui a été délivré ne fonctionne plus. Les autorisations des membres restent, et elle peut demander de nouveaux jetons.
admin-client-unknown-hint = Aucune n’a ce client id, ou elle a été supprimée entre-temps.

## The policy

policy-lead = Tel que c’est écrit sous { $section } dans { $file } ; c’est là que vous le modifiez, et cela compte dès le prochain démarrage. Voir aussi { $applications }.
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

problem-logo-missing = Choisissez une image.
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
problem-token-uses = Ce n’est pas un nombre de 1 à { $most }.
problem-token-days = Ce n’est pas un nombre de jours de 1 à 3650.
