### Was die Seiten der Website selbst sagen. Mitglieder werden mit „du“
### angesprochen.
###
### Begriffe: Foto (photograph), Mitglied (member), Konto (account), Anwendung
### (application), Betreiber (operator), anmelden und abmelden (sign in, sign
### out), hochladen (upload).

## Everywhere

date = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }
moment = { $day }, { $time } Uhr (UTC)
bytes = { $number } Byte
decimal-mark = ,
kilobytes = { $number } kB
megabytes = { $number } MB

layout-skip = Zum Inhalt springen
layout-site = Website
layout-upload = Hochladen
layout-your-menu = Dein Menü,
layout-your-photographs = Deine Fotos
layout-account = Konto
layout-sign-in = Anmelden
layout-sign-out = Abmelden
layout-published-with = Veröffentlicht mit Hob
layout-language = Sprache

form-optional = (freiwillig)
visibility = Wer darf es sehen?
visibility-public = Öffentlich
visibility-public-hint = Alle; es steht auf der Startseite und auf deiner Seite.
visibility-unlisted = Nicht gelistet
visibility-unlisted-hint = Alle, die den Link haben; es steht in keiner Liste.
visibility-private = Privat
visibility-private-hint = Nur du und die Anwendungen, denen du es erlaubst.
field-title = Titel
field-description = Beschreibung
field-tags = Schlagwörter

## Signing in

login-title = Anmelden
login-already = Du bist als { $username } angemeldet. Wenn du dich mit einem anderen Konto anmeldest, endet diese Sitzung.
login-anew-title = Noch einmal anmelden
login-anew = Zeig dafür noch einmal, dass du es bist.
login-anew-left-out = Manche Wege fehlen hier: Die Websites dahinter sagen nicht, wann du dich dort angemeldet hast. Wenn du kein Passwort und keinen anderen Weg hast, bitte den Betreiber dieser Website um ein Passwort.
login-username = Benutzername
login-password = Passwort
login-wrong = Benutzername oder Passwort stimmt nicht.
login-too-many = Es wurden zu viele falsche Passwörter eingegeben. Bitte versuche es in { $seconds } Sekunden noch einmal.
login-or = oder
login-methods = Andere Wege, sich anzumelden

## The home page

home-title = Fotos
home-empty = Hier ist noch nichts
home-empty-yours = Das erste Foto könnte von dir sein.
home-empty-wait = Sobald jemand ein Foto veröffentlicht, erscheint es hier.
home-empty-member = Sobald jemand ein Foto veröffentlicht, erscheint es hier. Bist du Mitglied?
home-upload = Foto hochladen
home-recent = Neueste Fotos
tile-failed = Konnte nicht verarbeitet werden
tile-processing = Wird verarbeitet …
tile-by = von { $owner }
pages-label = Weitere Fotos
pages-newest = Neueste
pages-older = Ältere Fotos

## A member's page

member-since = dabei seit { $day }
member-edit = Profil bearbeiten
member-empty-yours = Hier werden deine Fotos stehen
member-empty-yours-hint = JPEG, PNG, WebP und GIF. Bei jedem Foto bestimmst du, wer es sehen darf.
member-empty = Noch keine Fotos
member-empty-hint = { $name } hat bisher nichts veröffentlicht.
member-photographs = Fotos

## A photograph

media-original = Original öffnen
media-processing = Wird verarbeitet
media-processing-hint = Das Foto ist angekommen und gespeichert. Gerade entstehen die kleineren Größen; lade diese Seite gleich noch einmal.
media-load-again = Neu laden
media-failed = Dieses Foto konnte nicht verarbeitet werden
media-by = von { $owner }
media-aside = Dateien und Optionen
media-yours = Dein Foto
media-edit = Bearbeiten
media-delete = Löschen …
media-delete-hint = Das Foto, seine Texte und alle Dateien werden endgültig gelöscht.
media-delete-now = Dieses Foto löschen
media-download = Herunterladen
media-size-original = Original
media-size-medium = Mittel
media-size-thumbnail = Vorschau
media-edit-title = { $title } bearbeiten
media-edit-heading = „{ $title }“ bearbeiten
media-not-saved = Nicht gespeichert
media-tags-hint = Durch Kommas getrennt
media-save = Speichern
media-cancel = Abbrechen

