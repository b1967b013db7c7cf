### Ce que disent les pages du fournisseur OAuth 1.0a, en plus de ce qui est dans
### authorization.ftl. Termes : ceux de oauth.ftl.

oauth1-unknown-token = Demande inconnue
oauth1-unknown-token-hint = Elle a déjà reçu une réponse, elle a attendu trop longtemps, ou l’application ne l’a jamais faite. Veuillez réessayer depuis l’application.

menu-clients = Mes applications qui signent

oauth1-clients-lead = Vos programmes qui signent leurs requêtes (OAuth 1.0a) et que les membres de { $site } peuvent autoriser à utiliser leur compte.
oauth1-consumer-key = Clé de consommateur
oauth1-consumer-secret = Secret de consommateur
oauth1-secret-once = Le secret n’est affiché que maintenant. { $site } le conserve scellé, pour vérifier les signatures, et ne l’affichera plus : placez-le là où votre application le lit.
oauth1-secret-hint = Un nouveau secret remplace l’ancien, qui cesse aussitôt de fonctionner.
oauth1-addresses = Adresses pour votre bibliothèque

## For administrators

menu-admin-clients = Toutes les applications qui signent
oauth1-search = Nom ou clé de consommateur
oauth1-clients-empty-hint = Les membres enregistrent les leurs sous « Mes applications qui signent » ; la ligne de commande ajoute les vôtres.
oauth1-client-unknown-hint = Aucune n’a cette clé de consommateur, ou elle a été supprimée entre-temps.
oauth1-remark-unproven = n’importe qui peut agir en son nom
oauth1-remark-mute = ne peut pas signer
oauth1-by-secret = un secret
oauth1-by-key = une clé
oauth1-by-nothing = rien
oauth1-methods = Peut signer par
oauth1-callbacks = Adresses de retour
oauth1-callbacks-none = aucune : les membres copient un code
oauth1-suspend-hint = Tout ce qu’elle signe est refusé, et personne ne peut l’autoriser tant qu’elle n’est pas rétablie. Les autorisations des membres restent, et comptent alors de nouveau.
oauth1-resume-hint = Elle peut de nouveau demander aux membres, et leurs autorisations d’avant la suspension comptent de nouveau.
oauth1-end-hint = Les autorisations des membres prennent fin. Elle doit les redemander à chacun.
oauth1-problem-key = Pas de nouveau secret : elle signe par sa clé. La ligne de commande lui en donne une autre.
finding-plaintext = Les applications peuvent envoyer des secrets avec chaque requête
finding-rsa_sha1 = Les applications peuvent signer avec SHA-1 et RSA
finding-long_window = Les requêtes restent valables longtemps après leur signature
finding-endless_tokens = Les autorisations des membres ne prennent jamais fin d’elles-mêmes
finding-open_registration = N’importe quel programme peut s’enregistrer lui-même
finding-empty_secret = N’importe qui peut agir au nom d’une application
finding-nothing_signs = Une application ne peut pas signer
finding-long_suspended = Une application est suspendue depuis longtemps
