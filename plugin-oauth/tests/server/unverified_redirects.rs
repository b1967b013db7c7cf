//! Where a browser is sent by an application for which nobody vouches: whoever
//! is not signed in has only followed a link, which anybody can make (RFC 9700,
//! section 4.11.2).

use crate::support;

use hob::testing::{Browser, Reply, on_each_database};
use hob_plugin_sdk::http::Fields;
use serde_json::json;
use support::{
    App, Dance, REDIRECT_URI, allow, answer, assert_error_page, deny,
    registration::{open_site, web_metadata},
    request_on,
};

/// Errors that an application is told by redirect, and what brings them about.
const ERRORS: [([(&str, &str); 1], &str); 4] = [
    ([("response_type", "token")], "unsupported_response_type"),
    ([("scope", "nonsense")], "invalid_scope"),
    ([("code_challenge_method", "plain")], "invalid_request"),
    ([("prompt", "none")], "login_required"),
];

/// Where the error page offers to go on to.
fn departure(page: &Reply) -> Option<String> {
    assert_error_page(page);
    let marker = "<a href=\"";
    let html = page.text();
    let text_at = html.find(">Go on to ")?;
    let start = html[..text_at].rfind(marker)? + marker.len();
    let end = html[start..].find('"')? + start;
    Some(html[start..end].replace("&#38;", "&"))
}

/// Asserts that the page shows the error and leads there by a link alone.
fn assert_link_to(page: &Reply, redirect_uri: &str, error: &str) {
    let link = departure(page).unwrap_or_else(|| panic!("no link: {page:?}"));
    let (uri, query) = link.split_once('?').expect("the link has the answer");
    assert_eq!(uri, redirect_uri);
    let fields = Fields::parse(query.as_bytes()).unwrap();
    assert_eq!(fields.one("error"), Ok(Some(error)), "{link}");
    assert_eq!(fields.one("state"), Ok(Some("xyz")), "{link}");
    assert_eq!(fields.one("iss"), Ok(Some("http://127.0.0.1:8080")));
    assert!(!fields.contains("code"), "{link}");
    // Nor does the browser go there in another way.
    assert_eq!(page.header("refresh"), "", "{page:?}");
    assert!(!page.text().contains("http-equiv"), "{page:?}");
    assert!(page.text().contains("has not verified"), "{page:?}");
}

async fn assert_redirects(browser: &mut Browser, app: &App, more: &[(&str, &str)], error: &str) {
    let answered = answer(&browser.get(&app.authorize_path(more)).await);
    answered.expect_error(error);
    assert_eq!(answered.uri, app.redirect_uri);
}

/// Check 108.
#[tokio::test]
async fn a_stranger_is_not_sent_on_to_a_members_application() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for redirect_uri in [
            REDIRECT_URI,
            "http://127.0.0.1/callback",
            "com.example.app:/cb",
        ] {
            let app = dance.register_on_page("public", redirect_uri).await;
            for (more, error) in ERRORS {
                let page = dance.site.browser().get(&app.authorize_path(&more)).await;
                assert_link_to(&page, redirect_uri, error);
            }
        }
    })
    .await;
}

/// Check 108.
#[tokio::test]
async fn a_stranger_is_not_sent_on_to_an_application_that_registered_itself() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let more = json!({"token_endpoint_auth_method": "none"});
        let app = dance.register_itself(&web_metadata(&more)).await.app;
        for (more, error) in ERRORS {
            let page = dance.site.browser().get(&app.authorize_path(&more)).await;
            assert_link_to(&page, REDIRECT_URI, error);
        }
        // Nor by a request that was pushed.
        let path = dance.pushed_path(&app, &[("prompt", "none")]).await;
        let page = dance.site.browser().get(&path).await;
        assert_link_to(&page, REDIRECT_URI, "login_required");
    })
    .await;
}

#[tokio::test]
async fn the_operator_vouches_for_his_own_applications() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for (more, error) in ERRORS {
            assert_redirects(&mut dance.site.browser(), &app, &more, error).await;
        }
        let path = dance.pushed_path(&app, &[("prompt", "none")]).await;
        answer(&dance.site.browser().get(&path).await).expect_error("login_required");
    })
    .await;
}

#[tokio::test]
async fn a_member_who_is_signed_in_is_sent_on_to_every_application() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register_on_page("public", REDIRECT_URI).await;
        for (more, error) in ERRORS {
            let error = match error {
                "login_required" => "consent_required",
                other => other,
            };
            assert_redirects(&mut dance.browser, &app, &more, error).await;
        }
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        answer(&deny(&mut dance.browser, &page).await).expect_error("access_denied");
    })
    .await;
}

#[tokio::test]
async fn a_stranger_who_signs_in_gets_through_to_a_members_application() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register_on_page("public", REDIRECT_URI).await;
        let mut browser = dance.site.browser();
        let reply = browser.get(&app.authorize_path(&[])).await;
        let next = support::next_of(&reply);
        browser.sign_in("alice", support::PASSWORD).await;
        let page = browser.get(&next).await;
        request_on(&page);
        let reply = allow(&mut browser, &page, &["profile".to_owned()]).await;
        answer(&reply).expect_code();
    })
    .await;
}

#[tokio::test]
async fn nothing_that_a_request_carries_gets_out_of_the_link() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register_on_page("public", REDIRECT_URI).await;
        let evil = "\"><script>alert(1)</script>";
        for more in [
            [("state", evil), ("prompt", "none")],
            [("state", evil), ("scope", evil)],
        ] {
            let page = dance.site.browser().get(&app.authorize_path(&more)).await;
            assert!(!page.text().contains("<script"), "{}", page.text());
            let link = departure(&page).expect("a link");
            let query = link.split_once('?').expect("a query").1;
            let fields = Fields::parse(query.as_bytes()).unwrap();
            assert_eq!(fields.one("state"), Ok(Some(evil)));
        }
        // What is not registered is not even a link.
        let path = app.authorize_path(&[
            ("redirect_uri", "https://evil.example/callback"),
            ("prompt", "none"),
        ]);
        let page = dance.site.browser().get(&path).await;
        assert_eq!(departure(&page), None);
    })
    .await;
}
