//! What an application asks for at the very moment at which it is suspended, or
//! deleted because nobody uses it.
//!
//! One test at a time, and none of another program: some count every statement
//! that runs in this process, to know when the request has looked.

#[allow(dead_code)]
#[path = "provider/support.rs"]
mod support;

use std::{
    cell::Cell,
    sync::{Mutex, mpsc},
};

use diesel::RunQueryDsl;
use hob::testing::{Reply, TestHost, on_each_database};
use hob_oauth1_events::AuthorizationRequested;
use hob_plugin_sdk::{
    InlinePlugin, StaticPlugin,
    db::{Connection, DbError, Dialect},
    prelude::*,
};
use serde_json::Value;
use support::{
    App, CALLBACK, Call, Dance, assert_problem, authorize_path, count, execute, token, verifier,
};

const OPEN: &str = "client_registration = \"open\"";
const REGISTER: &str = "/api/client/register";

static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn register_itself(dance: &Dance) -> App {
    let fields = [("type", "client_associate"), ("redirect_uris", CALLBACK)];
    let reply = dance.site.browser().post_form(REGISTER, &fields).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    let told: Value = reply.json();
    let text = |name: &str| told[name].as_str().expect("it is there").to_owned();
    App {
        key: text("client_id"),
        secret: text("client_secret"),
    }
}

fn mark_suspended(app: &App, at: &str) -> String {
    let set = format!("UPDATE \"oauth1_consumers\" SET \"suspended_at\" = {at}");
    format!("{set} WHERE \"consumer_key\" = '{}'", app.key)
}

