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
