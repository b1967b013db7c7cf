//! Methods, and the headers of pages and redirects.

use hob::testing::{Reply, on_each_database};
use http::Method;

use super::{
    scope,
    support::{AUTHORIZE, CHALLENGE, Dance, REDIRECT_URI, allow, answer, assert_error_page, deny},
};

/// What a browser loads for this page: whatever has a source, and what `link`
/// elements name.
fn loaded_by(page: &Reply) -> Vec<&str> {
    let value_after = |text: &'static str| {
        page.text()
            .split(text)
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
    };
    let linked = page.text().split("<link ").skip(1).filter_map(|rest| {
        let element = rest.split('>').next()?;
        element.split("href=\"").nth(1)?.split('"').next()
    });
    ["src=\"", "srcset=\"", "data=\"", "poster=\""]
        .into_iter()
        .flat_map(value_after)
        .chain(linked)
        .collect()
}

/// Check 17.
#[tokio::test]
async fn an_authorization_request_may_be_posted() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let state = "+%& é";
        let fields = [
            ("response_type", "code"),
            ("client_id", app.client_id.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "profile"),
            ("state", state),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        // From another site: a browser sends no cookies along.
        let from_elsewhere = [("origin", "https://app.example")];
        let reply = dance
            .site
            .browser()
            .post_form_with(AUTHORIZE, &fields, &from_elsewhere)
            .await;
        assert_eq!(reply.status(), 303, "{reply:?}");
        assert!(reply.header("location").starts_with("/oauth/authorize?"));
        let page = dance.browser.get(reply.header("location")).await;
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        let answer = answer(&reply);
        assert_eq!(answer.one("state"), Some(state));
        answer.expect_code();
        let reply = dance.site.browser().post_form(AUTHORIZE, &[]).await;
        let reply = dance.browser.get(reply.header("location")).await;
        assert_error_page(&reply);
    })
    .await;
}

/// Check 17.
#[tokio::test]
async fn other_methods_are_405() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let reply = dance
                .browser
                .request(method, &app.authorize_path(&[]))
                .await;
            assert_eq!(reply.status(), 405, "{reply:?}");
        }
    })
    .await;
}

/// Check 18.
#[tokio::test]
async fn no_cors_on_the_front_channel() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let asked = |method: Method, path: &str| {
            http::Request::builder()
                .method(method)
                .uri(path)
                .header("origin", "https://app.example")
                .header("access-control-request-method", "GET")
                .body(axum::body::Body::empty())
                .expect("a valid request")
        };
        let path = app.authorize_path(&[]);
        for method in [Method::GET, Method::OPTIONS, Method::POST] {
            let reply = dance.browser.send(asked(method, &path)).await;
            assert_eq!(reply.header("access-control-allow-origin"), "", "{reply:?}");
        }
        let metadata = asked(Method::GET, "/.well-known/oauth-authorization-server");
        let reply = dance.browser.send(metadata).await;
        assert_eq!(reply.header("access-control-allow-origin"), "*");
    })
    .await;
}

/// Checks 19 and 20.
#[tokio::test]
async fn consent_and_login_pages_can_be_neither_framed_nor_stored() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let consent = dance.browser.get(&app.authorize_path(&[])).await;
        let error = dance.browser.get("/oauth/authorize").await;
        let mut stranger = dance.site.browser();
        let to_login = stranger.get(&app.authorize_path(&[])).await;
        assert_eq!(to_login.status(), 303);
        assert!(to_login.header("location").starts_with("/login?next="));
        let login = stranger.get(to_login.header("location")).await;
        for page in [&consent, &error, &login] {
            let policy = page.headers("content-security-policy");
            assert_eq!(policy.len(), 1, "{policy:?}");
            assert!(policy[0].contains("frame-ancestors 'none'"), "{policy:?}");
            assert!(policy[0].contains("default-src 'none'"), "{policy:?}");
            assert_eq!(page.headers("x-frame-options"), ["DENY"]);
            assert_eq!(page.headers("cache-control"), ["no-store"]);
        }
        // `form-action` would stop the redirect to the application.
        for page in [&consent, &login] {
            assert!(
                !page
                    .header("content-security-policy")
                    .contains("form-action")
            );
        }
        assert_eq!(to_login.headers("cache-control"), ["no-store"]);
        for reply in [&consent, &error, &login, &to_login] {
            assert_eq!(reply.headers("referrer-policy"), ["no-referrer"]);
        }
        // The browser loads what these attributes name, and follows a link only
        // if somebody presses it.
        for page in [&consent, &error, &login] {
            let loaded = loaded_by(page);
            assert!(loaded.iter().any(|url| url.contains(".css")), "{loaded:?}");
            for url in loaded {
                assert!(url.starts_with('/') && !url.starts_with("//"), "{url}");
            }
            for element in [
                "<script", "<iframe", "<object", "<embed", "<style", "style=",
            ] {
                assert!(!page.text().contains(element), "{element}: {page:?}");
            }
        }
    })
    .await;
}

/// Check 21.
#[tokio::test]
async fn redirects_turn_into_get_and_are_not_stored() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let error = dance
            .browser
            .get(&app.authorize_path(&[("scope", "nonsense")]))
            .await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let allowed = allow(&mut dance.browser, &page, &scope("profile")).await;
        let page = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "consent")]))
            .await;
        let denied = deny(&mut dance.browser, &page).await;
        for reply in [error, allowed, denied] {
            assert_eq!(reply.status(), 303, "{reply:?}");
            assert_eq!(reply.headers("cache-control"), ["no-store"]);
            assert_eq!(reply.headers("referrer-policy"), ["no-referrer"]);
        }
    })
    .await;
}
