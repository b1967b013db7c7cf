//! What members and operators see: applications and commands.

use crate::support;

use hob::testing::on_each_database;
use serde_json::Value;
use support::{
    App, Dance, PASSWORD, REDIRECT_URI,
    admin::{INITIAL_TOKENS, olga, to},
    assert_error_page,
    registration::{NEW_CLIENT, client_form},
};

#[tokio::test]
async fn a_member_registers_an_application_that_works() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for kind in ["confidential", "public"] {
            let app = dance.register_on_page(kind, REDIRECT_URI).await;
            let show = ["oauth", "client", "show", &app.client_id];
            let shown = dance.site.run_command(&show).await.stdout;
            let by = shown
                .lines()
                .find(|line| line.starts_with("registered by:"));
            assert!(
                by.is_some_and(|line| line.ends_with(" member alice")),
                "{shown}"
            );
            assert_eq!(app.secret.is_some(), kind == "confidential");
            dance.tokens(&app).await;
            let page = dance
                .browser
                .get(&format!("/oauth/clients/{}", app.client_id))
                .await;
            assert!(page.text().contains("1 member"), "{}", page.text());
            // Its secret is shown only once.
            if let Some(secret) = &app.secret {
                assert!(!page.text().contains(secret.as_str()));
            }
        }
        let list = dance.browser.get("/oauth/clients").await;
        assert_eq!(list.text().matches("Pocket").count(), 2);
    })
    .await;
}

#[tokio::test]
async fn mistakes_in_the_form_are_named_and_what_was_typed_stays() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let mistakes = [
            ("name", "", "It needs a name."),
            ("website", "javascript:alert(1)", "A web site begins with"),
            (
                "redirect_uris",
                "https://a.example/cb\nhttp://b.example/cb",
                "ttp://b.example/cb can",
            ),
            ("scope", "admin", "There is no scope admin"),
        ];
        for (name, typed, sentence) in mistakes {
            let mut fields = client_form("public", REDIRECT_URI);
            fields.retain(|(other, _)| *other != name);
            fields.push((name, typed));
            let page = dance.browser.submit(NEW_CLIENT, &fields).await;
            assert_eq!(page.status(), 422, "{page:?}");
            assert!(
                page.text().contains(sentence),
                "{sentence}: {}",
                page.text()
            );
            assert!(page.text().contains("value=\"public\" checked"));
        }
        let none = dance.browser.get("/oauth/clients").await;
        assert!(none.text().contains("None yet"));
    })
    .await;
}

#[tokio::test]
async fn an_application_is_its_owners_alone() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("mallory", PASSWORD).await;
        let app = dance.register_on_page("confidential", REDIRECT_URI).await;
        let mut mallory = dance.site.browser();
        mallory.sign_in("mallory", PASSWORD).await;
        let path = format!("/oauth/clients/{}", app.client_id);
        assert_eq!(mallory.get(&path).await.status(), 404);
        let fields = client_form("confidential", "https://evil.example/cb");
        assert_eq!(mallory.submit(&path, &fields).await.status(), 404);
        let delete = format!("{path}/delete");
        assert_eq!(mallory.submit(&delete, &[]).await.status(), 404);
        // Not without the CSRF token either, nor signed out.
        let forged = dance.browser.post_form(&delete, &[]).await;
        assert_eq!(forged.status(), 403);
        let stranger = dance.site.browser().get(&path).await;
        assert!(stranger.header("location").starts_with("/login?"));
        dance.tokens(&app).await;
        assert_eq!(dance.browser.get(&path).await.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn an_owner_changes_an_application() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register_on_page("confidential", REDIRECT_URI).await;
        let path = format!("/oauth/clients/{}", app.client_id);
        let moved = "https://app.example/moved";
        let bad = dance
            .browser
            .submit(&path, &client_form("", "nonsense"))
            .await;
        assert_eq!(bad.status(), 422);
        dance.tokens(&app).await;
        let saved = dance.browser.submit(&path, &client_form("", moved)).await;
        assert_eq!(saved.status(), 303);
        assert_error_page(&dance.browser.get(&app.authorize_path(&[])).await);
        let moved = App {
            redirect_uri: moved.to_owned(),
            ..app
        };
        dance.tokens(&moved).await;
    })
    .await;
}

#[tokio::test]
async fn a_deleted_application_stops_at_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (
            dance.register_on_page("confidential", REDIRECT_URI).await,
            dance.web_app().await,
        );
        let given = dance.tokens(&app).await;
        let untouched = dance.tokens(&other).await;
        let delete = format!("/oauth/clients/{}/delete", app.client_id);
        assert_eq!(dance.browser.submit(&delete, &[]).await.status(), 303);
        assert_eq!(dance.api_status(&given.access).await, 401);
        let reply = dance.refresh(&app, &given.refresh).await;
        support::assert_error(&reply, 401, "invalid_client");
        assert_error_page(&dance.browser.get(&app.authorize_path(&[])).await);
        dance.assert_alive(&untouched).await;
    })
    .await;
}

