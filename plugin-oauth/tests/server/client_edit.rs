//! `hob oauth client edit`: the operator changes an application.

use crate::support;

use hob::testing::{Reply, on_each_database};
use hob_plugin_sdk::abi::command::RawOutput;
use serde_json::{Value, json};
use support::{
    App, Dance, REDIRECT_URI, TOKEN, allow, answer, assert_error, assert_error_page,
    registration::{open_site, update, web_metadata},
    tokens,
};

async fn run(dance: &Dance, app: &App, more: &[&str]) -> RawOutput {
    let words = [&["oauth", "client", "edit", &app.client_id], more].concat();
    dance.site.run_command(&words).await
}

/// Changes it, and reads what the command says that it is now.
async fn edit(dance: &Dance, app: &App, more: &[&str]) -> Value {
    let output = run(dance, app, &[more, &["--json"]].concat()).await;
    assert_eq!(output.exit_code, 0, "{more:?}: {}", output.stderr);
    serde_json::from_str(&output.stdout).expect("the command prints JSON")
}

/// The application without its secrets and its use, as `client list` has it.
async fn shown(dance: &Dance, app: &App) -> Value {
    let words = ["oauth", "client", "list", "--json"];
    let output = dance.site.run_command(&words).await;
    let all: Vec<Value> = serde_json::from_str(&output.stdout).expect("JSON");
    let mut own = all
        .into_iter()
        .filter(|one| one["client_id"] == app.client_id.as_str());
    let mut own = own.next().expect("it is registered");
    let members = own.as_object_mut().expect("an object");
    assert!(members.remove("members").is_some());
    assert!(members.remove("last_used_at").is_some());
    own
}

async fn is_active(dance: &Dance, app: &App, token: &str) -> bool {
    let secret = app.secret.as_deref().expect("a secret");
    let form = [
        ("client_id", app.client_id.as_str()),
        ("client_secret", secret),
        ("token", token),
    ];
    let mut browser = dance.site.browser();
    let reply = browser.post_form("/oauth/introspect", &form).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    reply.json::<Value>()["active"] == true
}

async fn client_credentials(dance: &Dance, app: &App) -> u16 {
    let form = [("grant_type", "client_credentials")];
    dance.token(app, &form).await.status()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_switch_counts_from_the_next_request_on_both_ways() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let given = dance.tokens(&other).await;
        for (value, is_on) in [("false", false), ("true", true), ("false", false)] {
            edit(&dance, &app, &["--introspect", value]).await;
            assert_eq!(is_active(&dance, &app, &given.access).await, is_on);

            edit(
                &dance,
                &app,
                &["--require-pushed-authorization-requests", value],
            )
            .await;
            let reply = dance.browser.get(&app.authorize_path(&[])).await;
            if is_on {
                answer(&reply).expect_error("invalid_request");
                let off = ["--require-pushed-authorization-requests", "false"];
                edit(&dance, &app, &off).await;
            } else {
                assert_ne!(answer_error(&reply), Some("invalid_request".to_owned()));
            }

            let code = dance.code(&app).await;
            edit(&dance, &app, &["--dpop-bound-access-tokens", value]).await;
            let reply = dance.exchange(&app, &code).await;
            if is_on {
                assert_error(&reply, 400, "invalid_request");
                edit(&dance, &app, &["--dpop-bound-access-tokens", "false"]).await;
                tokens(&dance.exchange(&app, &code).await);
            } else {
                tokens(&reply);
            }

            edit(&dance, &app, &["--legacy-query", value]).await;
            let query = app.query(&[]);
            let reply = dance.site.browser().get(&format!("{TOKEN}?{query}")).await;
            assert_eq!(reply.status() == 405, !is_on, "{reply:?}");
        }
    })
    .await;
}

