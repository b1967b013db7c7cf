//! Applications that can't be redirected to: the member copies the code.

use crate::support;

use std::time::Duration;

use hob::testing::{Reply, on_each_database};
use support::{
    App, Dance, REDIRECT_URI, VERIFIER, allow, answer, assert_error, assert_error_page, deny,
    request_on, tokens,
};

const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

fn scope(words: &str) -> Vec<String> {
    words.split(' ').map(ToOwned::to_owned).collect()
}

/// The code on the page that shows it.
fn code_on(page: &Reply) -> String {
    assert_eq!(page.status(), 200, "{page:?}");
    assert_eq!(page.header("location"), "", "{page:?}");
    let marker = "<code class=\"copyable\" aria-labelledby=\"code\">";
    let html = page.text();
    let start = html.find(marker).expect("the page shows a code") + marker.len();
    html[start..]
        .split('<')
        .next()
        .expect("the element ends")
        .to_owned()
}

async fn code(dance: &mut Dance, app: &App, words: &str) -> String {
    let page = dance.browser.get(&app.authorize_path(&[])).await;
    code_on(&allow(&mut dance.browser, &page, &scope(words)).await)
}

#[tokio::test]
async fn a_code_is_shown_to_be_copied() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for app in [
            dance.register(OUT_OF_BAND, &["--public"]).await,
            dance.register(OUT_OF_BAND, &[]).await,
        ] {
            let page = dance.browser.get(&app.authorize_path(&[])).await;
            assert!(page.text().contains("a code to copy"), "{page:?}");
            let shown = allow(&mut dance.browser, &page, &scope("profile")).await;
            assert_eq!(shown.headers("cache-control"), ["no-store"]);
            assert_eq!(shown.headers("x-frame-options"), ["DENY"]);
            assert_eq!(shown.headers("referrer-policy"), ["no-referrer"]);
            let policy = shown.header("content-security-policy");
            assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(policy.contains("default-src 'none'"), "{policy}");
            assert!(!shown.text().contains("<script"));
            assert!(shown.text().contains("Photo Desk"));
            // The code stands in the page once, and so neither in its title nor
            // in an address.
            let code = code_on(&shown);
            assert_eq!(shown.text().matches(code.as_str()).count(), 1);
            let tokens = tokens(&dance.exchange(&app, &code).await);
            assert_eq!(tokens.scope, "profile");
            dance.assert_alive(&tokens).await;
            let connections = dance.browser.get("/connections").await;
            assert!(connections.text().contains("Photo Desk"));
            // Sending the form again shows no other code.
            assert_error_page(&allow(&mut dance.browser, &page, &scope("profile")).await);
        }
    })
    .await;
}

#[tokio::test]
async fn only_a_client_that_registered_it_gets_a_page() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let web = dance.web_app().await;
        let path = web.authorize_path(&[("redirect_uri", OUT_OF_BAND)]);
        assert_error_page(&dance.browser.get(&path).await);
        let app = dance
            .register(OUT_OF_BAND, &["--redirect-uri", REDIRECT_URI])
            .await;
        for other in [
            "urn:ietf:wg:oauth:2.0:oob:auto",
            "urn:ietf:wg:oauth:2.0:OOB",
            "urn:ietf:wg:oauth:2.0:oob?x=1",
            "oob",
        ] {
            let path = app.authorize_path(&[("redirect_uri", other)]);
            assert_error_page(&dance.browser.get(&path).await);
            let fields = [
                ("name", "X"),
                ("redirect_uris", other),
                ("scope", "profile"),
                ("kind", "public"),
            ];
            let reply = dance.browser.submit("/oauth/clients/new", &fields).await;
            assert_eq!(reply.status(), 422, "{other}");
        }
        // Beside a URI of the usual kind it changes nothing for that one.
        let path = app.authorize_path(&[("redirect_uri", REDIRECT_URI)]);
        let page = dance.browser.get(&path).await;
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        assert_eq!(answer(&reply).uri, REDIRECT_URI);
        // A member may register it too.
        let fields = [
            ("name", "X"),
            ("redirect_uris", OUT_OF_BAND),
            ("scope", "profile"),
            ("kind", "public"),
        ];
        let reply = dance.browser.submit("/oauth/clients/new", &fields).await;
        assert_eq!(reply.status(), 201, "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn a_denial_and_an_error_are_pages_too() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(OUT_OF_BAND, &[]).await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let denied = deny(&mut dance.browser, &page).await;
        assert_error_page(&denied);
        assert!(denied.text().contains("You did not allow it"), "{denied:?}");
        assert!(denied.text().contains("access_denied"));
        assert_eq!(denied.headers("cache-control"), ["no-store"]);
        // The question has been answered.
        assert_error_page(&allow(&mut dance.browser, &page, &scope("profile")).await);
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let nothing = allow(&mut dance.browser, &page, &[]).await;
        assert!(nothing.text().contains("access_denied"), "{nothing:?}");
        for (more, error) in [
            (("scope", "nonsense"), "invalid_scope"),
            (("response_type", "token"), "unsupported_response_type"),
            (("prompt", "none"), "consent_required"),
        ] {
            let reply = dance.browser.get(&app.authorize_path(&[more])).await;
            assert_error_page(&reply);
            assert!(reply.text().contains(error), "{error}: {reply:?}");
        }
        let evil = app.authorize_path(&[("scope", "<script>")]);
        let reply = dance.browser.get(&evil).await;
        assert!(!reply.text().contains("<script"), "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn a_public_client_needs_pkce() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(OUT_OF_BAND, &["--public"]).await;
        let without = [("code_challenge", ""), ("code_challenge_method", "")];
        let reply = dance.browser.get(&app.authorize_path(&without)).await;
        assert_error_page(&reply);
        assert!(reply.text().contains("code_challenge"), "{reply:?}");
        // Whoever was given the code by the member can't redeem it.
        let shown = code(&mut dance, &app, "profile").await;
        let form = app.code_form_with(&shown, &[("code_verifier", "")]);
        assert_error(&dance.token(&app, &form).await, 400, "invalid_grant");
        let wrong = "a".repeat(VERIFIER.len());
        let form = app.code_form_with(&shown, &[("code_verifier", &wrong)]);
        assert_error(&dance.token(&app, &form).await, 400, "invalid_grant");
        tokens(&dance.exchange(&app, &shown).await);
    })
    .await;
}

