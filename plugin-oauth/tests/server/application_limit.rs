//! `applications_per_member`: how many applications a member can register.

use crate::support;

use futures_util::future::join_all;
use hob::testing::{Browser, Reply, on_each_database};
use support::{Dance, PASSWORD};

const FORM: [(&str, &str); 3] = [
    ("name", "Desk"),
    ("redirect_uris", "https://desk.example/callback"),
    ("scope", "profile"),
];

async fn register(browser: &mut Browser) -> Reply {
    browser.submit("/oauth/clients/new", &FORM).await
}

/// Whether the form is there again as it was typed.
fn keeps_the_form(page: &Reply) -> bool {
    let html = page.text();
    html.contains("value=\"Desk\"")
        && html.contains("\nhttps://desk.example/callback</textarea>")
        && html.contains("name=\"scope\" value=\"profile\" checked")
        && !html.contains("name=\"scope\" value=\"media:read\" checked")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_registers_so_many_and_no_more() {
    on_each_database(async |builder| {
        let lines = "applications_per_member = 2";
        let mut dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        for _ in 0..2 {
            assert_eq!(dance.browser.get("/oauth/clients/new").await.status(), 200);
            assert_eq!(register(&mut dance.browser).await.status(), 201);
        }
        let page = dance.browser.get("/oauth/clients/new").await;
        let late = register(&mut dance.browser).await;
        for refused in [&page, &late] {
            assert_eq!(refused.status(), 403, "{refused:?}");
            assert!(refused.text().contains("a member have: 2"), "{refused:?}");
        }
        assert!(keeps_the_form(&late), "{late:?}");
        let full = dance.browser.get("/oauth/clients").await;
        assert!(!full.text().contains("/oauth/clients/new"), "{full:?}");
        assert!(full.text().contains("a member have: 2"), "{full:?}");
        assert_eq!(dance.count("oauth_clients").await, 2);

        // Another member, and the operator, are not counted with her.
        dance.site.add_member("bob", PASSWORD).await;
        let mut bob = dance.site.browser();
        bob.sign_in("bob", PASSWORD).await;
        assert_eq!(register(&mut bob).await.status(), 201);
        dance.web_app().await;

        // Room is made by deleting one.
        let list = dance.browser.get("/oauth/clients").await.text().to_owned();
        let marker = "href=\"/oauth/clients/";
        let own = list
            .split(marker)
            .skip(1)
            .find(|rest| !rest.starts_with("new"))
            .and_then(|rest| rest.split('"').next())
            .expect("her application");
        let delete = format!("/oauth/clients/{own}/delete");
        assert_eq!(dance.browser.submit(&delete, &[]).await.status(), 303);
        let roomy = dance.browser.get("/oauth/clients").await;
        assert!(roomy.text().contains("/oauth/clients/new"), "{roomy:?}");
        assert_eq!(register(&mut dance.browser).await.status(), 201);
        assert_eq!(register(&mut dance.browser).await.status(), 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_limit_there_is_none() {
    on_each_database(async |builder| {
        let lines = "applications_per_member = 0";
        let mut dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        for _ in 0..21 {
            assert_eq!(register(&mut dance.browser).await.status(), 201);
        }
        let lowered = dance.restart("").await;
        assert_eq!(lowered.count("oauth_clients").await, 21);
    })
    .await;
}

/// Many at once count each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn registrations_at_the_same_time_do_not_exceed_the_limit() {
    on_each_database(async |builder| {
        let lines = "applications_per_member = 3";
        let dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        let mut browsers = Vec::new();
        for _ in 0..8 {
            let mut browser = dance.site.browser();
            browser.sign_in("alice", PASSWORD).await;
            browsers.push(browser);
        }
        let at_once = browsers
            .into_iter()
            .map(|mut browser| tokio::spawn(async move { register(&mut browser).await.status() }));
        let mut statuses: Vec<u16> = join_all(at_once)
            .await
            .into_iter()
            .map(|answer| answer.expect("it answers"))
            .collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 201, 201, 403, 403, 403, 403, 403]);
        assert_eq!(dance.count("oauth_clients").await, 3);
    })
    .await;
}