## Uploading

upload-title = Foto hochladen
upload-not = Nicht hochgeladen
upload-kept = Deine Texte stehen noch unten; bitte wähle die Datei noch einmal aus.
upload-file = Foto
upload-file-hint = JPEG, PNG, WebP oder GIF, bis { $size }.
upload-title-hint = Bleibt das Feld leer, gilt der Name der Datei.
upload-tags-hint = Durch Kommas getrennt: Hafen, Morgen, Nebel
upload-where = Aufnahmeort
upload-keep-location = Position in den Dateien lassen
upload-keep-location-hint = Sonst wird sie aus jeder ausgelieferten Datei entfernt, auch aus dem Original.
upload-now = Hochladen

## The account

account-title = Konto
account-lead = Hier bist du { $username }. Deine Fotos stehen auf { $page }.
account-lead-page = deiner Seite
account-profile = Profil
account-profile-hint = Der Name ist öffentlich, die E-Mail-Adresse nicht.
account-name = Name
account-email = E-Mail-Adresse
account-save-profile = Profil speichern
account-password = Passwort
account-password-hint = Ein neues Passwort meldet dich überall sonst ab und trennt alle Anwendungen.
account-password-none-hint = Du hast auf dieser Website keines und meldest dich mit einem Konto anderswo an. Mit einem Passwort geht es auch ohne das.
account-password-anew = Ein Passwort lässt jeden ein, der es kennt. Bevor du eines festlegst, zeig, dass du es bist: Melde dich noch einmal an.
account-current-password = Bisheriges Passwort
account-new-password = Neues Passwort
account-password-rule = Mindestens { $characters } Zeichen.
account-change-password = Passwort ändern
account-set-password = Passwort festlegen
account-methods = Andere Wege, sich anzumelden
account-methods-hint = Konten anderswo, mit denen sich dieses öffnen lässt.
account-sessions = Wo du angemeldet bist
account-sessions-hint = Kommt dir etwas unbekannt vor? Melde es ab und ändere das Passwort.
account-this-one = dieses hier
account-since = seit { $day }
account-last-seen = zuletzt gesehen am { $day }
account-sign-out = Abmelden
account-sign-out-others = Überall sonst abmelden
account-done-profile = Dein Profil ist gespeichert.
account-done-password = Dein Passwort ist geändert. Überall sonst bist du abgemeldet.
account-done-session = Dort bist du jetzt abgemeldet.
account-device = { $browser } auf { $system }
account-device-other = Ein anderes Programm

## Connected applications

connections-title = Verbundene Anwendungen
connections-lead = Sie dürfen dein Konto ohne dein Passwort nutzen. Widerrufe, was du nicht mehr brauchst; es gilt sofort.
connections-empty = Keine Anwendung nutzt dein Konto
connections-empty-hint = Sobald du es einer erlaubst, steht sie hier mit allem, was sie darf, und du kannst es mit einem Klick widerrufen.
connections-silent = { $plugin } antwortet nicht; was dort Zugriff hat, steht deshalb nicht hier. Bitte sieh gleich noch einmal nach.
connections-personal-token = persönliches Token
connections-unverified = ungeprüft
connections-suspended = gesperrt
connections-sensitive = heikel
connections-allowed = Erlaubt am { $day }
connections-made = Erstellt am { $day }
connections-last-used = zuletzt genutzt am { $day }
connections-last-used-from = zuletzt genutzt am { $day } von { $address }
connections-not-used = noch nicht genutzt
connections-until = bis { $day }
connections-until-taken-back = bis du es widerrufst
connections-tick = { $name } ankreuzen
connections-revoke = Widerrufen
connections-revoke-whose = (Zugriff von { $name })
connections-revoke-ticked = Angekreuztes widerrufen
connections-revoke-all = Alle auf einmal widerrufen
connections-revoke-all-hint = Von da an kann keine davon dein Konto noch nutzen. Was sie veröffentlicht haben, bleibt.
connections-revoke-all-now = Alle { $count } widerrufen
connections-done-revoked = Der Zugriff ist widerrufen.
connections-done-nothing = Nichts war angekreuzt, deshalb wurde nichts widerrufen.
connection-application-lead = Du hast dieser Anwendung erlaubt, dein Konto zu nutzen:
connection-token-lead = Ein persönliches Zugriffstoken, das du erstellt hast. Wer es hat, darf dein Konto nutzen:
connection-suspended = Der Betreiber hat diese Anwendung für alle gesperrt. Sie kann jetzt nichts tun; gibt er sie wieder frei, gilt auch deine Erlaubnis wieder.
connection-unverified = Der Betreiber von { $site } hat diese Anwendung nicht geprüft.
connection-details = Technische Einzelheiten
connection-scopes = Scopes
connection-id = ID
connection-client-id = Client-ID
connection-registrar = Registriert hat sie
connection-registrar-operator = Der Betreiber dieser Website
connection-registrar-member = Ein Mitglied, auf den Seiten der Website
connection-registrar-itself = Die Anwendung selbst
connection-provider = Zugriff über

