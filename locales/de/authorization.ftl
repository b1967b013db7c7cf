### Was Plugins sagen, die Programme Konten von Mitgliedern nutzen lassen, welches
### auch immer: die Frage an das Mitglied, und was daraus wird. Mitglieder werden
### mit „du“ angesprochen.
###
### Begriffe: die von oauth.ftl.

connected-applications = Verbundene Anwendungen
refused-by-plugin = Diese Website erlaubt es nicht

## Whether an application may use the account

consent-title = { $client } erlauben?
consent-asks = { $client } möchte dein Konto nutzen
consent-asks-again = { $client } möchte dein Konto wieder nutzen
consent-asks-more = { $client } möchte mehr als bisher
consent-would-do = Erlaubt wird, was du angekreuzt lässt:
consent-new = Neu:
consent-before = Das hast du schon erlaubt:
consent-group-other = Sonstiges
consent-sensitive = heikel
consent-needed = nötig
consent-deny-keeps = Wenn du ablehnst, bleibt, was du früher erlaubt hast.
consent-take-back = Dein Passwort sieht die Anwendung nie, und du kannst das jederzeit unter { $page } widerrufen.
consent-lasts = Das gilt, bis du es widerrufst.
consent-lasts-until = Das gilt bis { $day }, wenn du es nicht vorher widerrufst.
consent-lasts-for = Das gilt für { $duration }, wenn du es nicht vorher widerrufst.
consent-each-time = Der Zugriff reicht jedes Mal für { $duration }.
consent-renewed = Die Anwendung kann ihren Zugriff selbst erneuern, höchstens { $longest } lang.
consent-renewed-idle = Die Anwendung kann ihren Zugriff selbst erneuern, höchstens { $longest } lang, und nicht mehr, wenn sie das { $idle } lang nicht getan hat.
consent-idle = Die Anwendung verliert ihren Zugriff, wenn sie ihn { $idle } lang nicht erneuert.
duration-days = { $count ->
    [one] einen Tag
   *[other] { $count } Tage
}
duration-hours = { $count ->
    [one] eine Stunde
   *[other] { $count } Stunden
}
duration-minutes = { $count ->
    [one] eine Minute
   *[other] { $count } Minuten
}
duration-seconds = { $count ->
    [one] eine Sekunde
   *[other] { $count } Sekunden
}
consent-goes-on = Danach geht es weiter zu { $destination }.
consent-copy = Danach bekommst du { $code }, den du in die Anwendung einfügst.
consent-copy-code = einen Code
consent-device = Danach erhält das Gerät, das { $code } anzeigt, Zugriff.
consent-device-warning = Erlaube es nur, wenn du das Gerät vor dir hast und dort selbst damit angefangen hast. Wer dir den Code { $code } geschickt hat, käme sonst in dein Konto.
consent-unproven = Diese Anwendung hat kein eigenes Geheimnis: Jedes Programm kann sich als sie ausgeben. Erlaube es nur, wenn du eben von ihr kommst und ihr vertraust.
consent-unverified = Der Betreiber von { $site } hat diese Anwendung nicht geprüft. Erlaube sie nur, wenn du gerade von ihr kommst und ihr vertraust.
consent-unverified-member = Der Betreiber von { $site } hat diese Anwendung nicht geprüft; registriert hat sie { $owner }. Erlaube sie nur, wenn du gerade von ihr kommst und ihr vertraust.
consent-unverified-itself = Der Betreiber von { $site } hat diese Anwendung nicht geprüft; sie hat sich selbst registriert, und niemand hat ihren Namen geprüft. Erlaube sie nur, wenn du gerade von ihr kommst und ihr vertraust.
consent-registered-operator = Registriert hat sie der Betreiber von { $site } am { $day }.
consent-registered-member = Registriert hat sie { $owner } auf den Seiten dieser Website am { $day }.
consent-registered-former-member = Registriert hat sie am { $day } ein Mitglied, dessen Konto es nicht mehr gibt.
consent-registered-itself = Sie hat sich am { $day } selbst registriert.
consent-deny = Ablehnen
consent-allow = Erlauben
consent-details = Technische Einzelheiten
consent-scopes = Scopes
unverified = ungeprüft
suspended = gesperrt
signed-in-as = Du bist als { $name } (@{ $username }) angemeldet.
not-you = Bist du das nicht?
another-account = Anderes Konto verwenden
client-id = Client-ID
redirect-uri = Redirect-URI

