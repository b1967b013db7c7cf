//! Each query of the paths that members and applications use all day finds its
//! rows by an index, on both databases.
//!
//! One test, alone in its process: it looks at every statement that ran there.

#[allow(dead_code)]
#[path = "provider/support.rs"]
mod support;

use hob::testing::on_each_database;
use support::{CALLBACK, Dance};

/// A statement is kept, and seen, once it has run a few times; every sixteenth
/// write deletes what has expired.
const ROUNDS: usize = 20;

#[tokio::test]
async fn no_query_reads_a_table_from_end_to_end() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        for round in 0..ROUNDS {
            let access = dance.access_token(&app, &["profile"]).await;
            assert_eq!(dance.status(&app, &access).await, 200);
            let denied = dance.begin(&app, CALLBACK).await;
            dance.ask(&denied).await;
            dance.decide(&denied, "deny", &[]).await;
            let typed = dance.begin(&app, "oob").await;
            dance.allow(&typed, &["profile"]).await;
            dance.take_up(&app, &typed, "BCDFG-HJKLM").await;
            dance.browser.get("/connections").await;
            let only = format!("oauth1/{}", app.key);
            if round % 4 == 3 {
                dance
                    .browser
                    .submit("/connections/revoke", &[("only", &only)])
                    .await;
            }
        }
        let plans = dance.site.plans("oauth1_").await;
        assert!(
            plans.len() > 12,
            "hardly any statement was seen: {plans:#?}"
        );
        let bad: Vec<_> = plans.iter().filter(|plan| plan.reads_too_much()).collect();
        assert!(bad.is_empty(), "{bad:#?}");
    })
    .await;
}
