### Was die Seiten sagen, auf denen sich Mitglieder mit einem Konto einer anderen
### Website anmelden.
###
### Begriffe: verknüpfen (ein Konto anderswo darf das hiesige öffnen),
### Verknüpfung lösen, sich anmelden, Konto.

menu-site = Konten der Website anderswo

continue-with = Weiter mit { $provider }

accounts-title = Andere Wege, sich anzumelden
accounts-lead = Wer sich bei einem dieser Konten anderswo anmelden kann, kann sich auch hier bei deinem anmelden.
accounts-none = Kein Konto anderswo öffnet deines. Du meldest dich mit deinem Passwort an.
accounts-since = verknüpft am { $day }
accounts-last-used = zuletzt benutzt am { $day }
accounts-unlink = Verknüpfung lösen
accounts-still-given = Hier ist die Verknüpfung gelöst. { $provider } hat den Zugriff, den diese Website auf das Konto hatte, nicht zurückgenommen: Beende ihn dort, bei den Anwendungen deines Kontos.
site-anew = Andere Plugins handeln mit diesem Konto im Namen der Website. Zeig vorher, dass du es bist: Melde dich noch einmal an.
accounts-anew = Wer ein Konto verknüpft, kann sich fortan damit anmelden. Zeig vorher, dass du es bist: Melde dich noch einmal an.
accounts-sign-in-anew = Noch einmal anmelden
accounts-link = Ein weiteres verknüpfen
accounts-link-hint = Du meldest dich dort einmal an und kommst hierher zurück.
accounts-link-at = Konto bei { $provider } verknüpfen
accounts-sign-out-both = Hier und bei { $provider } abmelden

site-title = Konten der Website anderswo
site-lead = Andere Plugins nutzen sie im Namen der Website selbst. Hier öffnen sie kein Konto.
site-none = Kein Anbieter ist dafür eingerichtet: site_account = true in seinem Abschnitt von hob.toml.
site-unused = Kein Plugin kann es mehr nutzen: Die Einstellungen lassen es nicht zu. Sie können die Verknüpfung aufheben.

register-title = Willkommen auf { $site }
register-lead = Dein Konto bei { $provider } öffnet hier noch keines. Du kannst dir damit jetzt eines anlegen.
register-username = Benutzername
register-username-hint = 1 bis 30 der Zeichen a-z, 0-9, _ und -. So finden dich andere; ändern lässt er sich später nicht.
register-submit = Konto anlegen
register-have-one = Du hast hier schon ein Konto?
register-have-one-hint = Melde dich damit an, und verknüpfe das andere auf der Seite deines Kontos.
register-sign-in = Anmelden
register-taken = { $username } ist schon vergeben.
register-malformed = Das kann kein Benutzername sein: nimm 1 bis 30 der Zeichen a-z, 0-9, _ und -, und beginne mit einem Buchstaben oder einer Ziffer.

error-title = Du bist nicht angemeldet
error-again = Noch einmal versuchen
error-other-way = Anders anmelden
error-request = Anfrage { $id }
error-unknown-provider = Eine Website dieses Namens, mit der man sich anmelden könnte, gibt es hier nicht.
error-state = Diese Anmeldung wurde in einem anderen Browser begonnen, oder vor zu langer Zeit. Bitte beginne noch einmal.
error-other-provider = Diese Antwort kommt nicht von der Website, mit der du dich anmelden wolltest. Bitte beginne noch einmal, und gib auf der Seite, die dich hierher geschickt hat, nichts ein.
error-declined = Du hast bei { $provider } abgelehnt. Hier hat sich nichts geändert.
error-not-linked = Dein Konto bei { $provider } öffnet hier noch keines. Melde dich mit deinem Passwort an, und verknüpfe es auf der Seite deines Kontos. Wenn du hier kein Konto hast, frag, wer { $site } betreut.
error-linked-elsewhere = Dieses Konto bei { $provider } öffnet hier schon ein anderes, und jedes öffnet nur eines.
error-last-way = Du hast hier kein Passwort: ohne dieses Konto könntest du dich nicht mehr anmelden. Lege auf der Seite deines Kontos zuerst ein Passwort fest.
error-member-changed = Inzwischen ist jemand anders angemeldet als am Anfang. Bitte beginne noch einmal.
error-not-anew = { $provider } sagt nicht, dass du dich dort gerade eben angemeldet hast, und das muss hier bekannt sein. Melde dich mit deinem Passwort an; wenn du hier keines hast, bitte den Betreiber von { $site } darum.
error-refused = Ein anderer Teil dieser Website lässt dich mit diesem Konto bei { $provider } nicht herein.
error-throttled = Von deiner Adresse aus wurde das zu oft begonnen. Bitte versuch es gleich noch einmal.
error-provider = { $provider } hat keine Antwort gegeben, mit der sich etwas anfangen lässt. Es ist protokolliert; bitte versuch es später noch einmal.
error-internal = Hier ist etwas schiefgegangen. Es ist protokolliert; bitte versuch es später noch einmal.
