//! What is tried costs what its answer needs, and nothing else where nobody
//! listens.
//!
//! One test, alone in its process: it counts every statement that runs there.

#[allow(dead_code)]
#[path = "provider/listener.rs"]
mod listener;
#[allow(dead_code)]
#[path = "provider/support.rs"]
mod support;

use hob::testing::{Builder, on_each_database};
use support::{App, CALLBACK, Call, Dance};

/// How many statements each of three requests takes that are signed wrongly.
async fn counted(dance: &Dance, app: &App) -> [u64; 3] {
    let mut counted = [0; 3];
    for statements in &mut counted {
        let before = dance.site.statements();
        let call = Call {
            more: &[("oauth_callback", CALLBACK)],
            ..Call::default()
        };
        assert_eq!(dance.call(app, call).await.status(), 401);
        dance.site.settle_events().await;
        *statements = dance.site.statements() - before;
    }
    counted
}

/// By nobody, and in the name of somebody.
async fn on_a_site(builder: Builder) -> [[u64; 3]; 2] {
    let dance = Dance::start(builder).await;
    let guessed = |key: &str| App {
        key: key.to_owned(),
        secret: "guessed".to_owned(),
    };
    let app = dance.register(&[]).await;
    [
        counted(&dance, &guessed("nobody")).await,
        counted(&dance, &guessed(&app.key)).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_for_nobody() {
    on_each_database(async |builder| {
        // The application is looked for. That somebody guesses is noted once.
        assert_eq!(on_a_site(builder).await, [[1, 1, 1], [2, 1, 1]]);
    })
    .await;
    // With a listener, each event is guarded by a savepoint; and once in a
    // minute there is one.
    on_each_database(async |builder| {
        let builder = builder.plugin(listener::attempts_listener());
        assert_eq!(on_a_site(builder).await, [[3, 1, 1], [4, 1, 1]]);
    })
    .await;
}
