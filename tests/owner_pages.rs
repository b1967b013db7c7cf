//! What the owner of an application sees and does, in Chromium.

use std::process::Command;

use crate::support::{
    Database, Installation, application::Application, chromium::Chromium, on_each_database,
    photograph,
};

const PASSWORD: &str = "a long password";

/// Runs a line as it was copied from a page.
fn run_line(line: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", &format!("{line} -o /dev/null -w '%{{http_code}}'")])
        .output()
        .expect("there is a shell");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

async fn open_details(browser: &Chromium) {
    let open = "for (const one of document.querySelectorAll('details')) one.open = true";
    browser.run(open, vec![]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_looks_after_an_application() {
    on_each_database(journey).await;
}

async fn journey(database: Database) {
    let installation = Installation::on(database, &["oauth", "api"]);
    installation.add_member("alice", PASSWORD);
    installation.add_member("bob", PASSWORD);
    let site = installation.serve();
    let url = installation.url();
    let browser = Chromium::start().await;

    browser.open(&format!("{url}/oauth/clients/new")).await;
    browser.sign_in("alice", PASSWORD).await;
    browser.type_into("#name", "Shoebox").await;
    browser
        .type_into("#redirect_uris", "https://example.org/callback")
        .await;
    browser.follow("form.form button.button-main").await;
    let line = browser.find_text("[aria-labelledby=curl]").await;
    assert_eq!(run_line(&line), "201", "{line}");
    browser.follow("main .actions a.button").await;
    let page = browser.url().await.to_string();

    // Its logo.
    let picture = photograph::path("cat-alpha-with-position.png");
    let picture = picture.to_str().expect("a plain name");
    browser.type_into("#file", picture).await;
    browser
        .follow("form[action$='/logo'] button[type=submit]")
        .await;
    let shown = "const logo = document.querySelector('.named img'); \
                 return logo !== null && logo.complete && logo.naturalWidth > 0";
    assert_eq!(browser.run(shown, vec![]).await, true, "{page}");
    browser.check_page("client-with-logo").await;

    // Another redirect URI, and what is wrong with one.
    let clear = "document.querySelector('#redirect_uris').value = ''";
    browser.run(clear, vec![]).await;
    browser
        .type_into("#redirect_uris", "https://example.org/other#part")
        .await;
    browser.follow("form.form button.button-main").await;
    let told = browser.text().await;
    assert!(told.contains("fragment"), "{told}");
    browser.console_errors().await;
    browser.run(clear, vec![]).await;
    browser
        .type_into("#redirect_uris", "https://example.org/other")
        .await;
    browser.follow("form.form button.button-main").await;

    // A new secret; the old one is dead at once.
    open_details(&browser).await;
    browser.click("input[name=old][value=now]").await;
    browser.follow("form[action$='/secret'] button").await;
    let line_now = browser.find_text("[aria-labelledby=curl]").await;
    assert_eq!(run_line(&line_now), "201", "{line_now}");
    assert!(line_now.contains("other"), "{line_now}");
    assert_eq!(run_line(&line), "401", "{line}");

    // Bob is asked with the logo, and finds the application by a link.
    let client_id = page.rsplit('/').next().expect("it names the client");
    let asked = format!(
        "{url}/oauth/authorize?response_type=code&client_id={client_id}&scope=profile\
         &redirect_uri=https%3A%2F%2Fexample.org%2Fother&state=x&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    let other = Application::register(&installation, &[]);
    let bob = site.member("bob", PASSWORD);
    other.connect(&bob);
    browser.delete_cookies().await;
    browser.open(&asked).await;
    browser.sign_in("bob", PASSWORD).await;
    let logo = "return document.querySelector('.consent-who img').naturalWidth > 0";
    assert_eq!(browser.run(logo, vec![]).await, true);
    let consent = browser.text().await;
    assert!(
        consent.contains("unverified") && consent.contains("alice"),
        "{consent}"
    );
    browser.check_page("consent-unverified").await;
    browser.click("button[name=decision][value=allow]").await;
    browser.wait_for_departure(&url).await;
    browser
        .open(&format!("{url}/connections/oauth/{client_id}"))
        .await;
    assert!(browser.text().await.contains("Shoebox"));
    browser.check_page("connection").await;

    // One of two is taken back by its box, and then all that is left.
    browser.open(&format!("{url}/connections")).await;
    let box_of = format!("input[name=connection][value='oauth/{client_id}']");
    browser.click(&box_of).await;
    browser.follow(".rows-actions button").await;
    let left = browser.text().await;
    assert!(
        left.contains("Photo Desk") && !browser.has(&box_of).await,
        "{left}"
    );
    browser.follow("button[name=only]").await;
    assert!(!browser.has("button[name=only]").await);

    // The owner deletes it.
    browser.delete_cookies().await;
    browser.open(&page).await;
    browser.sign_in("alice", PASSWORD).await;
    open_details(&browser).await;
    browser
        .follow("form[action$='/delete']:not([action*='logo']) button")
        .await;
    assert_eq!(run_line(&line_now), "401");
    browser.close().await;
}
