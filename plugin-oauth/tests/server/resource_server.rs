//! Access tokens where they are used: the API asks this plugin's verifier.

use crate::support;

use std::time::Duration;

use axum::body::Body;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hob::testing::{Browser, Reply, TestHost, on_each_database};
use http::{Method, Request};
use serde_json::{Value, json};
use support::{
    App, Dance, Tokens, assert_error, basic,
    registration::{open_site, web_metadata},
    tokens,
};

const ME: &str = "/api/v1/me";
const MEDIUM: &str = "/api/v1/media/1";
const SITE: &str = "http://127.0.0.1:8080";
const REALM: &str = "Bearer realm=\"http://127.0.0.1:8080\"";
const METADATA: &str = "resource_metadata=\"http://127.0.0.1:8080\
                        /.well-known/oauth-protected-resource/api/v1\"";

async fn dance() -> (Dance, App, Tokens) {
    let mut dance = Dance::start(TestHost::builder()).await;
    let app = dance.web_app().await;
    let tokens = dance.tokens(&app).await;
    (dance, app, tokens)
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

async fn send(browser: &mut Browser, request: http::request::Builder, body: &str) -> Reply {
    let request = request.body(Body::from(body.to_owned()));
    browser.send(request.expect("a valid request")).await
}

/// Asserts a refusal with a code, and that its challenge says the same.
#[track_caller]
fn assert_refused(reply: &Reply, status: u16, error: &str) {
    assert_eq!(reply.status(), status, "{reply:?}");
    assert_eq!(
        reply.json::<Value>()["error"]["code"],
        error,
        "the body: {reply:?}"
    );
    let challenge = reply.header("www-authenticate");
    assert!(challenge.starts_with(REALM), "{reply:?}");
    assert!(
        challenge.contains(&format!("error=\"{error}\"")),
        "{reply:?}"
    );
    assert!(challenge.contains(METADATA), "{reply:?}");
}

/// Asserts that no token was seen: a challenge without an error code.
#[track_caller]
fn assert_challenged(reply: &Reply) {
    assert_eq!(reply.status(), 401, "{reply:?}");
    let challenge = reply.header("www-authenticate");
    assert!(challenge.starts_with(REALM), "{reply:?}");
    assert!(!challenge.contains("error"), "{reply:?}");
    assert!(challenge.contains(METADATA), "{reply:?}");
}

/// What the API says of how tokens come is so (RFC 9728, section 2).
#[tokio::test(flavor = "multi_thread")]
async fn a_token_comes_as_the_resource_says() {
    let (dance, _, own) = dance().await;
    let path = "/.well-known/oauth-protected-resource/api/v1";
    let document: Value = dance.site.browser().get(path).await.json();
    assert_eq!(document["bearer_methods_supported"], json!(["header"]));
    dance.assert_alive(&own).await;
    let in_query = format!("{ME}?access_token={}", own.access);
    let reply = dance.site.browser().get(&in_query).await;
    assert!(matches!(reply.status(), 400 | 401), "{reply:?}");
}

/// Check 76.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_the_challenge_has_no_error_and_says_where_to_ask() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let tokens = dance.tokens(&app).await;
        let reply = dance.site.browser().get(ME).await;
        assert_challenged(&reply);
        assert!(
            reply
                .header("www-authenticate")
                .contains("scope=\"profile\""),
            "{reply:?}"
        );
        // The member's session opens nothing here.
        assert_challenged(&dance.browser.get(ME).await);
        // Where the challenge leads, the issuer is named.
        let path = "/.well-known/oauth-protected-resource/api/v1";
        let metadata: Value = dance.site.browser().get(path).await.json();
        assert_eq!(metadata["authorization_servers"][0], SITE);
        let reply = dance.api(&bearer(&tokens.access)).await;
        assert_eq!(reply.json::<Value>()["username"], "alice");
    })
    .await;
}

/// Check 77: never issued, misspelt, expired, revoked.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_alive_is_an_invalid_token() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let own = dance.tokens(&app).await;
        let mut misspelt = own.access.clone();
        let last = misspelt.pop().expect("it is not empty");
        misspelt.push(if last == 'a' { 'b' } else { 'a' });
        for bad in ["hob_at_made_up", "x", "a.b.c", "%", &misspelt] {
            assert_refused(&dance.api(&bearer(bad)).await, 401, "invalid_token");
        }
        dance.assert_alive(&own).await;

        let clock = dance.site.clock().clone();
        clock.advance(Duration::from_secs(59 * 60));
        dance.assert_alive(&own).await;
        clock.advance(Duration::from_secs(60));
        let reply = dance.api(&bearer(&own.access)).await;
        assert_refused(&reply, 401, "invalid_token");

        let fresh = tokens(&dance.refresh(&app, &own.refresh).await);
        dance.assert_alive(&fresh).await;
        let words = ["oauth", "client", "suspend", &app.client_id];
        dance.site.run_command(&words).await;
        let reply = dance.api(&bearer(&fresh.access)).await;
        assert_refused(&reply, 401, "invalid_token");
    })
    .await;
}

