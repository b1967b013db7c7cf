//! A plugin on a host of its own: which host has what, and that each has
//! sessions, forms and links of its own.

use hob::testing::{Browser, Builder, TestHost, on_each_database};
use hob_plugin_sdk::{InlinePlugin, StaticPlugin, prelude::*};
use http::{Request as HttpRequest, header};

const PASSWORD: &str = "correct horse battery";
const SITE: &str = "https://photos.example";
const HOST: &str = "maps.example";

struct Maps(Host);

impl InlinePlugin for Maps {
    const MANIFEST: &'static str = r#"
id = "maps"
title = "Stands on a host of its own"
prefix = "/maps"
[[route]]
route = "GET /where"
[[route]]
route = "GET /.well-known/maps"
root = true
authentication = "own"
[[route]]
route = "POST /form"
authentication = "member"
body = "buffered"
[[menu]]
text = "Maps"
path = "/where"
"#;
}

impl Plugin for Maps {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /where", async |maps: Arc<Self>, _| {
                let site = maps.0.site();
                let told = [&site.url, site.origin(), &site.plugin_url("/where")];
                Page::new("Where", format!("<p>{}</p>", told.join(" ")))
            })
            .handle("GET /.well-known/maps", async |maps: Arc<Self>, _| {
                Response::text(200, maps.0.site().all_urls.join(" "))
            })
            .handle("POST /form", async |_: Arc<Self>, request: Request| {
                let who = request.member().map_or("nobody", |member| &member.username);
                Response::text(200, who)
            });
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self(host))
    }
}

/// Claims what `Maps` does, and the menu's other line.
struct Rival;

impl InlinePlugin for Rival {
    const MANIFEST: &'static str = r#"
id = "rival"
title = "Stands on the site's host"
prefix = "/maps"
[[route]]
route = "GET /where"
[[menu]]
text = "Rival"
path = "/where"
"#;
}

impl Plugin for Rival {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration.handle("GET /where", async |_: Arc<Self>, _| {
            Response::text(200, "the rival")
        });
    }

    fn start(_: Host, _: NoConfig) -> Result<Self, PluginError> {
        Ok(Self)
    }
}

fn with_maps(builder: Builder, section: &str) -> Builder {
    builder
        .plugin(StaticPlugin::inline::<Maps>().expect("the manifest is right"))
        .plugin(StaticPlugin::inline::<Rival>().expect("the manifest is right"))
        .plugin_toml("maps", section)
}

async fn start(builder: Builder, url: &str) -> TestHost {
    let section = format!("host = {HOST:?}");
    with_maps(builder.url(url), &section).start().await
}

async fn text(browser: &mut Browser, path: &str) -> String {
    let reply = browser.get(path).await;
    assert_eq!(reply.status(), 200, "{path}: {reply:?}");
    reply.text().to_owned()
}

#[tokio::test]
async fn a_plugin_s_host_has_its_routes_and_the_site_s_and_nobody_else_s() {
    on_each_database(async |builder| {
        let site = start(builder, "https://photos.example/hob").await;
        let (mut main, mut own) = (site.browser(), site.browser_at(HOST));
        assert_eq!(text(&mut main, "/hob/maps/where").await, "the rival");
        let told = text(&mut own, "/maps/where").await;
        let expected = "https://photos.example/hob https://maps.example \
                        https://maps.example/maps/where";
        assert!(told.contains(expected), "{told}");
        assert_eq!(
            text(&mut own, "/.well-known/maps").await,
            "https://photos.example/hob https://maps.example"
        );
        for path in ["/", "/login", "/static/hob.css", "/healthz"] {
            assert_ne!(own.get(path).await.status(), 404, "{path}");
        }
        for path in ["/hob/maps/where", "/hob/", "/nothing"] {
            assert_eq!(own.get(path).await.status(), 404, "{path}");
        }
        for path in ["/maps/where", "/.well-known/maps", "/.well-known/maps/hob"] {
            assert_eq!(main.get(path).await.status(), 404, "{path}");
        }
    })
    .await;
}

/// A `Host` chooses among the configured ones. It is in no address.
#[tokio::test]
async fn only_a_host_that_was_configured_is_one() {
    let site = start(TestHost::builder(), SITE).await;
    for (asked, is_own) in [
        ("maps.example", true),
        ("MAPS.Example:443", true),
        ("maps.example:8443", false),
        ("maps.example.evil", false),
        ("evil.example", false),
        ("photos.example", false),
    ] {
        let told = text(&mut site.browser_at(asked), "/maps/where").await;
        assert_eq!(told.contains("https://maps.example/"), is_own, "{asked}");
        assert!(!told.contains("evil"), "{told}");
        let reply = site.browser_at(asked).get("/account").await;
        assert_eq!(reply.header("location"), "/login?next=%2Faccount");
    }
    // RFC 9112, section 3.2.2: the request's own address counts.
    for (address, host, is_own) in [
        ("https://maps.example/maps/where", "photos.example", true),
        ("https://photos.example/maps/where", "maps.example", false),
    ] {
        let request = HttpRequest::get(address)
            .header(header::HOST, host)
            .body(axum::body::Body::empty())
            .expect("a request");
        let reply = site.browser().send(request).await;
        assert_eq!(reply.text() == "the rival", !is_own, "{address}");
    }
}

