//! Which tokens are kept, for how long, and under which settings they are used.

use std::time::Duration;

use diesel::RunQueryDsl;
use hob::testing::on_each_database;
use serde_json::json;

use crate::asker::{again, linked, me, sealed_rows, with_asker};
use crate::support::{PASSWORD, Pair, count, scripted::Scripted};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_session_ends_with_it() {
    on_each_database(async |builder| {
        let keep = "tokens = \"session\"";
        let mut pair = Pair::start_with(with_asker(builder), "profile", keep).await;
        let mut linked = pair.link().await;
        assert_eq!(me(&mut linked).await.0, 200);
        let mut visitor = pair.here.browser();
        assert_eq!(pair.sign_in(&mut visitor).await.status(), 303);
        assert_eq!(me(&mut visitor).await.0, 200);
        assert_eq!(count(&pair.here, "signin_tokens").await, 2);
        // Signed in with the password, the same member has none.
        let mut alice = pair.alice().await;
        assert_eq!(me(&mut alice).await.0, 404);
        visitor.submit("/logout", &[]).await;
        assert_eq!(count(&pair.here, "signin_tokens").await, 1);
        assert_eq!(me(&mut linked).await.0, 200);
        // The others of the member end too.
        alice.submit("/account/sessions/revoke-others", &[]).await;
        assert_eq!(count(&pair.here, "signin_tokens").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_member_has_the_tokens_with_which_the_account_was_made() {
    for (keep, in_another_session) in [("database", 200), ("session", 404)] {
        on_each_database(async |builder| {
            let builder = with_asker(builder).site_toml("registration = \"open\"");
            let line = format!("tokens = {keep:?}");
            let mut pair = Pair::start_with(builder, "profile", &line).await;
            let mut ada = pair.here.browser();
            pair.sign_in(&mut ada).await;
            let made = ada
                .post_form("/signin/register", &[("username", "ada")])
                .await;
            assert_eq!(made.status(), 303, "{made:?}");
            assert_eq!(me(&mut ada).await.0, 200, "{keep}");
            assert_eq!(count(&pair.here, "signin_tokens").await, 1);
            ada.submit("/account/password", &[("new_password", PASSWORD)])
                .await;
            let mut again = pair.here.browser();
            again.sign_in("ada", PASSWORD).await;
            assert_eq!(me(&mut again).await.0, in_another_session, "{keep}");
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_kept_unless_the_operator_says_so_nor_in_the_clear() {
    for (keep, rows) in [("none", 0), ("database", 1)] {
        on_each_database(async |builder| {
            let line = format!("tokens = {keep:?}");
            let mut pair = Pair::start_with(with_asker(builder), "profile", &line).await;
            pair.link().await;
            let kept = sealed_rows(&pair.here).await;
            assert_eq!(kept.len(), rows, "{keep}");
            for row in kept {
                // As every token of a Hob begins.
                assert!(!row.sealed.windows(4).any(|bytes| bytes == b"hob_"));
                assert_eq!(row.sealed[0], 1, "it is sealed");
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_that_changed_its_issuer_finds_no_token() {
    let (first, second) = (Scripted::start().await, Scripted::start().await);
    let (site, _) = linked(&first, json!({"refresh_token": "r1"})).await;
    first.say("/api/x", 200, json!({}));
    second.say("/api/x", 200, json!({}));
    let keep = "tokens = \"database\"";
    let (site, mut alice) = again(site, &second, keep).await;
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 404);
    assert_eq!(alice.get("/asker/accounts").await.text(), "");
    // Nor where it would have to be refreshed.
    site.clock().advance(Duration::from_secs(3600));
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 404);
    for path in ["/api/x", "/token"] {
        assert_eq!(second.asked(path).len(), 0, "{path}");
    }
    // It is still that of the first one.
    first.say(
        "/token",
        200,
        json!({"access_token": "b-token", "token_type": "bearer"}),
    );
    let (_site, mut alice) = again(site, &first, keep).await;
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 200);
    assert_eq!(first.asked("/api/x").last().unwrap().0, "Bearer b-token");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_issuer_gave_does_not_open_as_another_s() {
    let provider = Scripted::start().await;
    let (site, mut alice) = linked(&provider, json!({})).await;
    provider.say("/api/x", 200, json!({}));
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 200);
    let before = provider.asked("/api/x").len();
    // Sealed for another issuer, and written into this one's row.
    let other = Scripted::start().await;
    other.say("/api/x", 200, json!({}));
    let issuer = other.url.clone();
    site.db()
        .write(move |connection| {
            diesel::sql_query("UPDATE \"signin_tokens\" SET \"issuer\" = $1")
                .bind::<diesel::sql_types::Text, _>(issuer)
                .execute(connection)
        })
        .await
        .unwrap();
    let (_site, mut alice) = again(site, &other, "tokens = \"database\"").await;
    assert_eq!(alice.get("/asker/ask?url=/x").await.status(), 502);
    assert_eq!(other.asked("/api/x").len(), 0);
    assert_eq!(provider.asked("/api/x").len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_not_used_once_the_operator_lets_none_be_kept() {
    let provider = Scripted::start().await;
    let (mut site, _) = linked(&provider, json!({})).await;
    provider.say("/api/x", 200, json!({}));
    for (keep, status, accounts) in [("none", 404, 0), ("session", 404, 0), ("database", 200, 1)] {
        let more = format!("tokens = {keep:?}");
        let (restarted, mut alice) = again(site, &provider, &more).await;
        let reply = alice.get("/asker/ask?url=/x").await;
        assert_eq!(reply.status(), status, "{keep}: {reply:?}");
        let listed = alice.get("/asker/accounts").await;
        assert_eq!(listed.text().lines().count(), accounts, "{keep}");
        site = restarted;
    }
    assert_eq!(provider.asked("/api/x").len(), 1);
}