## For administrators

admin-title = Verwaltung
admin-lead = Wie es der Website geht, und was ihre Plugins für dich haben. Du siehst das als Administrator; für andere Mitglieder ist hier nichts.
admin-health = Zustand
admin-health-hint = Dasselbe, was /readyz einer Überwachung sagt.
admin-ready = Die Website ist bereit: Die Datenbank liest und schreibt, und kein Plugin blockiert sie.
admin-unready-stopping = Die Website wird gerade angehalten.
admin-unready-blocked = Ein Plugin gibt einen Thread nicht zurück. Im Protokoll steht, welches; ein Neustart beendet es.
admin-unready-database = Die Datenbank antwortet nicht. Im Protokoll steht, warum.
admin-unready-database-slow = Eine Aufgabe der Datenbank dauert zu lange.
admin-site = Die Website
admin-address = Adresse
admin-version = Version
admin-database = Datenbank
admin-members = Mitglieder
admin-members-disabled = { $all }, davon { $disabled } gesperrt
admin-media = Fotos
admin-audit-link = Wer wann von wo aus was getan hat
admin-audit-size =
    { $entries ->
        [one] Ein Eintrag.
       *[other] { $entries } Einträge.
    } Jeder bleibt { $days ->
        [one] einen Tag
       *[other] { $days } Tage
    } lang.
admin-plugins = Plugins
admin-plugins-hint = Welche es gibt, steht in hob.toml; eine Änderung braucht einen Neustart.
admin-plugins-none = Es ist kein Plugin eingeschaltet.
admin-plugin-runs = läuft
admin-plugin-blocks = blockiert einen Thread

audit-title = Audit-Protokoll
audit-lead = Wer wann von wo aus was getan hat; das Neueste zuerst.
audit-filter = Einträge filtern
audit-who = Getan von
audit-who-hint = Ein Benutzername, eine Client-ID oder ein Benutzer des Rechners
audit-about = Über das Konto von
audit-about-hint = Ein Benutzername
audit-subject = Betrifft
audit-subject-hint = Die Client-ID einer Anwendung, oder was ein Eintrag sonst nennt
audit-subject-kind = Art davon
audit-subject-kind-hint = Was das ist: client für eine Anwendung
audit-what = Was
audit-what-hint = Eine Aktion oder ihr Anfang: client
audit-plugin = Vermerkt von
audit-plugin-hint = Ein Plugin, oder core für die Website selbst
audit-plugin-any = allen
audit-from = Von wo aus
audit-from-hint = Eine Adresse wie 192.0.2.7
audit-since = Seit
audit-since-hint = Vor so langer Zeit (7d), ein Tag (2026-01-31) oder ein Zeitpunkt
audit-until = Bis
audit-until-hint = Vor diesem Zeitpunkt; genauso geschrieben
audit-show = Anzeigen
audit-show-all = Alle anzeigen
audit-entries = Einträge
audit-empty = Es wurde nichts vermerkt, was dazu passt.
audit-export = Alles, was passt, als Datei:
audit-who-member = Mitglied
audit-who-client = Anwendung
audit-who-operator = Betreiber
audit-who-site = die Website
audit-from-where = von { $address }
audit-about-whom = über { $member }
audit-member-gone = Mitglied { $id }, das es nicht mehr gibt
audit-details = Einzelheiten
audit-request = Anfrage
audit-pages = Weitere Einträge
audit-older = Ältere Einträge

