### Was die Seiten des Autorisierungsservers sagen. Mitglieder werden mit „du“
### angesprochen.
###
### Begriffe: Anwendung (application), erlauben und widerrufen (allow, take back,
### revoke), Ablehnen (Deny), verbundene Anwendungen (connected applications),
### registrieren (register), Code, Geheimnis (secret), Betreiber (operator).
### Client-ID, Redirect-URI, Scope, Token, Grant und PKCE sind Begriffe des Fachs.

menu-clients = Meine Anwendungen
menu-tokens = Persönliche Zugriffstokens
menu-admin-clients = Alle Anwendungen
menu-admin-policy = Regeln und Erstzugriffstokens

## A device

device-title = Gerät verbinden
device-compare = Zeigt dein Gerät genau diesen Code an? Nur dann, und nur wenn du selbst damit angefangen hast, mach weiter.
device-type = Gib den Code ein, den dein Gerät anzeigt.
device-code-hint = Acht Buchstaben wie BCDF-GHJK. Großschreibung und Bindestriche spielen keine Rolle.
device-shows-it = Es zeigt diesen Code
device-go-on = Weiter
device-warning = Niemand von { $site } schickt dir je einen Code oder fragt dich danach. Wer das tut, will in dein Konto.
device-wrong-form = Ein Code hat acht Buchstaben, zum Beispiel BCDF-GHJK.
device-wrong = Mit diesem Code wartet kein Gerät. Vielleicht wurde er schon benutzt oder ist abgelaufen: Sieh noch einmal auf dem Gerät nach.
device-too-many = Zu viele Codes waren falsch. Versuche es in { $seconds } Sekunden noch einmal.
device-connected = Verbunden
device-not-connected = Nicht verbunden
device-allowed = { $client } ist verbunden
device-allowed-hint = Geh zurück zu deinem Gerät; dort geht es in ein paar Sekunden von selbst weiter. Diese Seite kannst du schließen.
device-take-back = Du kannst das jederzeit unter { $page } widerrufen.
device-denied = Du hast es nicht erlaubt
device-denied-hint = { $client } bekommt keinen Zugriff, und das Gerät erfährt es. Diese Seite kannst du schließen.

## My applications

clients-lead = Programme von dir, denen Mitglieder von { $site } ihr Konto öffnen können.
client-kind-server = auf einem Server
client-kind-device = im Browser oder auf einem Gerät
client-kind = Art
client-allowed-by = Erlaubt von
client-members = { $members ->
    [one] { $members } Mitglied
   *[other] { $members } Mitgliedern
}
client-metadata = Metadaten
client-logo = Logo
client-logo-hint = Mitglieder sehen es neben dem Namen, wenn sie gefragt werden, ob sie die Anwendung erlauben.
client-logo-file = Bild
client-logo-file-hint = JPEG, PNG, WebP oder GIF, bis { $mebibytes } MiB. Behalten wird nur das Bild selbst, kein Ort und nichts anderes, was die Datei verrät.
client-logo-save = Logo speichern
client-logo-replace = Logo ersetzen
client-logo-delete = Logo entfernen
client-logo-not = Das Logo wurde nicht geändert
client-secret-hint = Ein neues ersetzt das alte. Einen Tag lang können beide gelten, damit deine Anwendung nie ausgesperrt ist.
client-secret-made = erstellt am { $day }
client-secret-until = gilt bis { $day }
client-secret-last-used = zuletzt genutzt am { $day }
client-secret-not-used = noch nicht genutzt
client-secret-old = Das alte
client-secret-day = gilt noch einen Tag
client-secret-day-hint = So lange kannst du das neue in deine Anwendung einsetzen.
client-secret-now = gilt sofort nicht mehr
client-secret-now-hint = Falls es jemand anders gesehen hat.
client-new-where = Wo sie läuft
client-new-server = Auf einem Server von dir
client-new-server-hint = Sie bekommt ein Geheimnis und bewahrt es dort auf.
client-new-device = Im Browser, auf einem Handy oder einem Rechner
client-new-device-hint = Dort lässt sich kein Geheimnis bewahren; sie bekommt keines und muss PKCE verwenden.
client-secret-once = Das Geheimnis wird nur jetzt angezeigt. { $site } behält davon nur eine Prüfsumme und kann es nicht noch einmal zeigen: Leg es dort ab, wo deine Anwendung es liest, bevor du diese Seite verlässt.
client-secret-label = Client-Geheimnis
client-public-note = Eine öffentliche Anwendung hat kein Geheimnis. Ihre Bibliothek muss eine Code Challenge mitschicken (PKCE, S256).
client-everything-else = Alles Weitere, was eine Bibliothek braucht
client-click-value = Ein Klick auf einen Wert markiert ihn ganz.
client-click = Ein Klick darauf markiert es ganz.
curl-title = In einer Shell ausprobieren
curl-created = Die Antwort zeigt, dass Client-ID, Redirect-URI und Scopes stimmen.
curl-secret = Die Antwort zeigt, dass das Geheimnis gilt.
curl-with-secret = Das Geheimnis steht dabei in der Variablen CLIENT_SECRET.
curl-token = Die Zeile enthält das Token, und der Verlauf deiner Shell dann auch.
client-old-until = Das alte Geheimnis gilt bis { $day }.
## Personal access tokens

