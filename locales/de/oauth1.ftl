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
