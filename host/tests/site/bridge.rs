//! Plugins that misbehave: the request fails, the site and the others go on.

use std::sync::atomic::{AtomicBool, Ordering};

use hob::testing::{TestHost, on_each_database};
use hob_plugin_sdk::{InlinePlugin, StaticPlugin, prelude::*};

/// The blocking handler has been entered; it may end.
static ENTERED: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(0);
static RELEASED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

struct Rogue;

impl InlinePlugin for Rogue {
    const MANIFEST: &'static str = r#"
id = "rogue"
title = "Misbehaves in every way"
prefix = "/rogue"
[[route]]
route = "GET /panic"
[[route]]
route = "GET /panic-in-drop"
[[route]]
route = "GET /pending"
[[route]]
route = "GET /block"
[[route]]
route = "GET /bad-header"
[[route]]
route = "GET /bad-status"
[[route]]
route = "GET /huge"
[[route]]
route = "GET /page/{name}"
[[route]]
route = "POST /form"
body = "buffered"
limit = 100
[[route]]
route = "POST /own"
authentication = "own"
body = "buffered"
cors = true
[[route]]
route = "GET /members-only"
authentication = "member"
"#;
}

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

impl Plugin for Rogue {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /panic", async |_: Arc<Self>, _| -> Response {
                panic!("as the test wants")
            })
            .handle("GET /panic-in-drop", async |_: Arc<Self>, _| {
                let _late = PanicsInDrop;
                Response::text(200, "never seen")
            })
            .handle("GET /pending", async |_: Arc<Self>, _| {
                std::future::pending::<Response>().await
            })
            .handle("GET /block", async |_: Arc<Self>, _| {
                ENTERED.add_permits(1);
                while !RELEASED.load(std::sync::atomic::Ordering::Acquire) {
                    std::thread::yield_now();
                }
                Response::text(200, "at last")
            })
            .handle("GET /bad-header", async |_: Arc<Self>, _| {
                Response::empty(200).with_header("x", "a\r\nset-cookie: stolen=1")
            })
            .handle("GET /bad-status", async |_: Arc<Self>, _| {
                Response::empty(7)
            })
            .handle("GET /huge", async |_: Arc<Self>, _| {
                Response::bytes(200, "text/plain", vec![0; 65 * 1024 * 1024])
            })
            .handle(
                "GET /page/{name}",
                async |_: Arc<Self>, request: Request| {
                    let name = request.parameter("name").unwrap_or_default().to_owned();
                    Page::new(name, "<p>The body</p>")
                        .with_content_security_policy("default-src 'self'")
                },
            )
            .handle("POST /form", async |_: Arc<Self>, request: Request| {
                let who = request.member().map_or("nobody", |member| &member.username);
                Response::text(200, who)
            })
            .handle("POST /own", async |_: Arc<Self>, request: Request| {
                assert_eq!(request.header("cookie"), None);
                let who = request.member().map_or("nobody", |member| &member.username);
                Response::text(200, who)
            })
            .handle("GET /members-only", async |_: Arc<Self>, _| {
                Response::text(200, "welcome")
            });
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

fn rogue() -> StaticPlugin {
    StaticPlugin::inline::<Rogue>().expect("the manifest is right")
}

async fn site() -> TestHost {
    TestHost::builder()
        .plugin(rogue())
        .server_toml("request_timeout = \"1s\"")
        .start()
        .await
}

