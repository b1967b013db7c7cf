//! Secrets at rest: what the database holds of them, and how keys are changed.

use diesel::RunQueryDsl;
use hob::{sealing::Uses, testing::on_each_database};

use crate::support::{CALLBACK, Call, Dance, count, execute, token, verifier, with_plugins};

#[derive(diesel::QueryableByName)]
struct Bytes {
    #[diesel(sql_type = diesel::sql_types::Binary)]
    sealed_secret: Vec<u8>,
}

async fn all_sealed(dance: &Dance) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for table in [
        "oauth1_consumers",
        "oauth1_request_tokens",
        "oauth1_access_tokens",
    ] {
        let query = format!("SELECT \"sealed_secret\" FROM \"{table}\"");
        let rows: Vec<Bytes> = dance
            .site
            .db()
            .read(move |connection| diesel::sql_query(query).load(connection))
            .await
            .unwrap();
        all.extend(rows.into_iter().map(|row| row.sealed_secret));
    }
    all
}

#[tokio::test]
async fn no_secret_stands_in_the_database_and_keys_can_be_changed() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        let waiting = dance.begin(&app, CALLBACK).await;
        let before = all_sealed(&dance).await;
        assert_eq!(before.len(), 3);
        for secret in [&app.secret, &access.secret, &waiting.secret] {
            for sealed in &before {
                let found = sealed
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes());
                assert!(!found, "a secret is there in the clear");
            }
        }
        let file = dance.site.key_file();
        let old = file.read().unwrap().newest().id();
        let new = file.add(dance.site.clock().now()).unwrap();
        file.promote(new).unwrap();
        dance.site = with_plugins(dance.site.stop().await).start().await;
        assert_eq!(dance.status(&app, &access).await, 200);
        let providers = dance.site.app().plugins().sealed_providers().unwrap();
        let uses = |key, secrets| Uses { key, secrets };
        let kept = &providers[0];
        assert_eq!(kept.uses().await.unwrap(), [uses(old, 3)]);
        let resealed = kept.reseal().await.unwrap();
        assert_eq!((resealed.anew, resealed.unopened), (3, 0));
        assert_eq!(kept.uses().await.unwrap(), [uses(new, 3)]);
        let after = all_sealed(&dance).await;
        assert!(before.iter().all(|sealed| !after.contains(sealed)));
        file.remove(old).unwrap();
        dance.site = with_plugins(dance.site.stop().await).start().await;
        assert_eq!(dance.status(&app, &access).await, 200);
        let more = [("oauth_callback", CALLBACK)];
        let call = Call {
            more: &more,
            ..Call::default()
        };
        token(&dance.call(&app, call).await);
    })
    .await;
}

#[tokio::test]
async fn a_secret_opens_in_its_own_row_alone() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let other = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        let statement = format!(
            "UPDATE \"oauth1_consumers\" SET \"sealed_secret\" = (SELECT \"sealed_secret\" FROM \
             \"oauth1_consumers\" WHERE \"consumer_key\" = '{}') WHERE \"consumer_key\" = '{}'",
            other.key, app.key
        );
        let db = dance.site.db();
        let written = db.write(move |connection| diesel::sql_query(statement).execute(connection));
        assert_eq!(written.await.unwrap(), 1);
        // Nothing is granted, and nothing is refused either: it can't be told.
        assert_eq!(dance.status(&app, &access).await, 503);
        assert_eq!(count(&dance.site, "oauth1_access_tokens").await, 1);
    })
    .await;
}

#[tokio::test]
async fn nor_does_that_of_a_token() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        let waiting = dance.begin(&app, CALLBACK).await;
        let held = verifier(&dance.allow(&waiting, &["profile"]).await);
        // Each gets another's.
        for (table, other) in [
            ("oauth1_request_tokens", "oauth1_access_tokens"),
            ("oauth1_access_tokens", "oauth1_consumers"),
        ] {
            let before = format!("(SELECT \"sealed_secret\" FROM \"{other}\")");
            let swap = format!("UPDATE \"{table}\" SET \"sealed_secret\" = {before}");
            assert_eq!(execute(&dance.site, swap).await, 1);
        }
        assert_eq!(dance.status(&app, &access).await, 503);
        let reply = dance.take_up(&app, &waiting, &held).await;
        assert_eq!(reply.status(), 500, "{reply:?}");
        assert_eq!(count(&dance.site, "oauth1_access_tokens").await, 1);
        let fresh = dance.access_token(&app, &["profile"]).await;
        assert_eq!(dance.status(&app, &fresh).await, 200);
    })
    .await;
}

/// Nor where both are of one kind.
#[tokio::test]
async fn nor_does_that_of_another_token() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let swap = |table| {
            format!(
                "UPDATE \"{table}\" SET \"sealed_secret\" = (SELECT \"sealed_secret\" FROM \
                 \"{table}\" AS \"other\" WHERE \"other\".\"digest\" <> \"{table}\".\"digest\")"
            )
        };
        let mut tokens = Vec::new();
        for _ in 0..2 {
            tokens.push(dance.access_token(&app, &["profile"]).await);
        }
        assert_eq!(execute(&dance.site, swap("oauth1_access_tokens")).await, 2);
        let mut told = Vec::new();
        for token in &tokens {
            told.push(dance.status(&app, token).await);
        }
        // One of them at least has the other's.
        assert!(told.contains(&503), "{told:?}");

        let mut waiting = Vec::new();
        for _ in 0..2 {
            let token = dance.begin(&app, CALLBACK).await;
            let held = verifier(&dance.allow(&token, &["profile"]).await);
            waiting.push((token, held));
        }
        assert_eq!(execute(&dance.site, swap("oauth1_request_tokens")).await, 2);
        let mut told = Vec::new();
        for (token, held) in &waiting {
            told.push(dance.take_up(&app, token, held).await.status());
        }
        assert!(told.contains(&500), "{told:?}");
    })
    .await;
}