tokens-lead = Für deine eigenen Programme: Wer eines hat, darf dein Konto auf { $site } so weit nutzen, wie es das Token erlaubt, bis es abläuft.
tokens-make = Token erstellen
tokens-none-new = Neue lässt dich der Betreiber von { $site } nicht erstellen.
tokens-empty = Noch keine
tokens-empty-hint = Ein Skript oder Programm, das nur du nutzt, braucht keine Anwendung: Ein Token genügt.
tokens-closed = Keine neuen Tokens
tokens-closed-hint = Der Betreiber dieser Website lässt dich keine persönlichen Zugriffstokens erstellen. Die du hast, gelten weiter.
token-made = Erstellt am { $day }
token-last-used = zuletzt genutzt am { $day }
token-last-used-from = zuletzt genutzt am { $day } von { $address }
token-not-used = noch nicht genutzt
token-until = bis { $day }
token-revoke = Widerrufen
token-revoke-which = (das Token { $name })
token-new-title = Persönliches Zugriffstoken erstellen
token-new-not = Nicht erstellt
token-name = Name
token-name-hint = Wofür es ist, damit du es wiedererkennst.
token-may-do = Was es darf
token-ends = Wann es abläuft
token-ends-days = { $days ->
    [one] in einem Tag
   *[other] in { $days } Tagen
}
token-ends-day = mit Ablauf eines Tages:
token-ends-day-label = Der Tag, mit dem es abläuft
token-new-now = Erstellen
token-new-cancel = Abbrechen
token-heading = Das Token { $name }
token-once = Es wird nur jetzt angezeigt. { $site } behält davon nur eine Prüfsumme und kann es nicht noch einmal zeigen: Leg es dort ab, wo dein Programm es liest, bevor du diese Seite verlässt. Wer es hat, darf dein Konto nutzen.
token-label = Persönliches Zugriffstoken
token-works-until = Es gilt bis { $day }.
token-done = Fertig

## For administrators

admin-search = Name oder Client-ID
admin-clients-empty-hint = Mitglieder registrieren ihre unter „Meine Anwendungen“; deine fügt die Kommandozeile hinzu.
admin-by-initial-token = mit dem Erstzugriffstoken { $id }
admin-remark-password = sieht Passwörter
admin-remark-legacy = Geheimnisse in Adressen
admin-remark-introspects = Ressourcenserver
admin-grants = Grants
admin-switches = Schalter
admin-switch-introspects = Sie darf die Zugriffstokens aller Anwendungen ansehen.
admin-switch-push = Sie muss ihre Anfragen vorab einreichen (PAR).
admin-switch-dpop = Sie bekommt nur Zugriffstokens, die an ihren Schlüssel gebunden sind (DPoP).
admin-switch-legacy = Altlast: Sie darf Codes, Geheimnisse und Tokens in Adressen schicken.
admin-suspend-hint = Alle ihre Tokens gelten nicht mehr, und niemand kann sie erlauben, bis du sie wieder freigibst. Was Mitglieder erlaubt haben, bleibt.
admin-resume-hint = Sie kann wieder Tokens bekommen, und was Mitglieder erlaubt haben, gilt wieder. Ihre alten Tokens gelten weiterhin nicht.
admin-end-hint = Was für sie ausgestellt wurde, gilt nicht mehr. Was Mitglieder erlaubt haben, bleibt; neue Tokens kann sie bekommen.
admin-client-unknown-hint = Mit dieser Client-ID gibt es keine, oder sie wurde inzwischen gelöscht.

