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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_looks_after_an_application() {
    on_each_database(journey).await;
}

async fn journey(database: Database) {
    let installation = Installation::on(database, &["oauth", "api"]);
    installation.add_to_configuration("[plugin.oauth]\napplications_per_member = 3\n");
    installation.add_member("alice", PASSWORD);
    installation.add_member("bob", PASSWORD);
    let site = installation.serve();
    let url = installation.url();
    let browser = Chromium::start().await;

    // Registered, with a slip before.
    browser.open(&format!("{url}/oauth/clients/new")).await;
    browser.sign_in("alice", PASSWORD).await;
    browser.type_into("#name", "Shoebox").await;
    let by_plain_http = "http://example.org/callback";
    browser.type_into("#redirect_uris", by_plain_http).await;
    browser.follow("form.form button.button-main").await;
    let told = browser.text().await;
    assert!(
        told.contains("Not registered") && told.contains("plain http"),
        "{told}"
    );
    browser.console_errors().await;
    let callback = "https://example.org/callback";
    browser.retype("#redirect_uris", callback).await;
    browser.follow("form.form button.button-main").await;
    browser.check_page("client-created").await;
    let secret = browser.find_text("[aria-labelledby=client-secret]").await;
    assert!(secret.len() >= 43, "{secret}");
    let line = browser.find_text("[aria-labelledby=curl]").await;
    assert_eq!(run_line(&line), "201", "{line}");
    browser.follow("main .actions a.button").await;
    let page = browser.url().await.to_string();
    let told = browser.text().await;
    assert!(!told.contains(&secret), "the secret is shown again");
    browser.check_page("client").await;

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

    // A second one, in the list of both.
    browser.open(&format!("{url}/oauth/clients/new")).await;
    browser.type_into("#name", "Slides & <b>films</b>").await;
    browser.type_into("#redirect_uris", callback).await;
    browser.follow("form.form button.button-main").await;
    browser.open(&format!("{url}/oauth/clients")).await;
    let told = browser.text().await;
    assert!(
        told.contains("Shoebox") && told.contains("Slides & <b>films</b>"),
        "{told}"
    );
    browser.check_page("clients").await;

    // A third one is the last that the site lets her have.
    let fields = [
        ("name", "Frame"),
        ("redirect_uris", callback),
        ("scope", "profile"),
    ];
    let alice = site.member("alice", PASSWORD);
    alice
        .submit("/oauth/clients/new", "/oauth/clients/new", &fields)
        .expect(201);
    let to_register = "main a[href='/oauth/clients/new']";
    assert!(browser.has(to_register).await);
    browser.open(&format!("{url}/oauth/clients")).await;
    let told = browser.text().await;
    assert!(told.contains("You have registered as many"), "{told}");
    assert!(!browser.has(to_register).await);
    browser.check_page("clients-full").await;
    browser.open(&format!("{url}/oauth/clients/new")).await;
    let told = browser.text().await;
    assert!(told.contains("Too many applications"), "{told}");
    browser.console_errors().await;
    browser.check_page("clients-too-many").await;

    // A new secret, and the old one works for a day more.
    browser.open(&page).await;
    browser.unfold().await;
    browser.follow("form[action$='/secret'] button").await;
    let told = browser.text().await;
    assert!(told.contains("The old secret works until"), "{told}");
    browser.check_page("client-secret").await;
    let second_line = browser.find_text("[aria-labelledby=curl]").await;
    for line in [&line, &second_line] {
        assert_eq!(run_line(line), "201", "{line}");
    }
    browser.follow("main .actions a.button").await;

    // Another redirect URI, and what is wrong with one.
    let with_fragment = "https://example.org/other#part";
    browser.retype("#redirect_uris", with_fragment).await;
    browser.follow("form.form button.button-main").await;
    let told = browser.text().await;
    assert!(told.contains("fragment"), "{told}");
    browser.console_errors().await;
    let other = "https://example.org/other";
    browser.retype("#redirect_uris", other).await;
    browser.follow("form.form button.button-main").await;

    // One more secret; the old ones are dead at once.
    browser.unfold().await;
    browser.click("input[name=old][value=now]").await;
    browser.follow("form[action$='/secret'] button").await;
    let line_now = browser.find_text("[aria-labelledby=curl]").await;
    assert_eq!(run_line(&line_now), "201", "{line_now}");
    assert!(line_now.contains("other"), "{line_now}");
    for line in [&line, &second_line] {
        assert_eq!(run_line(line), "401", "{line}");
    }

    // Bob is asked with the logo, and finds the application by a link.
    let client_id = page.rsplit('/').next().expect("it names the client");
    let asked = format!(
        "{url}/oauth/authorize?response_type=code&client_id={client_id}&scope=profile\
         &redirect_uri=https%3A%2F%2Fexample.org%2Fother&state=x&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    let desk = Application::register(&installation, &[]);
    let bob = site.member("bob", PASSWORD);
    desk.connect(&bob);
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
    browser.check_page("connection-unverified").await;

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
    browser.unfold().await;
    browser
        .follow("form[action$='/delete']:not([action*='logo']) button")
        .await;
    assert_eq!(run_line(&line_now), "401");
    // Which leaves room for another.
    browser.open(&format!("{url}/oauth/clients/new")).await;
    assert!(browser.has("form.form #redirect_uris").await);
    browser.close().await;
}
