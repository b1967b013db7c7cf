//! When and from where tokens, consents and applications were last used.

use crate::support;

use std::time::Duration;

use axum::body::Body;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use futures_util::future::join_all;
use hob::testing::{Builder, on_each_database};
use hob_plugin_sdk::db::{DbError, Dialect, Timestamp};
use http::Request;
use serde_json::Value;
use support::{App, Dance, tokens};

const HOME: &str = "203.0.113.7";
const ELSEWHERE: &str = "2001:db8::9";
const HOUR: Duration = Duration::from_secs(3600);

/// A site that hears of its visitors' addresses from a proxy.
async fn behind_proxy(builder: Builder) -> Dance {
    let builder = builder
        .url("https://photos.example")
        .server_toml("behind_tls_proxy = true");
    let builder = builder.plugin_toml("oauth", "access_token_lifetime = \"12h\"");
    Dance::start(builder).await
}

async fn used_from(dance: &Dance, access_token: &str, address: &str) -> u16 {
    let request = Request::get("/api/v1/media")
        .header("authorization", format!("Bearer {access_token}"))
        .header("x-forwarded-for", address)
        .body(Body::empty())
        .expect("a valid request");
    dance.site.browser().send(request).await.status()
}

async fn note(dance: &Dance) {
    dance.site.run_job("oauth", "note_token_uses").await;
}

/// What these words of `hob oauth` print of the one that there is.
async fn told(dance: &Dance, words: &[&str]) -> Value {
    let words = [&["oauth"], words, &["--json"]].concat();
    let output = dance.site.run_command(&words).await;
    assert_eq!(output.exit_code, 0, "{}", output.stderr);
    let told: Value = serde_json::from_str(&output.stdout).expect("JSON");
    told.get(0).unwrap_or(&told).clone()
}

/// The last use of the one access token of alice's, of the one consent, and of
/// the application, for which more counts.
async fn last_uses(dance: &Dance, app: &App) -> [Value; 3] {
    let client = told(dance, &["client", "show", &app.client_id]).await;
    [
        told(dance, &["token", "list", "--member", "alice"]).await,
        told(dance, &["consent", "list", "--member", "alice"]).await,
        client,
    ]
}

