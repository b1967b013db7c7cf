//! What the operator of a site sees and does, in Chromium.

use crate::support::{
    Database, Installation, application::Application, chromium::Chromium, on_each_database,
};

const PASSWORD: &str = "a long password";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_looks_after_the_site() {
    on_each_database(journey).await;
}

async fn journey(database: Database) {
    let installation = Installation::on(database, &["oauth", "api"]);
    installation.add_member("alice", PASSWORD);
    installation.add_administrator("olga", PASSWORD);
    let site = installation.serve();
    let url = installation.url();
    let app = Application::register(&installation, &[]);
    let alice = site.member("alice", PASSWORD);
    let tokens = app.connect(&alice);
    let token = tokens["access_token"].as_str().expect("a token");
    let me = || {
        site.visitor().get_with(
            "/api/v1/me",
            &[("authorization", &format!("Bearer {token}"))],
        )
    };
    me().expect(200);

    let browser = Chromium::start().await;
    browser.open(&format!("{url}/admin")).await;
    browser.sign_in("olga", PASSWORD).await;
    browser.check_page("admin").await;
    browser.follow("a[href='/oauth/admin/policy']").await;
    browser.check_page("admin-policy").await;
    browser.type_into("#uses", "").await;
    browser
        .follow("form[action$='/initial-tokens'] button")
        .await;
    assert!(browser.text().await.contains("hob_ia_"));
    browser.check_page("admin-initial-token").await;

    // Stopped at once, for everybody.
    browser.open(&format!("{url}/oauth/admin/clients")).await;
    browser.check_page("admin-clients").await;
    browser.type_into("#q", "photo").await;
    browser.follow("form[role=search] button").await;
    browser.follow(".row h2 a").await;
    browser.check_page("admin-client").await;
    browser.click("details.confirm summary").await;
    browser.type_into("#reason", "it sells photographs").await;
    browser.follow("form[action$='/suspend'] button").await;
    let page = browser.text().await;
    assert!(page.contains("it sells photographs"), "{page}");
    me().expect(401);

    // And it is known who did so.
    browser.open(&format!("{url}/admin/audit?who=olga")).await;
    let page = browser.text().await;
    assert!(page.contains("client.suspended"), "{page}");
    browser.check_page("audit").await;

    // A member who is none sees nothing of this.
    browser.delete_cookies().await;
    for path in ["/admin", "/admin/audit", "/oauth/admin/clients"] {
        browser.open(&format!("{url}{path}")).await;
        if browser.url().await.path() == "/login" {
            browser.sign_in("alice", PASSWORD).await;
        }
        let page = browser.text().await;
        assert!(page.contains("There is nothing"), "{path}: {page}");
    }
    browser.close().await;
}
