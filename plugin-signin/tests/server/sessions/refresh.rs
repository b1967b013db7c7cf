//! Tokens that have ended, or that the provider takes back.

use std::time::Duration;

use serde_json::json;

use crate::asker::linked;
use crate::support::{count, scripted::Scripted};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_refreshed_before_it_ends_and_where_the_provider_refuses_it() {
    let provider = Scripted::start().await;
    let (site, mut alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
    provider.say("/api/x", 200, json!({}));
    let token = |access: &str, refresh: &str| {
        json!({"access_token": access, "token_type": "Bearer", "expires_in": "3600",
               "refresh_token": refresh})
    };
    provider.say("/token", 200, token("b-token", "r2"));
    let before = provider.asked("/token").len();
    alice.get("/asker/ask?url=/x").await;
    assert_eq!(provider.asked("/token").len(), before, "it has not ended");
    site.clock().advance(Duration::from_secs(3540));
    alice.get("/asker/ask?url=/x").await;
    let asked = provider.asked("/token");
    assert_eq!(asked.len(), before + 1);
    assert!(
        asked.last().unwrap().1.contains("refresh_token=r1"),
        "{asked:?}"
    );
    assert_eq!(provider.asked("/api/x").last().unwrap().0, "Bearer b-token");
    // The provider has ended it.
    provider.say("/token", 200, token("c-token", "r3"));
    provider.say("/api/x", 401, json!({}));
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 401);
    assert!(
        provider
            .asked("/token")
            .last()
            .unwrap()
            .1
            .contains("refresh_token=r2")
    );
    assert_eq!(provider.asked("/api/x").last().unwrap().0, "Bearer c-token");
    // And takes the refresh token back as well.
    provider.say("/token", 400, json!({"error": "invalid_grant"}));
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 404);
    assert_eq!(count(&site, "signin_tokens").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_takes_no_token_away() {
    let provider = Scripted::start().await;
    let (site, mut alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
    provider.say("/token", 503, json!({}));
    site.clock().advance(Duration::from_secs(3600));
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 502);
    assert_eq!(count(&site, "signin_tokens").await, 1);
    provider.say(
        "/token",
        200,
        json!({"access_token": "b-token", "token_type": "bearer"}),
    );
    provider.say("/api/x", 200, json!({}));
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 200);
    // The refresh token that it did not name again is still the one.
    provider.say("/api/x", 401, json!({}));
    alice.get("/asker/ask?url=/x").await;
    assert!(
        provider
            .asked("/token")
            .last()
            .unwrap()
            .1
            .contains("refresh_token=r1")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_the_same_time_refresh_once() {
    let provider = Scripted::start().await;
    let (site, alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
    provider.say("/api/x", 200, json!({}));
    provider.say(
        "/token",
        200,
        json!({"access_token": "b-token", "token_type": "bearer", "expires_in": 3600,
               "refresh_token": "r2"}),
    );
    site.clock().advance(Duration::from_secs(3600));
    let before = provider.asked("/token").len();
    let asked = (0..8).map(|_| {
        let mut browser = site.browser();
        browser.copy_cookies(&alice);
        async move { browser.get("/asker/ask?url=/x").await.status() }
    });
    let answers = futures_util::future::join_all(asked).await;
    assert_eq!(answers, [200; 8]);
    assert_eq!(provider.asked("/token").len(), before + 1);
}