/// Check 77.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_with_too_little_scope_is_told_what_is_missing() {
    let (mut dance, app, narrow) = dance().await;
    let code = dance.code_with(&app, &[("scope", "media:write")]).await;
    let wide = tokens(&dance.exchange(&app, &code).await);
    let mut browser = dance.site.browser();
    let delete = |token: &Tokens| {
        Request::builder()
            .method(Method::DELETE)
            .uri(MEDIUM)
            .header("authorization", bearer(&token.access))
    };
    let reply = send(&mut browser, delete(&narrow), "").await;
    assert_refused(&reply, 403, "insufficient_scope");
    assert!(
        reply
            .header("www-authenticate")
            .contains("scope=\"media:write\""),
        "{reply:?}"
    );
    // With the scope it is about the medium, which is not there.
    assert_eq!(send(&mut browser, delete(&wide), "").await.status(), 404);
}

/// Check 78.
#[tokio::test(flavor = "multi_thread")]
async fn two_tokens_in_a_request_are_a_bad_request() {
    let (mut dance, app, _) = dance().await;
    let scope = "profile media:write";
    let code = dance.code_with(&app, &[("scope", scope)]).await;
    let own = tokens(&dance.exchange(&app, &code).await);
    let header = bearer(&own.access);
    let in_query = format!("{ME}?access_token={}", own.access);
    let mut browser = dance.site.browser();

    let reply = browser.get_with(&in_query, &header).await;
    assert_refused(&reply, 400, "invalid_request");
    let twice = Request::get(ME)
        .header("authorization", &header)
        .header("authorization", &header);
    let reply = send(&mut browser, twice, "").await;
    assert_refused(&reply, 400, "invalid_request");
    let beside_another = Request::get(ME)
        .header("authorization", &header)
        .header("authorization", basic(&app.client_id, "x"));
    let reply = send(&mut browser, beside_another, "").await;
    assert_refused(&reply, 400, "invalid_request");
    let patch = || {
        Request::patch(MEDIUM)
            .header("authorization", &header)
            .header("content-type", "application/x-www-form-urlencoded")
    };
    let in_form = format!("access_token={}", own.access);
    let reply = send(&mut browser, patch(), &in_form).await;
    assert_refused(&reply, 400, "invalid_request");

    assert_eq!(browser.get_with(ME, &header).await.status(), 200);
    let unrelated = format!("{ME}?fields=access_token");
    assert_eq!(browser.get_with(&unrelated, &header).await.status(), 200);
    // It gets as far as the body, which this route wants in JSON.
    let reply = send(&mut browser, patch(), "title=x").await;
    assert_eq!(reply.status(), 415, "{reply:?}");
}

/// Check 78: RFC 6750's other two transports do not exist here.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_outside_of_the_header_is_not_looked_at() {
    let (mut dance, app, _) = dance().await;
    let scope = "profile media:write";
    let code = dance.code_with(&app, &[("scope", scope)]).await;
    let own = tokens(&dance.exchange(&app, &code).await);
    let mut browser = dance.site.browser();
    let parameter = format!("access_token={}", own.access);
    assert_challenged(&browser.get(&format!("{ME}?{parameter}")).await);
    let form = Request::patch(MEDIUM).header("content-type", "application/x-www-form-urlencoded");
    assert_challenged(&send(&mut browser, form, &parameter).await);
    let reply = browser.get_with(ME, &bearer(&own.access)).await;
    assert_eq!(reply.status(), 200);
}

/// Check 79.
#[tokio::test(flavor = "multi_thread")]
async fn the_scheme_is_bearer_in_any_case_and_no_other() {
    let (dance, _, own) = dance().await;
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let reply = dance.api(&format!("{scheme} {}", own.access)).await;
        assert_eq!(reply.status(), 200, "{scheme}: {reply:?}");
    }
    for scheme in ["Token", "OAuth", "Bearerx"] {
        assert_challenged(&dance.api(&format!("{scheme} {}", own.access)).await);
    }
    assert_challenged(&dance.api(&own.access).await);
}

