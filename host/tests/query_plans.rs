//! Each query of the pages that everybody looks at finds its rows by an index,
//! on both databases.
//!
//! One test, alone in its process: it looks at every statement that ran there.

use std::time::Duration;

use hob::{
    media::rows::Listing,
    testing::{Browser, TestHost, on_each_database},
};

const PASSWORD: &str = "correct horse battery";
const CAT: &[u8] = include_bytes!("../../tests/photographs/cat-turned-with-position.jpg");

/// A statement is kept, and seen, once it has run a few times.
const ROUNDS: usize = 4;

async fn upload(browser: &mut Browser, visibility: &str) -> String {
    let csrf = browser.csrf();
    let fields = [
        ("title", "Mia"),
        ("tags", "cat, red fur"),
        ("visibility", visibility),
        ("csrf", csrf.as_str()),
    ];
    let file = ("mia.jpg", CAT);
    let reply = browser.post_multipart("/upload", &fields, file, &[]).await;
    assert_eq!(reply.status(), 303, "{reply:?}");
    reply.header("location").to_owned()
}

/// All lists, each with the page after the first.
async fn lists(site: &TestHost, alice_id: i64) {
    let media = &site.app().site().media;
    for listing in [
        Listing::Public,
        Listing::VisibleTo(alice_id),
        Listing::PublicOf(alice_id),
        Listing::AllOf(alice_id),
    ] {
        let first = media.list(listing, None, 1).await.expect("a list");
        let next = first.next.expect("there are more");
        let second = media.list(listing, Some(&next), 1).await;
        assert_eq!(second.expect("a list").media.len(), 1, "{listing:?}");
    }
}

/// What a member and a visitor do in a day.
async fn a_day(site: &TestHost, alice_id: i64) {
    let mut alice = site.browser();
    alice.sign_in("alice", PASSWORD).await;
    let shown = upload(&mut alice, "public").await;
    let id = shown.rsplit('/').next().expect("an id").to_owned();
    upload(&mut alice, "public").await;
    let private = upload(&mut alice, "private").await;
    site.settle_media().await;
    let mut stranger = site.browser();
    for path in [
        "/",
        "/u/alice",
        shown.as_str(),
        &format!("/media/{id}/thumbnail"),
    ] {
        assert_eq!(stranger.get(path).await.status(), 200, "{path}");
        assert_eq!(alice.get(path).await.status(), 200, "{path}");
    }
    assert_eq!(stranger.get(&private).await.status(), 404);
    lists(site, alice_id).await;
    let edited = [
        ("title", "Mia asleep"),
        ("tags", "cat"),
        ("visibility", "public"),
    ];
    let reply = alice.submit(&format!("{shown}/edit"), &edited).await;
    assert_eq!(reply.status(), 303, "{reply:?}");
    assert_eq!(alice.get("/account").await.status(), 200);
    let reply = alice.submit("/account/sessions/revoke-others", &[]).await;
    assert_eq!(reply.status(), 303, "{reply:?}");
    // The use of a session is written down once an hour.
    site.clock().advance(Duration::from_secs(2 * 3600));
    alice.get("/").await;
    let reply = alice.submit(&format!("{private}/delete"), &[]).await;
    assert_eq!(reply.status(), 303, "{reply:?}");
    let reply = alice.submit("/logout", &[]).await;
    assert_eq!(reply.status(), 303, "{reply:?}");
    site.settle_media().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_hot_query_is_one_indexed_read() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let alice = site.add_member("alice", PASSWORD).await;
        for _ in 0..ROUNDS {
            a_day(&site, alice.id).await;
        }
        let mut plans = Vec::new();
        for (table, words) in [
            ("members", &["SELECT"][..]),
            ("sessions", &["SELECT", "UPDATE", "DELETE"]),
            ("media", &["SELECT", "UPDATE", "DELETE"]),
            ("media_files", &["SELECT", "DELETE"]),
            ("media_tags", &["SELECT", "DELETE"]),
            ("media_deletions", &["DELETE"]),
        ] {
            let of_table = site.plans(&format!("\"{table}\"")).await;
            for word in words {
                assert!(
                    of_table.iter().any(|plan| plan.sql.starts_with(word)),
                    "no {word} on {table} was seen"
                );
            }
            plans.extend(of_table);
        }
        let too_much: Vec<_> = plans
            .iter()
            .filter(|plan| plan.reads_too_much() && !is_queue(&plan.sql))
            .collect();
        assert!(too_much.is_empty(), "{too_much:#?}");
    })
    .await;
}

/// The files that wait for their deletion are a queue: all of them are meant.
fn is_queue(sql: &str) -> bool {
    sql.starts_with("SELECT \"media_deletions\".\"key\" FROM \"media_deletions\"")
}
