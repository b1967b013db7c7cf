//! Each query of the paths that clients use all day finds its rows by an
//! index, on both databases.
//!
//! One test, alone in its process: it looks at every statement that ran there.

mod support;

use hob::testing::on_each_database;
use support::{App, Dance, PASSWORD, REDIRECT_URI, tokens};

/// A statement is kept, and seen, once it has run a few times; every sixteenth
/// issue deletes what has expired.
const ROUNDS: usize = 20;

async fn post(dance: &Dance, app: &App, path: &str, form: &[(&str, &str)]) {
    let header = app.basic();
    let headers = [("authorization", header.as_str())];
    let mut browser = dance.site.browser();
    let reply = browser.post_form_with(path, form, &headers).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
}

/// All that a client does in a day.
async fn use_everything(dance: &mut Dance, app: &App) {
    let pushed = dance.pushed_path(app, &[]).await;
    dance.browser.get(&pushed).await;
    let code = dance.code(app).await;
    let first = tokens(&dance.exchange(app, &code).await);
    let second = tokens(&dance.refresh(app, &first.refresh).await);
    dance.assert_alive(&second).await;
    post(
        dance,
        app,
        "/oauth/introspect",
        &[("token", &second.access)],
    )
    .await;
    post(dance, app, "/oauth/revoke", &[("token", &second.access)]).await;
    post(dance, app, "/oauth/revoke", &[("token", &second.refresh)]).await;
    let own = [("grant_type", "client_credentials")];
    post(dance, app, "/oauth/access_token", &own).await;
    // What is replayed kills, and is looked up as well.
    assert_eq!(dance.exchange(app, &code).await.status(), 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_hot_query_is_one_indexed_read() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let grants = [
            "--grant",
            "authorization_code",
            "--grant",
            "refresh_token",
            "--grant",
            "client_credentials",
        ];
        let app = dance.register(REDIRECT_URI, &grants).await;
        for _ in 0..ROUNDS {
            use_everything(&mut dance, &app).await;
        }
        for _ in 0..4 {
            dance.site.change_password(dance.alice.id, PASSWORD).await;
            dance.browser.sign_in("alice", PASSWORD).await;
        }
        let mut plans = dance.site.plans("\"oauth_").await;
        // The one below, which the database before this has run already.
        plans.retain(|plan| !plan.sql.contains("<> 'y'"));
        for table in [
            "oauth_clients",
            "oauth_client_secrets",
            "oauth_consents",
            "oauth_authorization_requests",
            "oauth_authorization_codes",
            "oauth_access_tokens",
            "oauth_refresh_tokens",
        ] {
            let quoted = format!("\"{table}\"");
            assert!(
                plans.iter().any(|plan| plan.sql.contains(&quoted)),
                "no statement about {table} was seen"
            );
        }
        let too_much: Vec<_> = plans.iter().filter(|plan| plan.reads_too_much()).collect();
        assert!(too_much.is_empty(), "{too_much:#?}");

        // What reads too much is noticed.
        let by_name = "UPDATE \"oauth_clients\" SET \"name\" = 'x' WHERE \"name\" <> 'y'";
        for _ in 0..4 {
            dance.execute(by_name).await;
        }
        let plans = dance.site.plans("<> 'y'").await;
        assert_eq!(plans.len(), 1);
        assert!(plans[0].reads_too_much(), "{plans:#?}");
    })
    .await;
}