destination-program = einem Programm auf diesem Gerät
destination-app = einer App auf diesem Gerät
destination-site = einer Seite dieser Website
destination-unknown = einem unbekannten Ziel

## A code that is copied

code-title = Code kopieren
code-heading = Noch ein Schritt
code-lead = Kopiere diesen Code, geh zurück zu { $client } und füge ihn dort ein.
code = Code
code-hint = Ein Klick markiert ihn ganz. Er gilt einmal und { $minutes ->
    [one] { $minutes } Minute
   *[other] { $minutes } Minuten
} lang.
code-warning = Gib ihn niemandem: keinem Menschen, der danach fragt, und keiner anderen Seite. Wer ihn hat, kann dein Konto so nutzen, wie du es { $client } gerade erlaubt hast. Widerrufen kannst du das unter { $page }.

## What can't be answered

error-nothing-sent = Nichts wurde erlaubt, und nichts ging an die Anwendung. Du kannst diese Seite schließen oder zurückgehen und es von der Anwendung aus noch einmal versuchen.
error-departure = Der Betreiber von { $site } hat diese Anwendung nicht geprüft. Geh nur weiter, wenn du gerade von ihr kommst und ihr vertraust; keine Seite dort gehört zu dieser Website.
error-go-on = Weiter zu { $destination }
error-for-developer = Für die Entwickler der Anwendung
error-code = Fehler
error-why = Grund
error-request = Anfrage
error-internal = Hier ist etwas schiefgegangen
error-internal-hint = Der Fehler steht im Protokoll. Bitte versuche es von der Anwendung aus noch einmal.
error-denied = Du hast es nicht erlaubt
error-denied-hint = Die Anwendung bekommt keinen Code.
error-unanswerable = Diese Anfrage lässt sich nicht beantworten
error-untold-hint = Die Anwendung hat um etwas gebeten, das sie auf diesem Weg nicht bekommen kann.
error-mistake-hint = Die Anwendung hat einen Fehler gemacht, oder jemand hat die Adresse unterwegs verändert.
error-suspended = Diese Anwendung ist gesperrt
error-suspended-hint = Der Betreiber dieser Website hat sie für alle gesperrt.
error-over = Diese Anfrage ist erledigt
error-over-hint = Sie wurde schon beantwortet oder hat zu lange gewartet.
error-another-account = Du hast das Konto gewechselt
error-another-account-hint = Gefragt war ein anderes Konto oder eine andere Sitzung, deshalb zählt deine Antwort nicht.
error-unknown-client = Unbekannte Anwendung
error-unknown-client-hint = Die Seite, von der du kommst, gibt sich als Anwendung aus, die diese Website nicht kennt.

## What is wrong with what was typed