## What is wrong with what was typed

problem-name-length = Ein Name hat 1 bis { $most } Zeichen.
problem-current-password = Das ist nicht dein bisheriges Passwort.
problem-password-short = Wähle ein anderes: Ein Passwort hat mindestens { $least } Zeichen.
problem-password-long = Wähle ein anderes: Ein Passwort hat höchstens { $most } Byte.
problem-password-username = Wähle ein anderes: Das Passwort darf nicht der Benutzername sein.
problem-username = „{ $typed }“ kann kein Benutzername sein: Erlaubt sind 1 bis 30 Zeichen aus a-z, 0-9, _ und -, am Anfang ein Buchstabe oder eine Ziffer.
problem-username-taken = Der Benutzername „{ $typed }“ ist vergeben.
problem-email = „{ $typed }“ ist keine E-Mail-Adresse.
problem-email-taken = Ein anderes Konto hat diese E-Mail-Adresse.
problem-refused-by-plugin = Ein Plugin lehnt es ab: { $reason }.

problem-visibility = Die Sichtbarkeit ist öffentlich, nicht gelistet oder privat.
problem-title-length = Ein Titel hat höchstens { $most } Zeichen.
problem-description-length = Eine Beschreibung hat höchstens { $most } Zeichen.
problem-tag-length = Ein Schlagwort hat höchstens { $most } Zeichen.
problem-tags-number = Ein Foto hat höchstens { $most } Schlagwörter.
problem-time = Das ist keine Zeit: Schreib 7d (vor so langer Zeit), 2026-01-31 oder 2026-01-31T12:00:00Z.
problem-unknown-member = Kein Mitglied heißt { $username }.
problem-cursor = Diese Stelle der Liste stammt nicht von dieser Website.
problem-no-file = Wähle zuerst ein Foto aus.
problem-not-an-uploader = Mit diesem Konto kannst du nichts veröffentlichen.
problem-not-the-owner = Dieses Foto gehört jemand anderem.

problem-file-empty = Die Datei ist leer. Wähle ein Bild im Format JPEG, PNG, WebP oder GIF.
problem-file-kind = { $kind ->
    [pdf] Das sieht nach einem PDF-Dokument aus
    [zip] Das sieht nach einem ZIP-Archiv oder einem Office-Dokument aus
    [bmp] Das sieht nach einem BMP-Bild aus
    [tiff] Das sieht nach einem TIFF-Bild oder der Rohdatei einer Kamera aus
    [photoshop] Das sieht nach einem Photoshop-Dokument aus
    [jxl] Das sieht nach einem JPEG-XL-Bild aus
    [jp2] Das sieht nach einem JPEG-2000-Bild aus
    [avif] Das sieht nach einem AVIF-Bild aus
    [heic] Das sieht nach einem HEIC-Bild aus
    [heif] Das sieht nach einem HEIF-Bild aus
    [film] Das sieht nach einem Film aus
    [program] Das sieht nach einem Programm aus
    [svg] Das sieht nach einer SVG-Zeichnung aus
    [page] Das sieht nach einer Webseite aus
   *[unknown] Das ist kein Bild in einem bekannten Format
}. Angenommen werden JPEG, PNG, WebP und GIF; es zählt der Inhalt, nicht der Name. Exportiere das Bild in einem dieser Formate.
problem-file-bytes = Die Datei hat { $bytes } Byte, erlaubt sind hier höchstens { $limit }. Exportiere das Bild kleiner oder stärker komprimiert.
problem-file-pixels = Das Bild hat { $width } × { $height } Pixel, erlaubt sind hier insgesamt höchstens { $limit }. Verkleinere das Bild.
problem-file-memory = Dieses { $format }-Bild zu lesen würde mehr Speicher brauchen, als hier für ein Bild erlaubt ist. Verkleinere es oder speichere es mit 8 Bit pro Kanal.
problem-file-cut = Die { $format }-Datei ist abgeschnitten: Sie endet zu früh ({ $expected }). Vermutlich wurde sie nicht vollständig kopiert; schick die ganze Datei noch einmal.
problem-file-damaged = Die { $format }-Datei ist beschädigt: { $reason }. Öffne sie in einem Bildbearbeitungsprogramm und speichere sie neu.
problem-file-rendering = Die kleineren Größen des Bildes konnten nicht erstellt werden: { $reason }

