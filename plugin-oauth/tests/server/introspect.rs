//! The introspection endpoint (RFC 7662).

use crate::support;

use std::time::Duration;

use hob::testing::{Reply, on_each_database};
use serde_json::{Value, json};
use support::{App, Dance, REDIRECT_URI, Tokens, assert_error, assert_json_and_not_stored, tokens};

const INTROSPECT: &str = "/oauth/introspect";
const SITE: &str = "http://127.0.0.1:8080";

async fn introspect(dance: &Dance, app: &App, token: &str) -> Reply {
    dance.post_as(app, INTROSPECT, &[("token", token)]).await
}

async fn active(dance: &Dance, app: &App, token: &str) -> Value {
    let reply = introspect(dance, app, token).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert_json_and_not_stored(&reply);
    let body: Value = reply.json();
    assert_eq!(body["active"], true, "{reply:?}");
    body
}

/// Exactly this, so that nothing tells one reason from another.
async fn assert_inactive(dance: &Dance, app: &App, token: &str) {
    let reply = introspect(dance, app, token).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert_json_and_not_stored(&reply);
    assert_eq!(reply.text(), "{\"active\":false}");
}

async fn resource_server(dance: &Dance) -> App {
    dance.register(REDIRECT_URI, &["--introspect"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_sees_what_its_own_tokens_allow() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let before = dance.site.clock().now().as_seconds();
        let given = dance.tokens(&app).await;
        let mut body = active(&dance, &app, &given.access).await;
        let seconds = |value: Value| value.as_i64().expect("a whole number");
        let (exp, iat) = (seconds(body["exp"].take()), seconds(body["iat"].take()));
        let after = dance.site.clock().now().as_seconds();
        assert!((before..=after).contains(&iat), "{iat}");
        assert_eq!(exp, iat + 3600);
        let member = dance.alice.id.to_string();
        let expected = json!({
            "active": true,
            "scope": "profile media:read",
            "client_id": app.client_id,
            "token_type": "Bearer",
            "exp": null,
            "iat": null,
            "sub": member,
            "aud": SITE,
            "iss": SITE,
        });
        assert_eq!(body, expected);

        let body = active(&dance, &app, &given.refresh).await;
        assert_eq!(body.get("token_type"), None, "{body}");
        assert_eq!(body["sub"], member.as_str());
        assert_eq!(body["exp"].as_i64(), Some(iat + 30 * 24 * 3600));

        let api = format!("{SITE}/api/v1");
        let code = dance.code_with(&app, &[("resource", &api)]).await;
        let limited = tokens(&dance.exchange(&app, &code).await);
        assert_eq!(
            active(&dance, &app, &limited.access).await["aud"],
            api.as_str()
        );

        let machine = dance
            .register(REDIRECT_URI, &["--grant", "client_credentials"])
            .await;
        let form = [("grant_type", "client_credentials")];
        let own = tokens(&dance.token(&machine, &form).await);
        let body = active(&dance, &machine, &own.access).await;
        assert_eq!(body.get("sub"), None, "{body}");
    })
    .await;
}

/// Check 74.
#[tokio::test(flavor = "multi_thread")]
async fn who_proves_nothing_is_told_nothing() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, public) = (dance.web_app().await, dance.browser_app().await);
        let (given, of_public) = (dance.tokens(&app).await, dance.tokens(&public).await);
        let mut browser = dance.site.browser();
        let form = [("token", given.access.as_str())];
        let reply = browser.post_form(INTROSPECT, &form).await;
        assert_error(&reply, 401, "invalid_client");
        let mut named = form.to_vec();
        named.push(("client_id", &app.client_id));
        let reply = browser.post_form(INTROSPECT, &named).await;
        assert_error(&reply, 401, "invalid_client");
        let wrong = App {
            secret: Some("wrong".to_owned()),
            ..app.clone()
        };
        let reply = introspect(&dance, &wrong, &given.access).await;
        assert_error(&reply, 401, "invalid_client");
        // The token itself is no way to prove oneself.
        let bearer = format!("Bearer {}", given.access);
        let reply = dance.post_with(&bearer, INTROSPECT, &form).await;
        assert_error(&reply, 401, "invalid_client");
        // A public client proves nothing, not even for its own.
        let reply = introspect(&dance, &public, &of_public.access).await;
        assert_error(&reply, 401, "invalid_client");
        assert_eq!(browser.get(INTROSPECT).await.status(), 405);
        let reply = dance.post_as(&app, INTROSPECT, &[]).await;
        assert_error(&reply, 400, "invalid_request");
        active(&dance, &app, &given.access).await;
    })
    .await;
}

/// Check 75.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_expired_revoked_or_anothers_is_inactive_and_nothing_more() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let code = dance.code(&app).await;
        for nothing in ["x", "hob_at_made_up", &code, app.secret.as_deref().unwrap()] {
            assert_inactive(&dance, &app, nothing).await;
        }
        let given = dance.tokens(&app).await;
        for token in [&given.access, &given.refresh] {
            assert_inactive(&dance, &other, token).await;
            active(&dance, &app, token).await;
        }
        // One that was superseded.
        let second = tokens(&dance.refresh(&app, &given.refresh).await);
        assert_inactive(&dance, &app, &given.refresh).await;
        active(&dance, &app, &second.refresh).await;
        // Expired.
        dance.site.clock().advance(Duration::from_secs(3600));
        assert_inactive(&dance, &app, &second.access).await;
        active(&dance, &app, &second.refresh).await;
        // Revoked.
        let third = tokens(&dance.refresh(&app, &second.refresh).await);
        active(&dance, &app, &third.access).await;
        dance.take_back(&app).await;
        for Tokens {
            access, refresh, ..
        } in [&second, &third]
        {
            assert_inactive(&dance, &app, access).await;
            assert_inactive(&dance, &app, refresh).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_server_sees_every_clients_access_tokens() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let server = resource_server(&dance).await;
        let (app, public) = (dance.web_app().await, dance.browser_app().await);
        for client in [&app, &public] {
            let given = dance.tokens(client).await;
            let body = active(&dance, &server, &given.access).await;
            assert_eq!(body["client_id"], client.client_id.as_str());
            // Nobody honours a refresh token but the token endpoint.
            assert_inactive(&dance, &server, &given.refresh).await;
        }
        let given = dance.tokens(&app).await;
        let suspend = ["oauth", "client", "suspend", &server.client_id];
        dance.site.run_command(&suspend).await;
        assert_inactive(&dance, &server, &given.access).await;
        active(&dance, &app, &given.access).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_client_that_keeps_a_secret_is_made_a_resource_server() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let words = [
            "oauth",
            "client",
            "add",
            "--name",
            "x",
            "--scope",
            "profile",
            "--introspect",
            "--redirect-uri",
            REDIRECT_URI,
        ];
        let refused = dance
            .site
            .run_command(&[&words[..], &["--public"]].concat())
            .await;
        assert_ne!(refused.exit_code, 0);
        assert!(
            refused.stderr.contains("--introspect"),
            "{}",
            refused.stderr
        );
        let server = resource_server(&dance).await;
        let show = ["oauth", "client", "show", &server.client_id, "--json"];
        let shown = dance.site.run_command(&show).await;
        let shown: Value = serde_json::from_str(&shown.stdout).expect("JSON");
        assert_eq!(shown["introspects"], true);
        let web = dance.web_app().await;
        let show = ["oauth", "client", "show", &web.client_id];
        let shown = dance.site.run_command(&show).await;
        assert!(!shown.stdout.contains("introspects"), "{}", shown.stdout);
    })
    .await;
}
