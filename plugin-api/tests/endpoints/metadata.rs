//! What the API says of itself: RFC 9728's document and OpenAPI's.

use hob::testing::TestHost;
use serde_json::{Value, json};

use crate::{METADATA_URL, site, with_api};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

#[tokio::test(flavor = "multi_thread")]
async fn the_resource_describes_itself_at_the_url_of_its_challenges() {
    let site = site().await;
    let path = METADATA_URL.strip_prefix("http://127.0.0.1:8080").unwrap();
    for path in [path, WELL_KNOWN] {
        let reply = site.browser().get(path).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert_eq!(
            reply.json::<Value>(),
            json!({
                "resource": "http://127.0.0.1:8080/api/v1",
                "authorization_servers": ["https://badges.example.org"],
                "scopes_supported": ["profile", "email", "media:read", "media:write"],
                "resource_name": "Hob",
                "badge_colours_supported": ["red", "blue"],
            })
        );
    }
    let reply = site.browser().get(&format!("{WELL_KNOWN}/api/v2")).await;
    assert_eq!(reply.status(), 404, "{reply:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_follows_a_moved_prefix() {
    let site = with_api(TestHost::builder())
        .plugin_toml("api", "prefix = \"/rest\"")
        .start()
        .await;
    let mut browser = site.browser();
    assert_eq!(browser.get("/api/v1/me").await.status(), 404);
    let reply = browser.get("/rest/me").await;
    assert_eq!(reply.status(), 401);
    let url = "http://127.0.0.1:8080/.well-known/oauth-protected-resource/rest";
    assert_eq!(
        reply.header("www-authenticate"),
        format!("Badge resource_metadata=\"{url}\"")
    );
    let metadata: Value = browser.get(&format!("{WELL_KNOWN}/rest")).await.json();
    assert_eq!(metadata["resource"], "http://127.0.0.1:8080/rest");
    assert_eq!(
        browser.get(&format!("{WELL_KNOWN}/api/v1")).await.status(),
        404
    );
    let document: Value = browser.get("/rest/openapi.json").await.json();
    assert_eq!(document["servers"][0]["url"], "http://127.0.0.1:8080/rest");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_openapi_document_is_public() {
    let reply = site().await.browser().get("/api/v1/openapi.json").await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert_eq!(reply.json::<Value>()["openapi"], "3.1.0");
}
