//! The pages of OAuth 1.0a, in Chromium: an owner's, and what a member is asked.

use crate::support::{
    Database, Installation,
    chromium::Chromium,
    client_program::{Client, ClientProgram},
    on_each_database, python,
};

const PASSWORD: &str = "a long password";
const CALLBACK: &str = "http://127.0.0.1:5000/callback";
const ALLOW: &str = "button[name=decision][value=allow]";
const DENY: &str = "button[name=decision][value=deny]";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_looks_after_an_application_that_signs_and_a_member_is_asked() {
    on_each_database(journey).await;
}

async fn says(browser: &Chromium, words: &str) {
    let page = browser.text().await;
    assert!(page.contains(words), "no “{words}” in {page}");
}

/// The application with these credentials.
fn program(url: &str, key: &str, secret: &str) -> ClientProgram {
    let mut command = python::client("requests_oauthlib1_client.py");
    command
        .env("HOB_URL", url)
        .env("CLIENT_ID", key)
        .env("CLIENT_SECRET", secret);
    ClientProgram::start(command)
}

async fn journey(database: Database) {
    let installation = Installation::on(database, &["oauth1", "api"]);
    installation.add_member("alice", PASSWORD);
    installation.add_member("bob", PASSWORD);
    installation.add_administrator("olga", PASSWORD);
    let _site = installation.serve();
    let url = installation.url();
    let browser = Chromium::start().await;

    // Found in the menu, registered with a slip before.
    browser.open(&format!("{url}/account")).await;
    browser.sign_in("alice", PASSWORD).await;
    browser.open(&format!("{url}/oauth1/clients")).await;
    browser.check_page("oauth1-clients-none").await;
    browser.follow("main a[href='/oauth1/clients/new']").await;
    browser.type_into("#name", "Shoebox").await;
    browser
        .type_into("#redirect_uris", "http://example.org/callback")
        .await;
    browser.follow("form.form button.button-main").await;
    says(&browser, "Not registered").await;
    says(&browser, "plain http").await;
    browser.console_errors().await;
    browser.check_page("oauth1-client-new").await;
    browser.retype("#redirect_uris", CALLBACK).await;
    let tick = "document.querySelectorAll('input[name=scope]').forEach(box => box.checked = true)";
    browser.run(tick, vec![]).await;
    browser.follow("form.form button.button-main").await;
    browser.check_page("oauth1-client-created").await;
    let key = browser.find_text("[aria-labelledby=consumer-key]").await;
    let first = browser.find_text("[aria-labelledby=consumer-secret]").await;
    browser.follow("main .actions a.button").await;
    let page = browser.url().await.to_string();
    let told = browser.text().await;
    assert!(!told.contains(&first), "the secret is shown again");
    browser.check_page("oauth1-client").await;
    browser.open(&format!("{url}/oauth1/clients")).await;
    says(&browser, "Shoebox").await;
    browser.check_page("oauth1-clients").await;

    // A new secret; the old one is dead at once.
    browser.open(&page).await;
    browser.unfold().await;
    browser.follow("form[action$='/secret'] button").await;
    browser.check_page("oauth1-client-secret").await;
    let secret = browser.find_text("[aria-labelledby=consumer-secret]").await;
    assert_ne!(first, secret);
    let dead = program(&url, &key, &first).told(&format!("connect {CALLBACK}"));
    assert!(dead.contains("signature_invalid"), "{dead}");

    // Bob is asked, denies, and allows.
    let mut shoebox = program(&url, &key, &secret);
    browser.delete_cookies().await;
    for button in [DENY, ALLOW] {
        let asked = shoebox.told(&format!("connect {CALLBACK}"));
        browser.open(&asked).await;
        if button == DENY {
            browser.sign_in("bob", PASSWORD).await;
            says(&browser, "Shoebox asks to use your account").await;
            says(&browser, "unverified").await;
            says(&browser, "alice").await;
            browser.check_page("oauth1-consent").await;
            browser.assert_policy_is_enforced().await;
        }
        browser.click(button).await;
        let back = browser.wait_for_departure(&url).await;
        let told = shoebox.told(&format!("callback {back}"));
        let expected = match button {
            DENY => "error permission_denied",
            _ => "allowed",
        };
        assert_eq!(told, expected);
    }
    assert_eq!(shoebox.told("me"), "bob");

    // A verifier to copy; and what can't be answered any more.
    let asked = shoebox.told("connect oob");
    browser.open(&asked).await;
    browser.check_page("oauth1-consent-again").await;
    browser.follow(ALLOW).await;
    browser.check_page("oauth1-verifier").await;
    let verifier = browser.find_text("[aria-labelledby=code]").await;
    assert_eq!(shoebox.told(&format!("verifier {verifier}")), "allowed");
    browser.open(&asked).await;
    browser.console_errors().await;
    browser.check_page("oauth1-error").await;
    assert!(!browser.has(ALLOW).await);

    look_after(&browser, &url, &mut shoebox).await;

    // Bob finds it, and takes it back.
    browser.delete_cookies().await;
    browser
        .open(&format!("{url}/connections/oauth1/{key}"))
        .await;
    browser.sign_in("bob", PASSWORD).await;
    says(&browser, "Shoebox").await;
    browser.check_page("oauth1-connection").await;
    browser.open(&format!("{url}/connections")).await;
    browser.follow("button[name=only]").await;
    assert_eq!(shoebox.told("me"), "error token_rejected");

    // The owner deletes it.
    browser.delete_cookies().await;
    browser.open(&page).await;
    browser.sign_in("alice", PASSWORD).await;
    browser.unfold().await;
    browser.follow("form[action$='/delete'] button").await;
    let gone = shoebox.told(&format!("connect {CALLBACK}"));
    assert!(gone.contains("consumer_key_unknown"), "{gone}");
    browser.close().await;
}

/// What an administrator sees of it and does to it.
async fn look_after(browser: &Chromium, url: &str, shoebox: &mut ClientProgram) {
    browser.delete_cookies().await;
    let all = format!("{url}/oauth1/admin/clients");
    browser.open(&all).await;
    browser.sign_in("olga", PASSWORD).await;
    says(browser, "Allowed by 1 member").await;
    browser.check_page("oauth1-admin-clients").await;
    browser.type_into("#q", "shoe").await;
    browser.follow("form[role=search] button").await;
    browser.follow(".row h2 a").await;
    says(browser, "@bob").await;
    browser.check_page("oauth1-admin-client").await;

    browser.unfold().await;
    browser.type_into("#reason", "it sells photographs").await;
    browser.follow("form[action$='/suspend'] button").await;
    says(browser, "it sells photographs").await;
    browser.check_page("oauth1-admin-client-suspended").await;
    let stopped = shoebox.told("me");
    assert!(stopped.starts_with("error"), "{stopped}");
    browser.unfold().await;
    browser.follow("form[action$='/resume'] button").await;
    says(browser, "It may go on.").await;
    assert_eq!(shoebox.told("me"), "bob");

    browser.follow("main a[href*='subject=']").await;
    says(browser, "consumer.suspended").await;
    says(browser, "consumer.resumed").await;
}
