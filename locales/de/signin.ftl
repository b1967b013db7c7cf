### Was die Seiten sagen, auf denen sich Mitglieder mit einem Konto einer anderen
### Website anmelden.
###
### Begriffe: verknüpfen (ein Konto anderswo darf das hiesige öffnen),
### Verknüpfung lösen, sich anmelden, Konto.

continue-with = Weiter mit { $provider }

accounts-title = Andere Wege, sich anzumelden
accounts-lead = Wer sich bei einem dieser Konten anderswo anmelden kann, kann sich auch hier bei Ihrem anmelden.
accounts-none = Kein Konto anderswo öffnet Ihres. Sie melden sich mit Ihrem Passwort an.
accounts-since = verknüpft am { $day }
accounts-last-used = zuletzt benutzt am { $day }
accounts-unlink = Verknüpfung lösen
accounts-link = Ein weiteres verknüpfen
accounts-link-hint = Sie melden sich dort einmal an und kommen hierher zurück.
accounts-link-at = Konto bei { $provider } verknüpfen

error-title = Sie sind nicht angemeldet
error-again = Noch einmal versuchen
error-other-way = Anders anmelden
error-request = Anfrage { $id }
error-unknown-provider = Eine Website dieses Namens, mit der man sich anmelden könnte, gibt es hier nicht.
error-state = Diese Anmeldung wurde in einem anderen Browser begonnen, oder vor zu langer Zeit. Bitte beginnen Sie noch einmal.
error-other-provider = Diese Antwort kommt nicht von der Website, mit der Sie sich anmelden wollten. Bitte beginnen Sie noch einmal, und geben Sie auf der Seite, die Sie hierher geschickt hat, nichts ein.
error-declined = Sie haben bei { $provider } abgelehnt. Hier hat sich nichts geändert.
error-not-linked = Ihr Konto bei { $provider } öffnet hier noch keines. Melden Sie sich mit Ihrem Passwort an und verknüpfen Sie es auf der Seite Ihres Kontos. Wenn Sie hier kein Konto haben, fragen Sie, wer { $site } betreut.
error-linked-elsewhere = Dieses Konto bei { $provider } öffnet hier schon ein anderes, und jedes öffnet nur eines.
error-member-changed = Inzwischen ist jemand anders angemeldet als am Anfang. Bitte beginnen Sie noch einmal.
error-refused = Ein anderer Teil dieser Website lässt Sie mit diesem Konto bei { $provider } nicht herein.
error-throttled = Von Ihrer Adresse aus wurde das zu oft begonnen. Bitte versuchen Sie es gleich noch einmal.
error-provider = { $provider } hat keine Antwort gegeben, mit der sich etwas anfangen lässt. Es ist protokolliert; bitte versuchen Sie es später noch einmal.
error-internal = Hier ist etwas schiefgegangen. Es ist protokolliert; bitte versuchen Sie es später noch einmal.
