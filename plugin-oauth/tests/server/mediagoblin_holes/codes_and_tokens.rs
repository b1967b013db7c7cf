//! What lived for ever, and where it was sent.

use std::time::Duration;

use hob::testing::{TestHost, on_each_database};
use serde_json::Value;

use super::{
    dance,
    support::{Dance, REDIRECT_URI, answer, assert_error, assert_error_page, tokens},
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const OTHER_URI: &str = "https://app.example/other";

/// "Codes never expired …"
#[tokio::test(flavor = "multi_thread")]
async fn codes_expire() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let (early, late) = (dance.code(&app).await, dance.code(&app).await);
        dance.site.clock().advance(Duration::from_secs(40));
        tokens(&dance.exchange(&app, &early).await);
        dance.site.clock().advance(Duration::from_secs(20));
        assert_error(&dance.exchange(&app, &late).await, 400, "invalid_grant");
    })
    .await;
}

/// "… and could be replayed; …"
#[tokio::test(flavor = "multi_thread")]
async fn codes_work_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let own = tokens(&dance.exchange(&app, &code).await);
        dance.assert_alive(&own).await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        dance.assert_dead(&app, &own).await;
    })
    .await;
}

/// "… they were bound to no redirect URI."
#[tokio::test(flavor = "multi_thread")]
async fn codes_are_bound_to_their_redirect_uri() {
    let dance = Dance::start(TestHost::builder()).await;
    let app = dance
        .register(REDIRECT_URI, &["--redirect-uri", OTHER_URI])
        .await;
    let mut dance = dance;
    let code = dance.code(&app).await;
    for wrong in [OTHER_URI, ""] {
        let form = app.code_form_with(&code, &[("redirect_uri", wrong)]);
        assert_error(&dance.token(&app, &form).await, 400, "invalid_grant");
    }
    tokens(&dance.exchange(&app, &code).await);
}

/// "Access tokens never expired; refresh tokens never rotated."
#[tokio::test(flavor = "multi_thread")]
async fn access_tokens_expire_and_refresh_tokens_rotate() {
    let (mut dance, app) = dance().await;
    let code = dance.code(&app).await;
    let reply = dance.exchange(&app, &code).await;
    let lifetime = reply.json::<Value>()["expires_in"].as_u64();
    let lifetime = Duration::from_secs(lifetime.expect("a number of seconds"));
    assert!(lifetime <= DAY);
    let first = tokens(&reply);
    dance.site.clock().advance(lifetime - MINUTE);
    dance.assert_alive(&first).await;
    dance.site.clock().advance(MINUTE);
    assert_eq!(dance.api_status(&first.access).await, 401);

    let second = tokens(&dance.refresh(&app, &first.refresh).await);
    assert_ne!(second.refresh, first.refresh);
    dance.assert_alive(&second).await;
    tokens(&dance.refresh(&app, &second.refresh).await);
    let reply = dance.refresh(&app, &first.refresh).await;
    assert_error(&reply, 400, "invalid_grant");
}

/// "A confidential client's redirect URI was never compared with the
/// registered one."
#[tokio::test(flavor = "multi_thread")]
async fn a_confidential_clients_redirect_uri_is_compared_too() {
    let (mut dance, app) = dance().await;
    assert!(app.secret.is_some(), "it is confidential");
    for evil in [
        "https://evil.example/callback",
        "https://app.example/callback.evil",
    ] {
        for prompt in ["consent", "none"] {
            let path = app.authorize_path(&[("redirect_uri", evil), ("prompt", prompt)]);
            assert_error_page(&dance.browser.get(&path).await);
        }
    }
    dance.tokens(&app).await;
}

/// "No state. `?` was appended to a URI that already had a query."
#[tokio::test(flavor = "multi_thread")]
async fn state_comes_back_and_a_query_is_appended_to() {
    let (mut dance, _) = dance().await;
    let app = dance.register("https://app.example/?page=oauth", &[]).await;
    let more = [("state", "a+b&c=%?#"), ("prompt", "none")];
    let refused = dance.browser.get(&app.authorize_path(&more)).await;
    dance.tokens(&app).await;
    let allowed = dance.browser.get(&app.authorize_path(&more)).await;
    for (reply, first) in [(&refused, "error"), (&allowed, "code")] {
        let location = reply.header("location");
        let start = format!("https://app.example/?page=oauth&{first}=");
        assert!(location.starts_with(&start), "{location}");
        assert_eq!(location.matches('?').count(), 1, "{location}");
        assert_eq!(answer(reply).one("state"), Some("a+b&c=%?#"));
    }
}