#[tokio::test]
async fn a_panic_is_a_500_for_that_request_alone() {
    let site = site().await;
    let mut browser = site.browser();
    for path in ["/rogue/panic", "/rogue/panic-in-drop"] {
        let reply = browser.get(path).await;
        assert_eq!(reply.status(), 500, "{path}");
        assert!(
            !reply.text().contains("as the test wants"),
            "nothing of the inside"
        );
        assert!(reply.text().contains(reply.header("x-request-id")));
    }
    assert_eq!(browser.get("/rogue/page/ok").await.status(), 200);
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_a_500() {
    let site = site().await;
    let mut browser = site.browser();
    for path in ["/rogue/bad-header", "/rogue/bad-status", "/rogue/huge"] {
        let reply = browser.get(path).await;
        assert_eq!(reply.status(), 500, "{path}");
        assert_eq!(reply.header("set-cookie"), "");
    }
}

#[tokio::test]
async fn a_handler_that_never_answers_is_a_503_at_the_deadline_and_others_serve() {
    let site = site().await;
    let (mut waiting, mut other) = (site.browser(), site.browser());
    let (late, meanwhile) = tokio::join!(waiting.get("/rogue/pending"), other.get("/rogue/page/x"));
    assert_eq!(late.status(), 503);
    assert_eq!(meanwhile.status(), 200);
}

#[tokio::test]
async fn a_page_is_set_into_the_layout_and_its_title_escaped() {
    let site = site().await;
    let reply = site.browser().get("/rogue/page/%3Cscript%3E").await;
    assert!(reply.text().contains("<p>The body</p>"));
    assert!(reply.text().contains("</header>"), "the site's layout");
    assert!(!reply.text().contains("<script>"));
    assert_eq!(
        reply.header("content-security-policy"),
        "default-src 'self'"
    );
}

#[tokio::test]
async fn a_session_route_checks_forgery_and_an_own_route_never_sees_the_member() {
    on_each_database(async |builder| {
        let site = builder.plugin(rogue()).start().await;
        site.add_member("alice", "correct horse battery").await;
        let mut browser = site.browser();
        assert_eq!(browser.post_form("/rogue/form", &[]).await.text(), "nobody");
        browser.sign_in("alice", "correct horse battery").await;
        assert_eq!(browser.post_form("/rogue/form", &[]).await.status(), 403);
        assert_eq!(browser.submit("/rogue/form", &[]).await.text(), "alice");
        assert_eq!(browser.post_form("/rogue/own", &[]).await.text(), "nobody");
        assert_eq!(browser.submit("/rogue/own", &[]).await.text(), "nobody");
    })
    .await;
}

#[tokio::test]
async fn a_body_over_the_route_s_limit_is_refused() {
    let site = site().await;
    let mut browser = site.browser();
    let long = "x".repeat(200);
    let reply = browser.post_form("/rogue/form", &[("a", &long)]).await;
    assert_eq!(reply.status(), 413);
    assert_eq!(
        browser
            .post_form("/rogue/form", &[("a", "b")])
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn a_member_s_route_sends_strangers_to_sign_in_and_back() {
    let site = site().await;
    site.add_member("alice", "correct horse battery").await;
    let mut browser = site.browser();
    let reply = browser.get("/rogue/members-only?a=1").await;
    assert_eq!(reply.status(), 303);
    assert_eq!(
        reply.header("location"),
        "/login?next=%2Frogue%2Fmembers-only%3Fa%3D1"
    );
    browser.sign_in("alice", "correct horse battery").await;
    assert_eq!(browser.get("/rogue/members-only").await.text(), "welcome");
}

#[tokio::test]
async fn preflights_are_answered_where_wanted_and_errors_can_be_read() {
    let site = site().await;
    let mut browser = site.browser();
    let preflight = browser.request(http::Method::OPTIONS, "/rogue/own").await;
    assert_eq!(preflight.status(), 204);
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
    assert_eq!(preflight.header("access-control-allow-methods"), "POST");
    let answer = browser.post_form("/rogue/own", &[]).await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let long = "x".repeat(2 * 1024 * 1024);
    let refused = browser.post_form("/rogue/own", &[("a", &long)]).await;
    assert_eq!(refused.status(), 413);
    assert_eq!(refused.header("access-control-allow-origin"), "*");
    assert_eq!(refused.header("content-type"), "application/json");

    let elsewhere = browser.request(http::Method::OPTIONS, "/rogue/form").await;
    assert_eq!(elsewhere.status(), 405);
    assert_eq!(elsewhere.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones_and_head_is_answered_as_get() {
    let site = site().await;
    let mut browser = site.browser();
    let refused = browser.request(http::Method::DELETE, "/rogue/own").await;
    assert_eq!(refused.status(), 405);
    assert_eq!(refused.header("allow"), "POST");
    let page = browser.get("/rogue/page/x").await;
    let head = browser.request(http::Method::HEAD, "/rogue/page/x").await;
    assert_eq!(page.status(), 200);
    assert_eq!(head.status(), 200);
    let refused = browser.request(http::Method::PUT, "/rogue/page/x").await;
    assert_eq!(refused.header("allow"), "GET,HEAD");
    // The site's own pages say the same.
    let refused = browser.request(http::Method::PUT, "/healthz").await;
    assert_eq!(refused.status(), 405);
    assert_eq!(refused.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn an_address_that_is_none_gets_a_page_of_the_site() {
    let site = TestHost::builder().start().await;
    site.add_member("alice", "correct horse battery").await;
    let mut browser = site.browser();
    browser.sign_in("alice", "correct horse battery").await;
    for (path, status) in [
        ("/m/abc", 404),
        ("/m/99999999999999999999", 404),
        ("/u/%FF", 404),
        ("/login?next=a&next=b", 400),
    ] {
        let reply = browser.get(path).await;
        assert_eq!(reply.status(), status, "{path}");
        let content_type = reply.header("content-type");
        assert_eq!(content_type, "text/html; charset=utf-8", "{path}");
        assert!(reply.text().contains("/u/alice"), "{path}");
    }
    assert_eq!(browser.get("/login?next=/upload").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_blocks_its_thread_turns_readyz_red() {
    let site = site().await;
    let (mut stuck, mut other) = (site.browser(), site.browser());
    let blocked = tokio::spawn(async move { stuck.get("/rogue/block").await.status() });
    ENTERED.acquire().await.expect("never closed").forget();
    for _ in 0..6 {
        site.app().watchdog().look();
    }
    assert_eq!(other.get("/readyz").await.status(), 503);
    assert_eq!(other.get("/healthz").await.status(), 200);
    RELEASED.store(true, std::sync::atomic::Ordering::Release);
    assert_eq!(blocked.await.expect("it comes back"), 200);
    site.app().watchdog().look();
    assert_eq!(other.get("/readyz").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_does_not_end_turns_readyz_red() {
    static RELEASED: AtomicBool = AtomicBool::new(false);
    let site = TestHost::builder().start().await;
    let mut browser = site.browser();
    assert_eq!(browser.get("/readyz").await.status(), 200);
    let db = site.db();
    let (entered, has_entered) = tokio::sync::oneshot::channel();
    let looping = tokio::spawn(async move {
        db.write(move |_| {
            let _ = entered.send(());
            while !RELEASED.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            Ok::<_, diesel::result::Error>(())
        })
        .await
    });
    has_entered.await.expect("it begins");
    assert_eq!(browser.get("/readyz").await.status(), 503);
    assert_eq!(browser.get("/healthz").await.status(), 200);
    RELEASED.store(true, Ordering::Release);
    let _ = looping.await.expect("it ends");
    assert_eq!(browser.get("/readyz").await.status(), 200);
}

#[tokio::test]
async fn calls_after_the_stop_are_refused() {
    let site = site().await;
    let mut browser = site.browser();
    assert_eq!(browser.get("/rogue/page/x").await.status(), 200);
    site.app().plugins().stop();
    assert_eq!(browser.get("/rogue/page/x").await.status(), 503);
    assert_eq!(browser.get("/").await.status(), 200);
}

struct SameShape;

impl InlinePlugin for SameShape {
    const MANIFEST: &'static str = r#"
id = "same_shape"
title = "Answers another method at an address of the first"
[[route]]
route = "DELETE /rogue/page/{other}"
authentication = "own"
"#;
}

impl Plugin for SameShape {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration.handle(
            "DELETE /rogue/page/{other}",
            async |_: Arc<Self>, request: Request| {
                Response::text(200, request.parameter("other").unwrap_or("lost"))
            },
        );
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

#[tokio::test]
async fn two_plugins_may_name_a_parameter_of_one_address_differently() {
    let site = TestHost::builder()
        .plugin(rogue())
        .plugin(StaticPlugin::inline::<SameShape>().expect("the manifest is right"))
        .start()
        .await;
    let mut browser = site.browser();
    let page = browser.get("/rogue/page/first").await;
    assert!(page.text().contains("first"));
    let deleted = browser
        .request(http::Method::DELETE, "/rogue/page/second")
        .await;
    assert_eq!(deleted.text(), "second");
}

struct Unanswered;

impl InlinePlugin for Unanswered {
    const MANIFEST: &'static str =
        "id = \"unanswered\"\ntitle = \"x\"\nprefix = \"/x\"\n[[route]]\nroute = \"GET /a\"\n";
}

impl Plugin for Unanswered {
    type Config = NoConfig;

    fn declare(_: &mut Declaration<Self>) {}

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

#[tokio::test]
async fn a_route_without_a_function_keeps_the_plugin_from_starting() {
    let plugin = StaticPlugin::inline::<Unanswered>().expect("the manifest is right");
    let error = TestHost::builder()
        .plugin(plugin)
        .try_start()
        .await
        .err()
        .expect("it does not start");
    assert!(error.contains("GET /a"), "{error}");
}
