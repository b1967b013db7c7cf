//! Members sign in with an account of another site, in Chromium: of
//! oidc-provider, which knows nothing of Hob, and of another Hob.

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::support::{
    Database, Installation,
    chromium::Chromium,
    client_program::{Client, ClientProgram},
    installation::free_address,
    node, on_each_database, python,
};

const PASSWORD: &str = "a long password";

/// A site whose members sign in with a provider, which this section describes.
fn site_with(database: Database, section: &str) -> Installation {
    let site = Installation::fresh(database, &["signin"]);
    site.edit_configuration("allow = []", "allow = [\"127.0.0.1\"]");
    site.edit_configuration("registration = \"closed\"", "registration = \"open\"");
    site.add_to_configuration(section);
    site.hob(&["plugins", "lock"]).succeeds();
    site.hob(&["dbupdate"]).succeeds();
    site.add_member("alice", PASSWORD);
    site
}

/// A provider of OpenID Connect, for a site at this address.
struct OpenIdProvider {
    issuer: String,
    _program: ClientProgram,
}

impl OpenIdProvider {
    fn start(issuer: &str, site: &str) -> Self {
        let mut command = node::client("oidc_provider.mjs");
        command.env("ISSUER", issuer).env("SITE", site);
        let mut program = ClientProgram::start(command);
        assert_eq!(program.told("ready?"), "ready");
        Self {
            issuer: issuer.to_owned(),
            _program: program,
        }
    }

