//! The password grant, for old clients only (RFC 6749, section 4.3), and the
//! way in which Aqueduct's clients use it.

use crate::support;

use std::time::Duration;

use hob::testing::{Reply, on_each_database};
use serde_json::Value;
use support::{App, Dance, PASSWORD, REDIRECT_URI, TOKEN, assert_error, basic, tokens};

const LEGACY: [&str; 5] = [
    "--public",
    "--grant",
    "password",
    "--grant",
    "refresh_token",
];

/// A public client to which the operator gave the grant.
async fn legacy_app(dance: &Dance) -> App {
    dance
        .register_without_redirect("profile media:read", &LEGACY)
        .await
}

fn form<'a>(username: &'a str, password: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("grant_type", "password"),
        ("username", username),
        ("password", password),
    ]
}

async fn sign_in(dance: &Dance, app: &App, username: &str, password: &str) -> Reply {
    dance.token(app, &form(username, password)).await
}

/// Check 55: for whoever was not given it, it does not exist.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_and_the_operator_gives_it_to_one_client_at_a_time() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (web, public) = (dance.web_app().await, dance.browser_app().await);
        for app in [&web, &public] {
            let reply = sign_in(&dance, app, "alice", PASSWORD).await;
            assert_error(&reply, 400, "unsupported_grant_type");
        }
        let metadata = "/.well-known/oauth-authorization-server";
        let metadata: Value = dance.browser.get(metadata).await.json();
        let grants = metadata["grant_types_supported"]
            .as_array()
            .expect("a list");
        assert!(!grants.contains(&"password".into()), "{metadata}");
        // A member has no way to it: a form that names it gets the usual ones.
        let typed = [
            ("name", "Pocket"),
            ("redirect_uris", REDIRECT_URI),
            ("scope", "profile"),
            ("kind", "public"),
            ("grant", "password"),
            ("grant_types", "password"),
        ];
        let page = dance.browser.submit("/oauth/clients/new", &typed).await;
        assert_eq!(page.status(), 201, "{page:?}");
        let list = dance
            .site
            .run_command(&["oauth", "client", "list", "--json"])
            .await;
        assert!(!list.stdout.contains("\"password\""), "{}", list.stdout);

        let app = legacy_app(&dance).await;
        let given = tokens(&sign_in(&dance, &app, "alice", PASSWORD).await);
        assert_eq!(given.scope, "profile media:read");
        let me = dance.api(&format!("Bearer {}", given.access)).await;
        assert_eq!(me.json::<Value>()["username"], "alice");
        let confidential = dance
            .register_without_redirect("profile", &["--grant", "password"])
            .await;
        let given = tokens(&sign_in(&dance, &confidential, " Alice ", PASSWORD).await);
        assert_eq!(given.refresh, "", "a refresh token that it may not use");
        let warned = dance
            .site
            .run_command(&[
                "oauth", "client", "add", "--name", "x", "--scope", "profile", "--grant",
                "password",
            ])
            .await;
        assert!(
            warned.stderr.contains("members' passwords"),
            "{}",
            warned.stderr
        );
    })
    .await;
}

/// Check 55.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_member_looks_like_a_wrong_password() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = legacy_app(&dance).await;
        let bob = dance
            .site
            .add_member("bob", "a password that is fine")
            .await;
        dance.site.disable_member(bob.id).await;
        let mut bodies = std::collections::HashSet::new();
        for (username, password) in [
            ("alice", "wrong"),
            ("nobody", PASSWORD),
            ("no name at all!", PASSWORD),
            ("bob", "a password that is fine"),
            ("alice", &PASSWORD.to_uppercase()),
        ] {
            let reply = sign_in(&dance, &app, username, password).await;
            assert_error(&reply, 400, "invalid_grant");
            bodies.insert(reply.text().to_owned());
        }
        assert_eq!(bodies.len(), 1, "{bodies:?}");
        for absent in ["username", "password"] {
            let mut form = form("alice", PASSWORD).to_vec();
            form.retain(|(name, _)| *name != absent);
            assert_error(&dance.token(&app, &form).await, 400, "invalid_request");
        }
        for (scope, error) in [("media:write", "invalid_scope"), ("x", "invalid_scope")] {
            let mut form = form("alice", PASSWORD).to_vec();
            form.push(("scope", scope));
            assert_error(&dance.token(&app, &form).await, 400, error);
        }
        tokens(&sign_in(&dance, &app, "alice", PASSWORD).await);
    })
    .await;
}

