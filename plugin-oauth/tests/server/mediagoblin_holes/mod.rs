//! The holes of MediaGoblin's old plugin, each shown to be closed here. What
//! stands in another file in all its detail is tried here once, as the hole
//! was.

mod answers;
mod codes_and_tokens;
mod secrets;

use crate::support;

use axum::body::Body;
use hob::testing::{Browser, Reply, TestHost};
use http::{Method, Request};
use support::{App, Dance};

async fn dance() -> (Dance, App) {
    let dance = Dance::start(TestHost::builder()).await;
    let app = dance.web_app().await;
    (dance, app)
}

async fn send(
    browser: &mut Browser,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty());
    browser.send(request.expect("a valid request")).await
}
