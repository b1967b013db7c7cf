//! What members see, in Chromium.

use std::{path::Path, time::Duration};

use crate::support::{
    Database, Installation, Site, Visitor,
    application::{ALL_SCOPES, Application, query_of},
    chromium::Chromium,
    on_each_database,
    photo_desk::PhotoDesk,
    photograph::{self, TURNED},
};

const PASSWORD: &str = "a long password";

fn with_alice(database: Database, plugins: &[&str]) -> Installation {
    let installation = Installation::on(database, plugins);
    installation.add_member("alice", PASSWORD);
    installation
}

/// Publishes a photograph by the site's form and returns the path of its page.
async fn publish(browser: &Chromium, site: &Site<'_>, photograph: &Path, title: &str) -> String {
    let form = format!("{}/upload", site.installation.url());
    browser.open(&form).await;
    let file = photograph.to_str().expect("a plain name");
    browser.type_into("input[type=file]", file).await;
    browser.type_into("input[name=title]", title).await;
    browser.follow("main form button.button-main").await;
    let page = browser.url().await.path().to_owned();
    assert!(page.starts_with("/m/"), "{page}: {}", browser.text().await);
    page
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_signs_in_publishes_and_signs_out() {
    on_each_database(publishing).await;
}

async fn publishing(database: Database) {
    let installation = with_alice(database, &[]);
    let site = installation.serve();
    let url = installation.url();
    let browser = Chromium::start().await;

    browser.open(&format!("{url}/upload")).await;
    assert_eq!(browser.url().await.path(), "/login");
    browser.check_page("login").await;
    browser.sign_in("alice", "not this one").await;
    assert!(browser.text().await.contains("is not right"));
    // The browser itself notes a page that came with an error status.
    browser.console_errors().await;
    browser.retype("#username", "").await;
    browser.sign_in("alice", PASSWORD).await;
    assert_eq!(browser.url().await.path(), "/upload");
    browser.check_page("upload").await;

    let page = publish(&browser, &site, &photograph::path(TURNED), "The cat").await;
    photograph::assert_clean_and_upright(&site.visitor(), &page);
    browser.open(&format!("{url}{page}")).await;
    browser.check_page("photograph").await;
    let upright = "const image = document.querySelector('.stage img'); \
                   return image.naturalWidth > image.naturalHeight";
    assert_eq!(browser.run(upright, vec![]).await, true);
    for (path, name) in [
        ("/", "home"),
        ("/u/alice", "member"),
        ("/account", "account"),
    ] {
        browser.open(&format!("{url}{path}")).await;
        browser.check_page(name).await;
    }
    browser.assert_policy_is_enforced().await;

    browser.open(&format!("{url}{page}")).await;
    browser.click("details.confirm summary").await;
    browser.follow("form[action$='/delete'] button").await;
    site.visitor().get(&page).expect(404);

    browser.click(".menu-button").await;
    browser.follow(".menu-last button").await;
    browser.open(&format!("{url}/account")).await;
    assert_eq!(browser.url().await.path(), "/login");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_connects_photo_desk_publishes_with_it_and_takes_it_back() {
    on_each_database(photo_desk).await;
}

async fn photo_desk(database: Database) {
    let installation = with_alice(database, &["oauth", "api"]);
    let site = installation.serve();
    let url = installation.url();
    let desk = PhotoDesk::start(&installation);
    let browser = Chromium::start().await;

    // Deny: the application says so and has nothing.
    browser.open(&desk.url()).await;
    browser.follow("#connect").await;
    browser.sign_in("alice", PASSWORD).await;
    browser.check_page("consent").await;
    browser.follow("button[name=decision][value=deny]").await;
    assert_eq!(browser.url().await.path(), "/");
    assert!(browser.text().await.contains("You did not allow"));

    // A part: the scope that was unticked is not there.
    browser.follow("#connect").await;
    browser
        .click("input[name=scope][value='media:write']")
        .await;
    browser.follow("button[name=decision][value=allow]").await;
    assert_eq!(browser.find_text("#me").await, "alice");
    assert!(browser.has("#read-only").await && !browser.has("#upload").await);
    browser.follow("#disconnect").await;

    // All of it: asked for what is new, it publishes, changes and refreshes.
    browser.follow("#connect").await;
    let consent = browser.text().await;
    assert!(consent.contains("asks for more than before"), "{consent}");
    assert!(consent.contains("You allowed this before"), "{consent}");
    browser.follow("button[name=decision][value=allow]").await;
    let file = photograph::path(TURNED);
    let file = file.to_str().expect("a plain name");
    browser.type_into("#upload input[type=file]", file).await;
    browser
        .type_into("#upload input[name=title]", "From the desk")
        .await;
    browser.follow("#upload button").await;
    assert!(browser.text().await.contains("is published"));
    let page = newest(&site.visitor()).await;
    photograph::assert_clean_and_upright(&site.visitor(), &page);
    browser.follow("#refresh").await;
    assert!(
        browser
            .text()
            .await
            .contains("The access token is renewed.")
    );

    // What was allowed is not asked for again.
    browser.follow("#disconnect").await;
    browser.follow("#connect").await;
    assert_eq!(browser.find_text("#me").await, "alice");
    assert!(browser.has("#upload").await);

    // The site's own pages about it.
    for (path, name) in [
        ("/connections", "connections-one"),
        ("/oauth/clients", "clients-none"),
        ("/oauth/clients/new", "client-new"),
    ] {
        browser.open(&format!("{url}{path}")).await;
        browser.check_page(name).await;
    }
    browser.open(&format!("{url}/connections")).await;
    browser.follow(".row h2 a").await;
    browser.check_page("connection").await;
    // An old link leads there too.
    browser.open(&format!("{url}/oauth/connections")).await;
    browser.follow("button[name=only]").await;
    assert!(!browser.has("button[name=only]").await);
    browser.open(&desk.url()).await;
    let told = browser.text().await;
    assert!(told.contains("no longer accepts"), "{told}");
    browser.close().await;
}

/// The page of the newest photograph on the home page, as soon as its smaller
/// sizes are made.
async fn newest(visitor: &Visitor) -> String {
    for _ in 0..600 {
        let home = visitor.get("/").expect(200).text();
        if let Some((_, rest)) = home.split_once("/m/") {
            let id: String = rest.chars().take_while(char::is_ascii_digit).collect();
            return format!("/m/{id}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no photograph comes to the home page");
}

/// Check 31.
///
/// A content security policy that named `form-action` would stop the redirect
/// after the form in Chromium, and in no other client.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn allow_leads_to_loopback_https_and_schemes_of_apps() {
    on_each_database(redirects).await;
}

async fn redirects(database: Database) {
    let installation = with_alice(database, &["oauth", "api"]);
    let _site = installation.serve();
    let browser = Chromium::start().await;
    browser.open(&format!("{}/login", installation.url())).await;
    browser.sign_in("alice", PASSWORD).await;
    for redirect_uri in [
        "http://127.0.0.1:9/callback",
        "https://photos.invalid/callback",
        "org.example.desk:/callback",
    ] {
        let application = Application::register_at(&installation, redirect_uri, &["--public"]);
        let attempt = application.attempt(ALL_SCOPES);
        browser.open(attempt.url()).await;
        browser.console_errors().await;
        browser.click("button[name=decision][value=allow]").await;
        // Nobody answers there; what counts is that the browser went. With a
        // scheme that no program of the machine has it stays where it was, but
        // tells where it was sent.
        let went = browser.wait_for_departure(&installation.url()).await;
        let sent = browser.redirects().await;
        let sent = sent
            .iter()
            .find(|location| location.starts_with(redirect_uri))
            .unwrap_or_else(|| panic!("not sent to {redirect_uri}: {sent:#?}"));
        assert_eq!(query_of(sent, "state"), Some(attempt.state));
        assert!(query_of(sent, "code").is_some(), "{sent}");
        if redirect_uri.starts_with("http") {
            assert_eq!(went, *sent);
        }
        let blocked = browser.console_errors().await;
        assert!(
            !blocked
                .iter()
                .any(|error| error.contains("Security Policy")),
            "{redirect_uri}: {blocked:#?}"
        );
    }
    browser.close().await;
}
