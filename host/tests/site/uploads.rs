//! Bodies of strangers: how many files may be on their way in, how long a
//! sender may be silent, and how slow.

use std::{convert::Infallible, time::Duration};

use axum::body::Body;
use futures_util::stream;
use hob::testing::{Browser, Reply, TestHost};
use hob_plugin_sdk::{InlinePlugin, StaticPlugin, prelude::*};
use http::{Request as HttpRequest, header};
use tokio::sync::oneshot;

const PASSWORD: &str = "correct horse battery";
const CAT: &[u8] = include_bytes!("../../../tests/photographs/cat-turned-with-position.jpg");
const FORM: &str = "multipart/form-data; boundary=edge";
const BEGIN: &str = "--edge\r\nContent-Disposition: form-data; name=\"file\"; \
                     filename=\"x\"\r\n\r\nthe begin";
const END: &str = "ning\r\n--edge--\r\n";

struct Taker;

impl InlinePlugin for Taker {
    const MANIFEST: &'static str = r#"
id = "taker"
title = "Takes what is sent"
prefix = "/taker"
[[route]]
route = "POST /file"
authentication = "own"
body = "multipart"
[[route]]
route = "POST /text"
authentication = "own"
body = "buffered"
"#;
}

impl Plugin for Taker {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("POST /file", async |_: Arc<Self>, _| {
                Response::text(200, "taken")
            })
            .handle("POST /text", async |_: Arc<Self>, request: Request| {
                Response::text(200, request.body().len().to_string())
            });
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

async fn site(server: &str) -> TestHost {
    TestHost::builder()
        .plugin(StaticPlugin::inline::<Taker>().expect("the manifest is right"))
        // Behind a proxy, which names the visitors' addresses.
        .url("https://hob.example")
        .server_toml(server)
        .start()
        .await
}

/// A post from an address.
fn post(path: &str, content_type: &str, peer: &str, body: Body) -> HttpRequest<Body> {
    HttpRequest::post(path)
        .header(header::CONTENT_TYPE, content_type)
        .header("x-forwarded-for", peer)
        .body(body)
        .expect("a sound request")
}

/// A whole file from an address.
async fn send_file(browser: &mut Browser, peer: &str) -> Reply {
    let body = Body::from([BEGIN, END].concat());
    browser.send(post("/taker/file", FORM, peer, body)).await
}

/// A body that begins, tells that it is read, and goes on when it may.
fn held() -> (Body, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let (reached, is_read) = oneshot::channel();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let steps = stream::unfold(
        (0, Some(reached), Some(may_go_on)),
        async |(step, mut reached, mut may_go_on)| {
            match step {
                0 => {}
                1 => {
                    let _ = reached.take().map(|reached| reached.send(()));
                    may_go_on.take()?.await.ok()?;
                }
                _ => return None,
            }
            let chunk = [BEGIN, END][step];
            Some((Ok::<_, Infallible>(chunk), (step + 1, reached, may_go_on)))
        },
    );
    (Body::from_stream(steps), is_read, go_on)
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_beyond_the_places_are_told_to_come_again() {
    let site = site("uploads_at_once = 4").await;
    let mut held_ones = Vec::new();
    for peer in ["192.0.2.1", "192.0.2.1"] {
        let mut browser = site.browser();
        let (body, is_read, go_on) = held();
        let request = post("/taker/file", FORM, peer, body);
        let answer = tokio::spawn(async move { browser.send(request).await });
        is_read.await.expect("it has a place");
        held_ones.push((answer, go_on));
    }
    let mut browser = site.browser();
    let refused = send_file(&mut browser, "192.0.2.1").await;
    assert_eq!(refused.status(), 503, "{refused:?}");
    assert_eq!(refused.header("retry-after"), "5");
    assert!(refused.text().contains("temporarily_unavailable"));
    // Others have their places, and what is no upload needs none.
    assert_eq!(send_file(&mut browser, "192.0.2.2").await.status(), 200);
    let text = post("/taker/text", "text/plain", "192.0.2.1", Body::from("abc"));
    assert_eq!(browser.send(text).await.text(), "3");
    for (answer, go_on) in held_ones {
        go_on.send(()).expect("it waits");
        assert_eq!(answer.await.expect("it ends").status(), 200);
    }
    assert_eq!(send_file(&mut browser, "192.0.2.1").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_site_s_own_form_takes_a_place_too() {
    let site = site("uploads_at_once = 1").await;
    site.add_member("alice", PASSWORD).await;
    let mut alice = site.browser();
    alice.sign_in("alice", PASSWORD).await;
    let csrf = alice.csrf();

    let mut stranger = site.browser();
    let (body, is_read, go_on) = held();
    let request = post("/taker/file", FORM, "192.0.2.1", body);
    let answer = tokio::spawn(async move { stranger.send(request).await });
    is_read.await.expect("it has a place");
    let fields = [("csrf", csrf.as_str())];
    let html = [("accept", "text/html")];
    let refused = alice
        .post_multipart("/upload", &fields, ("cat.jpg", CAT), &html)
        .await;
    assert_eq!(refused.status(), 503, "{refused:?}");
    assert_eq!(refused.header("retry-after"), "5");
    assert!(refused.text().contains("</header>"), "a page of the site");

    go_on.send(()).expect("it waits");
    assert_eq!(answer.await.expect("it ends").status(), 200);
    let taken = alice
        .post_multipart("/upload", &fields, ("cat.jpg", CAT), &html)
        .await;
    assert_eq!(taken.status(), 303, "{taken:?}");
}

fn assert_places_are_free(site: &TestHost) {
    let uploads = &site.app().site().uploads;
    let places: Vec<_> = (0..16)
        .map(|_| uploads.enter([192, 0, 2, 1].into()))
        .collect();
    assert!(places.iter().all(Option::is_some));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_who_falls_silent_is_not_waited_for() {
    let site = site("body_timeout = \"1s\"").await;
    let form = "application/x-www-form-urlencoded";
    for (path, content_type) in [
        ("/taker/file", FORM),
        ("/taker/text", "text/plain"),
        ("/login", form),
    ] {
        let mut browser = site.browser();
        // It never goes on, and never ends.
        let (body, _is_read, _go_on) = held();
        let answer = browser
            .send(post(path, content_type, "192.0.2.1", body))
            .await;
        assert_eq!(answer.status(), 408, "{path}: {answer:?}");
        assert_eq!(answer.header("connection"), "close", "{path}");
    }
    assert_places_are_free(&site);

    // Whoever goes on sending is waited for.
    let (body, is_read, go_on) = held();
    let mut browser = site.browser();
    let slow = tokio::spawn(async move {
        let request = post("/taker/file", FORM, "192.0.2.1", body);
        browser.send(request).await
    });
    is_read.await.expect("it is read");
    tokio::time::sleep(Duration::from_millis(500)).await;
    go_on.send(()).expect("it is waited for");
    assert_eq!(slow.await.expect("it ends").status(), 200);
}

/// A file that comes in chunks, one each tenth of a second.
fn dripping(bytes: usize, times: usize) -> Body {
    let steps = stream::unfold(0, move |step| async move {
        let chunk = match step {
            0 => BEGIN.to_owned(),
            step if step <= times => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                "x".repeat(bytes)
            }
            step if step == times + 1 => END.to_owned(),
            _ => return None,
        };
        Some((Ok::<_, Infallible>(chunk), step + 1))
    });
    Body::from_stream(steps)
}

/// A byte each 29 seconds would keep a place for years.
#[tokio::test(flavor = "multi_thread")]
async fn a_sender_who_drips_is_not_waited_for_either() {
    let site = site("body_timeout = \"1s\"\nmin_body_rate = 1000").await;
    let form = "application/x-www-form-urlencoded";
    for (path, content_type) in [
        ("/taker/file", FORM),
        ("/taker/text", "text/plain"),
        ("/login", form),
    ] {
        let mut browser = site.browser();
        let request = post(path, content_type, "192.0.2.1", dripping(1, 100));
        let answer = browser.send(request).await;
        assert_eq!(answer.status(), 408, "{path}: {answer:?}");
        assert_eq!(answer.header("connection"), "close", "{path}");
        assert!(answer.text().contains("too slowly"), "{path}: {answer:?}");
    }
    assert_places_are_free(&site);

    // Whoever is fast enough may take longer than that in all.
    let mut browser = site.browser();
    let request = post("/taker/file", FORM, "192.0.2.1", dripping(200, 15));
    assert_eq!(browser.send(request).await.status(), 200);
}