## The policy

policy-lead = So steht es unter { $section } in { $file }; dort änderst du es, und es gilt vom nächsten Start an. Siehe auch { $applications }.
finding-plain_http = Die Website ist ohne Verschlüsselung erreichbar
finding-long_access_tokens = Zugriffstokens gelten lange
finding-open_registration_with_sensitive_scopes = Jedes beliebige Programm darf um Heikles bitten
finding-password_grant = Eine Anwendung sieht Passwörter von Mitgliedern
finding-secrets_in_addresses = Eine Anwendung darf Geheimnisse in Adressen schicken
finding-long_refreshing = Anwendungen machen lange ohne das Mitglied weiter
finding-long_consents = Mitglieder werden erst nach langer Zeit wieder gefragt
finding-long_codes = Codes lassen sich lange eintauschen
finding-localhost_with_any_port = Codes gehen an alles, was localhost heißt
finding-unbounded_applications = Ein Mitglied kann beliebig viele Anwendungen registrieren
finding-unused_registrations_stay = Anwendungen, die niemand nutzt, bleiben
finding-long_personal_tokens = Persönliche Zugriffstokens gelten lange
finding-unbounded_personal_tokens = Ein Mitglied kann beliebig viele persönliche Zugriffstokens erstellen
finding-unused = Eine Anwendung wird nicht genutzt
finding-old_secret = Ein Geheimnis ist alt
finding-second_secret = Ein altes Geheimnis gilt noch neben dem neuen
finding-no_secret = Eine Anwendung hat kein gültiges Geheimnis
finding-codes_to_copy = Mitglieder kopieren Codes von Hand
finding-long_suspended = Eine Anwendung ist schon lange gesperrt
finding-unused_personal_tokens = Persönliche Zugriffstokens werden nicht genutzt
finding-not_pruned = Abgelaufenes ist noch da
policy-key = Schlüssel
policy-value = Wert
policy-not-set = nicht gesetzt
policy-yes = ja
policy-no = nein
policy-topic-registration = Registrierung durch Mitglieder
policy-topic-dynamic = Anwendungen, die sich selbst registrieren
policy-topic-personal = Persönliche Zugriffstokens
policy-topic-lifetimes = Lebensdauern
policy-topic-demands = Was Anwendungen tun müssen
policy-registration = Wer Anwendungen auf den Seiten der Website registrieren darf.
policy-applications_per_member = Wie viele Anwendungen ein Mitglied registrieren kann; 0: beliebig viele.
policy-dynamic_registration = Welche Anwendungen sich selbst registrieren dürfen: keine, die mit einem Erstzugriffstoken oder alle.
policy-dynamic_registration_scopes = Worum sie bitten dürfen; nicht gesetzt: alles, was nicht heikel ist.
policy-unused_registration_lifetime = Nach welcher Zeit eine gelöscht wird, die niemand nutzt; 0s: nie.
policy-personal_tokens = Wer persönliche Zugriffstokens erstellen darf.
policy-personal_tokens_per_member = Wie viele eines Mitglieds zugleich gelten können; 0: beliebig viele.
policy-personal_token_longest_lifetime = Wie lange eines höchstens gilt.
policy-access_token_lifetime = Wie lange ein Zugriffstoken gilt.
policy-refresh_token_lifetime = Wie lange ein Refresh-Token gilt, das nicht benutzt wird.
policy-refresh_token_absolute_lifetime = Wie lange eine Anwendung sich neue Tokens holen kann, bevor das Mitglied wieder gefragt wird.
policy-consent_lifetime = Wie lange die Entscheidung eines Mitglieds gilt; nicht gesetzt: bis es sie widerruft.
policy-authorization_code_lifetime = Wie lange eine Anwendung Zeit hat, einen Code gegen Tokens zu tauschen.
policy-authorization_request_lifetime = Wie lange ein Mitglied Zeit hat, sich anzumelden und zu entscheiden.
policy-pushed_authorization_request_lifetime = Wie lange eine vorab eingereichte Anfrage auf den Browser des Mitglieds wartet.
policy-device_code_lifetime = Wie lange ein Mitglied Zeit hat, den Code eines Geräts einzugeben und zu entscheiden.
policy-require_pkce = Auch Anwendungen auf Servern müssen PKCE verwenden; andere müssen es immer.
policy-require_pushed_authorization_requests = Jede Anwendung muss ihre Anfragen vorab einreichen (PAR).
policy-dpop_nonce = DPoP-Nachweise müssen eine Nonce dieses Servers tragen.
policy-localhost_with_any_port = Eine Redirect-URI auf http://localhost gilt mit jedem Port.
policy-scopes = Scopes
policy-scopes-hint = Was die Plugins dieser Website festlegen.
policy-scope = Scope
policy-scope-itself = Für die, die sich selbst registrieren

