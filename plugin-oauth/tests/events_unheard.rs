//! Where nobody listens, the paths that applications use all day ask the
//! database for what they need and for nothing else.
//!
//! One test, alone in its process: it counts every statement that runs there.

mod support;

use hob::testing::{Builder, on_each_database};
use hob_plugin_sdk::db::{DbError, Dialect};
use support::{App, Dance, listener, tokens};

/// How many statements the exchange of a code and then a refresh take.
async fn counted(dance: &mut Dance, app: &App) -> [u64; 3] {
    let code = dance.code(app).await;
    let before = dance.site.statements();
    let first = tokens(&dance.exchange(app, &code).await);
    let exchanged = dance.site.statements();
    let second = tokens(&dance.refresh(app, &first.refresh).await);
    let refreshed = dance.site.statements();
    dance.assert_alive(&second).await;
    let checked = dance.site.statements();
    [
        exchanged - before,
        refreshed - exchanged,
        checked - refreshed,
    ]
}

/// The same on a site that was just set up, and what is known on it without a
/// question: on SQLite that is the client, which the member was asked about.
async fn on_a_site(builder: Builder) -> ([u64; 3], u64) {
    let mut dance = Dance::start(builder).await;
    let app = dance.browser_app().await;
    let counted = counted(&mut dance, &app).await;
    let dialect = dance
        .site
        .db()
        .read(|connection| Ok::<_, DbError>(connection.dialect()));
    let known = match dialect.await.expect("it reads") {
        Dialect::Sqlite => 1,
        Dialect::Postgres => 0,
    };
    (counted, known)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_for_nobody() {
    on_each_database(async |builder| {
        // The client, and the refresh token; a code is remembered where it was
        // issued. Then it is consumed, and two tokens are stored. The check
        // reads the token, and the member.
        let (counted, known) = on_a_site(builder).await;
        assert_eq!(counted, [4 - known, 5 - known, 2]);
    })
    .await;
    // With a listener, each event is guarded by a savepoint or lets it refuse.
    on_each_database(async |builder| {
        let builder = builder.plugin(listener::often_listener());
        let (listened, known) = on_a_site(builder).await;
        assert_eq!(listened, [6 - known, 7 - known, 2]);
    })
    .await;
}
