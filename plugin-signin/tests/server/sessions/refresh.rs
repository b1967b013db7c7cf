//! Tokens that have ended, or that the provider takes back.

use std::time::Duration;

use diesel::RunQueryDsl;
use hob::testing::{Browser, TestHost, on_each_database};
use serde_json::{Value, json};

use crate::asker::{again, lines, linked, linked_at, with_asker};
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

const ASK: &str = "/asker/ask?url=/x";

/// The provider takes this token no more, and any other.
fn takes_no_more(provider: &Scripted, access_token: &str) {
    provider.say("/api/x", 200, json!({}));
    let bearer = format!("Bearer {access_token}");
    provider.say_to(&bearer, "/api/x", 401, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_the_same_time_refresh_once_on_all_nodes() {
    on_each_database(async |builder| {
        let provider = Scripted::start().await;
        let (site, alice) = linked_at(builder, &provider, json!({"refresh_token": "r1"})).await;
        let second = with_asker(site.second_node());
        let own = lines(&provider, "tokens = \"database\"");
        let second = provider.site(second, &own).await;
        takes_no_more(&provider, "a-token");
        provider.say("/token", 200, token("b-token", "r2"));
        provider.hold("/api/x");
        provider.hold("/token");
        let before = provider.asked("/token").len();
        let asked = (0..8).map(|number| {
            let mut browser = if number % 2 == 0 { &site } else { &second }.browser();
            browser.copy_cookies(&alice);
            async move { browser.get(ASK).await.status() }
        });
        let answers = futures_util::future::join_all(asked);
        let let_go = async {
            // All of them have shown the token that is taken no more.
            provider.until_asked("/api/x", 8).await;
            provider.let_go("/api/x");
            provider.until_asked("/token", before + 1).await;
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

/// Until when the row is claimed, and what is sealed in it.
async fn claimed_until(site: &TestHost) -> (Option<i64>, Vec<u8>) {
    let query = "SELECT \"refreshed_until\", \"sealed\" FROM \"signin_tokens\"";
    let rows: Vec<Claimed> = site
        .db()
        .read(move |connection| diesel::sql_query(query).load(connection))
        .await
        .unwrap();
    let row = rows.into_iter().next().expect("a token is kept");
    (row.refreshed_until, row.sealed)
}

#[derive(diesel::QueryableByName)]
struct Claimed {
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::BigInt>)]
    refreshed_until: Option<i64>,
    #[diesel(sql_type = diesel::sql_types::Binary)]
    sealed: Vec<u8>,
}

/// Waits until nobody refreshes the token any longer.
async fn until_it_is_left(site: &TestHost) {
    let left = async {
        while claimed_until(site).await.0.is_some() {
            tokio::task::yield_now().await;
        }
    };
    let left = tokio::time::timeout(Duration::from_secs(20), left).await;
    left.expect("whoever refreshes it comes to an end");
}

/// Has somebody ask who goes away while the provider still keeps the answer to
/// itself.
async fn ask_and_go(site: &TestHost, alice: &Browser, provider: &Scripted) {
    let mut gone = site.browser();
    gone.copy_cookies(alice);
    let asked = provider.asked("/token").len() + 1;
    tokio::select! {
        reply = gone.get(ASK) => panic!("it is answered: {reply:?}"),
        () = provider.until_asked("/token", asked) => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_gave_is_kept_although_whoever_asked_has_gone() {
    on_each_database(async |builder| {
        let provider = Scripted::start().await;
        let (site, mut alice) = linked_at(builder, &provider, json!({"refresh_token": "r1"})).await;
        takes_no_more(&provider, "a-token");
        provider.say("/token", 200, token("b-token", "r2"));
        provider.hold("/token");
        let before = provider.asked("/token").len();
        ask_and_go(&site, &alice, &provider).await;
        provider.let_go("/token");
        until_it_is_left(&site).await;
        assert_eq!(alice.get(ASK).await.status(), 200);
        assert_eq!(provider.asked("/token").len(), before + 1);
        assert_eq!(provider.asked("/api/x").last().unwrap().0, "Bearer b-token");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_has_ended_changes_nothing_of_the_next_one() {
    on_each_database(async |builder| {
        let provider = Scripted::start().await;
        let (site, mut alice) = linked_at(builder, &provider, json!({"refresh_token": "r1"})).await;
        takes_no_more(&provider, "a-token");
        provider.hold("/token");
        let before = provider.asked("/token").len();
        ask_and_go(&site, &alice, &provider).await;
        let (first, _) = claimed_until(&site).await;
        site.clock().advance(Duration::from_secs(30));
        // The provider refuses the first one, who forgets nothing: the row is
        // another's by now.
        provider.say("/token", 400, json!({"error": "invalid_grant"}));
        let let_go = async {
            provider.until_asked("/token", before + 2).await;
            let (second, _) = claimed_until(&site).await;
            assert_ne!(second, first);
            provider.let_one_go("/token");
            provider.until_answered("/token", before + 1).await;
            provider.say("/token", 200, token("b-token", "r2"));
            provider.let_go("/token");
        };
        let (reply, ()) = futures_util::future::join(alice.get(ASK), let_go).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        assert_eq!(provider.asked("/api/x").last().unwrap().0, "Bearer b-token");
        assert_eq!(count(&site, "signin_tokens").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_seals_anew_meanwhile_loses_no_token() {
    on_each_database(async |builder| {
        let provider = Scripted::start().await;
        let (site, _) = linked_at(builder, &provider, json!({"refresh_token": "r1"})).await;
        let keys = site.key_file();
        let new = keys.add(site.clock().now()).unwrap();
        let keep = "tokens = \"database\"";
        let (site, mut alice) = again(site, &provider, keep).await;
        keys.promote(new).unwrap();
        let second = with_asker(site.second_node());
        let second = provider.site(second, &lines(&provider, keep)).await;
        takes_no_more(&provider, "a-token");
        provider.say("/token", 200, token("b-token", "r2"));
        provider.hold("/token");
        let before = provider.asked("/token").len();
        let resealed = async {
            provider.until_asked("/token", before + 1).await;
            let (_, sealed) = claimed_until(&site).await;
            let plugins = second.app().plugins();
            let done = plugins.sealed_providers().unwrap()[0].reseal().await;
            assert_eq!(done.unwrap().anew, 1);
            assert_ne!(claimed_until(&site).await.1, sealed);
            provider.let_go("/token");
        };
        let (reply, ()) = futures_util::future::join(alice.get(ASK), resealed).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        assert_eq!(provider.asked("/token").len(), before + 1);
        // The refresh token that came with it is the one from now on.
        takes_no_more(&provider, "b-token");
        provider.say("/token", 200, token("c-token", "r3"));
        assert_eq!(alice.get(ASK).await.status(), 200);
        let asked = provider.asked("/token");
        assert!(
            asked.last().unwrap().1.contains("refresh_token=r2"),
            "{asked:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_its_time_before_the_claim_takes_none_of_it() {
    let provider = Scripted::start().await;
    let (site, mut alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
    takes_no_more(&provider, "a-token");
    provider.say("/token", 200, token("b-token", "r2"));
    // It says anew what it is, once an hour.
    site.clock().advance(Duration::from_secs(3600));
    let metadata = "/.well-known/openid-configuration";
    provider.hold(metadata);
    let before = provider.asked(metadata).len();
    let let_go = async {
        provider.until_asked(metadata, before + 1).await;
        assert_eq!(claimed_until(&site).await.0, None);
        provider.let_go(metadata);
    };
    let (reply, ()) = futures_util::future::join(alice.get(ASK), let_go).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_refreshes_and_is_gone_is_waited_for_no_longer() {
    let provider = Scripted::start().await;
    let (site, mut alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
    provider.say("/api/x", 200, json!({}));
    provider.say("/token", 200, token("b-token", "r2"));
    site.clock().advance(Duration::from_secs(3600));
    // Another node has taken it on, and is no more.
    let until = (site.clock().now() + Duration::from_secs(30)).as_micros();
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
        // It looks again and again: more often than what comes before that asks.
        let looks = site.statements() + 10;
        while site.statements() < looks {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(29));
        assert_eq!(provider.asked("/token").len(), before);
        clock.advance(Duration::from_secs(1));
    };
    let (reply, ()) = futures_util::future::join(alice.get(ASK), passes).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert_eq!(provider.asked("/token").len(), before + 1);
}
