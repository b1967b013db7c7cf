//! The site's address comes from its configuration alone (checks 106 and 107).

use crate::support;

use axum::body::Body;
use hob::testing::{TestHost, on_each_database};
use http::Request;
use serde_json::{Value, json};
use support::{
    Dance,
    registration::{REGISTER, open_site, web_metadata},
};

const METADATA: &str = "/.well-known/oauth-authorization-server";
const SITE: &str = "http://127.0.0.1:8080";

/// A request by somebody who says that the site is called otherwise, in each
/// way that servers have ever believed.
fn forged(path: &str) -> http::request::Builder {
    Request::builder()
        .uri(path)
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-port", "444")
        .header("x-forwarded-prefix", "/evil")
        .header("x-forwarded-server", "evil.example")
        .header("forwarded", "host=evil.example;proto=https")
        .header("x-original-url", "https://evil.example/")
        .header("x-original-host", "evil.example")
        .header("x-rewrite-url", "/evil")
}

/// Check 106.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_host_changes_nothing() {
    on_each_database(async |builder| {
        for (url, proxy) in [
            (SITE, ""),
            ("https://photos.example", "behind_tls_proxy = true"),
        ] {
            let builder = TestHost::builder().url(url).server_toml(proxy);
            check_forged_host(open_site(builder).await, url).await;
        }
        check_forged_host(open_site(builder).await, SITE).await;
    })
    .await;
}

async fn check_forged_host(mut dance: Dance, url: &str) {
    let app = dance.web_app().await;
    let given = dance.tokens(&app).await;
    let basic = app.basic();
    let metadata = web_metadata(&json!({}));
    let plain = dance.site.browser().get(METADATA).await;
    let as_form = |path| {
        forged(path)
            .method("POST")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", &basic)
    };
    let requests = [
        forged(METADATA).body(Body::empty()),
        forged(&app.authorize_path(&[])).body(Body::empty()),
        forged(&app.authorize_path(&[("response_type", "token")])).body(Body::empty()),
        as_form("/oauth/introspect").body(Body::from(format!("token={}", given.access))),
        forged(REGISTER)
            .method("POST")
            .header("content-type", "application/json")
            .body(Body::from(metadata.to_string())),
        forged("/api/v1/me").body(Body::empty()),
        forged("/.well-known/oauth-protected-resource/api/v1").body(Body::empty()),
    ];
    for (at, request) in requests.into_iter().enumerate() {
        let reply = dance.browser.send(request.expect("a valid request")).await;
        let told = format!("{reply:?}");
        assert!(!told.contains("evil"), "{told}");
        assert!(reply.status() < 500, "{told}");
        if at == 0 {
            assert_eq!(reply.json::<Value>(), plain.json::<Value>());
            assert_eq!(reply.json::<Value>()["issuer"], url);
        } else if at > 1 {
            // Each of these says somewhere where it stands; the page need not.
            let encoded: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
            assert!(told.contains(url) || told.contains(&encoded), "{told}");
        }
    }
}

/// Check 107.
#[tokio::test(flavor = "multi_thread")]
async fn plain_http_off_loopback_is_refused_at_start() {
    let start = |url: &str, server: &str| {
        let builder = TestHost::builder()
            .plugin(hob_plugin_oauth::HOB_PLUGIN)
            .plugin(hob_plugin_api::HOB_PLUGIN)
            .url(url)
            .server_toml(server);
        async move { builder.try_start().await.map(drop) }
    };
    for (url, server) in [
        ("http://photos.example", ""),
        ("http://photos.example/hob", ""),
        ("http://192.0.2.1:8080", ""),
        ("http://127.0.0.1.evil.example", ""),
        ("http://photos.example", "behind_tls_proxy = true"),
        ("http://127.0.0.1:8080", "behind_tls_proxy = true"),
        ("https://photos.example", "bind = \"0.0.0.0:8080\""),
        ("http://127.0.0.1:8080", "bind = \"192.0.2.1:8080\""),
    ] {
        let refused = start(url, server).await.expect_err(url);
        assert!(
            refused.contains("http") && refused.contains("hob.toml"),
            "{refused}"
        );
    }
    for (url, server) in [
        ("http://127.0.0.1:8080", ""),
        ("http://[::1]:8080", ""),
        ("http://localhost:8080", ""),
        ("https://photos.example", ""),
        (
            "https://photos.example",
            "bind = \"0.0.0.0:8080\"\nbehind_tls_proxy = true",
        ),
        ("http://photos.example", "allow_plain_http = true"),
    ] {
        start(url, server).await.expect(url);
    }
}
