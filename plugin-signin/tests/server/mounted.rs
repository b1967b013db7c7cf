//! The plugin stands below another prefix, below a path, or on a host of its own.

use hob::testing::on_each_database;
use serde_json::json;

use crate::support::{PASSWORD, here, link_directly, query_of, scripted::Scripted};

#[tokio::test(flavor = "multi_thread")]
async fn all_addresses_are_where_the_plugin_stands() {
    for (site_url, plugin_lines, host, base) in [
        ("http://127.0.0.1:8080", "prefix = \"/with\"", None, ""),
        (
            "http://127.0.0.1:8080/hob",
            "prefix = \"/with\"",
            None,
            "/hob",
        ),
        (
            "https://photos.example/hob",
            "prefix = \"/with\"\nhost = \"in.example\"",
            Some("in.example"),
            "",
        ),
    ] {
        on_each_database(async |builder| {
            let provider = Scripted::start().await;
            let me = json!({"id": 7, "name": "ada"});
            provider.say("/me", 200, me);
            let token = json!({"access_token": "a", "token_type": "bearer"});
            provider.say("/token", 200, token);
            let section = provider.section("scopes = [\"read\"]\nsubject = \"id\"");
            let lines = format!("{plugin_lines}\n{section}");
            let site = here(builder.url(site_url), &lines).start().await;
            let alice = site.add_member("alice", PASSWORD).await;
            link_directly(&site, &provider.url, "7", alice.id).await;
            let mut browser = match host {
                Some(host) => site.browser_at(host),
                None => site.browser(),
            };
            let page = browser.get(&format!("{base}/login")).await;
            let button = format!("href=\"{base}/with/other?next=");
            assert!(page.text().contains(&button), "{page:?}");
            let path = format!("{base}/with/other?next={base}/account");
            let sent = browser.get(&path).await;
            let origin = match host {
                Some(host) => format!("https://{host}"),
                None => site_url.to_owned(),
            };
            let redirect_uri = format!("{origin}/with/other/authorized");
            let query = query_of(&sent);
            assert_eq!(
                query.one("redirect_uri").unwrap(),
                Some(redirect_uri.as_str())
            );
            let state = query.one("state").unwrap().unwrap();
            let back = format!(
                "{base}/with/other/authorized?code=c&state={state}&iss={}",
                provider.url
            );
            let signed_in = browser.get(&back).await;
            assert_eq!(
                signed_in.header("location"),
                format!("{base}/account"),
                "{signed_in:?}"
            );
            let page = browser.get(&format!("{base}/with/accounts")).await;
            assert_eq!(page.status(), 200, "{page:?}");
            let link = format!("action=\"{base}/with/accounts/unlink\"");
            assert!(page.text().contains(&link), "{page:?}");
            // Nothing of it stands where it would stand by itself.
            let usual = browser.get(&format!("{base}/signin/other")).await;
            assert_eq!(usual.status(), 404, "{usual:?}");
        })
        .await;
    }
}
