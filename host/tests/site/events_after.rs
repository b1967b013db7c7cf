//! Who hears of events after the commit: how many may wait, and what becomes of
//! them when the site stops.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use hob::testing::{TestHost, on_each_database};
use hob_plugin_sdk::{
    InlinePlugin, StaticPlugin,
    db::{Db, DbError},
    event,
    prelude::*,
};

event! {
    /// A clock has struck.
    pub struct Struck: "test.tower.struck" 1 {
        /// How often.
        times: i64,
    }
}

/// Strikes, and after the commit hears of it and strikes once less.
struct Tower {
    host: Host,
    db: Db,
}

impl InlinePlugin for Tower {
    const MANIFEST: &'static str = r#"
id = "tower"
title = "Strikes"
[raises]
"test.tower.struck" = 1
[subscribes]
"test.tower.struck" = 1
[subscribes_after]
"test.tower.struck" = 1
"#;
}

/// For which it never ends to hear.
const FOR_EVER: i64 = -1;
/// For which it does nothing more.
const QUIETLY: i64 = 0;

impl Plugin for Tower {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .raises::<Struck>()
            .subscribe(|_, event: &Struck, _| {
                hear(format!("inside {}", event.times));
                Ok(())
            })
            .subscribe_after(async |tower: Arc<Self>, event: Struck| {
                hear(format!("after {}", event.times));
                match event.times {
                    FOR_EVER => tower.host.sleep(Duration::from_secs(3600)).await,
                    QUIETLY => {}
                    times => tower.db.write_later(move |connection| {
                        connection.raise(&Struck { times: times - 1 })
                    }),
                }
                Ok(())
            });
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        let db = host.db()?;
        Ok(Self { host, db })
    }
}

/// What was heard; one test at a time.
static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());
static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn hear(what: String) {
    HEARD.lock().unwrap().push(what);
}

fn heard() -> Vec<String> {
    std::mem::take(&mut HEARD.lock().unwrap())
}

fn tower() -> StaticPlugin {
    StaticPlugin::inline::<Tower>().unwrap()
}

async fn strike(site: &TestHost, times: i64) {
    let struck = site
        .db()
        .write(move |connection| connection.raise(&Struck { times }));
    struck.await.expect("nobody refuses");
}

/// A write that waits for `go` and strikes once then, while the site stops.
async fn strike_while_it_stops<S: Future<Output = ()> + Send + 'static>(
    site: TestHost,
    stop: impl FnOnce(TestHost) -> S,
) {
    let db = site.db();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (go, may_go) = std::sync::mpsc::channel::<()>();
    let write = tokio::spawn(db.write(move |connection| {
        begun.send(()).expect("the test waits");
        may_go.recv().expect("the test lets it go");
        connection.raise(&Struck { times: 1 })
    }));
    has_begun.recv().expect("it begins");
    let stopping = tokio::spawn(stop(site));
    // Long enough for a plugin to be stopped too early.
    tokio::time::sleep(Duration::from_millis(200)).await;
    go.send(()).expect("it waits");
    write.await.expect("no panic").expect("nobody refuses");
    stopping.await.expect("no panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_queued_writes_raise_is_heard_before_the_site_stops() {
    let _one = ONE.lock().await;
    on_each_database(async |builder| {
        let site = builder.plugin(tower()).start().await;
        heard();
        strike_while_it_stops(site, async |site: TestHost| drop(site.stop().await)).await;
        // And what comes of that.
        assert_eq!(heard(), ["inside 1", "after 1", "inside 0", "after 0"]);
    })
    .await;
}

/// The database alone, without anybody who waits: a plugin is not stopped while
/// it still hears inside a transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_queued_write_can_raise_events_while_the_database_stops() {
    let _one = ONE.lock().await;
    on_each_database(async |builder| {
        let site = builder.plugin(tower()).start().await;
        heard();
        strike_while_it_stops(site, async |site: TestHost| {
            let stopped = tokio::task::spawn_blocking(move || drop(site));
            stopped.await.expect("no panic");
        })
        .await;
        assert_eq!(heard(), ["inside 1"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_hears_holds_the_stop_up_for_longer_than_it_waits() {
    let _one = ONE.lock().await;
    on_each_database(async |builder| {
        let site = builder.plugin(tower()).start().await;
        heard();
        strike(&site, FOR_EVER).await;
        let began = Instant::now();
        site.stop_within(Duration::from_millis(300)).await;
        assert!(began.elapsed() >= Duration::from_millis(300));
        assert!(began.elapsed() < Duration::from_secs(20), "{began:?}");
        assert_eq!(heard(), ["inside -1", "after -1"]);
    })
    .await;
}

/// Whoever hears of it next does not wait for one that never ends.
#[tokio::test(flavor = "multi_thread")]
async fn who_takes_too_long_to_hear_is_given_up() {
    let _one = ONE.lock().await;
    on_each_database(async |builder| {
        let builder = builder.server_toml("request_timeout = \"1s\"");
        let site = builder.plugin(tower()).start().await;
        heard();
        strike(&site, FOR_EVER).await;
        strike(&site, QUIETLY).await;
        tokio::time::timeout(Duration::from_secs(20), site.settle_events())
            .await
            .expect("it is not waited for");
        let heard = heard();
        assert_eq!(heard, ["inside -1", "inside 0", "after -1", "after 0"]);
    })
    .await;
}

/// As the docs say: what more than 8,192 wait for is let fall, the last first,
/// and whoever raised it goes on.
#[tokio::test(flavor = "multi_thread")]
async fn so_many_events_may_wait_and_no_more() {
    let _one = ONE.lock().await;
    let site = TestHost::builder().plugin(tower()).start().await;
    heard();
    // Nobody delivers yet.
    let mut left = 8192 + 3;
    while left > 0 {
        let many = left.min(500);
        let struck = site.db().write(move |connection| {
            (0..many).try_for_each(|_| connection.raise(&Struck { times: QUIETLY }))
        });
        struck
            .await
            .map_err(|error: DbError| error.to_string())
            .expect("nobody refuses");
        left -= many;
    }
    assert_eq!(heard().len(), 8192 + 3);
    site.settle_events().await;
    assert_eq!(heard(), vec!["after 0"; 8192]);
    // There is room again.
    strike(&site, QUIETLY).await;
    site.settle_events().await;
    assert_eq!(heard(), ["inside 0", "after 0"]);
}