/// Checks 55 and 58.
#[tokio::test(flavor = "multi_thread")]
async fn guessing_a_password_is_slowed_down_for_that_account_and_address_alone() {
    on_each_database(async |builder| {
        let builder = builder
            .url("https://hob.example")
            .server_toml("behind_tls_proxy = true");
        let dance = Dance::start(builder).await;
        let app = legacy_app(&dance).await;
        dance.site.add_member("bob", PASSWORD).await;
        let try_with = async |username: &str, password: &str, address: &str| {
            let header = basic(&app.client_id, "");
            let headers = [
                ("authorization", header.as_str()),
                ("x-forwarded-for", address),
            ];
            let form = form(username, password);
            let mut browser = dance.site.browser();
            browser.post_form_with(TOKEN, &form, &headers).await
        };
        // Whoever is right is never held up.
        for _ in 0..12 {
            tokens(&try_with("alice", PASSWORD, "192.0.2.1").await);
        }
        // However the name is typed, it is one account.
        for guess in 0..10 {
            let name = if guess % 2 == 0 { "alice" } else { " ALICE" };
            let reply = try_with(name, &format!("guess {guess}"), "192.0.2.1").await;
            assert_error(&reply, 400, "invalid_grant");
        }
        for password in ["guess 11", PASSWORD] {
            let reply = try_with("Alice", password, "192.0.2.1").await;
            assert_error(&reply, 429, "slow_down");
            let wait: u64 = reply.header("retry-after").parse().expect("seconds");
            assert!((1..=30).contains(&wait), "{wait}");
        }
        // An unknown name is counted too.
        for _ in 0..10 {
            let reply = try_with("nobody", "guess", "192.0.2.1").await;
            assert_error(&reply, 400, "invalid_grant");
        }
        let reply = try_with("nobody", "guess", "192.0.2.1").await;
        assert_error(&reply, 429, "slow_down");
        tokens(&try_with("alice", PASSWORD, "192.0.2.2").await);
        tokens(&try_with("bob", PASSWORD, "192.0.2.1").await);
        dance.site.clock().advance(Duration::from_secs(30));
        tokens(&try_with("alice", PASSWORD, "192.0.2.1").await);
    })
    .await;
}

/// Guesses that come together are counted before any is answered.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_in_parallel_are_not_free() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = legacy_app(&dance).await;
        let guesses = (0..20).map(|_| sign_in(&dance, &app, "alice", "guess"));
        let replies = futures_util::future::join_all(guesses).await;
        let judged = replies.iter().filter(|reply| reply.status() == 400);
        assert!(judged.count() <= 10);
        dance.site.clock().advance(Duration::from_secs(300));
        tokens(&sign_in(&dance, &app, "alice", PASSWORD).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_member_sees_it_and_ends_it() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = legacy_app(&dance).await;
        let given = tokens(&sign_in(&dance, &app, "alice", PASSWORD).await);
        let page = dance.browser.get("/connections").await;
        assert!(page.text().contains(&app.client_id), "{page:?}");
        dance.take_back(&app).await;
        dance.assert_dead(&app, &given).await;

        // What was allowed before stays allowed when less is asked for.
        tokens(&sign_in(&dance, &app, "alice", PASSWORD).await);
        let narrow = [&form("alice", PASSWORD)[..], &[("scope", "profile")]].concat();
        let narrow = tokens(&dance.token(&app, &narrow).await);
        assert_eq!(narrow.scope, "profile");
        let page = dance.browser.get("/connections").await;
        assert!(page.text().contains("See your photographs"), "{page:?}");

        // Whoever can sign in no longer holds nothing either.
        dance
            .site
            .change_password(dance.alice.id, "another password")
            .await;
        dance.assert_dead(&app, &narrow).await;
        let reply = sign_in(&dance, &app, "alice", PASSWORD).await;
        assert_error(&reply, 400, "invalid_grant");
        let given = tokens(&sign_in(&dance, &app, "alice", "another password").await);
        let suspend = ["oauth", "client", "suspend", app.client_id.as_str()];
        dance.site.run_command(&suspend).await;
        dance.assert_dead(&app, &given).await;
        let reply = sign_in(&dance, &app, "alice", "another password").await;
        assert_error(&reply, 400, "invalid_grant");
    })
    .await;
}

