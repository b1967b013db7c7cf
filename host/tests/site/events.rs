//! Events between plugins: who hears of what, when, who may refuse, and what
//! is settled when the site starts.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use hob::testing::{TestHost, on_each_database};
use hob_plugin_sdk::{
    Channel, Event, InlinePlugin, StaticPlugin,
    abi::abi_stable::StableAbi,
    db::{Db, DbError},
    event,
    prelude::*,
};

event! {
    /// A bell was rung. Nobody may refuse it.
    pub struct Rung: "test.bell.rung" 1 {
        /// How often by now.
        times: i64,
    }

    /// A bell is bought, which others may refuse.
    pub struct Bought: "test.bell.bought" 1 may refuse {
        /// What it costs.
        price: i64,
    }

    /// Nobody listens to this one.
    pub struct Dusted: "test.bell.dusted" 1 {
        /// With what.
        brush: i64,
    }
}

/// Raises all three. It keeps no rows: what is written is the subscriber's.
struct Bell {
    db: Db,
    rung: Channel<Rung>,
    dusted: Channel<Dusted>,
    made: Arc<AtomicU32>,
}

impl InlinePlugin for Bell {
    const MANIFEST: &'static str = r#"
id = "bell"
title = "Rings"
[raises]
"test.bell.rung" = 1
"test.bell.bought" = 1
"test.bell.dusted" = 1
[[command]]
command = "ring"
about = "Ring"
examples = ["hob bell ring"]
[[command]]
command = "buy"
about = "Buy"
examples = ["hob bell buy 3"]
[[command.argument]]
name = "price"
help = "the price"
positional = true
[[command]]
command = "dust"
about = "Dust"
examples = ["hob bell dust"]
[[command]]
command = "lose"
about = "Ring, and roll it back"
examples = ["hob bell lose"]
[[command]]
command = "steal"
about = "Raise what was never declared"
examples = ["hob bell steal"]
"#;
}

#[repr(C)]
#[derive(StableAbi, Clone)]
struct Stolen {
    bells: i64,
}

impl Event for Stolen {
    const NAME: &'static str = "test.bell.stolen";
}

impl Plugin for Bell {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .raises::<Rung>()
            .raises::<Bought>()
            .raises::<Dusted>()
            .command("ring", async |bell: Arc<Self>, _| {
                let (rung, made) = (bell.rung, bell.made.clone());
                let write = bell.db.write(move |connection| {
                    rung.raise(connection, || {
                        made.fetch_add(1, Ordering::SeqCst);
                        Rung { times: 1 }
                    })
                });
                write
                    .await
                    .map_err(|error: DbError| PluginError::from(error))?;
                Ok(Output::text("rung"))
            })
            .command("buy", async |bell: Arc<Self>, invocation: Invocation| {
                let price = invocation.value("price").unwrap_or("0");
                let price = price.parse().expect("a number");
                let bought = bell.db.write(move |connection| {
                    connection.raise(&Bought { price })?;
                    Ok::<_, DbError>(())
                });
                Ok(match bought.await {
                    Ok(()) => Output::text("bought"),
                    Err(DbError::EventRefused { reason, .. }) => {
                        assert!(reason.is_forbidden() && reason.may_be_shown());
                        Output::text(reason.message())
                    }
                    Err(error) => return Err(PluginError::from(error).into()),
                })
            })
            .command("dust", async |bell: Arc<Self>, _| {
                let dusted = bell.dusted;
                assert!(!dusted.is_heard());
                let write = bell.db.write(move |connection| {
                    dusted.raise(connection, || unreachable!("nobody listens"))
                });
                write
                    .await
                    .map_err(|error: DbError| PluginError::from(error))?;
                Ok(Output::text("dusted"))
            })
            .command("lose", async |bell: Arc<Self>, _| {
                let rung = bell.rung;
                let lost = bell.db.write(move |connection| {
                    rung.raise(connection, || Rung { times: -1 })?;
                    Err::<(), _>(DbError::Query(diesel::result::Error::RollbackTransaction))
                });
                assert!(lost.await.is_err());
                Ok(Output::text("lost"))
            })
            .command("steal", async |bell: Arc<Self>, _| {
                let stolen = bell
                    .db
                    .write(|connection| connection.raise(&Stolen { bells: 1 }));
                Ok(Output::text(stolen.await.unwrap_err().to_string()))
            });
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self {
            db: host.db()?,
            rung: host.channel()?,
            dusted: host.channel()?,
            made: Arc::default(),
        })
    }
}

/// What listeners of this process were told; each test counts for itself.
static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());
static FAILS: AtomicBool = AtomicBool::new(false);
/// One test at a time: they share what is heard.
static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn hear(what: String) {
    HEARD.lock().unwrap().push(what);
}

fn heard() -> Vec<String> {
    std::mem::take(&mut HEARD.lock().unwrap())
}

/// Hears of a ring inside and after, and refuses what costs too much.
struct Neighbour;

impl InlinePlugin for Neighbour {
    const MANIFEST: &'static str = r#"
id = "neighbour"
title = "Listens"
[subscribes]
"test.bell.rung" = 1
"test.bell.bought" = 1
[subscribes_after]
"test.bell.rung" = 1
"test.bell.melted" = 1
"#;
}

#[repr(C)]
#[derive(StableAbi, Clone)]
struct Melted {
    bells: i64,
}

