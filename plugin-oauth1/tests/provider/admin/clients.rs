//! The list of all applications, as administrators see it, and that nobody else
//! gets to any of their pages.

use hob::testing::on_each_database;
use hob_plugin_sdk::manifest::{Authentication, Manifest};

use super::{CLIENTS, assert_shows, link, listed, olga, run};
use crate::support::{CALLBACK, Dance, count};

#[tokio::test]
async fn members_get_nothing_of_it() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        let mut olga = olga(&dance).await;
        let manifest = Manifest::parse(include_str!("../../../plugin.toml")).expect("it is right");
        let guarded: Vec<(&str, String)> = manifest
            .routes
            .iter()
            .filter(|route| route.authentication == Authentication::Administrator)
            .map(|route| {
                let path = route.path().replace("{consumer_key}", &app.key);
                (route.method(), format!("/oauth1{path}"))
            })
            .collect();
        assert_eq!(guarded.len(), 7, "{guarded:?}");
        for (method, path) in &guarded {
            let mut nobody = dance.site.browser();
            let (asked, told) = match *method {
                "GET" => (nobody.get(path).await, dance.browser.get(path).await),
                _ => (
                    nobody.post_form(path, &[]).await,
                    dance.browser.submit(path, &[]).await,
                ),
            };
            assert_eq!(asked.status(), 303, "{path}");
            assert!(asked.header("location").starts_with("/login?"), "{path}");
            assert_eq!(told.status(), 404, "{path}");
            assert!(!told.text().contains("Photo Desk"), "{path}");
            // An administrator is let in, but not by a forged form.
            let let_in = match *method {
                "GET" => olga.get(path).await,
                _ => olga.post_form(path, &[]).await,
            };
            let expected = if *method == "GET" { 200 } else { 403 };
            assert_eq!(let_in.status(), expected, "{path}");
            assert_eq!(let_in.headers("cache-control"), ["no-store"], "{path}");
        }
        // Nothing of all that was done.
        assert_eq!(dance.status(&app, &access).await, 200);
        assert_eq!(count(&dance.site, "oauth1_consumers").await, 1);
        let member = dance.browser.get("/admin").await;
        assert_eq!(member.status(), 404);
        let link = format!("href=\"{CLIENTS}\"");
        assert_shows(&olga.get("/admin").await, &[&link]);
    })
    .await;
}

#[tokio::test]
async fn all_applications_are_listed_searched_and_turned_over() {
    on_each_database(async |builder| {
        let toml = "signature_methods = [\"HMAC-SHA256\"]\nempty_consumer_secrets = true";
        let mut dance = Dance::start(builder.plugin_toml("oauth1", toml)).await;
        let form = [
            ("name", "Pocket"),
            ("redirect_uris", CALLBACK),
            ("scope", "profile"),
        ];
        let made = dance.browser.submit("/oauth1/clients/new", &form).await;
        assert_eq!(made.status(), 201, "{made:?}");
        let page = dance.browser.get("/oauth1/clients").await;
        let own = listed(&page).remove(0);
        for number in 0..48 {
            let name = format!("Desk {number} 100%");
            run(
                &dance,
                &["consumer", "add", "--name", &name, "--scope", "profile"],
            )
            .await;
        }
        let used = dance.register(&[]).await;
        dance.access_token(&used, &["profile"]).await;
        super::with_key(&dance).await;
        let hostile = "<img src=x onerror=alert(1)>";
        let last = dance.register(&["--no-secret"]).await.key;
        run(&dance, &["consumer", "edit", &last, "--name", hostile]).await;
        run(&dance, &["consumer", "suspend", &used.key]).await;
        let mut olga = olga(&dance).await;

        let first = olga.get(CLIENTS).await;
        let mut all = listed(&first);
        assert_eq!(all.len(), 50);
        assert_eq!(all[0], last, "the last that was registered comes first");
        assert!(!first.text().contains("<img src=x"), "{}", first.text());
        assert_shows(
            &first,
            &[
                "badge-danger\">anybody can act as it<",
                "badge-warning\">cannot sign<",
                "badge-danger\">suspended<",
                "Allowed by 0 members",
                "Allowed by 1 member ",
                "last used <time",
                "not used yet",
                "registered by an operator",
                "Further",
            ],
        );
        assert!(!first.text().contains("unverified"), "{}", first.text());
        let second = olga.get(&link(&first, "before=")).await;
        assert_shows(
            &second,
            &[
                "Pocket",
                "registered by @alice",
                "badge-warning\">unverified<",
                "From the beginning",
            ],
        );
        assert!(!second.text().contains("Further"), "{}", second.text());
        assert!(!second.text().contains("What is risky"), "it is above all");
        all.extend(listed(&second));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 52, "each once");

        for (query, expected) in [
            ("pOCKET", vec![own.clone()]),
            ("ONERROR", vec![last.clone()]),
            (&own, vec![own.clone()]),
            ("no such name", vec![]),
            ("_", vec![]),
        ] {
            let path = format!("{CLIENTS}?q={}", query.replace(' ', "+"));
            let page = olga.get(&path).await;
            assert_eq!(page.status(), 200, "{query}");
            assert_eq!(listed(&page), expected, "{query}");
        }
        let percent = olga.get(&format!("{CLIENTS}?q=100%25")).await;
        assert_eq!(listed(&percent).len(), 48, "those that are called so");
        let control = olga.get(&format!("{CLIENTS}?q=%00pocket%0a")).await;
        assert_eq!(control.status(), 200, "no database is asked for it");
        let nothing = olga.get(&format!("{CLIENTS}?q=none&before=x")).await;
        assert_shows(&nothing, &["No application is called that"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_risky_stands_above_them_in_each_language() {
    on_each_database(async |builder| {
        let toml = "empty_consumer_secrets = true\naccess_token_lifetime = \"365d\"\n\
            signature_methods = [\"HMAC-SHA256\"]";
        let dance = Dance::start(builder.plugin_toml("oauth1", toml)).await;
        let mut olga = olga(&dance).await;
        let empty = olga.get(CLIENTS).await;
        assert_shows(
            &empty,
            &[
                "Nothing risky was found",
                "<code>hob oauth1 doctor</code>",
                "No application is registered",
                "Name or consumer key",
            ],
        );
        let open = dance.register(&["--no-secret"]).await;
        for (language, said) in [
            (
                "de",
                ["Alle signierenden Anwendungen", "Alle können sich für"],
            ),
            (
                "fr",
                ["Toutes les applications qui", "N’importe qui peut agir"],
            ),
            (
                "en",
                ["All applications that sign", "Anybody can act as an"],
            ),
        ] {
            olga = olga.reading(language);
            let page = olga.get(CLIENTS).await;
            assert_shows(&page, &said);
            assert_shows(&page, &["<code>empty_secret</code>", &open.key]);
            assert!(!page.text().contains("Nothing risky"), "{}", page.text());
        }
    })
    .await;
}