fn time(shown: &Value) -> Timestamp {
    let text = shown["last_used_at"].as_str().expect("it was used");
    text.parse().expect("RFC 3339")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_use_is_shown_with_its_address_and_noted_once_an_hour() {
    on_each_database(async |builder| {
        let mut dance = behind_proxy(builder).await;
        let app = dance.web_app().await;
        let given = dance.tokens(&app).await;
        note(&dance).await;
        for shown in &last_uses(&dance, &app).await[..2] {
            assert_eq!(shown["last_used_at"], Value::Null, "{shown}");
        }
        let page = dance.browser.get("/connections").await;
        assert!(page.text().contains("not used yet"), "{}", page.text());

        let clock = dance.site.clock().clone();
        let before = clock.now();
        assert_eq!(used_from(&dance, &given.access, HOME).await, 200);
        assert_eq!(used_from(&dance, &given.access, ELSEWHERE).await, 200);
        note(&dance).await;
        let first = last_uses(&dance, &app).await;
        for shown in &first {
            assert!(before <= time(shown) && time(shown) <= clock.now());
        }
        for shown in &first[..2] {
            assert_eq!(shown["last_used_from"], HOME, "{shown}");
        }
        let page = dance.browser.get("/connections").await;
        assert!(
            page.text().contains(&format!("from <bdi>{HOME}</bdi>")),
            "{page:?}"
        );
        let words = ["oauth", "token", "list", "--member", "alice"];
        let text = dance.site.run_command(&words).await.stdout;
        assert!(text.contains(&format!("from {HOME}")), "{text}");

        // Within the hour nothing is written.
        clock.advance(HOUR - Duration::from_secs(60));
        assert_eq!(used_from(&dance, &given.access, ELSEWHERE).await, 200);
        note(&dance).await;
        assert_eq!(last_uses(&dance, &app).await, first);
        clock.advance(Duration::from_secs(60));
        assert_eq!(used_from(&dance, &given.access, ELSEWHERE).await, 200);
        note(&dance).await;
        let second = last_uses(&dance, &app).await;
        for (shown, before) in second.iter().zip(&first) {
            assert!(time(shown) >= time(before) + HOUR, "{shown} after {before}");
        }
        for shown in &second[..2] {
            assert_eq!(shown["last_used_from"], ELSEWHERE, "{shown}");
        }
    })
    .await;
}

/// Two processes of a site each remember for themselves: what the other noted
/// is not put back.
#[tokio::test(flavor = "multi_thread")]
async fn a_later_use_that_is_noted_stays() {
    on_each_database(async |builder| {
        let mut dance = behind_proxy(builder).await;
        let app = dance.web_app().await;
        let given = dance.tokens(&app).await;
        let form = [("name", "Backup"), ("scope", "media:read"), ("ends", "30")];
        let page = dance.browser.submit("/oauth/tokens/new", &form).await;
        let personal = support::registration::labelled(&page, "personal-token");
        let personal = personal.expect("it is shown").to_owned();
        for token in [&given.access, &personal] {
            assert_eq!(used_from(&dance, token, HOME).await, 200);
        }
        let later = (dance.site.clock().now() + HOUR / 2).as_micros();
        for table in [
            "oauth_access_tokens",
            "oauth_personal_tokens",
            "oauth_consents",
        ] {
            let set = format!(
                "UPDATE \"{table}\" SET \"last_used_at\" = {later}, \"last_used_from\" = \
                 '{ELSEWHERE}'"
            );
            dance.execute(&set).await;
        }
        let set = format!("UPDATE \"oauth_clients\" SET \"last_used_at\" = {later}");
        dance.execute(&set).await;
        note(&dance).await;
        let words = ["oauth", "token", "list", "--member", "alice", "--json"];
        let listed = dance.site.run_command(&words).await.stdout;
        let listed: Vec<Value> = serde_json::from_str(&listed).expect("JSON");
        let [_, consent, client] = last_uses(&dance, &app).await;
        let tokens = listed.iter().filter(|one| one["kind"] != "refresh_token");
        let all: Vec<&Value> = tokens.chain([&consent, &client]).collect();
        assert_eq!(all.len(), 4, "{listed:?}");
        let put_back: Vec<&&Value> = all
            .iter()
            .filter(|shown| time(shown).as_micros() != later)
            .collect();
        assert!(put_back.is_empty(), "{put_back:#?}");
        for shown in &all[..3] {
            assert_eq!(shown["last_used_from"], ELSEWHERE, "{shown}");
        }
    })
    .await;
}

/// A use is what is let in, and no more: not what is refused, nor what the
/// member or the application does here besides.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_let_in_is_a_use() {
    on_each_database(async |builder| {
        let mut dance = behind_proxy(builder).await;
        let app = dance.web_app().await;
        let code = dance.code_with(&app, &[("scope", "profile")]).await;
        let given = tokens(&dance.exchange(&app, &code).await);
        assert_eq!(used_from(&dance, &given.access, HOME).await, 403);
        let form = [("token", given.access.as_str())];
        let reply = dance.post_as(&app, "/oauth/introspect", &form).await;
        assert_eq!(reply.json::<Value>()["active"], true);
        // It is approved silently now.
        dance.code_with(&app, &[("scope", "profile")]).await;
        note(&dance).await;
        for shown in &last_uses(&dance, &app).await[..2] {
            assert_eq!(shown["last_used_at"], Value::Null, "{shown}");
        }
        assert_eq!(dance.api_status(&given.access).await, 200);
        note(&dance).await;
        let [token, consent, _] = last_uses(&dance, &app).await;
        assert_eq!(token["last_used_from"], "127.0.0.1");
        assert_eq!(consent["last_used_at"], token["last_used_at"]);

        // Given anew, it keeps what was noted.
        let page = [("scope", "profile"), ("prompt", "consent")];
        dance.code_with(&app, &page).await;
        let [_, again, _] = last_uses(&dance, &app).await;
        assert_eq!(again["last_used_at"], consent["last_used_at"]);
    })
    .await;
}

/// A client that acts for itself has tokens, but no consent.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_acts_for_itself_is_used_too() {
    on_each_database(async |builder| {
        let dance = behind_proxy(builder).await;
        let own = ["--grant", "client_credentials"];
        let app = dance.register_without_redirect("media:read", &own).await;
        let given = own_token(&dance, &app).await;
        dance.site.clock().advance(2 * HOUR);
        let before = dance.site.clock().now();
        assert_eq!(used_from(&dance, &given, HOME).await, 200);
        note(&dance).await;
        let client = told(&dance, &["client", "show", &app.client_id]).await;
        assert!(time(&client) >= before, "{client}");
        let words = ["token", "list", "--client-id", &app.client_id];
        let token = told(&dance, &words).await;
        assert_eq!(token["last_used_from"], HOME);
    })
    .await;
}