#[tokio::test]
async fn each_host_has_sessions_and_forms_of_its_own() {
    on_each_database(async |builder| {
        let site = start(builder, SITE).await;
        site.add_member("alice", PASSWORD).await;
        let (mut main, mut own) = (site.browser(), site.browser_at(HOST));
        let sent = own.post_form("/maps/form", &[]).await;
        assert_eq!(sent.header("location"), "/login?next=%2F", "{sent:?}");
        let fields = [("username", "alice"), ("password", PASSWORD)];
        let reply = own
            .post_form(
                "/login",
                &[&fields[..], &[("next", "/maps/where")]].concat(),
            )
            .await;
        assert_eq!(reply.header("location"), "/maps/where");
        let cookie = reply.header("set-cookie");
        assert!(cookie.starts_with("__Host-hob_session="), "{cookie}");
        assert!(!cookie.to_lowercase().contains("domain"), "{cookie}");

        assert_eq!(main.get("/account").await.status(), 303);
        main.sign_in("alice", PASSWORD).await;
        let account = text(&mut main, "/account").await;
        assert_eq!(account.matches("/revoke\"").count(), 1, "the other session");

        let csrf = own.csrf();
        let form = [("csrf", csrf.as_str())];
        for (origin, status) in [(SITE, 403), ("https://maps.example", 200)] {
            let headers = [("origin", origin)];
            let reply = own.post_form_with("/maps/form", &form, &headers).await;
            assert_eq!(reply.status(), status, "{origin}");
        }
        let foreign = [("csrf", main.csrf())];
        let foreign = [(foreign[0].0, foreign[0].1.as_str())];
        assert_eq!(own.post_form("/maps/form", &foreign).await.status(), 403);

        own.submit("/logout", &[]).await;
        assert_eq!(own.get("/account").await.status(), 303);
        assert_eq!(main.get("/account").await.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn the_menu_leads_to_the_host_where_a_plugin_is() {
    on_each_database(async |builder| {
        let site = start(builder, SITE).await;
        site.add_member("alice", PASSWORD).await;
        let (mut main, mut own) = (site.browser(), site.browser_at(HOST));
        for (browser, maps, rival) in [
            (&mut main, "https://maps.example/maps/where", "/maps/where"),
            (&mut own, "/maps/where", "https://photos.example/maps/where"),
        ] {
            browser.sign_in("alice", PASSWORD).await;
            let page = text(browser, "/").await;
            for (link, text) in [(maps, "Maps"), (rival, "Rival")] {
                assert!(
                    page.contains(&format!("<a href=\"{link}\">{text}</a>")),
                    "{page}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_can_not_be_a_plugin_s_host_is_refused_at_start() {
    for (section, problem) in [
        ("host = \"photos.example\"", "is the site's own host"),
        ("host = \"photos.example:443\"", "is the site's own host"),
        ("host = \"https://maps.example\"", "must be a host"),
        ("host = \"maps.example/maps\"", "must be a host"),
        ("host = \"alice@maps.example\"", "must be a host"),
        ("host = \"\"", "must be a host"),
        ("host = 7", "must be a string"),
        // The site's own pages stand there, too.
        ("host = \"maps.example\"\nprefix = \"\"", ""),
    ] {
        let builder = TestHost::builder().url(SITE);
        let started = with_maps(builder, section).try_start().await;
        let told = started.err().unwrap_or_default();
        assert!(told.contains(problem), "{section}: {told}");
        assert_eq!(told.is_empty(), problem.is_empty(), "{section}: {told}");
    }
    let plain = "http://127.0.0.1:8080";
    for (host, server, is_refused) in [
        ("maps.example", "", true),
        ("maps.example", "allow_plain_http = true", false),
        ("maps.localhost:8080", "", false),
    ] {
        let section = format!("host = {host:?}");
        let builder = TestHost::builder().url(plain).server_toml(server);
        let started = with_maps(builder, &section).try_start().await;
        let told = started.err().unwrap_or_default();
        assert_eq!(told.contains("is plain http"), is_refused, "{host}: {told}");
        assert_eq!(told.is_empty(), !is_refused, "{host}: {told}");
    }
}
