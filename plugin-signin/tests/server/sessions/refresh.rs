//! Tokens that have ended, or that the provider takes back.

use std::time::Duration;

use diesel::RunQueryDsl;
use hob::testing::on_each_database;
use serde_json::{Value, json};

use crate::asker::{lines, linked, linked_at, with_asker};
use crate::support::{count, scripted::Scripted};

fn token(access: &str, refresh: &str) -> Value {
    json!({"access_token": access, "token_type": "Bearer", "expires_in": "3600",
           "refresh_token": refresh})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_refreshed_before_it_ends_and_where_the_provider_refuses_it() {
    let provider = Scripted::start().await;
    let (site, mut alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
    provider.say("/api/x", 200, json!({}));
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

/// It fails if the provider is asked so often at this path, for as long as a
/// request that is under way would take.
async fn is_not_asked_more_often(provider: &Scripted, path: &str, times: usize) {
    let more = provider.until_asked(path, times + 1);
    let more = tokio::time::timeout(Duration::from_millis(300), more).await;
    assert!(more.is_err(), "{:?}", provider.asked(path));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_the_same_time_refresh_once_on_all_nodes() {
    on_each_database(async |builder| {
        let provider = Scripted::start().await;
        let (site, alice) = linked_at(builder, &provider, json!({"refresh_token": "r1"})).await;
        let second = with_asker(site.second_node());
        let own = lines(&provider, "tokens = \"database\"");
        let second = provider.site(second, &own).await;
        provider.say("/api/x", 200, json!({}));
        provider.say("/token", 200, token("b-token", "r2"));
        provider.hold("/token");
        site.clock().advance(Duration::from_secs(3600));
        let before = provider.asked("/token").len();
        let asked = (0..8).map(|number| {
            let mut browser = if number % 2 == 0 { &site } else { &second }.browser();
            browser.copy_cookies(&alice);
            async move { browser.get("/asker/ask?url=/x").await.status() }
        });
        let answers = futures_util::future::join_all(asked);
        let let_go = async {
            provider.until_asked("/token", before + 1).await;
            is_not_asked_more_often(&provider, "/token", before + 1).await;
            provider.let_go("/token");
        };
        let (answers, ()) = futures_util::future::join(answers, let_go).await;
        assert_eq!(answers, [200; 8]);
        assert_eq!(provider.asked("/token").len(), before + 1);
        let used = provider.asked("/api/x");
        let fresh = used.iter().filter(|(token, _)| token == "Bearer b-token");
        assert_eq!(fresh.count(), 8, "{used:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_refreshes_and_is_gone_is_waited_for_no_longer() {
    let provider = Scripted::start().await;
    let (site, mut alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
    provider.say("/api/x", 200, json!({}));
    provider.say("/token", 200, token("b-token", "r2"));
    site.clock().advance(Duration::from_secs(3600));
    // Another node has taken it on, and is no more.
    let until = (site.clock().now() + Duration::from_secs(3600)).as_micros();
    site.db()
        .write(move |connection| {
            diesel::sql_query("UPDATE \"signin_tokens\" SET \"refreshed_until\" = $1")
                .bind::<diesel::sql_types::BigInt, _>(until)
                .execute(connection)
        })
        .await
        .unwrap();
    let before = provider.asked("/token").len();
    let clock = site.clock();
    let passes = async {
        is_not_asked_more_often(&provider, "/token", before).await;
        clock.advance(Duration::from_secs(3600));
    };
    let (reply, ()) = futures_util::future::join(alice.get("/asker/ask?url=/x"), passes).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert_eq!(provider.asked("/token").len(), before + 1);
}
