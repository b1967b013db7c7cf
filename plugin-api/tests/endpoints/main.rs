//! The API on a whole site: the host's real router, database and media, and a
//! token verifier of a scheme that the API has never heard of.

mod badges;
mod me;
mod media;
mod medium;
mod metadata;

use axum::body::Body;
use hob::{
    members::Member,
    testing::{Browser, Builder, Reply, TestHost},
};
use hob_plugin_sdk::{StaticPlugin, manifest::Manifest};
use http::{Method, Request};
use serde_json::Value;

use badges::Badges;

const PASSWORD: &str = "a long walk by the sea";
const METADATA_URL: &str = "http://127.0.0.1:8080/.well-known/oauth-protected-resource/api/v1";
const JPEG: &[u8] = include_bytes!("../../../tests/photographs/rocket-progressive.jpg");

fn with_api(builder: Builder) -> Builder {
    builder
        .plugin(hob_plugin_api::HOB_PLUGIN)
        .plugin(StaticPlugin::inline::<Badges>().expect("the test's manifest is right"))
}

async fn site() -> TestHost {
    with_api(TestHost::builder()).start().await
}

/// The credentials of a member.
fn badge(member: &Member, scopes: &str) -> String {
    format!("Badge {};{scopes}", member.id)
}

async fn send(
    browser: &mut Browser,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned()));
    browser.send(request.expect("a valid request")).await
}

async fn upload(browser: &mut Browser, badge: &str, fields: &[(&str, &str)]) -> Reply {
    browser
        .post_multipart(
            "/api/v1/media",
            fields,
            ("rocket.jpg", JPEG),
            &[("authorization", badge)],
        )
        .await
}

/// Uploads and answers with the id.
async fn published(browser: &mut Browser, badge: &str, fields: &[(&str, &str)]) -> i64 {
    let reply = upload(browser, badge, fields).await;
    assert_eq!(reply.status(), 201, "{reply:?}");
    reply.json::<Value>()["id"].as_i64().expect("an id")
}

/// Asserts an error's status and code; answers with the field that it names.
#[track_caller]
fn assert_error(reply: &Reply, status: u16, code: &str) -> Option<String> {
    assert_eq!(reply.status(), status, "{reply:?}");
    assert_eq!(
        reply.header("content-type"),
        "application/json",
        "{reply:?}"
    );
    assert_eq!(
        reply.header("access-control-allow-origin"),
        "*",
        "{reply:?}"
    );
    let body: Value = reply.json();
    assert_eq!(body["error"]["code"], code, "{reply:?}");
    assert!(body["error"]["message"].is_string(), "{reply:?}");
    body["error"]["field"].as_str().map(ToOwned::to_owned)
}

#[test]
fn a_route_without_a_scope_or_public_is_no_manifest() {
    let text = include_str!("../../plugin.toml");
    assert!(Manifest::parse(text).is_ok());
    let open = text.replace("scopes = [\"profile\"]\n", "");
    assert_ne!(open, text);
    let error = Manifest::parse(&open).unwrap_err().to_string();
    assert!(
        error.contains("GET /me") && error.contains("public"),
        "{error}"
    );
}
