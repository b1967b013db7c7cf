//! A site that stands below a path of its host, beside other sites.

use hob::testing::{Browser, Reply, TestHost, on_each_database};

const PASSWORD: &str = "correct horse battery";
const URL: &str = "https://photos.example/hob";

async fn sign_in(browser: &mut Browser, next: &str) -> Reply {
    let fields = [
        ("username", "alice"),
        ("password", PASSWORD),
        ("next", next),
    ];
    browser.post_form("/hob/login", &fields).await
}

#[tokio::test]
async fn all_of_the_site_stands_below_its_path() {
    on_each_database(async |builder| {
        let site = builder.url(URL).start().await;
        let mut browser = site.browser();
        for path in [
            "/hob/",
            "/hob/?after=",
            "/hob/login",
            "/hob/static/hob.css",
            "/hob/healthz",
            "/hob/readyz",
        ] {
            assert_ne!(browser.get(path).await.status(), 404, "{path}");
        }
        for path in [
            "/",
            "/login",
            "/static/hob.css",
            "/healthz",
            "/hobby",
            "/hob/hob/",
        ] {
            let reply = browser.get(path).await;
            assert_eq!(reply.status(), 404, "{path}");
            assert!(reply.text().contains("href=\"/hob/\""), "{reply:?}");
        }
        let reply = browser.get("/hob").await;
        assert_eq!((reply.status(), reply.header("location")), (303, "/hob/"));
        let reply = browser.get("/hob?after=7").await;
        assert_eq!(reply.header("location"), "/hob/?after=7");
        let reply = browser.get("/hob/account").await;
        assert_eq!(reply.header("location"), "/hob/login?next=%2Fhob%2Faccount");
        let reply = browser.post_form("/hob/account/profile", &[]).await;
        assert_eq!(reply.header("location"), "/hob/login?next=%2Fhob%2F");
    })
    .await;
}

#[tokio::test]
async fn the_session_cookie_goes_to_no_other_site_of_the_host() {
    for (url, prefix) in [
        (URL, "__Secure-hob_session="),
        ("http://127.0.0.1:8080/hob/", "hob_session="),
    ] {
        let site = TestHost::builder().url(url).start().await;
        site.add_member("alice", PASSWORD).await;
        let mut browser = site.browser();
        let reply = sign_in(&mut browser, "/hob/account").await;
        let cookie = reply.header("set-cookie").to_owned();
        assert!(cookie.starts_with(prefix), "{cookie}");
        assert!(
            cookie.contains("; Path=/hob;") || cookie.ends_with("; Path=/hob"),
            "{cookie}"
        );
        assert_eq!(
            cookie.contains("; Secure"),
            url.starts_with("https"),
            "{cookie}"
        );
        assert_eq!(browser.get("/hob/account").await.status(), 200);
        let reply = browser.submit("/hob/logout", &[]).await;
        assert_eq!(reply.header("location"), "/hob/");
        assert!(
            reply.header("set-cookie").contains("Path=/hob"),
            "{reply:?}"
        );
        assert_eq!(browser.get("/hob/account").await.status(), 303);
    }
}

#[tokio::test]
async fn next_leads_to_no_other_site_of_the_host() {
    let site = TestHost::builder().url(URL).start().await;
    site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();
    for (next, goes_to) in [
        ("/hob", "/hob"),
        ("/hob?after=1", "/hob?after=1"),
        ("/hob/account", "/hob/account"),
        ("/hob/u/alice?next=/../x", "/hob/u/alice?next=/../x"),
        ("/hob/a/../account", "/hob/"),
        ("/", "/hob/"),
        ("/account", "/hob/"),
        ("/hobby", "/hob/"),
        ("/HOB/account", "/hob/"),
        ("/hob/../wiki", "/hob/"),
        ("/hob/%2e%2E/wiki", "/hob/"),
        ("/hob/.%2e", "/hob/"),
        ("https://photos.example/hob/account", "/hob/"),
        ("//photos.example/hob/", "/hob/"),
    ] {
        let reply = sign_in(&mut browser, next).await;
        assert_eq!(reply.header("location"), goes_to, "next={next:?}");
    }
}