#[tokio::test]
async fn the_operator_says_who_may_register() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_administrator("olga", PASSWORD).await;
        for (policy, alice_may, olga_may) in [
            ("members", true, true),
            ("administrators", false, true),
            ("closed", false, false),
        ] {
            dance = dance.restart(&format!("registration = {policy:?}")).await;
            let mut olga = dance.site.browser();
            olga.sign_in("olga", PASSWORD).await;
            for (browser, may) in [(&mut dance.browser, alice_may), (&mut olga, olga_may)] {
                let (shown, done) = if may { (200, 201) } else { (403, 403) };
                let page = browser.get(NEW_CLIENT).await;
                assert_eq!(page.status(), shown, "{policy}: {page:?}");
                let form = client_form("public", REDIRECT_URI);
                let reply = browser.submit(NEW_CLIENT, &form).await;
                assert_eq!(reply.status(), done, "{policy}: {reply:?}");
                // Who may not is not led there.
                let list = browser.get("/oauth/clients").await;
                assert_eq!(list.text().contains(NEW_CLIENT), may, "{policy}: {list:?}");
                let told = list.text().contains("The operator of this site");
                assert_eq!(told, !may, "{policy}: {list:?}");
            }
        }
        dance.web_app().await;
    })
    .await;
}

/// No browser keeps a page with a secret, and no other site hears of where it
/// stood.
#[tokio::test]
async fn what_is_shown_only_once_is_kept_nowhere() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register_on_page("confidential", REDIRECT_URI).await;
        let mut olga = olga(&dance).await;
        let (client, rotate) = (client_form("confidential", REDIRECT_URI), [("old", "now")]);
        let secret = format!("/oauth/clients/{}/secret", app.client_id);
        let token = [("name", "Backup"), ("scope", "profile"), ("ends", "30")];
        let initial = [("uses", "1"), ("days", "7"), ("note", "")];
        for page in [
            dance.browser.submit(NEW_CLIENT, &client).await,
            dance.browser.submit(&secret, &rotate).await,
            dance.browser.submit("/oauth/tokens/new", &token).await,
            olga.submit(INITIAL_TOKENS, &initial).await,
            olga.submit(&to(&app, "secret"), &rotate).await,
        ] {
            assert_eq!(page.status(), 201, "{page:?}");
            assert_eq!(page.headers("cache-control"), ["no-store"], "{page:?}");
            assert_eq!(page.headers("referrer-policy"), ["no-referrer"], "{page:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_commands_add_list_show_suspend_and_resume() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let run = async |words: &[&str]| {
            let words = [&["oauth", "client"], words].concat();
            dance.site.run_command(&words).await
        };
        let listed = run(&["list", "--json"]).await;
        let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
        assert_eq!(listed[0]["client_id"], app.client_id);
        assert_eq!(listed[0]["client_secret"], Value::Null);
        let shown = run(&["show", &app.client_id]).await;
        assert!(shown.stdout.contains(REDIRECT_URI), "{}", shown.stdout);
        assert!(!shown.stdout.contains(app.secret.as_deref().unwrap()));
        run(&["suspend", &app.client_id]).await;
        assert!(run(&["list"]).await.stdout.contains("(suspended)"));
        run(&["resume", &app.client_id]).await;
        assert!(!run(&["list"]).await.stdout.contains("(suspended)"));
        let unknown = run(&["show", "nobody"]).await;
        assert_eq!(unknown.exit_code, 2);
        assert!(unknown.stderr.contains("fix:"), "{}", unknown.stderr);
        let text = run(&[
            "add",
            "--name",
            "Pocket",
            "--scope",
            "profile",
            "--redirect-uri",
            "org.pocket:/cb",
            "--public",
        ])
        .await;
        assert!(text.stdout.starts_with("client_id:"), "{}", text.stdout);
        assert!(!text.stdout.contains("client_secret"), "{}", text.stdout);
        for bad in [
            ["--scope", "admin", "--name", "X"],
            ["--scope", "profile", "--name", " "],
        ] {
            let words = [&["add", "--redirect-uri", REDIRECT_URI], &bad[..]].concat();
            let output = run(&words).await;
            assert_eq!((output.exit_code, output.stdout.as_str()), (2, ""));
        }
        let grant = [
            "add",
            "--name",
            "X",
            "--scope",
            "profile",
            "--redirect-uri",
            REDIRECT_URI,
            "--grant",
            "implicit",
        ];
        assert_eq!(run(&grant).await.exit_code, 2);
    })
    .await;
}
