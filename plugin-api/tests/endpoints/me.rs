//! `/me`, and what all routes have in common.

use http::Method;
use serde_json::{Value, json};

use crate::{METADATA_URL, PASSWORD, assert_error, badge, send, site};

const ME: &str = "/api/v1/me";

#[tokio::test(flavor = "multi_thread")]
async fn a_token_reads_its_member_and_the_email_only_with_its_scope() {
    let site = site().await;
    let alice = site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();

    let reply = browser.get_with(ME, &badge(&alice, "profile")).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert_eq!(
        reply.json::<Value>(),
        json!({
            "id": alice.id,
            "username": "alice",
            "display_name": "alice",
            "profile_url": "http://127.0.0.1:8080/u/alice",
            "created_at": alice.created_at.to_string(),
        })
    );
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("badge-nonce"), "fresh");

    let reply = browser.get_with(ME, &badge(&alice, "profile email")).await;
    assert_eq!(reply.json::<Value>()["email"], "alice@example.org");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_every_scheme_s_challenge_is_sent_without_an_error_code() {
    let site = site().await;
    site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();
    // A session is no token.
    browser.sign_in("alice", PASSWORD).await;
    let reply = browser.get(ME).await;
    assert_error(&reply, 401, "unauthorized");
    assert_eq!(
        reply.headers("www-authenticate"),
        [format!("Badge resource_metadata=\"{METADATA_URL}\"")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_goes_out_with_its_scheme_s_code_and_challenge() {
    let site = site().await;
    let alice = site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();

    let reply = browser.get_with(ME, "Badge forged").await;
    assert_error(&reply, 401, "invalid_token");
    assert!(
        reply
            .header("www-authenticate")
            .ends_with("error=\"invalid_token\"")
    );

    let reply = browser.get_with(ME, &badge(&alice, "email")).await;
    assert_error(&reply, 403, "insufficient_scope");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_endpoint_is_refused_as_the_api_words_it() {
    let site = site().await;
    let mut browser = site.browser();
    for unknown in ["/api/v1", "/api/v1/", "/api/v1/nope", "/api/v1/media/"] {
        assert_error(&browser.get(unknown).await, 404, "not_found");
        let reply = send(&mut browser, Method::OPTIONS, unknown, &[], "").await;
        assert_eq!(reply.status(), 204, "{reply:?}");
        let methods = reply.header("access-control-allow-methods");
        assert_eq!(methods, "DELETE, GET, PATCH, POST");
    }
    // Beside it the site answers, as everywhere.
    for other in ["/api", "/api/v10", "/nope"] {
        let reply = browser.get(other).await;
        assert_eq!(reply.status(), 404, "{reply:?}");
        assert!(!reply.text().starts_with('{'), "{reply:?}");
        let origin = reply.headers("access-control-allow-origin");
        assert!(origin.is_empty(), "{reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_a_member_is_nobody() {
    let reply = site().await.browser().get_with(ME, "Badge -;profile").await;
    assert_error(&reply, 403, "member_required");
    assert_eq!(reply.header("badge-nonce"), "fresh");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_that_fails_is_a_503_on_public_routes_too() {
    let site = site().await;
    for path in [ME, "/api/v1/media"] {
        let reply = site.browser().get_with(path, "Badge broken").await;
        assert_error(&reply, 503, "temporarily_unavailable");
        assert_eq!(reply.header("retry-after"), "5");
        assert!(!reply.text().contains("fire"), "{reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_is_answered_before_any_authentication() {
    let headers = [
        ("origin", "https://app.example.org"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "authorization"),
    ];
    let site = site().await;
    let reply = send(&mut site.browser(), Method::OPTIONS, ME, &headers, "").await;
    assert_eq!(reply.status(), 204, "{reply:?}");
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert_eq!(reply.header("access-control-allow-methods"), "GET");
    assert!(
        reply
            .header("access-control-allow-headers")
            .contains("authorization")
    );
}
