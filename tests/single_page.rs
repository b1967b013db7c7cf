//! An application that is nothing but a page of another origin: oauth4webapi in
//! Chromium, with PKCE and no secret. The browser asks Hob's CORS headers for
//! leave at every step.

use std::time::{Duration, Instant};

use crate::support::{
    Installation, chromium::Chromium, installation::PATIENCE, single_page::SinglePage,
};

const PASSWORD: &str = "a long password";

/// What the page says, as soon as it says something.
async fn said(browser: &Chromium) -> String {
    let end = Instant::now() + PATIENCE;
    loop {
        let said = browser.find_text("#said").await;
        if !said.is_empty() {
            return said;
        }
        assert!(
            Instant::now() < end,
            "the page says nothing: {:#?}",
            browser.console_errors().await
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Presses a button of the page and waits for what it says.
async fn press(browser: &Chromium, button: &str) -> String {
    let script = "document.querySelector('#said').value = '';
                  document.querySelector(arguments[0]).click()";
    browser.run(script, vec![button.into()]).await;
    said(browser).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_page_connects_refreshes_and_disconnects() {
    let installation = Installation::new(&["oauth", "api"]);
    installation.add_member("alice", PASSWORD);
    let _site = installation.serve();
    let page = SinglePage::start(&installation);
    let browser = Chromium::start().await;

    // Deny.
    browser.open(&page.url()).await;
    assert_eq!(said(&browser).await, "ready");
    browser.follow("#connect").await;
    browser.sign_in("alice", PASSWORD).await;
    browser.follow("button[name=decision][value=deny]").await;
    assert_eq!(said(&browser).await, "error access_denied");

    // A part, after a request that was pushed.
    browser.follow("#push").await;
    browser
        .click("input[name=scope][value='media:write']")
        .await;
    browser.follow("button[name=decision][value=allow]").await;
    assert_eq!(said(&browser).await, "allowed profile media:read");
    assert!(
        browser.url().await.as_str() == page.url(),
        "the code is still there"
    );
    assert_eq!(press(&browser, "#me").await, "alice");
    let allowed = "allowed profile media:read";
    assert_eq!(press(&browser, "#refresh").await, allowed);
    assert_eq!(press(&browser, "#me").await, "alice");
    assert_eq!(browser.console_errors().await, Vec::<String>::new());

    // Disconnected; the page can read why.
    assert_eq!(press(&browser, "#revoke").await, "revoked");
    assert_eq!(press(&browser, "#me").await, "error invalid_token");
    assert_eq!(press(&browser, "#refresh").await, "error invalid_grant");

    // All of it. The member takes it back on the site.
    browser.follow("#connect").await;
    browser.follow("button[name=decision][value=allow]").await;
    let allowed = "allowed profile media:read media:write";
    assert_eq!(said(&browser).await, allowed);
    assert_eq!(press(&browser, "#me").await, "alice");
    let connections = format!("{}/connections", installation.url());
    browser.open(&connections).await;
    browser.follow("button[name=only]").await;
    browser.open(&page.url()).await;
    assert_eq!(said(&browser).await, "ready");
    assert_eq!(press(&browser, "#me").await, "error invalid_token");
    assert_eq!(press(&browser, "#refresh").await, "error invalid_grant");

    let blocked: Vec<String> = browser.console_errors().await;
    assert!(
        !blocked.iter().any(|error| error.contains("CORS")),
        "{blocked:#?}"
    );
    browser.close().await;
}