    /// Ada signs in there, and allows what is asked.
    async fn allow(&self, browser: &Chromium) {
        assert!(browser.url().await.as_str().starts_with(&self.issuer));
        browser.type_into("input[name=login]", "ada").await;
        browser.type_into("input[name=password]", "anything").await;
        browser.follow("button[type=submit]").await;
        browser.follow("button[type=submit]").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_sign_in_with_openid_connect() {
    on_each_database(with_openid_connect).await;
}

async fn with_openid_connect(database: Database) {
    let issuer = format!("http://{}", free_address());
    let section = format!(
        "[plugin.signin.provider.oidc]\ntitle = \"The provider\"\nissuer = {issuer:?}\n\
         client_id = \"hob\"\nclient_secret = \"a secret of some length, as it asks for\""
    );
    let installation = site_with(database, &section);
    let url = installation.url();
    let provider = OpenIdProvider::start(&issuer, &url);
    let _site = installation.serve();
    let browser = Chromium::start().await;

    // Alice links it, by keyboard.
    browser.open(&format!("{url}/signin/accounts")).await;
    browser.sign_in("alice", PASSWORD).await;
    browser.check_page("signin-accounts-none").await;
    let button = "form[action$='/accounts/link'] button";
    let (role, name) = browser.role_and_name(button).await;
    assert_eq!(
        (role.as_str(), name.as_str()),
        ("button", "Link an account at The provider")
    );
    browser.tab_to(button).await;
    browser.follow_by(Key::Enter).await;
    provider.allow(&browser).await;
    assert_eq!(
        browser.url().await.as_str(),
        format!("{url}/signin/accounts")
    );
    assert!(browser.text().await.contains("The provider · ada"));
    browser.check_page("signin-accounts").await;

    // And signs in with it.
    browser.delete_cookies().await;
    browser.open(&format!("{url}/login?next=/account")).await;
    browser.check_page("login-with-methods").await;
    browser.follow("a[href*='/signin/oidc']").await;
    provider.allow(&browser).await;
    assert_eq!(browser.url().await.as_str(), format!("{url}/account"));

    // She signs out here and there: the provider asks, and sends her back.
    browser.open(&format!("{url}/signin/accounts")).await;
    browser.follow("form[action$='/sign-out'] button").await;
    assert!(browser.url().await.as_str().starts_with(&issuer));
    browser.follow("button[name=logout]").await;
    assert_eq!(browser.url().await.as_str(), format!("{url}/"));
    browser.open(&format!("{url}/account")).await;
    assert!(browser.has("#password").await, "nobody is signed in");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_sign_in_with_oauth_1() {
    on_each_database(with_oauth_1).await;
}

async fn with_oauth_1(database: Database) {
    let issuer = format!("http://{}", free_address());
    let section = format!(
        "[plugin.signin.provider.old]\nkind = \"oauth1\"\ntitle = \"The old site\"\n\
         issuer = {issuer:?}\nclient_id = \"thekeyofasiteofhob01\"\n\
         client_secret = \"a secret & a half\"\nsignature_method = \"HMAC-SHA256\"\n\
         request_token_endpoint = \"{issuer}/request_token\"\n\
         authorization_endpoint = \"{issuer}/authorize\"\n\
         token_endpoint = \"{issuer}/access_token\"\n\
         userinfo_endpoint = \"{issuer}/me?full=1\""
    );
    let installation = site_with(database, &section);
    let url = installation.url();
    let mut command = python::client("oauth1_provider.py");
    command.env("ISSUER", &issuer).env("SITE", &url);
    let mut provider = ClientProgram::start(command);
    assert_eq!(provider.told("ready?"), "ready");
    let _site = installation.serve();
    let browser = Chromium::start().await;

    browser.open(&format!("{url}/signin/accounts")).await;
    browser.sign_in("alice", PASSWORD).await;
    browser
        .follow("form[action$='/accounts/link'] button")
        .await;
    assert!(browser.url().await.as_str().starts_with(&issuer));
    browser.follow("button[name=allow]").await;
    assert_eq!(
        browser.url().await.as_str(),
        format!("{url}/signin/accounts")
    );
    assert!(browser.text().await.contains("The old site · ada"));
    browser.delete_cookies().await;
    browser.open(&format!("{url}/login?next=/account")).await;
    browser.follow("a[href*='/signin/old']").await;
    browser.follow("button[name=allow]").await;
    assert_eq!(browser.url().await.as_str(), format!("{url}/account"));

    // Where it matters when somebody signed in, such a site can't tell.
    browser
        .open(&format!("{url}/login?next=/account&anew=1"))
        .await;
    assert!(!browser.has("a[href*='/signin/old']").await);
    browser.check_page("login-anew").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_sign_in_with_oauth_1_of_another_hob() {
    on_each_database(with_oauth_1_of_another_hob).await;
}

async fn with_oauth_1_of_another_hob(database: Database) {
    // It has another host: a browser keeps one cookie for all ports of one.
    let there = Installation::new(&["oauth1", "api"]);
    there.edit_configuration("url = \"http://127.0.0.1", "url = \"http://localhost");
    there.add_member("ada", PASSWORD);
    let issuer = there.url().replace("127.0.0.1", "localhost");
    let placeholder = "client_id = \"later\"\nclient_secret = \"later\"";
    let section = format!(
        "[plugin.signin.provider.old]\nkind = \"oauth1\"\ntitle = \"The other Hob\"\n\
         issuer = {issuer:?}\n{placeholder}\n\
         request_token_endpoint = \"{issuer}/oauth1/request_token\"\n\
         authorization_endpoint = \"{issuer}/oauth1/authorize\"\n\
         token_endpoint = \"{issuer}/oauth1/access_token\"\n\
         userinfo_endpoint = \"{issuer}/api/v1/me\"\nname = \"username\""
    );
    let here = site_with(database, &section);
    let url = here.url();
    let callback = format!("{url}/signin/old/authorized");
    let add = ["oauth1", "consumer", "add", "--name", "Here", "--json"];
    let add = [
        &add[..],
        &["--scope", "profile", "--callback", callback.as_str()],
    ]
    .concat();
    let consumer: Value =
        serde_json::from_str(&there.hob(&add).succeeds()).expect("it prints JSON");
    here.edit_configuration(
        placeholder,
        &format!(
            "client_id = {}\nclient_secret = {}",
            consumer["consumer_key"], consumer["consumer_secret"]
        ),
    );
    let (_there, _here) = (there.serve(), here.serve());
    let browser = Chromium::start().await;

    // Alice links ada's account there.
    browser.open(&format!("{url}/signin/accounts")).await;
    browser.sign_in("alice", PASSWORD).await;
    let link = "form[action$='/accounts/link'] button";
    browser.follow(link).await;
    assert!(browser.url().await.as_str().starts_with(&issuer));
    browser.sign_in("ada", PASSWORD).await;
    let told = browser.text().await;
    assert!(told.contains("Here asks to use your account"), "{told}");
    browser.follow("button[name=decision][value=deny]").await;
    let told = browser.text().await;
    assert!(told.contains("The other Hob"), "{told}");
    browser.console_errors().await;
    browser.open(&format!("{url}/signin/accounts")).await;
    browser.follow(link).await;
    browser.follow("button[name=decision][value=allow]").await;
    assert_eq!(
        browser.url().await.as_str(),
        format!("{url}/signin/accounts")
    );
    let told = browser.text().await;
    assert!(told.contains("The other Hob · ada"), "{told}");

    // And signs in with it.
    browser.delete_cookies().await;
    browser.open(&format!("{url}/login?next=/account")).await;
    browser.follow("a[href*='/signin/old']").await;
    browser.follow("button[name=decision][value=allow]").await;
    assert_eq!(browser.url().await.as_str(), format!("{url}/account"));
    let told = browser.text().await;
    assert!(told.contains("alice"), "{told}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_an_account_at_another_hob_makes_one_here() {
    on_each_database(with_another_hob).await;
}

async fn with_another_hob(database: Database) {
    let there = Installation::new(&["oauth", "api"]);
    there.add_member("ada", PASSWORD);
    let there_url = there.url();
    let placeholder = "client_id = \"later\"\nclient_secret = \"later\"";
    let section = format!(
        "[plugin.signin.provider.other]\nkind = \"hob\"\ntitle = \"The other\"\n\
         issuer = {there_url:?}\n{placeholder}"
    );
    let here = site_with(database, &section);
    let url = here.url();
    let redirect = format!("{url}/signin/other/authorized");
    let add = [
        "oauth", "client", "add", "--name", "Here", "--scope", "profile",
    ];
    let add = [&add[..], &["--redirect-uri", &redirect, "--json"]].concat();
    let client: Value = serde_json::from_str(&there.hob(&add).succeeds()).expect("it prints JSON");
    here.edit_configuration(
        placeholder,
        &format!(
            "client_id = {}\nclient_secret = {}",
            client["client_id"], client["client_secret"]
        ),
    );
    let (_there, _here) = (there.serve(), here.serve());

    // Without any script of the pages' own, as everywhere.
    let browser = Chromium::start().await;
    browser.open(&format!("{url}/login")).await;
    browser.follow("a[href*='/signin/other']").await;
    assert!(browser.url().await.as_str().starts_with(&there_url));
    browser.sign_in("ada", PASSWORD).await;
    browser.follow("button[name=decision][value=allow]").await;
    assert_eq!(
        browser.url().await.as_str(),
        format!("{url}/signin/register")
    );
    browser.check_page("signin-register").await;
    browser.assert_policy_is_enforced().await;
    let (role, name) = browser.role_and_name("#username").await;
    assert_eq!((role.as_str(), name.as_str()), ("textbox", "Username"));
    browser
        .run(
            "document.querySelector('#username').value = 'alice'",
            vec![],
        )
        .await;
    browser.tab_to("main form button[type=submit]").await;
    browser.follow_by(Key::Enter).await;
    assert!(browser.text().await.contains("alice is taken"));
    let found = browser.accessibility_problems().await;
    assert_eq!(found, json!([]), "{found:#}");
    // Chromium notes the status 422 there.
    browser.console_errors().await;
    browser
        .run("document.querySelector('#username').value = 'ada'", vec![])
        .await;
    browser.follow("main form button[type=submit]").await;
    browser.open(&format!("{url}/account")).await;
    assert!(browser.text().await.contains("ada"));
    browser.check_page("account-without-password").await;

    browser.close().await;
}
