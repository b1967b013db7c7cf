//! The plugin on a whole site, on SQLite and on PostgreSQL.

use axum::body::Body;
use hob::testing::{Builder, Reply, TestHost, on_each_database};
use hob_hello_plugin::HOB_PLUGIN;
use hob_plugin_sdk::abi::command::RawOutput;
use http::Request;
use serde_json::{Value, json};

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
        assert_eq!(
            report(&site).await,
            "visitors: 1\nmembers: 0\napplications: \n"
        );

        browser.sign_in("alice", PASSWORD).await;
        browser.get("/hello/alice").await;
        let page = browser.get("/hello/alice").await;
        assert!(page.text().contains("like this one: 2."), "{page:?}");
        assert_eq!(
            report(&site).await,
            "visitors: 1\nmembers: 2\napplications: \n"
        );

        site.disable_member(alice.id).await;
        assert_eq!(
            report(&site).await,
            "visitors: 1\nmembers: 0\napplications: \n"
        );
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

/// With an authorization server to hear of, and something to allow.
async fn with_oauth(builder: Builder) -> TestHost {
    builder
        .plugin(HOB_PLUGIN)
        .plugin(hob_plugin_oauth::HOB_PLUGIN)
        .plugin(hob_plugin_api::HOB_PLUGIN)
        .plugin_toml("hello", "unwelcome = [\"Mallory\"]")
        .plugin_toml("oauth", "dynamic_registration = \"open\"")
        .start()
        .await
}

/// Registers an application as the operator does.
async fn register(site: &TestHost, name: &str) -> RawOutput {
    let words = ["oauth", "client", "add", "--json", "--scope", "profile"];
    let redirect = ["--redirect-uri", "https://app.example/callback"];
    let words = [&words[..], &redirect, &["--name", name]].concat();
    site.run_command(&words).await
}

async fn register_itself(site: &TestHost, name: &str) -> Reply {
    let metadata = json!({
        "client_name": name,
        "redirect_uris": ["https://app.example/callback"],
    });
    let request = Request::post("/oauth/register")
        .header("content-type", "application/json")
        .body(Body::from(metadata.to_string()))
        .expect("a request of plain parts");
    site.browser().send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_introduced_once_it_is_registered() {
    on_each_database(async |builder| {
        let site = with_oauth(builder).await;
        assert_eq!(register(&site, "Photo Desk").await.exit_code, 0);
        assert!(
            report(&site).await.ends_with("applications: \n"),
            "too early"
        );
        site.settle_events().await;
        assert!(report(&site).await.ends_with("applications: Photo Desk\n"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_unwelcome_is_refused_in_hellos_words_everywhere() {
    const WORDS: &str = "Mallory is not welcome on this site.";
    on_each_database(async |builder| {
        let site = with_oauth(builder).await;
        site.add_member("alice", PASSWORD).await;
        let refused = register(&site, "Mallory").await;
        assert_eq!(refused.exit_code, 1);
        assert!(refused.stderr.contains(WORDS), "{}", refused.stderr);

        let mut browser = site.browser();
        browser.sign_in("alice", PASSWORD).await;
        let form = |name: &'static str| {
            [
                ("name", name),
                ("redirect_uris", "https://app.example/callback"),
                ("scope", "profile"),
            ]
        };
        browser.get("/oauth/clients/new").await;
        let page = browser.submit("/oauth/clients/new", &form("Mallory")).await;
        assert_eq!(page.status(), 403, "{page:?}");
        assert!(page.text().contains(WORDS), "{page:?}");
        let page = browser.submit("/oauth/clients/new", &form("Trudy")).await;
        assert_eq!(page.status(), 201, "{page:?}");

        let answer = register_itself(&site, "Mallory").await;
        assert_eq!(answer.status(), 400, "{answer:?}");
        let error: Value = answer.json();
        assert_eq!(error["error"], "invalid_client_metadata");
        assert_eq!(error["error_description"], WORDS);
        let answer = register_itself(&site, "Peggy").await;
        assert_eq!(answer.status(), 201, "{answer:?}");

        site.settle_events().await;
        // What was refused is not stored, so nobody hears of it afterwards.
        assert!(
            report(&site)
                .await
                .ends_with("applications: Peggy, Trudy\n")
        );
        let listed = site.run_command(&["oauth", "client", "list"]).await;
        assert!(!listed.stdout.contains("Mallory"), "{}", listed.stdout);
    })
    .await;
}
