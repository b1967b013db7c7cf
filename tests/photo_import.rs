//! A member imports photographs from another Hob, in Chromium, with scripts and
//! without; and takes the account there away again.

use fantoccini::key::Key;
use serde_json::Value;

use crate::support::{
    Database, Installation, chromium::Chromium, on_each_database, photograph, upload::Upload,
};

const PASSWORD: &str = "a long password";
const ACCOUNTS: &str = "/signin/accounts";
const PHOTOGRAPHS: &str = "/import/photographs";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_imports_photographs_from_another_hob() {
    on_each_database(import_on).await;
}

/// The other Hob, with ada, and what this one is called there. It has another
/// host: a browser keeps one cookie for all ports of one.
fn other_hob(url: &str) -> (Installation, Value) {
    let there = Installation::new(&["oauth", "api"]);
    there.edit_configuration("url = \"http://127.0.0.1", "url = \"http://localhost");
    there.add_member("ada", PASSWORD);
    let redirect = format!("{url}/signin/other/authorized");
    let add = ["oauth", "client", "add", "--name", "Here", "--json"];
    let scopes = ["--scope", "profile", "--scope", "media:read"];
    let add = [&add[..], &scopes, &["--redirect-uri", &redirect]].concat();
    let client = there.hob(&add).succeeds();
    let client = serde_json::from_str(&client).expect("it prints JSON");
    (there, client)
}

async fn import_on(database: Database) {
    let here = Installation::fresh(database, &["signin", "import"]);
    let url = here.url();
    let (there, client) = other_hob(&url);
    let there_url = there.url().replace("127.0.0.1", "localhost");
    here.edit_configuration("allow = []", "allow = [\"127.0.0.1\"]");
    here.add_to_configuration(&format!(
        "[plugin.signin.provider.other]\nkind = \"hob\"\ntitle = \"The other\"\n\
         issuer = {there_url:?}\nclient_id = {}\nclient_secret = {}\n\
         scopes = [\"profile\", \"media:read\"]\ntokens = \"database\"",
        client["client_id"], client["client_secret"]
    ));
    here.hob(&["plugins", "lock"]).succeeds();
    here.hob(&["dbupdate"]).succeeds();
    here.add_member("alice", PASSWORD);
    let (there, here) = (there.serve(), here.serve());
    let cat = photograph::bytes("cat-turned-with-position.jpg");
    let cat = Upload::new("cat.jpg", cat).field("title", "A cat");
    let ada = there.member("ada", PASSWORD);
    ada.publish(cat.field("visibility", "private"));

    // She links her account there, and imports the photograph by keyboard.
    let browser = Chromium::start().await;
    browser.open(&format!("{url}{PHOTOGRAPHS}")).await;
    browser.sign_in("alice", PASSWORD).await;
    assert!(
        browser
            .text()
            .await
            .contains("Link an account of another Hob first")
    );
    browser.open(&format!("{url}{ACCOUNTS}")).await;
    browser
        .follow("form[action$='/accounts/link'] button")
        .await;
    browser.sign_in("ada", PASSWORD).await;
    browser.follow("button[name=decision][value=allow]").await;
    assert_eq!(browser.url().await.as_str(), format!("{url}{ACCOUNTS}"));
    browser.open(&format!("{url}{PHOTOGRAPHS}")).await;
    assert!(browser.text().await.contains("The other · ada"));
    browser.check_page("import-photographs").await;
    browser.assert_policy_is_enforced().await;
    let button = "form[action$='/import/photographs'] button";
    let (role, name) = browser.role_and_name(button).await;
    assert_eq!((role.as_str(), name.as_str()), ("button", "Import A cat"));
    browser.tab_to(button).await;
    browser.follow_by(Key::Enter).await;
    let page = browser.url().await.to_string();
    assert!(page.starts_with(&format!("{url}/m/")), "{page}");
    assert!(browser.text().await.contains("A cat"));
    // It lies here now, and is hers alone until she says so.
    here.visitor().get(&page).expect(404);
    let alice = here.member("alice", PASSWORD);
    photograph::wait_until_ready(&alice, &page);
    photograph::assert_clean_and_upright(&alice, &page);

    // Without scripts: she unlinks the account, and nothing is there to import.
    browser.disable_scripts().await;
    browser.open(&format!("{url}{ACCOUNTS}")).await;
    browser
        .click("form[action$='/accounts/unlink'] button")
        .await;
    browser.find(".note").await;
    browser.open(&format!("{url}{PHOTOGRAPHS}")).await;
    assert!(!browser.has(button).await);
    browser.open(&format!("{url}{ACCOUNTS}")).await;
    browser.click("form[action$='/accounts/link'] button").await;
    // She allowed it before, and is signed in there.
    browser
        .find("form[action$='/accounts/unlink'] button")
        .await;
    browser.open(&format!("{url}{PHOTOGRAPHS}")).await;
    browser.click(button).await;
    browser.find(".stage-link, .stage").await;
    let second = browser.url().await.to_string();
    assert!(
        second.starts_with(&format!("{url}/m/")) && second != page,
        "{second}"
    );
    browser.close().await;
}