#[tokio::test]
async fn it_is_never_approved_silently() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for app in [
            dance.register(OUT_OF_BAND, &["--public"]).await,
            dance.register(OUT_OF_BAND, &[]).await,
        ] {
            code(&mut dance, &app, "profile media:read").await;
            request_on(&dance.browser.get(&app.authorize_path(&[])).await);
        }
        // The neighbour: a web application is not asked again.
        let web = dance.web_app().await;
        dance.code(&web).await;
        answer(&dance.browser.get(&web.authorize_path(&[])).await).expect_code();
    })
    .await;
}

#[tokio::test]
async fn there_are_five_minutes_to_copy_it() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(OUT_OF_BAND, &[]).await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let shown = allow(&mut dance.browser, &page, &scope("profile")).await;
        assert!(shown.text().contains("for 5 minutes"), "{shown:?}");
        dance.site.clock().advance(Duration::from_secs(299));
        tokens(&dance.exchange(&app, &code_on(&shown)).await);
        let late = code(&mut dance, &app, "profile").await;
        dance.site.clock().advance(Duration::from_secs(300));
        assert_error(&dance.exchange(&app, &late).await, 400, "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn the_code_goes_with_the_same_word_at_the_token_endpoint() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance
            .register(OUT_OF_BAND, &["--redirect-uri", REDIRECT_URI])
            .await;
        let shown = code(&mut dance, &app, "profile").await;
        for other in ["", REDIRECT_URI] {
            let form = app.code_form_with(&shown, &[("redirect_uri", other)]);
            assert_error(&dance.token(&app, &form).await, 400, "invalid_grant");
        }
        tokens(&dance.exchange(&app, &shown).await);
    })
    .await;
}

#[tokio::test]
async fn a_name_on_the_page_with_the_code_is_escaped() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let fields = [
            ("name", "<script>alert(1)</script>"),
            ("redirect_uris", OUT_OF_BAND),
            ("scope", "profile"),
            ("kind", "public"),
        ];
        let created = dance.browser.submit("/oauth/clients/new", &fields).await;
        let at = created.text().find("/oauth/clients/").expect("a link");
        let client_id = created.text()[at..]
            .split(['"', '/'])
            .find(|part| part.len() == 22)
            .expect("the link names the client");
        let app = App {
            client_id: client_id.to_owned(),
            secret: None,
            redirect_uri: OUT_OF_BAND.to_owned(),
        };
        let path = app.authorize_path(&[("scope", "profile")]);
        let page = dance.browser.get(&path).await;
        let shown = allow(&mut dance.browser, &page, &scope("profile")).await;
        code_on(&shown);
        assert!(!shown.text().contains("<script"), "{shown:?}");
        assert!(shown.text().contains("&#60;script&#62;"), "{shown:?}");
    })
    .await;
}

#[tokio::test]
async fn it_works_with_a_pushed_request_too() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(OUT_OF_BAND, &[]).await;
        let path = dance.pushed_path(&app, &[]).await;
        let page = dance.browser.get(&path).await;
        let shown = allow(&mut dance.browser, &page, &scope("profile")).await;
        tokens(&dance.exchange(&app, &code_on(&shown)).await);
    })
    .await;
}