/// The error that a redirect carries, if it is one.
fn answer_error(reply: &Reply) -> Option<String> {
    if reply.status() == 200 {
        return None;
    }
    answer(reply).one("error").map(ToOwned::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_come_and_go() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        assert_eq!(client_credentials(&dance, &app).await, 400);
        let given = dance.tokens(&app).await;
        let told = edit(&dance, &app, &["--grant", "client_credentials"]).await;
        assert_eq!(told["grant_types"], json!(["client_credentials"]));
        assert_eq!(client_credentials(&dance, &app).await, 200);
        assert_error(
            &dance.refresh(&app, &given.refresh).await,
            400,
            "unauthorized_client",
        );
        let both = ["--grant", "authorization_code", "--grant", "refresh_token"];
        edit(&dance, &app, &both).await;
        assert_eq!(client_credentials(&dance, &app).await, 400);
        tokens(&dance.refresh(&app, &given.refresh).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_named_stays() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let more = ["--website", "https://desk.example/"];
        let app = dance.register(REDIRECT_URI, &more).await;
        let moved = "https://app.example/moved";
        let mut expected = shown(&dance, &app).await;
        let changes: [(&[&str], &str, Value); 9] = [
            (&["--name", "Desk"], "name", json!("Desk")),
            (&["--redirect-uri", moved], "redirect_uris", json!([moved])),
            (
                &["--scope", "profile", "--scope", "email"],
                "scope",
                json!("profile email"),
            ),
            (&["--website", ""], "website", Value::Null),
            (
                &["--grant", "authorization_code"],
                "grant_types",
                json!(["authorization_code"]),
            ),
            (&["--introspect", "true"], "introspects", json!(true)),
            (
                &["--require-pushed-authorization-requests", "true"],
                "require_pushed_authorization_requests",
                json!(true),
            ),
            (
                &["--dpop-bound-access-tokens", "true"],
                "dpop_bound_access_tokens",
                json!(true),
            ),
            (&["--legacy-query", "true"], "legacy_query", json!(true)),
        ];
        for (words, member, value) in changes {
            expected[member] = value;
            if expected[member].is_null() {
                expected.as_object_mut().expect("an object").remove(member);
            }
            assert_eq!(edit(&dance, &app, words).await, expected, "{words:?}");
            assert_eq!(shown(&dance, &app).await, expected, "{words:?}");
        }

        // Several at once; and what was replaced is gone.
        let words = ["--require-pushed-authorization-requests", "false"];
        let words = [&words[..], &["--redirect-uri", REDIRECT_URI]].concat();
        edit(&dance, &app, &words).await;
        let path = app.authorize_path(&[("scope", "profile")]);
        assert_eq!(dance.browser.get(&path).await.status(), 200);
        let path = app.authorize_path(&[("redirect_uri", moved)]);
        assert_error_page(&dance.browser.get(&path).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_is_said_and_nothing_is() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let (app, public) = (dance.web_app().await, dance.browser_app().await);
        let machine = ["--grant", "client_credentials"];
        let machine = dance.register_without_redirect("profile", &machine).await;
        let refusals: [(&App, &[&str], &str); 12] = [
            (&app, &[], "nothing to change"),
            (&app, &["--introspect", "yes"], "--introspect"),
            (&app, &["--legacy-query", ""], "--legacy-query"),
            (&app, &["--grant", "implicit"], "--grant"),
            (&app, &["--scope", "nonsense"], "--scope"),
            (&app, &["--name", " "], "--name"),
            (&app, &["--website", "javascript:x"], "--website"),
            (
                &app,
                &["--redirect-uri", "http://a.example/"],
                "--redirect-uri",
            ),
            // One thing that is wrong keeps the others from being set.
            (&app, &["--introspect", "true", "--name", ""], "--name"),
            (&public, &["--introspect", "true"], "--introspect: a public"),
            (
                &public,
                &["--legacy-query", "true"],
                "--legacy-query: a public",
            ),
            (&public, &["--grant", "client_credentials"], "--grant"),
        ];
        for (app, words, told) in refusals {
            let before = shown(&dance, app).await;
            let output = run(&dance, app, words).await;
            assert_ne!(output.exit_code, 0, "{words:?}");
            assert!(output.stderr.contains(told), "{words:?}: {}", output.stderr);
            assert_eq!(shown(&dance, app).await, before, "{words:?}");
        }
        let grant = ["--grant", "authorization_code"];
        let output = run(&dance, &machine, &grant).await;
        assert_ne!(output.exit_code, 0, "it has no redirect URI");
        assert!(
            output.stderr.contains("--redirect-uri"),
            "{}",
            output.stderr
        );
        let with_uri = [&grant[..], &["--redirect-uri", REDIRECT_URI]].concat();
        edit(&dance, &machine, &with_uri).await;
        edit(
            &dance,
            &public,
            &["--introspect", "false", "--legacy-query", "false"],
        )
        .await;

        let nobody = App {
            client_id: "nobody".to_owned(),
            ..app.clone()
        };
        let output = run(&dance, &nobody, &["--introspect", "true"]).await;
        assert_ne!(output.exit_code, 0);
        assert!(output.stderr.contains("nobody"), "{}", output.stderr);
    })
    .await;
}

/// What is dangerous is said; and that what a client says of itself it can say
/// anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_is_told_what_to_mind() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let app = dance.web_app().await;
        for (words, told) in [
            (["--grant", "password"], "passwords"),
            (["--legacy-query", "true"], "logs"),
        ] {
            let output = run(&dance, &app, &words).await;
            assert_eq!(output.exit_code, 0, "{}", output.stderr);
            assert!(output.stderr.contains(told), "{}", output.stderr);
        }
        for words in [["--legacy-query", "false"], ["--introspect", "true"]] {
            let output = run(&dance, &app, &words).await;
            assert_eq!(output.stderr, "", "{words:?}");
        }

        let own = dance.register_itself(&web_metadata(&json!({}))).await;
        let words = ["--require-pushed-authorization-requests", "true"];
        let output = run(&dance, &own.app, &words).await;
        assert!(
            output.stderr.contains("registered itself"),
            "{}",
            output.stderr
        );
        let told: Value = own.get(&dance).await.json();
        assert_eq!(told["require_pushed_authorization_requests"], true);
        // What it has no word for is the operator's alone.
        let output = run(&dance, &own.app, &["--introspect", "true"]).await;
        assert_eq!(output.stderr, "");
        own.put(&dance, &update(&own, &json!({}))).await;
        let now = shown(&dance, &own.app).await;
        assert_eq!(now["introspects"], true);
        assert_eq!(now["require_pushed_authorization_requests"], false);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_gives_no_more_than_the_application_has_now() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let both = ["profile".to_owned(), "media:read".to_owned()];
        let more = [("scope", "profile media:read")];
        for narrowed in [
            ["--scope", "profile"],
            ["--redirect-uri", "https://elsewhere.example/callback"],
        ] {
            let app = dance
                .register_with_scope(REDIRECT_URI, "profile media:read", &[])
                .await;
            let page = dance.browser.get(&app.authorize_path(&more)).await;
            assert_eq!(page.status(), 200, "{page:?}");
            let pushed = dance.pushed_path(&app, &more).await;
            // What is no less lets it wait on.
            edit(&dance, &app, &["--name", "Renamed"]).await;
            assert_eq!(dance.browser.get(&pushed).await.status(), 200);

            edit(&dance, &app, &narrowed).await;
            let reply = allow(&mut dance.browser, &page, &both).await;
            assert_error_page(&reply);
            assert_error_page(&dance.browser.get(&pushed).await);
        }

        let app = dance
            .register_with_scope(REDIRECT_URI, "profile media:read", &[])
            .await;
        let page = dance.browser.get(&app.authorize_path(&more)).await;
        let code = answer(&allow(&mut dance.browser, &page, &both).await).expect_code();
        edit(&dance, &app, &["--scope", "profile"]).await;
        let reply = dance.exchange(&app, &code).await;
        assert_eq!(reply.json::<Value>()["scope"], "profile", "{reply:?}");
    })
    .await;
}
