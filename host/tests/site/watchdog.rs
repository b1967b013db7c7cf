//! Plugin code that does not give its thread back, wherever it runs: it is
//! named, and the site says that it is not ready for as long as that lasts.

use std::sync::atomic::{AtomicBool, Ordering};

use hob::testing::{TestHost, on_each_database};
use hob_plugin_sdk::{
    InlinePlugin, MemberDisabled, StaticPlugin,
    db::{Connection, Db},
    prelude::*,
};
use tokio::sync::Semaphore;

const PASSWORD: &str = "correct horse battery";

/// Code that keeps its thread until the test lets it go.
struct Loop {
    entered: Semaphore,
    released: AtomicBool,
}

impl Loop {
    const fn new() -> Self {
        Self {
            entered: Semaphore::const_new(0),
            released: AtomicBool::new(false),
        }
    }

    fn run(&self) -> Result<(), PluginError> {
        self.entered.add_permits(1);
        while !self.released.swap(false, Ordering::AcqRel) {
            std::thread::yield_now();
        }
        Ok(())
    }
}

static ROUTE: Loop = Loop::new();
static READ: Loop = Loop::new();
static WRITE: Loop = Loop::new();
static EVENT: Loop = Loop::new();
static JOB: Loop = Loop::new();
static COMMAND: Loop = Loop::new();
/// Of a test beside the one that goes through all others.
static SEEN: Loop = Loop::new();

struct Busy {
    db: Db,
}

impl InlinePlugin for Busy {
    const MANIFEST: &'static str = r#"
id = "busy"
title = "Keeps its threads"
prefix = "/busy"
[subscribes]
"hob.member.disabled" = 1
[[route]]
route = "GET /route"
[[route]]
route = "GET /seen"
[[route]]
route = "GET /read"
[[route]]
route = "GET /write"
[[command]]
command = "spin"
about = "Keep a thread"
examples = ["hob busy spin"]
"#;
}

impl Plugin for Busy {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /route", async |_: Arc<Self>, _| {
                ROUTE.run().map(|()| Response::empty(200))
            })
            .handle("GET /seen", async |_: Arc<Self>, _| {
                SEEN.run().map(|()| Response::empty(200))
            })
            .handle("GET /read", async |busy: Arc<Self>, _| {
                let read = busy.db.read(|_: &mut Connection| READ.run()).await;
                read.map(|()| Response::empty(200))
            })
            .handle("GET /write", async |busy: Arc<Self>, _| {
                let written = busy.db.write(|_: &mut Connection| WRITE.run()).await;
                written.map(|()| Response::empty(200))
            })
            .subscribe(|_, _: &MemberDisabled, _| EVENT.run())
            .every("spin", std::time::Duration::from_secs(60), async |_| {
                JOB.run()
            })
            .command("spin", async |_, _| {
                COMMAND.run()?;
                Ok(Output::text(""))
            });
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self { db: host.db()? })
    }
}

async fn get(site: &TestHost, path: &str) -> u16 {
    site.browser().get(path).await.status()
}

/// What the log would say, tick by tick, until something is late.
async fn is_named(site: &TestHost, code: &Loop, name: &str) {
    let entered = code.entered.acquire().await;
    entered.expect("never closed").forget();
    // Whoever has handed the work to another thread is about to let go of it.
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let watchdog = site.app().watchdog();
    let early: Vec<String> = (0..5).flat_map(|_| watchdog.look()).collect();
    let alive = get(site, "/healthz").await;
    let late = [watchdog.look(), watchdog.look()];
    let named = watchdog.late();
    // Where nothing is noticed the database is asked, which may wait for it.
    let ready = match watchdog.is_stuck() {
        true => get(site, "/readyz").await,
        false => 200,
    };
    code.released.store(true, Ordering::Release);
    assert!(early.is_empty(), "{early:?}");
    assert_eq!(alive, 200);
    assert_eq!(
        late,
        [vec![name.to_owned()], Vec::new()],
        "once, by its name"
    );
    assert_eq!(ready, 503, "{name}");
    assert_eq!(named, [name], "for as long as it lasts");
}

async fn is_over(site: &TestHost, name: &str) {
    site.app().watchdog().look();
    assert!(site.app().watchdog().late().is_empty(), "{name}");
    assert_eq!(get(site, "/readyz").await, 200, "{name}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_busy_loop_is_named_wherever_it_is() {
    on_each_database(async |builder| {
        let busy = StaticPlugin::inline::<Busy>().expect("the manifest is right");
        let site = Arc::new(builder.plugin(busy).start().await);
        let alice = site.add_member("alice", PASSWORD).await;

        for (path, code, name) in [
            ("/busy/route", &ROUTE, "plugin busy, route GET /route"),
            (
                "/busy/read",
                &READ,
                "plugin busy, a job that reads the database",
            ),
            (
                "/busy/write",
                &WRITE,
                "plugin busy, a job that writes to the database",
            ),
        ] {
            let mut browser = site.browser();
            let asking = tokio::spawn(async move { browser.get(path).await.status() });
            is_named(&site, code, name).await;
            assert_eq!(asking.await.expect("it ends"), 200);
            is_over(&site, name).await;
        }

        let name = "plugin busy, the event hob.member.disabled";
        let own = site.clone();
        let disabling = tokio::spawn(async move { own.disable_member(alice.id).await });
        is_named(&site, &EVENT, name).await;
        disabling.await.expect("it ends");
        is_over(&site, name).await;

        let name = "plugin busy, the periodic job spin";
        let own = site.clone();
        let running = tokio::spawn(async move { own.run_job("busy", "spin").await });
        is_named(&site, &JOB, name).await;
        running.await.expect("it ends");
        is_over(&site, name).await;

        let name = "plugin busy, the command spin";
        let own = site.clone();
        let running = tokio::spawn(async move { own.run_command(&["busy", "spin"]).await });
        is_named(&site, &COMMAND, name).await;
        running.await.expect("it ends");
        is_over(&site, name).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn an_administrator_sees_which_plugin_keeps_a_thread() {
    let busy = StaticPlugin::inline::<Busy>().expect("the manifest is right");
    let site = TestHost::builder().plugin(busy).start().await;
    site.add_administrator("olga", PASSWORD).await;
    let mut olga = site.browser();
    olga.sign_in("olga", PASSWORD).await;
    let name = "plugin busy, route GET /seen";
    assert!(!olga.get("/admin").await.text().contains(name));

    let mut browser = site.browser();
    let asking = tokio::spawn(async move { browser.get("/busy/seen").await.status() });
    SEEN.entered.acquire().await.expect("never closed").forget();
    let watchdog = site.app().watchdog();
    for _ in 0..7 {
        watchdog.look();
    }
    let page = olga.get("/admin").await;
    SEEN.released.store(true, Ordering::Release);
    assert_eq!(asking.await.expect("it ends"), 200);
    for there in [name, "blocks a thread", "does not give a thread back"] {
        assert!(page.text().contains(there), "{there}: {}", page.text());
    }
    assert!(
        !page.text().contains("The site is ready"),
        "{}",
        page.text()
    );
}
