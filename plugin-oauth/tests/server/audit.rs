//! What is done here stands in the site's audit log, with who did it and from
//! where, whether or not anybody listens to events.

use crate::support;

use hob::{
    audit::{Entry, Filter},
    testing::on_each_database,
};
use hob_plugin_sdk::db::DbError;
use support::{Dance, allow, take_back};

async fn entries(dance: &Dance, what: &str) -> Vec<Entry> {
    let filter = Filter {
        plugin: Some("oauth".to_owned()),
        what: Some(what.to_owned()),
        ..Filter::default()
    };
    let read = dance
        .site
        .db()
        .read(move |connection| -> Result<_, DbError> {
            Ok(Entry::find(connection, &filter, None, 100)?)
        });
    read.await.expect("the table is there")
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_of_members_and_operators_leave_an_entry() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let registered = entries(&dance, "client.registered").await;
        assert_eq!(registered.len(), 1);
        assert_eq!(registered[0].who_kind, "operator");
        assert_eq!(registered[0].subject, app.client_id);
        assert!(
            registered[0].details.contains("Photo Desk"),
            "{registered:?}"
        );

        dance.tokens(&app).await;
        let granted = entries(&dance, "consent.granted").await;
        assert_eq!(granted.len(), 1);
        assert_eq!(
            (granted[0].who_kind.as_str(), granted[0].who_name.as_str()),
            ("member", "alice")
        );
        assert_eq!(granted[0].member_id, Some(dance.alice.id));
        assert!(!granted[0].peer.is_empty() && granted[0].request_id.len() == 16);

        take_back(&mut dance.browser, &app).await;
        assert_eq!(entries(&dance, "consent.revoked").await.len(), 1);
        assert_eq!(entries(&dance, "token.revoked").await.len(), 1);
        let words = ["oauth", "client", "suspend", &app.client_id];
        dance.site.run_command(&words).await;
        assert_eq!(entries(&dance, "client.suspended").await.len(), 1);
        // No secret and no token stands in any of them.
        let secret = app.secret.as_deref().expect("it has one");
        for entry in entries(&dance, "").await {
            assert!(
                !entry.details.contains(secret) && !entry.details.contains("hob_"),
                "{entry:?}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_often_leaves_none() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let first = dance.tokens(&app).await;
        let before = entries(&dance, "").await.len();
        support::tokens(&dance.refresh(&app, &first.refresh).await);
        dance.code(&app).await;
        let page = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "consent")]))
            .await;
        let ticked = ["profile", "media:read"].map(str::to_owned);
        allow(&mut dance.browser, &page, &ticked).await;
        assert_eq!(entries(&dance, "").await.len(), before);
    })
    .await;
}
