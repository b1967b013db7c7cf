//! The plugin on a whole site, on SQLite and on PostgreSQL.

use hob::testing::{TestHost, on_each_database};
use hob_hello_plugin::HOB_PLUGIN;

const PASSWORD: &str = "a long walk by the sea";

async fn report(site: &TestHost) -> String {
    let output = site.run_command(&["hello", "greetings"]).await;
    output.stdout.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_greets_counts_and_forgets() {
    on_each_database(async |builder| {
        let site = builder.plugin(HOB_PLUGIN).start().await;
        let alice = site.add_member("alice", PASSWORD).await;

        let mut browser = site.browser();
        let page = browser.get("/hello/you").await;
        assert_eq!(page.status(), 200);
        assert!(page.text().contains("Hello, you!"), "{page:?}");
        assert_eq!(report(&site).await, "visitors: 1\nmembers: 0\n");

        browser.sign_in("alice", PASSWORD).await;
        browser.get("/hello/alice").await;
        let page = browser.get("/hello/alice").await;
        assert!(page.text().contains("like this one: 2."), "{page:?}");
        assert_eq!(report(&site).await, "visitors: 1\nmembers: 2\n");

        site.disable_member(alice.id).await;
        assert_eq!(report(&site).await, "visitors: 1\nmembers: 0\n");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_chooses_the_word_and_nobody_the_markup() {
    let site = TestHost::builder()
        .plugin(HOB_PLUGIN)
        .plugin_toml("hello", "greeting = \"Good morning\"")
        .start()
        .await;
    let page = site.browser().get("/hello/%3Cscript%3E").await;
    assert!(page.text().contains("Good morning, "), "{page:?}");
    assert!(
        !page.text().contains("<h1>Good morning, <script>"),
        "{page:?}"
    );
}