## Initial access tokens

initial-tokens = Erstzugriffstokens
initial-tokens-hint = Mit einem darf eine Anwendung sich selbst registrieren (RFC 7591).
initial-tokens-idle = Zurzeit wird keines verlangt: Dafür braucht es { $setting }.
initial-tokens-none = Es gibt keines, das noch gilt.
initial-token-number = Token { $id }
initial-token-uses = { $uses ->
    [one] für { $uses } weitere Anwendung
   *[other] für { $uses } weitere Anwendungen
}
initial-token-issued = ausgestellt am { $day }
initial-token-revoked = Das Erstzugriffstoken ist widerrufen. Anwendungen, die damit kamen, bleiben.
initial-token-new = Eines ausstellen
initial-token-uses-label = Anwendungen
initial-token-uses-hint = Wie viele sich damit registrieren können.
initial-token-days = Tage
initial-token-days-hint = Wie lange es benutzt werden kann.
initial-token-note = Für wen
initial-token-note-hint = Damit du es in dieser Liste wiedererkennst.
initial-token-issue = Ausstellen
initial-token-title = Erstzugriffstoken
initial-token-once = Es wird nur jetzt angezeigt. { $site } behält davon nur eine Prüfsumme und kann es nicht noch einmal zeigen: Gib es weiter, bevor du diese Seite verlässt.
initial-token-label = Erstzugriffstoken
initial-token-where = Registrierungsendpunkt
initial-token-end = Gilt bis
initial-token-unknown = Dieses Token gibt es nicht
initial-token-unknown-hint = Es ist abgelaufen, oder jemand anders hat es gerade widerrufen.

## What is wrong with what was typed

problem-logo-missing = Wähle ein Bild aus.
problem-secret-public = Es gibt kein neues Geheimnis: Ein öffentlicher Client hat keines.
problem-secret-keys = Es gibt kein neues Geheimnis: Dieser Client weist sich mit seinen Schlüsseln aus und hat keines.
problem-secret-two = Es gibt kein neues Geheimnis: Zwei gelten schon.
problem-secret-two-until = Es gibt kein neues Geheimnis: Zwei gelten schon; das ältere läuft ab am { $day }.
problem-token-scope-missing = Es fehlt ein Scope: was es darf.
problem-token-end-missing = Sag, wann es abläuft: Wähle eine Anzahl von Tagen oder einen Tag wie 2027-03-31.
problem-token-end-past = Dieser Tag ist vorbei.
problem-token-end-late = Ein Token darf hier höchstens { $days } Tage lang gelten.
problem-tokens-number = Du hast { $tokens } Tokens, und mehr erlaubt diese Website nicht: Widerrufe eines, das du nicht mehr brauchst.
problem-password-changed = Gerade eben wurde dein Passwort geändert: Sieh nach, ob du das warst.
problem-token-uses = Das ist keine Zahl von 1 bis { $most }.
problem-token-days = Das ist keine Anzahl von Tagen von 1 bis 3650.