/// What lets it act for itself, as often as it asks.
async fn own_token(dance: &Dance, app: &App) -> String {
    let form = [("grant_type", "client_credentials")];
    tokens(&dance.token(app, &form).await).access
}

/// However many tokens it has that are used.
#[tokio::test(flavor = "multi_thread")]
async fn the_use_of_an_application_is_noted_once_an_hour() {
    on_each_database(async |builder| {
        let dance = behind_proxy(builder).await;
        let own = ["--grant", "client_credentials"];
        let app = dance.register_without_redirect("media:read", &own).await;
        let (first, second) = (own_token(&dance, &app).await, own_token(&dance, &app).await);
        let clock = dance.site.clock().clone();
        let last_use = async |token: &str| {
            assert_eq!(used_from(&dance, token, HOME).await, 200);
            note(&dance).await;
            time(&told(&dance, &["client", "show", &app.client_id]).await)
        };
        // That it was given them is longer ago.
        clock.advance(2 * HOUR);
        let noted = last_use(&first).await;
        clock.advance(HOUR / 2);
        assert_eq!(last_use(&second).await, noted);
        clock.advance(HOUR / 2);
        assert!(last_use(&first).await >= noted + HOUR);
    })
    .await;
}

/// What is issued holds the row of the client, which on PostgreSQL is a write in
/// any case.
#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_what_is_issued_notes_the_use_once_an_hour() {
    on_each_database(async |builder| {
        let dance = behind_proxy(builder).await;
        let dialect = dance
            .site
            .db()
            .read(|connection| Ok::<_, DbError>(connection.dialect()));
        if dialect.await.expect("it reads") != Dialect::Sqlite {
            return;
        }
        let own = ["--grant", "client_credentials"];
        let app = dance.register_without_redirect("media:read", &own).await;
        let last_use_if_before = async |ago: Duration| {
            let noted = dance.site.clock().now() - ago;
            for table in ["oauth_clients", "oauth_client_secrets"] {
                let set = format!("UPDATE \"{table}\" SET \"last_used_at\" = ");
                dance.execute(&format!("{set}{}", noted.as_micros())).await;
            }
            own_token(&dance, &app).await;
            let client = told(&dance, &["client", "show", &app.client_id]).await;
            (noted, time(&client))
        };
        let (noted, told) = last_use_if_before(HOUR / 2).await;
        assert_eq!(told, noted);
        let (noted, told) = last_use_if_before(HOUR).await;
        assert!(told > noted, "{told}");
    })
    .await;
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// While nobody can write, a token is checked all the same, by many at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_stays_a_read() {
    on_each_database(async |builder| {
        let mut dance = behind_proxy(builder).await;
        let app = dance.web_app().await;
        let given = dance.tokens(&app).await;
        let (entered, is_entered) = std::sync::mpsc::channel();
        let (leave, may_leave) = std::sync::mpsc::channel();
        let holder = dance.site.db().write(move |connection| {
            // On SQLite the whole database is held, on PostgreSQL these rows.
            sql_query("UPDATE oauth_access_tokens SET family = family").execute(connection)?;
            let hold = "UPDATE oauth_consents SET revision = revision RETURNING id";
            let held: Vec<Locked> = sql_query(hold).load(connection)?;
            entered.send(held.len()).expect("the test waits");
            may_leave.recv().expect("the test goes on");
            Ok(held[0].id)
        });
        let checks = async {
            let held = tokio::task::spawn_blocking(move || is_entered.recv()).await;
            assert_eq!(held.unwrap(), Ok(1));
            let checks = (0..50).map(|_| used_from(&dance, &given.access, HOME));
            assert_eq!(join_all(checks).await, [200; 50]);
            leave.send(()).expect("the writer waits");
        };
        let (held, ()) = futures_util::future::join(holder, checks).await;
        held.map_err(|error: diesel::result::Error| error).unwrap();
        note(&dance).await;
        let [token, ..] = last_uses(&dance, &app).await;
        assert_eq!(token["last_used_from"], HOME);
    })
    .await;
}
