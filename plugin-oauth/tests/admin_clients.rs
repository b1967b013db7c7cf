//! The list of all applications, as administrators see it, and that nobody else
//! gets to any of their pages.

mod support;

use hob::testing::on_each_database;
use hob_plugin_manifest::{Authentication, Manifest};
use support::{
    Dance, REDIRECT_URI,
    admin::{CLIENTS, assert_shows, listed, olga},
};

#[tokio::test(flavor = "multi_thread")]
async fn members_get_nothing_of_it() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let given = dance.tokens(&app).await;
        let (_, _) = dance.initial_token(&[]).await;
        let mut olga = olga(&dance).await;
        let manifest = Manifest::parse(include_str!("../plugin.toml")).expect("it is right");
        let guarded: Vec<(&str, String)> = manifest
            .routes
            .iter()
            .filter(|route| route.authentication == Authentication::Administrator)
            .map(|route| {
                let path = route.path().replace("{client_id}", &app.client_id);
                let path = path.replace("{id}", "1");
                let prefix = if route.root { "" } else { "/oauth" };
                (route.method(), format!("{prefix}{path}"))
            })
            .collect();
        assert_eq!(guarded.len(), 11, "{guarded:?}");
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
            let expected = match (*method, path.as_str()) {
                ("GET", "/oauth/admin") => 303,
                ("GET", _) => 200,
                _ => 403,
            };
            assert_eq!(let_in.status(), expected, "{path}");
            assert_eq!(let_in.headers("cache-control"), ["no-store"], "{path}");
        }
        // Nothing of all that was done.
        dance.assert_alive(&given).await;
        assert_eq!(dance.count("oauth_clients").await, 1);
        assert_eq!(dance.count("oauth_initial_access_tokens").await, 1);
        assert_eq!(olga.get("/oauth/admin").await.header("location"), CLIENTS);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_applications_are_listed_searched_and_turned_over() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let own = dance.register_on_page("public", REDIRECT_URI).await;
        dance.tokens(&own).await;
        for number in 0..50 {
            let name = format!("Desk {number} 100%");
            dance
                .add(&[
                    "--name",
                    &name,
                    "--scope",
                    "profile",
                    "--redirect-uri",
                    REDIRECT_URI,
                ])
                .await;
        }
        let hostile = "<img src=x onerror=alert(1)>";
        let last = dance
            .add(&[
                "--name", hostile, "--scope", "profile", "--grant", "password",
            ])
            .await;
        let legacy = ["oauth", "client", "edit", &last, "--legacy-query", "true"];
        dance.site.run_command(&legacy).await;
        let mut olga = olga(&dance).await;

        let first = olga.get(CLIENTS).await;
        let mut all = listed(&first)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        assert_eq!(all.len(), 50);
        assert_eq!(all[0], last, "the last that was registered comes first");
        assert!(!first.text().contains("<img src=x"), "{}", first.text());
        assert_shows(
            &first,
            &[
                "sees passwords",
                "secrets in addresses",
                "Allowed by 0 members",
                "not used yet",
                "registered by an operator",
                "Further",
            ],
        );
        let row = all.last().expect("a page of them").clone();
        let next = first.text().split("href=\"").find_map(|rest| {
            let path = rest.split('"').next()?;
            path.contains("before=").then_some(path)
        });
        let next = next.expect("there is more").to_owned();
        let second = olga.get(&next).await;
        assert_shows(
            &second,
            &[
                "Pocket",
                "Allowed by 1 member",
                "last used",
                "registered by @alice",
                "unverified",
                "From the beginning",
            ],
        );
        assert!(!second.text().contains("Further"), "{}", second.text());
        all.extend(listed(&second).into_iter().map(str::to_owned));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 52, "each once");
        assert!(!listed(&second).contains(&row.as_str()));

        for (query, expected) in [
            ("pOCKET", vec![own.client_id.as_str()]),
            ("ONERROR", vec![last.as_str()]),
            (&own.client_id, vec![own.client_id.as_str()]),
            ("no such name", vec![]),
            ("_", vec![]),
        ] {
            let page = olga
                .get(&format!("{CLIENTS}?q={}", query.replace(' ', "+")))
                .await;
            assert_eq!(page.status(), 200, "{query}");
            // Client ids may have the sign that is searched for.
            let found: Vec<&str> = listed(&page)
                .into_iter()
                .filter(|id| query != "_" || !id.contains('_'))
                .collect();
            assert_eq!(found, expected, "{query}");
        }
        let percent = olga.get(&format!("{CLIENTS}?q=100%25")).await;
        assert_eq!(listed(&percent).len(), 50, "all but the first and the last");
        assert!(!percent.text().contains("Further"), "{}", percent.text());
        let control = olga.get(&format!("{CLIENTS}?q=%00pocket%0a")).await;
        assert_eq!(control.status(), 200, "no database is asked for it");
        let nothing = olga.get(&format!("{CLIENTS}?q=none&before=x")).await;
        assert_shows(&nothing, &["No application is called that"]);
    })
    .await;
}
