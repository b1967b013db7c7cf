//! A form that is still on its way in when its session ends: whoever stole a
//! session can't keep a decision ready for after the password was changed.

use std::convert::Infallible;

use axum::body::Body;
use futures_util::stream;
use hob::testing::{Browser, Reply, TestHost, on_each_database};
use hob_plugin_sdk::{InlinePlugin, StaticPlugin, prelude::*};
use http::{Request as HttpRequest, header};
use tokio::sync::oneshot;

const PASSWORD: &str = "correct horse battery";
const CAT: &[u8] = include_bytes!("../../../tests/photographs/cat-turned-with-position.jpg");
const FORM: &str = "application/x-www-form-urlencoded";
const PARTS: &str = "multipart/form-data; boundary=edge";

struct Notes;

impl InlinePlugin for Notes {
    const MANIFEST: &'static str = r#"
id = "notes"
title = "Notes of members"
prefix = "/notes"
[[route]]
route = "POST /text"
authentication = "member"
body = "buffered"
[[route]]
route = "POST /file"
authentication = "member"
body = "multipart"
"#;
}

impl Plugin for Notes {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("POST /text", async |_: Arc<Self>, _| {
                Response::text(200, "taken")
            })
            .handle("POST /file", async |_: Arc<Self>, _| {
                Response::text(200, "taken")
            });
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

/// A body that begins, tells that it is read, and ends when it may.
fn held(whole: Vec<u8>) -> (Body, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let (reached, is_read) = oneshot::channel();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let (begin, end) = whole.split_at(whole.len() / 2);
    let begins = stream::iter([begin.to_vec()]);
    let end = end.to_vec();
    let ends = stream::once(async move {
        reached.send(()).expect("the test waits");
        may_go_on.await.expect("the test lets it go on");
        end
    });
    let steps = stream::StreamExt::chain(begins, ends);
    let steps = stream::StreamExt::map(steps, Ok::<_, Infallible>);
    (Body::from_stream(steps), is_read, go_on)
}

fn form(csrf: &str) -> Vec<u8> {
    format!("display_name=Owned&csrf={csrf}").into_bytes()
}

fn parts(csrf: &str) -> Vec<u8> {
    let mut parts = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA cat\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cat.jpg\"\r\n\r\n"
    )
    .into_bytes();
    parts.extend_from_slice(CAT);
    parts.extend_from_slice(b"\r\n--edge--\r\n");
    parts
}

/// Sends a form of this session; something happens when it is half there.
async fn interrupted(
    site: &TestHost,
    browser: &Browser,
    (path, content_type): (&str, &str),
    meanwhile: impl Future<Output = ()>,
) -> Reply {
    let csrf = browser.csrf();
    let whole = if content_type == FORM {
        form(&csrf)
    } else {
        parts(&csrf)
    };
    let (body, is_read, go_on) = held(whole);
    let request = HttpRequest::post(path)
        .header(header::CONTENT_TYPE, content_type)
        .body(body)
        .expect("a sound request");
    let mut sender = site.browser();
    sender.copy_cookies(browser);
    let answer = tokio::spawn(async move { sender.send(request).await });
    is_read.await.expect("it is read");
    meanwhile.await;
    go_on.send(()).expect("it waits");
    answer.await.expect("it is answered")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_ends_after_its_session_does_nothing() {
    on_each_database(async |builder| {
        let notes = StaticPlugin::inline::<Notes>().expect("the manifest is right");
        let site = builder.plugin(notes).start().await;
        site.add_member("alice", PASSWORD).await;
        let (mut here, mut there) = (site.browser(), site.browser());
        for (to, taken) in [
            (("/notes/text", FORM), 200),
            (("/notes/file", PARTS), 200),
            (("/account/profile", FORM), 303),
            (("/upload", PARTS), 303),
        ] {
            here.sign_in("alice", PASSWORD).await;
            there.sign_in("alice", PASSWORD).await;
            let answer = interrupted(&site, &there, to, async {}).await;
            assert_eq!(answer.status(), taken, "{to:?}: {answer:?}");
            assert!(!answer.header("location").contains("login"), "{answer:?}");
            there
                .submit("/account/profile", &[("display_name", "Alice")])
                .await;

            let answer = interrupted(&site, &there, to, async {
                let ended = here.submit("/account/sessions/revoke-others", &[]).await;
                assert_eq!(ended.status(), 303, "{ended:?}");
            })
            .await;
            assert_eq!(answer.status(), 303, "{to:?}: {answer:?}");
            assert!(answer.header("location").contains("login"), "{answer:?}");
            let account = here.get("/account").await;
            assert!(!account.text().contains("Owned"), "{account:?}");
        }
        let published = here.get("/u/alice").await;
        assert_eq!(
            published.text().matches("A cat").count(),
            1,
            "{published:?}"
        );
    })
    .await;
}
