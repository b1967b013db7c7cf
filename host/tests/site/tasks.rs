//! `hob.tasks`: what a plugin goes on with although nobody waits for it.

use std::sync::{LazyLock, Mutex};

use hob::testing::TestHost;
use hob_plugin_sdk::{InlinePlugin, StaticPlugin, prelude::*};
use tokio::sync::Semaphore;

static LET_GO: Semaphore = Semaphore::const_new(0);
static DONE: LazyLock<(Mutex<u32>, Semaphore)> =
    LazyLock::new(|| (Mutex::new(0), Semaphore::const_new(0)));

struct Worker(Host);

impl InlinePlugin for Worker {
    const MANIFEST: &'static str = r#"
        id = "worker"
        title = "Goes on"
        prefix = "/tasks"
        [[route]]
        route = "GET /wait"
        [[route]]
        route = "GET /panic"
    "#;
}

impl Plugin for Worker {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /wait", async |worker: Arc<Self>, _| {
                let done = worker.0.go_on(async {
                    LET_GO.acquire().await.expect("it is open").forget();
                    *DONE.0.lock().unwrap() += 1;
                    DONE.1.add_permits(1);
                    "done"
                });
                done.await.map(|done| Response::text(200, done))
            })
            .handle("GET /panic", async |worker: Arc<Self>, _| {
                let told: Result<(), PluginError> =
                    worker.0.go_on(async { panic!("at work") }).await;
                Response::text(200, told.unwrap_err().to_string())
            });
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        // Nothing is served yet.
        drop(host.go_on(async { panic!("it is not begun") }));
        Ok(Self(host))
    }
}

async fn site() -> TestHost {
    let worker = StaticPlugin::inline::<Worker>().expect("the manifest is right");
    TestHost::builder().plugin(worker).start().await
}

#[tokio::test]
async fn work_goes_on_when_whoever_asked_for_it_is_gone() {
    let site = site().await;
    let mut gone = site.browser();
    tokio::select! {
        biased;
        reply = gone.get("/tasks/wait") => panic!("it waits: {reply:?}"),
        () = tokio::task::yield_now() => {}
    }
    assert_eq!(*DONE.0.lock().unwrap(), 0);
    LET_GO.add_permits(1);
    DONE.1.acquire().await.expect("it is open").forget();
    assert_eq!(*DONE.0.lock().unwrap(), 1);
    // Who stays is told.
    LET_GO.add_permits(1);
    let reply = gone.get("/tasks/wait").await;
    assert_eq!((reply.status(), reply.text()), (200, "done"));
}

#[tokio::test]
async fn a_panic_at_work_is_an_error_of_whoever_waits() {
    let reply = site().await.browser().get("/tasks/panic").await;
    assert_eq!(reply.text(), "panicked: at work");
}