/// Begins to suspend the application, and is done only after `request` has seen
/// that it is not, and waits for what comes of it, or got past it; then lets it
/// go on.
async fn while_it_is_suspended(
    dance: &Dance,
    app: &App,
    request: impl Future<Output = Reply>,
) -> Reply {
    let (done, wait) = mpsc::channel::<()>();
    let is_answered = Cell::new(false);
    let suspend = mark_suspended(app, "1");
    let asked_before = dance.site.statements();
    let suspending = dance.site.db().write(move |connection| {
        let touched = diesel::sql_query(suspend).execute(connection)?;
        // Nothing comes: the sender is dropped.
        assert!(wait.recv().is_err());
        Ok::<_, DbError>(touched)
    });
    let look = async {
        // The suspension, and what the request looks up.
        while dance.site.statements() < asked_before + 2 {
            tokio::task::yield_now().await;
        }
        // As long as another look takes, so that the first is over.
        count(&dance.site, "oauth1_consumers").await;
        while !is_answered.get() && !one_waits(&dance.site).await {
            tokio::task::yield_now().await;
        }
        drop(done);
    };
    let request = async {
        let reply = request.await;
        is_answered.set(true);
        reply
    };
    let (touched, reply, ()) = tokio::join!(suspending, request, look);
    assert_eq!(touched.expect("the statement is right"), 1);
    assert_eq!(execute(&dance.site, mark_suspended(app, "NULL")).await, 1);
    reply
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_suspended_meanwhile_gets_no_token() {
    let _one = ONE.lock().await;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.register(&[]).await, dance.register(&[]).await);
        let call = Call {
            more: &[("oauth_callback", CALLBACK)],
            ..Call::default()
        };
        let begin = dance.call(&app, call.clone());
        let reply = while_it_is_suspended(&dance, &app, begin).await;
        assert_problem(&reply, 401, "consumer_key_refused");
        assert_eq!(count(&dance.site, "oauth1_request_tokens").await, 0);
        // That of another is nothing to it.
        let begin = dance.call(&other, call);
        token(&while_it_is_suspended(&dance, &app, begin).await);

        let request_token = dance.begin(&app, CALLBACK).await;
        let held = verifier(&dance.allow(&request_token, &["profile"]).await);
        let take_up = dance.take_up(&app, &request_token, &held);
        let reply = while_it_is_suspended(&dance, &app, take_up).await;
        assert_problem(&reply, 401, "consumer_key_refused");
        assert_eq!(count(&dance.site, "oauth1_access_tokens").await, 0);
        let take_up = dance.take_up(&app, &request_token, &held);
        token(&while_it_is_suspended(&dance, &other, take_up).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_suspended_meanwhile_changes_nothing() {
    let _one = ONE.lock().await;
    on_each_database(async |builder| {
        let dance = Dance::start(builder.plugin_toml("oauth1", OPEN)).await;
        let (own, other) = (register_itself(&dance).await, register_itself(&dance).await);
        let rename = async |app: &App| {
            let fields = [
                ("type", "client_update"),
                ("client_id", app.key.as_str()),
                ("client_secret", &app.secret),
                ("application_name", "Photo Bench"),
            ];
            dance.site.browser().post_form(REGISTER, &fields).await
        };
        let named = async |app: &App| {
            let words = ["oauth1", "consumer", "show", &app.key, "--json"];
            let output = dance.site.run_command(&words).await;
            let shown: Value = serde_json::from_str(&output.stdout).expect("JSON");
            shown["name"].as_str().unwrap_or_default().to_owned()
        };
        let reply = while_it_is_suspended(&dance, &own, rename(&own)).await;
        assert_eq!(reply.status(), 401, "{reply:?}");
        assert_eq!(named(&own).await, "Unnamed application");
        let reply = while_it_is_suspended(&dance, &own, rename(&other)).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        assert_eq!(named(&other).await, "Photo Bench");
    })
    .await;
}

/// Where a request waits for the test, and the test for it.
static GATE: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>> = Mutex::new(None);

/// Holds the next request of a dance where its row is stored already.
struct Gate;

impl InlinePlugin for Gate {
    const MANIFEST: &'static str = r#"
id = "gate"
title = "Holds requests"
[subscribes]
"hob.oauth1.authorization.requested" = 1
"#;
}

impl Plugin for Gate {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration.subscribe(|_, _: &AuthorizationRequested, _| {
            let gate = GATE.lock().unwrap().take();
            if let Some((entered, leave)) = gate {
                entered.send(()).expect("the test waits");
                leave.recv().expect("the test goes on");
            }
            Ok(())
        });
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

#[derive(diesel::QueryableByName)]
struct Waiting {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// Whether a transaction waits for a lock; on SQLite it waits for its turn.
async fn one_waits(site: &TestHost) -> bool {
    let query = "SELECT COUNT(*) AS \"count\" FROM pg_stat_activity \
                 WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let look = move |connection: &mut Connection| {
        if connection.dialect() == Dialect::Sqlite {
            return Ok(true);
        }
        let waiting: Vec<Waiting> = diesel::sql_query(query).load(connection)?;
        Ok::<_, DbError>(waiting[0].count > 0)
    };
    site.db().read(look).await.expect("it can be asked")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_begins_to_be_used_meanwhile_stays() {
    let _one = ONE.lock().await;
    on_each_database(async |builder| {
        let gate = StaticPlugin::inline::<Gate>().expect("its manifest is right");
        let builder = builder.plugin(gate).plugin_toml("oauth1", OPEN);
        let mut dance = Dance::start(builder).await;
        let (app, unused) = (register_itself(&dance).await, register_itself(&dance).await);
        let month = std::time::Duration::from_secs(31 * 86400);
        dance.site.clock().advance(month);
        let (entered, is_entered) = mpsc::channel();
        let (leave, may_leave) = mpsc::channel();
        *GATE.lock().unwrap() = Some((entered, may_leave));
        let prune = async {
            let entered = tokio::task::spawn_blocking(move || is_entered.recv()).await;
            entered.expect("it waits").expect("the request comes");
            let release = async {
                while !one_waits(&dance.site).await {
                    tokio::task::yield_now().await;
                }
                leave.send(()).expect("the request waits");
            };
            tokio::join!(dance.site.run_job("oauth1", "prune"), release);
        };
        let (request_token, ()) = tokio::join!(dance.begin(&app, CALLBACK), prune);
        let words = ["oauth1", "consumer", "show", &unused.key];
        assert_ne!(dance.site.run_command(&words).await.exit_code, 0);
        dance.browser = dance.site.browser();
        dance.browser.sign_in("alice", support::PASSWORD).await;
        let page = dance.browser.get(&authorize_path(&request_token)).await;
        assert_eq!(page.status(), 200, "{page:?}");
    })
    .await;
}