impl Event for Melted {
    const NAME: &'static str = "test.bell.melted";
}

impl Plugin for Neighbour {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .subscribe(|_, event: &Rung, _| {
                hear(format!("inside {}", event.times));
                match FAILS.load(Ordering::SeqCst) {
                    true => Err(PluginError::new("woken up")),
                    false => Ok(()),
                }
            })
            .subscribe(|_, event: &Bought, _| match event.price {
                ..100 => Ok(()),
                _ => Err(PluginError::refusal("No bell is worth that much.")),
            })
            .subscribe_after(async |_, event: Rung| {
                hear(format!("after {}", event.times));
                Ok(())
            })
            .subscribe_after(async |_, _: Melted| Ok(()));
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

fn bell() -> StaticPlugin {
    StaticPlugin::inline::<Bell>().unwrap()
}

fn neighbour() -> StaticPlugin {
    StaticPlugin::inline::<Neighbour>().unwrap()
}

async fn run(site: &TestHost, words: &[&str]) -> String {
    let words: Vec<&str> = std::iter::once("bell")
        .chain(words.iter().copied())
        .collect();
    site.run_command(&words).await.stdout.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_hear_inside_and_once_after_the_commit() {
    let _one = ONE.lock().await;
    on_each_database(async |builder| {
        let site = builder.plugin(neighbour()).plugin(bell()).start().await;
        heard();
        assert_eq!(run(&site, &["ring"]).await, "rung");
        assert_eq!(heard(), ["inside 1"]);
        site.settle_events().await;
        assert_eq!(heard(), ["after 1"]);
        site.settle_events().await;
        assert_eq!(heard(), [""; 0], "heard twice");

        assert_eq!(run(&site, &["lose"]).await, "lost");
        site.settle_events().await;
        assert_eq!(
            heard(),
            ["inside -1"],
            "what was rolled back was heard after"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_where_it_may_does_a_subscriber_refuse() {
    let _one = ONE.lock().await;
    on_each_database(async |builder| {
        let site = builder.plugin(bell()).plugin(neighbour()).start().await;
        assert_eq!(run(&site, &["buy", "99"]).await, "bought");
        assert_eq!(
            run(&site, &["buy", "100"]).await,
            "No bell is worth that much."
        );

        FAILS.store(true, Ordering::SeqCst);
        assert_eq!(run(&site, &["ring"]).await, "rung");
        FAILS.store(false, Ordering::SeqCst);
        site.settle_events().await;
        assert!(heard().contains(&"after 1".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_listens_the_event_is_not_even_made() {
    let _one = ONE.lock().await;
    let site = TestHost::builder().plugin(bell()).start().await;
    assert_eq!(run(&site, &["dust"]).await, "dusted");
    // The same event with a listener and without one.
    assert_eq!(run(&site, &["lose"]).await, "lost");
    let site = TestHost::builder()
        .plugin(bell())
        .plugin(neighbour())
        .start()
        .await;
    assert_eq!(run(&site, &["ring"]).await, "rung");
    assert_eq!(heard(), ["inside 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_declared_is_not_raised() {
    let _one = ONE.lock().await;
    let site = TestHost::builder().plugin(bell()).start().await;
    let refused = run(&site, &["steal"]).await;
    assert!(
        refused.contains("test.bell.stolen v1 was raised, and no plugin.toml declares it"),
        "{refused}"
    );
    assert_eq!(run(&site, &["ring"]).await, "rung");
}

/// The same name and version, and another type.
struct Confused;

impl InlinePlugin for Confused {
    const MANIFEST: &'static str = r#"
id = "confused"
title = "Takes it for another"
[subscribes_after]
"test.bell.rung" = 1
"#;
}

#[repr(C)]
#[derive(StableAbi, Clone)]
struct OtherRung {
    times: i32,
}

impl Event for OtherRung {
    const NAME: &'static str = "test.bell.rung";
}

impl Plugin for Confused {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration.subscribe_after(async |_, _: OtherRung| Ok(()));
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_with_another_type_keeps_the_site_from_starting() {
    let confused = || StaticPlugin::inline::<Confused>().unwrap();
    for plugins in [[confused(), bell()], [bell(), confused()]] {
        let builder = plugins
            .into_iter()
            .fold(TestHost::builder(), |builder, plugin| {
                builder.plugin(plugin)
            });
        let refused = builder.try_start().await.err().expect("it does not start");
        assert!(
            refused.contains("plugin confused subscribes to test.bell.rung v1, whose layout"),
            "{refused}"
        );
    }
    // Without whoever raises it there is nothing to take for another.
    TestHost::builder().plugin(confused()).start().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_raised_with_another_type_than_was_declared_is_refused() {
    let _one = ONE.lock().await;
    let site = TestHost::builder()
        .plugin(bell())
        .plugin(neighbour())
        .start()
        .await;
    heard();
    let raised = site
        .db()
        .write(|connection| connection.raise(&OtherRung { times: 1 }));
    let refused = raised.await.unwrap_err().to_string();
    assert!(
        refused.contains("test.bell.rung v1 was raised with another type than was declared"),
        "{refused}"
    );
    assert_eq!(heard(), [""; 0], "nobody takes it for what it is not");
    let raised = site
        .db()
        .write(|connection| connection.raise(&Rung { times: 3 }));
    raised.await.expect("nobody refuses");
    assert_eq!(heard(), ["inside 3"]);
}
