### Ce que disent les plugins qui laissent des programmes utiliser les comptes des
### membres, quel qu’il soit : la question posée au membre, et ce qui s’ensuit. On
### vouvoie les membres.
###
### Termes : ceux de oauth.ftl.

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
consent-unproven = Cette application n’a pas de secret à elle : n’importe quel programme peut se faire passer pour elle. Ne l’autorisez que si vous en venez à l’instant et lui faites confiance.
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
error-denied-hint = L’application n’obtient pas de code.
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

## What is wrong with what was typed

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
problem-grant = { $problem }.

## My applications

clients-register = Enregistrer une application
clients-empty = Aucune pour l’instant
clients-empty-hint = Enregistrez-en une pour obtenir ce que demande une bibliothèque OAuth.
clients-registered = enregistrée le { $day }
client-suspended = L’exploitant a suspendu cette application. Personne ne peut l’autoriser, et ses jetons sont refusés.
client-identity = Identité
client-registered = Enregistrée
client-settings = Réglages
client-settings-hint = Les membres qui l’ont déjà autorisée seront interrogés de nouveau sur ce que vous ajoutez.
client-save = Enregistrer
client-not-saved = Non enregistré
client-secret = Secret
client-secret-new = Créer un nouveau secret
client-secret-new-more = Créer un nouveau secret…
client-delete = Supprimer
client-delete-more = Supprimer cette application…
client-delete-hint = Elle cesse aussitôt de fonctionner pour tous ceux qui l’ont autorisée. C’est irréversible.
client-delete-now = Supprimer { $client }
client-new-not = Non enregistrée
client-new-now = Enregistrer
client-new-cancel = Annuler
client-name = Nom
client-name-hint = Ce que lisent les membres à qui l’on demande de l’autoriser.
client-website = Site web
client-website-hint = Les membres voient son nom d’hôte.
client-optional = (facultatif)
client-redirect-uris = URI de redirection
client-redirect-uris-hint = Une par ligne, comparée lettre à lettre. https, ou http sur 127.0.0.1 pendant le développement, ou le schéma propre à votre appli.
client-redirect-uris-none = Sans aucune, les membres recopient un code.
client-may-ask = Ce qu’elle peut demander
client-required = Ne fonctionne pas sans
client-required-hint = Ce sans quoi l’application ne fonctionne pas ne peut pas être décoché. Tout refuser reste toujours possible.
client-created-title = Application enregistrée
client-created = { $client } est enregistrée
client-done = Terminé
client-rotated-title = Nouveau secret
client-rotated = { $client } a un nouveau secret
client-old-dead = L’ancien secret n’est plus valable.
clients-closed = L’enregistrement est fermé
clients-closed-hint = L’exploitant de ce site enregistre les applications ; adressez-vous à lui.
clients-too-many = Trop d’applications
clients-too-many-hint = Vous avez enregistré autant d’applications que ce site en accorde à un membre : { $most }. Supprimez-en une dont vous n’avez plus besoin, ou adressez-vous à l’exploitant.
clients-unknown = Application introuvable
clients-unknown-hint = Elle n’existe pas, ou quelqu’un d’autre l’a enregistrée.
problem-form = Quelque chose ne va pas dans le formulaire ; l’endroit est indiqué.

## For administrators

admin-title = Administration
admin-clients-lead = Tout ce qui est enregistré ici, par qui que ce soit ; la dernière en premier.
admin-search-now = Rechercher
admin-search-all = Tout afficher
admin-clients-empty = Aucune application n’est enregistrée
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
admin-pages = Autres applications
admin-pages-members = Autres membres
admin-newest = Depuis le début
admin-older = Suite
admin-audit-log = Les actions la concernant
admin-facts = Ce qu’elle est
admin-suspended-since = Suspendue depuis le
admin-registered-by = Origine
admin-used = Dernière utilisation
admin-authentication = Prouve son identité par
admin-allowed-by = Membres
admin-members-none = Aucun membre ne l’autorise actuellement.
admin-member-gone = le membre { $id }, qui n’existe plus
admin-stop = L’arrêter
admin-stop-hint = Chaque action compte aussitôt, pour tout le site, et figure dans le journal d’audit avec votre nom.
admin-suspend-more = Suspendre …
admin-suspend = Suspendre { $client }
admin-reason = Raison
admin-reason-hint = Pour les exploitants et le journal d’audit ; les membres n’en sont pas informés.
admin-resume-more = Rétablir …
admin-resume = Rétablir { $client }
admin-end-more = Révoquer tous ses jetons …
admin-end = Révoquer tous les jetons de { $client }
admin-delete-more = Supprimer …
admin-delete-hint = { $members ->
    [0] Elle disparaît pour de bon, avec ses jetons. Aucun membre ne l’autorise actuellement.
    [one] Elle disparaît pour de bon, avec ses jetons et l’autorisation de { $members } membre. Une suspension s’annule, ceci non.
   *[other] Elle disparaît pour de bon, avec ses jetons et les autorisations de { $members } membres. Une suspension s’annule, ceci non.
}
admin-done-suspended = Elle est suspendue : ses jetons sont refusés.
admin-done-resumed = Elle est rétablie.
admin-done-ended = Tous ses jetons sont révoqués.
admin-done-deleted = L’application est supprimée.
policy-findings = Ce qui est risqué
policy-findings-hint = Les détails sont en anglais, tels que { $command } les affiche.
policy-findings-none = Rien de risqué n’a été trouvé.
policy-danger = danger
policy-warning = avertissement
policy-notice = remarque
problem-remark = Au plus { $most } caractères, sans retour à la ligne.