## What went wrong

failure-to-photographs = Zu den Fotos
failure-request = Anfrage { $id }
failure-request-logged = Anfrage { $id }: Unter diesem Namen findet der Betreiber dieser Website sie im Protokoll.
failure-bad-request = Das geht nicht
failure-forbidden = Das darfst du nicht
failure-disabled = Dieses Konto ist abgeschaltet. Warum, weiß, wer die Website betreut.
failure-registration = Auf dieser Website kann sich niemand selbst ein Konto anlegen. Wer sie betreut, kann es.
failure-not-found = Hier ist nichts
failure-not-found-hint = Vielleicht ist die Seite umgezogen, oder sie ist nicht für alle bestimmt.
failure-wrong-method = Das geht hier nicht
failure-wrong-method-hint = Diese Adresse nimmt diese Methode nicht an.
failure-too-large = Das ist zu groß
failure-too-slow = Das ist nicht angekommen
failure-silent-hint = Es kam zu lange nichts mehr. Bitte schick es noch einmal.
failure-too-slow-hint = Es kam zu langsam an. Bitte schick es über eine schnellere Verbindung noch einmal, oder schick etwas Kleineres.
failure-unsupported = Das ist nicht lesbar
failure-unavailable = Bitte komm gleich wieder
failure-internal = Hier ist etwas schiefgegangen
failure-internal-hint = Der Fehler steht im Protokoll. Von dir ist nichts verloren; bitte versuche es noch einmal.
failure-language = Diese Sprache gibt es hier nicht.
failure-address = Diese Adresse ist nicht verwendbar.
failure-query = Der Teil der Adresse nach dem Fragezeichen ist nicht lesbar.
failure-form-kind = Diese Seite nimmt ein Formular an (application/x-www-form-urlencoded).
failure-form-multipart = Hier wird ein Formular vom Typ multipart/form-data erwartet.
failure-form-forged = Dieses Formular kam nicht von einer Seite dieser Website, oder du hast dich inzwischen neu angemeldet. Geh zurück, lade die Seite neu und schick es noch einmal ab.
failure-form = Das Formular ist nicht lesbar: { $problem }.
failure-form-size = Das Formular ist größer, als hier angenommen wird.
failure-form-parts = Ein Formular hat höchstens { $most } Teile.
failure-field-size = Ein Textfeld hat höchstens { $most } Byte.
failure-field-text = Ein Textfeld enthält keinen gültigen UTF-8-Text.
failure-file-size = Eine Datei hat hier höchstens { $most } Byte.
failure-body-size = Angenommen werden hier höchstens { $most } Byte.
failure-body-broken = Die Anfrage brach ab.
failure-uploads-full = Gerade werden zu viele Dateien gleichzeitig hochgeladen. Bitte versuche es gleich noch einmal.
failure-plugin-slow = Das dauert zu lange. Bitte versuche es später noch einmal.
failure-plugin-stopped = Dieser Teil der Website wurde angehalten.
failure-plugin-silent = Dieser Teil der Website antwortet nicht: { $plugins }. Was dort erlaubt war, gilt vielleicht noch. Bitte sieh gleich noch einmal nach.
