//! What an application may say about signing in: `prompt`, `login_hint` and
//! `max_age`. (`prompt=none` alone is in `authorize`.)

use crate::support;

use std::time::Duration;

use hob::testing::{Reply, on_each_database};
use hob_plugin_sdk::http::Fields;
use serde_json::Value;
use support::{Dance, PASSWORD, allow, answer, assert_error_page, next_of, request_on};

fn scope(words: &str) -> Vec<String> {
    words.split(' ').map(ToOwned::to_owned).collect()
}

/// Whom the sign-in page, to which this redirect leads, expects.
fn expected_on(reply: &Reply) -> Option<String> {
    next_of(reply);
    let (_, query) = reply.header("location").split_once('?').expect("a query");
    let fields = Fields::parse(query.as_bytes()).expect("the query is readable");
    fields.one("username").expect("once").map(ToOwned::to_owned)
}

#[tokio::test]
async fn a_login_hint_is_filled_in_on_the_sign_in_page() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let hint = [("login_hint", "alice")];
        // By the front channel, and pushed.
        let pushed = dance.pushed_path(&app, &hint).await;
        for path in [app.authorize_path(&hint), pushed] {
            let mut browser = dance.site.browser();
            let reply = browser.get(&path).await;
            assert_eq!(expected_on(&reply).as_deref(), Some("alice"));
            let login = browser.get(reply.header("location")).await;
            assert!(login.text().contains("value=\"alice\""), "{login:?}");
        }
        let reply = dance.site.browser().get(&app.authorize_path(&[])).await;
        assert_eq!(expected_on(&reply), None);
        // Whoever has to sign in again is expected too.
        let again = app.authorize_path(&[hint[0], ("prompt", "login")]);
        let reply = dance.browser.get(&again).await;
        assert_eq!(expected_on(&reply).as_deref(), Some("alice"));
    })
    .await;
}

#[tokio::test]
async fn a_login_hint_decides_nothing_and_is_escaped() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("bob", PASSWORD).await;
        let app = dance.web_app().await;
        // Somebody else may sign in, and somebody else may be signed in.
        let hint = [("login_hint", "bob")];
        let mut browser = dance.site.browser();
        let reply = browser.get(&app.authorize_path(&hint)).await;
        browser.sign_in("alice", PASSWORD).await;
        let page = browser.get(&next_of(&reply)).await;
        assert!(page.text().contains("(@<bdi>alice</bdi>)"), "{page:?}");
        let page = dance.browser.get(&app.authorize_path(&hint)).await;
        assert!(page.text().contains("(@<bdi>alice</bdi>)"), "{page:?}");
        let evil = "\"><script>alert(1)</script>&next=https://evil.example/";
        let path = app.authorize_path(&[("login_hint", evil)]);
        let mut browser = dance.site.browser();
        let reply = browser.get(&path).await;
        assert_eq!(expected_on(&reply).as_deref(), Some(evil));
        assert!(next_of(&reply).starts_with("/oauth/authorize?"));
        let login = browser.get(reply.header("location")).await;
        assert!(!login.text().contains("<script"), "{login:?}");
        assert!(login.text().contains("name=\"username\" value=\"\""));
        // One that is too long is dropped, and the request lives.
        let long = "a".repeat(5000);
        let path = app.authorize_path(&[("login_hint", &long)]);
        let reply = dance.site.browser().get(&path).await;
        assert_eq!(expected_on(&reply), None);
    })
    .await;
}

#[tokio::test]
async fn prompt_select_account_shows_the_account_and_offers_another() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("bob", PASSWORD).await;
        let app = dance.web_app().await;
        dance.code(&app).await;
        // Consent is remembered, and yet there is a page; no password is asked.
        let path = dance
            .pushed_path(&app, &[("prompt", "select_account")])
            .await;
        let page = dance.browser.get(&path).await;
        request_on(&page);
        assert!(page.text().contains("(@<bdi>alice</bdi>)"), "{page:?}");
        assert!(page.text().contains("Use another account"), "{page:?}");
        // Another account goes on with the same request, and sees the page too.
        dance.browser.sign_in("bob", PASSWORD).await;
        let page = dance.browser.get(&path).await;
        assert!(page.text().contains("(@<bdi>bob</bdi>)"), "{page:?}");
        let reply = allow(&mut dance.browser, &page, &scope("profile media:read")).await;
        answer(&reply).expect_code();
        // Without it, no page.
        let reply = dance.browser.get(&app.authorize_path(&[])).await;
        answer(&reply).expect_code();
        // And not without a page for whoever wants none.
        let both = app.authorize_path(&[("prompt", "none select_account")]);
        answer(&dance.browser.get(&both).await).expect_error("invalid_request");
    })
    .await;
}

#[tokio::test]
async fn prompts_stand_together() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code(&app).await;
        let path = app.authorize_path(&[("prompt", "login consent")]);
        let next = next_of(&dance.browser.get(&path).await);
        dance.browser.sign_in("alice", PASSWORD).await;
        request_on(&dance.browser.get(&next).await);
        // Somebody who was not signed in does so once.
        let mut stranger = dance.site.browser();
        let next = next_of(&stranger.get(&path).await);
        stranger.sign_in("alice", PASSWORD).await;
        request_on(&stranger.get(&next).await);
        let metadata = stranger
            .get("/.well-known/oauth-authorization-server")
            .await;
        let metadata: Value = metadata.json();
        for word in metadata["prompt_values_supported"].as_array().unwrap() {
            let path = app.authorize_path(&[("prompt", word.as_str().unwrap())]);
            let reply = dance.browser.get(&path).await;
            assert!(!reply.header("location").contains("invalid_request"));
        }
    })
    .await;
}

#[tokio::test]
async fn max_age_asks_for_the_password_of_whoever_gave_it_too_long_ago() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code(&app).await;
        dance.site.clock().advance(Duration::from_secs(600));
        let young_enough = app.authorize_path(&[("max_age", "1200")]);
        answer(&dance.browser.get(&young_enough).await).expect_code();
        let silently = app.authorize_path(&[("max_age", "599"), ("prompt", "none")]);
        answer(&dance.browser.get(&silently).await).expect_error("login_required");
        let pushed = dance.pushed_path(&app, &[("max_age", "599")]).await;
        for path in [app.authorize_path(&[("max_age", "599")]), pushed] {
            let next = next_of(&dance.browser.get(&path).await);
            // Going on without signing in leads back to the sign-in page.
            next_of(&dance.browser.get(&next).await);
            let mut browser = dance.site.browser();
            browser.sign_in("alice", PASSWORD).await;
            answer(&browser.get(&next).await).expect_code();
        }
        for bad in ["-1", "soon"] {
            let path = app.authorize_path(&[("max_age", bad)]);
            answer(&dance.browser.get(&path).await).expect_error("invalid_request");
        }
    })
    .await;
}

#[tokio::test]
async fn a_max_age_of_nothing_is_answered_by_signing_in_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code(&app).await;
        let path = app.authorize_path(&[("max_age", "0")]);
        for browser in [&mut dance.browser, &mut dance.site.browser()] {
            dance.site.clock().advance(Duration::from_secs(5));
            let next = next_of(&browser.get(&path).await);
            browser.sign_in("alice", PASSWORD).await;
            dance.site.clock().advance(Duration::from_secs(5));
            answer(&browser.get(&next).await).expect_code();
        }
        assert_error_page(&dance.browser.get("/oauth/authorize?max_age=0").await);
    })
    .await;
}
