//! MediaGoblin's old clients, which send codes, secrets and tokens in
//! addresses: only those that the operator names.

use crate::support;

use hob::testing::{Reply, on_each_database};
use http::Method;
use serde_json::Value;
use support::{
    App, CHALLENGE, Dance, REDIRECT_URI, TOKEN, assert_error, assert_json_and_not_stored, tokens,
};

const ME: &str = "/api/v1/me";

async fn legacy_app(dance: &Dance) -> App {
    dance.register(REDIRECT_URI, &["--legacy-query"]).await
}

fn address(path: &str, query: &[(&str, &str)]) -> String {
    let mut encoded = url::form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(query);
    format!("{path}?{}", encoded.finish())
}

/// What the old clients send.
fn with_credentials<'a>(app: &'a App, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let secret = app.secret.as_deref().unwrap_or_default();
    let own = [
        ("client_id", app.client_id.as_str()),
        ("client_secret", secret),
    ];
    [&own[..], more].concat()
}

async fn get_token(dance: &Dance, app: &App, more: &[(&str, &str)]) -> Reply {
    let address = address(TOKEN, &with_credentials(app, more));
    dance.site.browser().get(&address).await
}

#[track_caller]
fn assert_only_post(reply: &Reply) {
    assert_eq!(reply.status(), 405, "{reply:?}");
    assert_eq!(reply.header("allow"), "POST", "{reply:?}");
    assert_json_and_not_stored(reply);
}

/// The whole of an old client's way: no PKCE, no state, no redirect URI at the
/// token endpoint, everything in addresses.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_client_gets_what_it_came_for() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = legacy_app(&dance).await;
        let old = [
            ("code_challenge", ""),
            ("code_challenge_method", ""),
            ("state", ""),
        ];
        let code = dance.code_with(&app, &old).await;
        let reply = get_token(&dance, &app, &[("code", &code)]).await;
        assert_json_and_not_stored(&reply);
        let given = tokens(&reply);
        let me = address(ME, &[("access_token", &given.access)]);
        let mut browser = dance.site.browser();
        let reply = browser.get(&me).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        assert_eq!(reply.json::<Value>()["username"], "alice");
        assert_eq!(reply.header("cache-control"), "no-store");

        let reply = get_token(&dance, &app, &[("refresh_token", &given.refresh)]).await;
        let second = tokens(&reply);
        let me = address(ME, &[("access_token", &second.access)]);
        assert_eq!(browser.get(&me).await.status(), 200);
        // The same by the modern way.
        let third = tokens(&dance.refresh(&app, &second.refresh).await);
        dance.assert_alive(&third).await;
        let code = dance.code(&app).await;
        tokens(&dance.exchange(&app, &code).await);
    })
    .await;
}

/// Check 45, for all who are not named.
#[tokio::test(flavor = "multi_thread")]
async fn for_all_others_there_is_only_post() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, legacy) = (dance.web_app().await, legacy_app(&dance).await);
        let code = dance.code(&app).await;
        let mut form = app.code_form(&code);
        // Whether the secret is right makes no difference.
        let wrong = App {
            secret: Some("wrong".to_owned()),
            ..app.clone()
        };
        let nobody = App {
            client_id: "nobody".to_owned(),
            ..app.clone()
        };
        for client in [&app, &wrong, &nobody] {
            assert_only_post(&get_token(&dance, client, &form).await);
        }
        let mut browser = dance.site.browser();
        assert_only_post(&browser.get(TOKEN).await);
        // The code was not used up.
        tokens(&dance.exchange(&app, &code).await);

        // Nor does the switch open more than what the old clients did.
        let code = dance.code(&legacy).await;
        form = legacy.code_form(&code);
        for grant in ["client_credentials", "password"] {
            let more = [
                ("grant_type", grant),
                ("username", "alice"),
                ("password", "x"),
            ];
            assert_only_post(&get_token(&dance, &legacy, &more).await);
        }
        let address = address(TOKEN, &with_credentials(&legacy, &form));
        let reply = browser.request(Method::HEAD, &address).await;
        assert_eq!(reply.status(), 405, "{reply:?}");
        let reply = browser.post_form(&address, &[]).await;
        assert_error(&reply, 401, "invalid_client");
        tokens(&get_token(&dance, &legacy, &form).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_checked_by_post_is_checked_by_get() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (legacy_app(&dance).await, legacy_app(&dance).await);
        let code = dance
            .code_with(
                &app,
                &[("code_challenge", ""), ("code_challenge_method", "")],
            )
            .await;
        let wrong = App {
            secret: Some("wrong".to_owned()),
            ..app.clone()
        };
        let reply = get_token(&dance, &wrong, &[("code", &code)]).await;
        assert_error(&reply, 401, "invalid_client");
        let reply = get_token(&dance, &other, &[("code", &code)]).await;
        assert_error(&reply, 400, "invalid_grant");
        let elsewhere = [
            ("code", code.as_str()),
            ("redirect_uri", "https://app.example/other"),
        ];
        let reply = get_token(&dance, &app, &elsewhere).await;
        assert_error(&reply, 400, "invalid_grant");
        let reply = get_token(&dance, &app, &[("code", &code), ("code", &code)]).await;
        assert_error(&reply, 400, "invalid_request");
        assert_error(&get_token(&dance, &app, &[]).await, 400, "invalid_request");
        let given = tokens(&get_token(&dance, &app, &[("code", &code)]).await);
        // Played again, it kills what it gave, as ever.
        let reply = get_token(&dance, &app, &[("code", &code)]).await;
        assert_error(&reply, 400, "invalid_grant");
        dance.assert_dead(&app, &given).await;
        // A challenge that was sent has to be answered.
        let code = dance.code(&app).await;
        assert_ne!(CHALLENGE, "");
        let reply = get_token(&dance, &app, &[("code", &code)]).await;
        assert_error(&reply, 400, "invalid_grant");
    })
    .await;
}