/// Check 80: a token for one resource is nothing at another (RFC 8707).
#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_another_audience_is_an_invalid_token() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for (path, admitted) in [
            ("", true),
            ("/api/v1", true),
            ("/api/v1/", true),
            ("/other", false),
            ("/api/v2", false),
            ("/api/v11", false),
            ("/api/v1/media", false),
        ] {
            let resource = format!("{SITE}{path}");
            let code = dance.code_with(&app, &[("resource", &resource)]).await;
            // Not named again, it is the one that was granted.
            let own = tokens(&dance.exchange(&app, &code).await);
            let reply = dance.api(&bearer(&own.access)).await;
            if admitted {
                assert_eq!(reply.status(), 200, "{resource}: {reply:?}");
            } else {
                assert_refused(&reply, 401, "invalid_token");
            }
            // A refresh keeps the audience.
            let next = tokens(&dance.refresh(&app, &own.refresh).await);
            let status = dance.api_status(&next.access).await;
            assert_eq!(status == 200, admitted, "{resource}: {status}");
        }
    })
    .await;
}

/// Check 80: what was granted for one resource is not redeemed for another.
#[tokio::test(flavor = "multi_thread")]
async fn an_audience_is_narrowed_and_never_changed() {
    let (mut dance, app, _) = dance().await;
    let (api, other) = (format!("{SITE}/api/v1"), format!("{SITE}/other"));
    let code = dance.code_with(&app, &[("resource", &api)]).await;
    for wrong in [other.as_str(), SITE] {
        let form = app.code_form_with(&code, &[("resource", wrong)]);
        let reply = dance.token(&app, &form).await;
        assert_error(&reply, 400, "invalid_target");
    }
    let form = app.code_form_with(&code, &[("resource", &api)]);
    let own = tokens(&dance.token(&app, &form).await);
    dance.assert_alive(&own).await;
    for (resource, status) in [(&api, 200), (&other, 400)] {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &own.refresh),
            ("resource", resource),
        ];
        let reply = dance.token(&app, &form).await;
        assert_eq!(reply.status(), status, "{resource}: {reply:?}");
    }

    // A grant for the whole site gives a token for a part of it.
    let code = dance.code(&app).await;
    let form = app.code_form_with(&code, &[("resource", &other)]);
    let narrow = tokens(&dance.token(&app, &form).await);
    assert_eq!(dance.api_status(&narrow.access).await, 401);
    let wide = tokens(&dance.refresh(&app, &narrow.refresh).await);
    dance.assert_alive(&wide).await;
}

/// Check 80.
#[tokio::test(flavor = "multi_thread")]
async fn no_other_secret_is_an_access_token() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let app = dance.web_app().await;
        let own = dance.tokens(&app).await;
        let code = dance.code(&app).await;
        let secret = app.secret.clone().expect("it is confidential");
        let registered = dance.register_itself(&web_metadata(&json!({}))).await;
        let (_, initial_token) = dance.initial_token(&[]).await;
        for other in [
            &own.refresh,
            &code,
            &secret,
            &app.client_id,
            &registered.access_token,
            &initial_token,
        ] {
            assert_refused(&dance.api(&bearer(other)).await, 401, "invalid_token");
        }
        assert_challenged(&dance.api(&app.basic()).await);
        // None of them was spent by it.
        tokens(&dance.exchange(&app, &code).await);
        tokens(&dance.refresh(&app, &own.refresh).await);
        dance.assert_alive(&own).await;
        assert_eq!(registered.get(&dance).await.status(), 200);
    })
    .await;
}

/// Check 80: an unsigned JSON Web Token that says all the right things.
#[tokio::test(flavor = "multi_thread")]
async fn an_unsigned_web_token_is_an_invalid_token() {
    let (dance, app, own) = dance().await;
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let forged = format!(
        "{}.{}.",
        part(serde_json::json!({"alg": "none", "typ": "at+jwt"})),
        part(serde_json::json!({
            "iss": SITE,
            "aud": format!("{SITE}/api/v1"),
            "sub": dance.alice.id.to_string(),
            "client_id": app.client_id,
            "scope": "profile media:read",
            "exp": 4_102_444_800_u64,
        })),
    );
    assert_refused(&dance.api(&bearer(&forged)).await, 401, "invalid_token");
    dance.assert_alive(&own).await;
}