/// What is kept for the sake of requests that run is forgotten after a day.
#[tokio::test(flavor = "multi_thread")]
async fn a_members_epoch_is_kept_for_a_day() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = legacy_app(&dance).await;
        let machine = dance
            .register_without_redirect("profile", &["--grant", "client_credentials"])
            .await;
        let bob = dance.site.add_member("bob", PASSWORD).await;
        let issue_some = async || {
            for _ in 0..20 {
                let form = [("grant_type", "client_credentials")];
                tokens(&dance.token(&machine, &form).await);
            }
        };
        tokens(&sign_in(&dance, &app, "alice", PASSWORD).await);
        dance.site.disable_member(bob.id).await;
        issue_some().await;
        assert_eq!(dance.count("oauth_member_epochs").await, 2);
        dance
            .site
            .clock()
            .advance(Duration::from_secs(24 * 3600 + 1));
        issue_some().await;
        assert_eq!(dance.count("oauth_member_epochs").await, 0);
    })
    .await;
}

/// Between the check of a password, which takes long, and the issue.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_is_disabled_in_between_gets_nothing_that_lives() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = legacy_app(&dance).await;
        let bob = dance.site.add_member("bob", PASSWORD).await;
        // So many that some are still being checked when the account is
        // switched off; nine, so that none is slowed down.
        let attempts = (0..9).map(|_| sign_in(&dance, &app, "bob", PASSWORD));
        let attempts = futures_util::future::join_all(attempts);
        let disable = dance.site.disable_member(bob.id);
        let (replies, ()) = futures_util::future::join(attempts, disable).await;
        for reply in replies {
            if reply.status() == 200 {
                let given = tokens(&reply);
                assert_eq!(dance.api_status(&given.access).await, 401);
            } else {
                assert_error(&reply, 400, "invalid_grant");
            }
        }
        tokens(&sign_in(&dance, &app, "alice", PASSWORD).await);
    })
    .await;
}

/// What a client of Aqueduct's server does: it signs a member in with its id
/// and no secret in a Basic header, at `/auth/token`, and then refreshes there.
#[tokio::test(flavor = "multi_thread")]
async fn aqueducts_scenario() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = legacy_app(&dance).await;
        let header = basic(&app.client_id, "");
        let post = async |form: &[(&str, &str)], header: &str| {
            dance.post_with(header, "/auth/token", form).await
        };
        let signed_in = post(&form("alice", PASSWORD), &header).await;
        let first = tokens(&signed_in);
        let body: Value = signed_in.json();
        assert!(
            body["token_type"]
                .as_str()
                .unwrap()
                .eq_ignore_ascii_case("bearer")
        );
        assert_eq!(body["expires_in"], 3600);
        dance.assert_alive(&first).await;

        let refresh = [
            ("refresh_token", first.refresh.as_str()),
            ("grant_type", "refresh_token"),
        ];
        let refreshed = post(&refresh, &header).await;
        let second = tokens(&refreshed);
        dance.assert_alive(&second).await;
        assert_ne!(first.access, second.access);
        assert_ne!(first.refresh, second.refresh);
        // The same answer but for its values.
        let names = |reply: &Reply| -> Vec<String> {
            let body: serde_json::Map<String, Value> = reply.json();
            body.keys().cloned().collect()
        };
        assert_eq!(names(&signed_in), names(&refreshed));

        // All three have to check out.
        let reply = post(&form("alice", "wrong"), &header).await;
        assert_error(&reply, 400, "invalid_grant");
        let unknown = basic("unknown", "");
        let reply = post(&form("alice", PASSWORD), &unknown).await;
        assert_error(&reply, 401, "invalid_client");
        let with_secret = basic(&app.client_id, "secret");
        let reply = post(&form("alice", PASSWORD), &with_secret).await;
        assert_error(&reply, 401, "invalid_client");
        // An application that was not given the grant has none there either.
        let public = dance.browser_app().await;
        let reply = post(&form("alice", PASSWORD), &basic(&public.client_id, "")).await;
        assert_error(&reply, 400, "unsupported_grant_type");
    })
    .await;
}
