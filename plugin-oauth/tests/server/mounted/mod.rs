//! Wherever the operator puts it: a site below a path of its host (check 104),
//! the authorization server under another prefix, at the root, and on a host of
//! its own. All links, forms, cookies, metadata and proofs follow.

mod dance;
mod mount;
mod walk;

use crate::support;

use hob::testing::{Browser, on_each_database};
use http::Method;
use mount::{BELOW_A_PATH, HOST, MOVED, ON_ITS_OWN_HOST, SITE};
use serde_json::{Value, json};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn get_json(mut browser: Browser, path: &str) -> Value {
    let reply = browser.get(path).await;
    assert_eq!(reply.status(), 200, "{path}: {reply:?}");
    reply.json()
}

/// The values of an attribute on a page, as a browser reads them.
fn attribute(page: &str, name: &str) -> Vec<String> {
    let marker = format!(" {name}=\"");
    page.split(&marker)
        .skip(1)
        .map(|rest| rest.split('"').next().expect("the attribute ends"))
        .map(|value| value.replace("&#38;", "&").replace("&amp;", "&"))
        .collect()
}

/// Check 104.
///
/// RFC 8414, section 3.1, and RFC 9728, section 3.1: the well-known path goes
/// between host and path.
#[tokio::test(flavor = "multi_thread")]
async fn the_metadata_stands_where_the_path_is_inserted() {
    on_each_database(async |builder| {
        let open = "dynamic_registration = \"open\"";
        let dance = BELOW_A_PATH.start(builder, open).await;
        let document = get_json(
            dance.site.browser(),
            "/.well-known/oauth-authorization-server/hob",
        )
        .await;
        assert_eq!(document["issuer"], SITE);
        let mut endpoints = 0;
        for (name, value) in document.as_object().expect("an object") {
            if name.ends_with("_endpoint") {
                let reply = dance.site.browser().get(&BELOW_A_PATH.path_of(value)).await;
                assert_ne!(reply.status(), 404, "{name}: {reply:?}");
                endpoints += 1;
            }
        }
        assert!(endpoints >= 7, "{document}");
        // Clients that put it behind the path find it as well.
        let behind = get_json(
            dance.site.browser(),
            "/hob/.well-known/oauth-authorization-server",
        )
        .await;
        assert_eq!(behind, document);
        for path in [
            "/.well-known/oauth-authorization-server",
            "/.well-known/oauth-authorization-server/other",
            "/.well-known/oauth-authorization-server/hob/oauth",
            "/oauth/authorize",
            "/auth/token",
            "/api/v1/media",
        ] {
            let reply = dance.site.browser().get(path).await;
            assert_eq!(reply.status(), 404, "{path}: {reply:?}");
        }

        let challenged = dance.site.browser().get("/hob/api/v1/me").await;
        let resource = "/.well-known/oauth-protected-resource/hob/api/v1";
        let told = format!("resource_metadata=\"{HOST}{resource}\"");
        let challenges = challenged.headers("www-authenticate").join(", ");
        assert!(challenges.contains(&told), "{challenges}");
        let document = get_json(dance.site.browser(), resource).await;
        assert_eq!(document["resource"], format!("{SITE}/api/v1"));
        assert_eq!(document["authorization_servers"], json!([SITE]));
        for path in [
            "/.well-known/oauth-protected-resource/api/v1",
            "/.well-known/oauth-protected-resource",
        ] {
            let reply = dance.site.browser().get(path).await;
            assert_eq!(reply.status(), 404, "{path}: {reply:?}");
        }
    })
    .await;
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// `POST /auth/token` is a root route, and under this prefix an alias too.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_prefix_brings_together_answers_once() {
    on_each_database(async |builder| {
        let dance = MOVED.start(builder, "").await;
        let refused = dance
            .site
            .browser()
            .request(Method::DELETE, "/auth/token")
            .await;
        assert_eq!(refused.status(), 405);
        let mut allowed: Vec<&str> = refused.header("allow").split(',').collect();
        allowed.sort_unstable();
        assert_eq!(allowed, ["POST"], "{refused:?}");
        let preflight = dance
            .site
            .browser()
            .request(Method::OPTIONS, "/auth/token")
            .await;
        let methods = preflight.header("access-control-allow-methods");
        assert_eq!(methods, "POST", "{preflight:?}");
        let reply = dance.site.browser().post_form("/auth/token", &[]).await;
        assert_eq!(reply.json::<Value>()["error"], "invalid_client");
    })
    .await;
}

/// Check 106.
///
/// A `Host` chooses among the configured hosts, and is in no answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_host_finds_no_server_and_changes_no_issuer() {
    on_each_database(async |builder| {
        let mount = ON_ITS_OWN_HOST;
        let dance = mount.start(builder, "").await;
        let metadata = "/.well-known/oauth-authorization-server";
        for forged in ["photos.example", "evil.example", "auth.example.evil"] {
            let mut client = dance.site.browser_at(forged);
            for path in [metadata, "/oauth/authorize", "/auth/token"] {
                let reply = client.get(path).await;
                assert_eq!(reply.status(), 404, "{forged}{path}: {reply:?}");
            }
        }
        for known in ["auth.example", "AUTH.EXAMPLE:443"] {
            let document = get_json(dance.site.browser_at(known), metadata).await;
            assert_eq!(document["issuer"], mount.issuer());
            assert_eq!(
                document["token_endpoint"],
                "https://auth.example/oauth/access_token"
            );
        }
        // The API is on the site's own host, and names the issuer.
        let resource = "/.well-known/oauth-protected-resource/api/v1";
        let document = get_json(dance.site.browser(), resource).await;
        assert_eq!(document["authorization_servers"], json!([mount.issuer()]));
        let elsewhere = mount.browser(&dance).get("/api/v1/me").await;
        assert_eq!(elsewhere.status(), 404, "{elsewhere:?}");
    })
    .await;
}
