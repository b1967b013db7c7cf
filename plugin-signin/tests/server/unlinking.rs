//! An account is unlinked: the provider hears of it, and nobody locks himself
//! out.

use std::sync::mpsc;

use diesel::RunQueryDsl;
use hob::testing::{Browser, TestHost, on_each_database};
use hob_plugin_sdk::{
    db::{Connection, DbError, Dialect},
    http::Fields,
};
use serde_json::json;

use crate::asker::{come_back, lines, linked};
use crate::support::{ACCOUNTS, PASSWORD, Pair, between, count, link_directly, scripted::Scripted};

const UNLINK: &str = "/signin/accounts/unlink";

/// The ids of all accounts that open the member's, as the page has them.
async fn accounts(browser: &mut Browser) -> Vec<String> {
    let page = browser.get(ACCOUNTS).await;
    let mark = "name=\"account\" value=\"";
    let rows = page.text().match_indices(mark);
    rows.map(|(at, _)| between(&page.text()[at..], mark, "\"").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_takes_back_what_it_gave() {
    let still_given = "did not take back the access";
    let at = "/.well-known/openid-configuration";
    for (endpoint, status, is_told) in [
        (Some("revoke"), 200, false),
        (Some("revoke"), 503, true),
        (None, 200, true),
    ] {
        let provider = Scripted::start().await;
        let mut document = provider.said(at);
        document["revocation_endpoint"] =
            json!(endpoint.map(|path| format!("{}/{path}", provider.url)));
        provider.say(at, 200, document);
        provider.say("/revoke", status, json!({}));
        let (site, mut alice) = linked(&provider, json!({"refresh_token": "r1"})).await;
        let account = accounts(&mut alice).await.remove(0);
        let done = alice.submit(UNLINK, &[("account", &account)]).await;
        assert_eq!(done.status(), 303, "{done:?}");
        // Whatever the provider says, it is unlinked here.
        assert_eq!(count(&site, "signin_accounts").await, 0);
        assert_eq!(count(&site, "signin_tokens").await, 0);
        let page = alice.get(done.header("location")).await;
        assert_eq!(page.text().contains(still_given), is_told, "{page:?}");
        let asked = provider.asked("/revoke");
        let tokens: Vec<String> = asked
            .iter()
            .map(|(authorization, body)| {
                assert!(authorization.starts_with("Basic "), "{authorization}");
                let form = Fields::parse(body.as_bytes()).unwrap();
                let text = |name: &str| form.one(name).unwrap().unwrap().to_owned();
                format!("{} {}", text("token_type_hint"), text("token"))
            })
            .collect();
        let both = ["refresh_token r1", "access_token a-token"];
        // The one as well where it refuses the other.
        let expected = if endpoint.is_some() { &both[..] } else { &[] };
        assert_eq!(tokens, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_was_kept_of_an_account_is_taken_back_at_the_same_time() {
    on_each_database(async |builder| {
        let provider = Scripted::start().await;
        let at = "/.well-known/openid-configuration";
        let mut document = provider.said(at);
        document["revocation_endpoint"] = json!(format!("{}/revoke", provider.url));
        provider.say(at, 200, document);
        provider.say("/revoke", 200, json!({}));
        provider.say(
            "/token",
            200,
            json!({"access_token": "a", "token_type": "bearer"}),
        );
        let site = provider
            .site(builder, &lines(&provider, "tokens = \"session\""))
            .await;
        let alice = site.add_member("alice", PASSWORD).await;
        link_directly(&site, &provider.url, "ada", alice.id).await;
        let mut browsers = Vec::new();
        for _ in 0..3 {
            let mut browser = site.browser();
            let sent = browser.get("/signin/other").await;
            come_back(&provider, &mut browser, &sent).await;
            browsers.push(browser);
        }
        // So that it is not the last way in.
        link_directly(&site, &provider.url, "grace", alice.id).await;
        assert_eq!(count(&site, "signin_tokens").await, 3);
        let mut alice = browsers.remove(0);
        let account = accounts(&mut alice).await.remove(0);
        provider.hold("/revoke");
        let fields = [("account", account.as_str())];
        let unlinked = alice.submit(UNLINK, &fields);
        let let_go = async {
            provider.until_asked("/revoke", 3).await;
            provider.let_go("/revoke");
        };
        let (done, ()) = futures_util::future::join(unlinked, let_go).await;
        assert_eq!(done.header("location"), ACCOUNTS, "{done:?}");
        assert_eq!(provider.asked("/revoke").len(), 3);
        assert_eq!(count(&site, "signin_tokens").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_hob_takes_its_tokens_back() {
    on_each_database(async |builder| {
        let keep = "tokens = \"database\"";
        let mut pair = Pair::start_with(builder, "profile", keep).await;
        let mut alice = pair.link().await;
        assert_eq!(count(&pair.there.site, "oauth_access_tokens").await, 1);
        let account = accounts(&mut alice).await.remove(0);
        let done = alice.submit(UNLINK, &[("account", &account)]).await;
        assert_eq!(done.header("location"), ACCOUNTS);
        assert_eq!(count(&pair.there.site, "oauth_access_tokens").await, 0);
    })
    .await;
}

/// Writes the rows of all accounts, which others who write them wait for.
fn hold_accounts(connection: &mut Connection) -> diesel::QueryResult<usize> {
    diesel::sql_query("UPDATE \"signin_accounts\" SET \"name\" = \"name\"").execute(connection)
}

#[derive(diesel::QueryableByName)]
struct Waiting {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// Waits until two transactions wait for a lock, where the database has locks.
async fn two_wait(site: &TestHost) {
    let dialect = site
        .db()
        .read(|connection| Ok::<_, DbError>(connection.dialect()));
    if dialect.await.expect("it reads") == Dialect::Sqlite {
        return;
    }
    let query = "SELECT COUNT(*) AS \"count\" FROM pg_stat_activity \
                 WHERE wait_event_type = 'Lock' AND datname = current_database()";
    loop {
        let waiting: Vec<Waiting> = site
            .db()
            .read(move |connection| diesel::sql_query(query).load(connection))
            .await
            .expect("PostgreSQL tells who waits");
        if waiting[0].count >= 2 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_leaves_the_last_way_in() {
    on_each_database(async |builder| {
        let builder = builder.site_toml("registration = \"open\"");
        let mut pair = Pair::start(builder).await;
        let mut ada = pair.here.browser();
        pair.sign_in(&mut ada).await;
        let fields = [("username", "ada")];
        ada.post_form("/signin/register", &fields).await;
        pair.there.become_grace().await;
        assert_eq!(pair.link_in(&mut ada).await.status(), 303);
        let both = accounts(&mut ada).await;
        assert_eq!(both.len(), 2);
        // Each finds the other one's account still there.
        let (let_go, held) = mpsc::channel::<()>();
        let (begun, is_held) = tokio::sync::oneshot::channel();
        let db = pair.here.db();
        let holding = tokio::spawn(async move {
            db.write(move |connection| {
                hold_accounts(connection)?;
                let _ = begun.send(());
                let _ = held.recv();
                Ok::<_, diesel::result::Error>(())
            })
            .await
        });
        is_held.await.unwrap();
        let unlinked = both.iter().map(|account| {
            let mut browser = pair.here.browser();
            browser.copy_cookies(&ada);
            async move {
                let fields = [("account", account.as_str())];
                browser.submit(UNLINK, &fields).await.status()
            }
        });
        let unlinked = futures_util::future::join_all(unlinked);
        let released = async {
            two_wait(&pair.here).await;
            let_go.send(()).unwrap();
        };
        let (mut unlinked, ()) = futures_util::future::join(unlinked, released).await;
        holding.await.unwrap().unwrap();
        unlinked.sort_unstable();
        assert_eq!(unlinked, [303, 409]);
        assert_eq!(count(&pair.here, "signin_accounts").await, 1);
    })
    .await;
}