/// Check 52, in an address: whatever is there twice, and whichever of the two
/// is right.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_repeated_in_the_address_is_refused() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = legacy_app(&dance).await;
        let old = [("code_challenge", ""), ("code_challenge_method", "")];
        let code = dance.code_with(&app, &old).await;
        let good = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("unknown", "1"),
        ];
        for (name, value) in with_credentials(&app, &good) {
            for again in [value, "other", ""] {
                let twice = [&good[..], &[(name, again)]].concat();
                let reply = get_token(&dance, &app, &twice).await;
                assert_error(&reply, 400, "invalid_request");
            }
        }
        // A client that is not named learns nothing of it.
        let modern = dance.web_app().await;
        let twice = [good[1], good[1]];
        assert_only_post(&get_token(&dance, &modern, &twice).await);
        // Nothing was used up meanwhile.
        tokens(&get_token(&dance, &app, &good).await);
    })
    .await;
}

/// Check 78: of a client that is not named, a token in the address is not
/// looked at.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_address_counts_for_a_named_client_alone() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, legacy) = (dance.web_app().await, legacy_app(&dance).await);
        let (modern, old) = (dance.tokens(&app).await, dance.tokens(&legacy).await);
        let mut browser = dance.site.browser();
        let me = |token: &str| address(ME, &[("access_token", token)]);
        for nothing in [&modern.access, &old.refresh, "x"] {
            let reply = browser.get(&me(nothing)).await;
            assert_eq!(reply.status(), 401, "{reply:?}");
            assert!(
                !reply.header("www-authenticate").contains("error"),
                "{reply:?}"
            );
        }
        let old_address = me(&old.access);
        assert_eq!(browser.get(&old_address).await.status(), 200);
        let twice = format!("{old_address}&access_token={}", old.access);
        assert_eq!(browser.get(&twice).await.status(), 401);
        let header = format!("Bearer {}", old.access);
        let reply = browser.get_with(&old_address, &header).await;
        assert_eq!(reply.status(), 400, "{reply:?}");
        // What it does not allow is refused as ever.
        let code = dance
            .code_with(&legacy, &[("scope", "media:read"), ("prompt", "consent")])
            .await;
        let narrow = tokens(&dance.exchange(&legacy, &code).await);
        let reply = browser.get(&me(&narrow.access)).await;
        assert_eq!(reply.status(), 403, "{reply:?}");
        let suspend = ["oauth", "client", "suspend", legacy.client_id.as_str()];
        dance.site.run_command(&suspend).await;
        assert_eq!(browser.get(&old_address).await.status(), 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_sees_who_it_is() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let (app, legacy) = (dance.web_app().await, legacy_app(&dance).await);
        let list = dance.site.run_command(&["oauth", "client", "list"]).await;
        for line in list.stdout.as_str().lines() {
            let named = line.contains("legacy");
            assert_eq!(named, line.contains(&legacy.client_id), "{line}");
        }
        for (client, is_legacy) in [(&app, false), (&legacy, true)] {
            let words = ["oauth", "client", "show", client.client_id.as_str()];
            let shown = dance.site.run_command(&words).await.stdout;
            assert_eq!(shown.contains("legacy"), is_legacy, "{shown}");
        }
        let words = [
            "oauth",
            "client",
            "add",
            "--name",
            "x",
            "--scope",
            "profile",
            "--redirect-uri",
            REDIRECT_URI,
            "--legacy-query",
            "--public",
        ];
        let refused = dance.site.run_command(&words).await;
        assert_ne!(refused.exit_code, 0);
        assert!(
            refused.stderr.contains("--legacy-query"),
            "{}",
            refused.stderr
        );
    })
    .await;
}