problem-name-missing = Es fehlt ein Name.
problem-name = Ein Name hat höchstens { $most } Zeichen, keine Zeilenumbrüche und nichts, was die Schreibrichtung ändert.
problem-website = Eine Website beginnt mit https:// oder http:// und hat höchstens { $most } Zeichen.
problem-website-user = Eine Website nennt keinen Benutzer: Lass weg, was vor dem @ steht.
problem-redirect-uri-missing = Es fehlt eine Redirect-URI: wohin Mitglieder zurückgeschickt werden.
problem-redirect-uris = Höchstens { $most } Redirect-URIs lassen sich registrieren.
problem-redirect-uri = { $uri } kann keine Redirect-URI sein: { $problem }.
problem-uri-length = sie ist länger als { $most } Zeichen
problem-uri-characters = sie enthält Zeichen, die es in einer URI nicht gibt; kodiere sie mit Prozentzeichen
problem-uri-wildcard = sie enthält einen Platzhalter; registriere jede URI einzeln
problem-uri-fragment = sie enthält ein Fragment (#…), das nie bei einer Anwendung ankommt
problem-uri-dots = sie enthält die Pfadteile . oder .., die Browser auflösen; schreib den Pfad, der gemeint ist
problem-uri-relative = sie ist keine absolute URI
problem-uri-user = sie nennt einen Benutzer; lass weg, was vor dem @ steht
problem-uri-http = einfaches http geht nur auf 127.0.0.1, [::1] und localhost; nimm https
problem-uri-scheme = das eigene Schema einer App ist ein umgedrehter Domainname, zum Beispiel com.example.app:/callback
problem-scope-missing = Es fehlt ein Scope: worum sie bitten darf.
problem-scope = Ein Scope besteht aus Wörtern sichtbarer ASCII-Zeichen, ohne Anführungszeichen und Backslashes, mit je einem Leerzeichen dazwischen.
problem-scope-unknown = Einen Scope { $scope } gibt es nicht; es gibt: { $known }.
problem-scope-required = Sie kann { $scope } nicht brauchen, weil sie nicht darum bitten darf.
problem-grant = { $problem }.

## My applications

clients-register = Anwendung registrieren
clients-empty = Noch keine
clients-empty-hint = Registriere eine, dann bekommst du, wonach eine OAuth-Bibliothek fragt.
clients-registered = registriert am { $day }
client-suspended = Der Betreiber hat diese Anwendung gesperrt. Niemand kann sie erlauben, und ihre Tokens werden abgewiesen.
client-identity = Identität
client-registered = Registriert
client-settings = Einstellungen
client-settings-hint = Wer die Anwendung schon erlaubt hat, wird nach allem, was du hinzufügst, neu gefragt.
client-save = Speichern
client-not-saved = Nicht gespeichert
client-secret = Geheimnis
client-secret-new = Neues Geheimnis erstellen
client-secret-new-more = Neues Geheimnis erstellen …
client-delete = Löschen
client-delete-more = Diese Anwendung löschen …
client-delete-hint = Sie funktioniert sofort nicht mehr, für niemanden, der sie erlaubt hat. Das lässt sich nicht rückgängig machen.
client-delete-now = { $client } löschen
client-new-not = Nicht registriert
client-new-now = Registrieren
client-new-cancel = Abbrechen
client-name = Name
client-name-hint = Das lesen Mitglieder, wenn sie gefragt werden, ob sie die Anwendung erlauben.
client-website = Website
client-website-hint = Mitglieder sehen ihren Hostnamen.
client-optional = (freiwillig)
client-redirect-uris = Redirect-URIs
client-redirect-uris-hint = Eine pro Zeile, Buchstabe für Buchstabe verglichen. https, oder http auf 127.0.0.1 während der Entwicklung, oder das eigene Schema deiner App.
client-redirect-uris-none = Ohne eine übertragen Mitglieder einen Code von Hand.
client-may-ask = Worum sie bitten darf
client-required = Geht nicht ohne
client-required-hint = Ohne was die Anwendung nicht geht, können Mitglieder nicht abwählen. Das Ganze ablehnen können sie immer.
client-created-title = Anwendung registriert
client-created = { $client } ist registriert
client-done = Fertig
client-rotated-title = Neues Geheimnis
client-rotated = { $client } hat ein neues Geheimnis
client-old-dead = Das alte Geheimnis gilt nicht mehr.
clients-closed = Die Registrierung ist geschlossen
clients-closed-hint = Anwendungen registriert der Betreiber dieser Website; frag dort nach.
clients-too-many = Zu viele Anwendungen
clients-too-many-hint = Du hast so viele Anwendungen registriert, wie diese Website einem Mitglied erlaubt: { $most }. Lösche eine, die du nicht mehr brauchst, oder frag den Betreiber.
clients-unknown = Diese Anwendung gibt es nicht
clients-unknown-hint = Es gibt sie nicht, oder jemand anders hat sie registriert.
problem-form = Etwas im Formular stimmt nicht; die Stelle ist markiert.

## For administrators

admin-title = Verwaltung
admin-clients-lead = Alles, was hier registriert ist, von wem auch immer; das Letzte zuerst.
admin-search-now = Suchen
admin-search-all = Alle anzeigen
admin-clients-empty = Es ist keine Anwendung registriert
admin-clients-none-found = Keine Anwendung heißt so
admin-members = { $members ->
    [one] Erlaubt von { $members } Mitglied
   *[other] Erlaubt von { $members } Mitgliedern
}
admin-last-used = zuletzt genutzt am { $day }
admin-last-used-from = zuletzt genutzt am { $day } von { $address }
admin-not-used = noch nicht genutzt
admin-granted = erlaubt am { $day }
admin-until = bis { $day }
admin-by-operator = registriert von einem Betreiber
admin-by-member = registriert von @{ $username }
admin-by-former-member = registriert von Mitglied { $id }, das es nicht mehr gibt
admin-by-itself = hat sich selbst registriert
admin-pages = Weitere Anwendungen
admin-pages-members = Weitere Mitglieder
admin-newest = Von vorn
admin-older = Weiter
admin-audit-log = Was mit ihr geschah
admin-facts = Was sie ist
admin-suspended-since = Gesperrt seit
admin-registered-by = Herkunft
admin-used = Zuletzt genutzt
admin-authentication = Weist sich aus mit
admin-allowed-by = Mitglieder
admin-members-none = Zurzeit erlaubt ihr kein Mitglied etwas.
admin-member-gone = Mitglied { $id }, das es nicht mehr gibt
admin-stop = Anhalten
admin-stop-hint = Alles gilt sofort, für die ganze Website, und steht mit deinem Namen im Audit-Protokoll.
admin-suspend-more = Sperren …
admin-suspend = { $client } sperren
admin-reason = Grund
admin-reason-hint = Für Betreiber und das Audit-Protokoll; Mitglieder erfahren ihn nicht.
admin-resume-more = Wieder freigeben …
admin-resume = { $client } wieder freigeben
admin-end-more = Alle ihre Tokens beenden …
admin-end = Alle Tokens von { $client } beenden
admin-delete-more = Löschen …
admin-delete-hint = { $members ->
    [0] Sie ist endgültig weg, mit ihren Tokens. Zurzeit erlaubt sie kein Mitglied.
    [one] Sie ist endgültig weg, mit ihren Tokens und mit dem, was { $members } Mitglied ihr erlaubt hat. Sperren lässt sich rückgängig machen, das hier nicht.
   *[other] Sie ist endgültig weg, mit ihren Tokens und mit dem, was { $members } Mitglieder ihr erlaubt haben. Sperren lässt sich rückgängig machen, das hier nicht.
}
admin-done-suspended = Sie ist gesperrt: Ihre Tokens werden abgewiesen.
admin-done-resumed = Sie darf weitermachen.
admin-done-ended = Alle ihre Tokens sind beendet.
admin-done-deleted = Die Anwendung ist gelöscht.
policy-findings = Was riskant ist
policy-findings-hint = Die Einzelheiten sind auf Englisch, wie { $command } sie ausgibt.
policy-findings-none = Es wurde nichts Riskantes gefunden.
policy-danger = Gefahr
policy-warning = Warnung
policy-notice = Hinweis
problem-remark = Höchstens { $most } Zeichen und keine Zeilenumbrüche.
