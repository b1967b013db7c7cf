### Was die Seiten des OAuth-1.0a-Anbieters sagen, neben dem, was in
### authorization.ftl steht. Begriffe: die von oauth.ftl.

oauth1-unknown-token = Unbekannte Anfrage
oauth1-unknown-token-hint = Sie wurde schon beantwortet, hat zu lange gewartet, oder die Anwendung hat sie nie gestellt. Bitte versuche es von der Anwendung aus noch einmal.

menu-clients = Meine signierenden Anwendungen

oauth1-clients-lead = Programme von dir, die ihre Anfragen signieren (OAuth 1.0a) und denen Mitglieder von { $site } erlauben können, ihr Konto zu nutzen.
oauth1-consumer-key = Consumer-Key
oauth1-consumer-secret = Consumer-Geheimnis
oauth1-secret-once = Das Geheimnis wird nur jetzt gezeigt. { $site } bewahrt es versiegelt auf, um Signaturen zu prüfen, und zeigt es nicht noch einmal: hinterlege es dort, wo deine Anwendung es liest.
oauth1-secret-hint = Ein neues tritt an die Stelle des alten, das sofort nicht mehr gilt.
oauth1-addresses = Adressen für deine Bibliothek

## For administrators

menu-admin-clients = Alle signierenden Anwendungen
oauth1-search = Name oder Consumer-Key
oauth1-clients-empty-hint = Mitglieder registrieren ihre unter „Meine signierenden Anwendungen“; deine fügt die Kommandozeile hinzu.
oauth1-client-unknown-hint = Mit diesem Consumer-Key gibt es keine, oder sie wurde inzwischen gelöscht.
oauth1-remark-unproven = alle können sich für sie ausgeben
oauth1-remark-mute = kann nicht signieren
oauth1-by-secret = einem Geheimnis
oauth1-by-key = einem Schlüssel
oauth1-by-nothing = nichts
oauth1-methods = Kann signieren mit
oauth1-callbacks = Callbacks
oauth1-callbacks-none = keine: Mitglieder kopieren einen Code
oauth1-suspend-hint = Was sie signiert, wird abgewiesen, und niemand kann sie erlauben, bis du sie wieder freigibst. Was Mitglieder erlaubt haben, bleibt und gilt dann wieder.
oauth1-resume-hint = Sie kann wieder Mitglieder fragen, und was sie vor der Sperre erlaubt haben, gilt wieder.
oauth1-end-hint = Was Mitglieder ihr erlaubt haben, gilt nicht mehr. Sie muss alle neu fragen.
oauth1-problem-key = Es gibt kein neues Geheimnis: Sie signiert mit ihrem Schlüssel. Einen anderen gibt ihr die Kommandozeile.
finding-plaintext = Anwendungen dürfen mit jeder Anfrage Geheimnisse schicken
finding-rsa_sha1 = Anwendungen dürfen mit SHA-1 und RSA signieren
finding-long_window = Anfragen gelten lange, nachdem sie signiert wurden
finding-endless_tokens = Was Mitglieder erlauben, endet nie von selbst
finding-open_registration = Jedes Programm kann sich selbst registrieren
finding-empty_secret = Alle können sich für eine Anwendung ausgeben
finding-nothing_signs = Eine Anwendung kann nicht signieren
finding-long_suspended = Eine Anwendung ist seit langem gesperrt
