//! Which application asks, and where the answer goes.

use hob::testing::on_each_database;

use super::{
    assert_consent_page, scope,
    support::{Dance, LOOPBACK_URI, REDIRECT_URI, allow, answer, assert_error_page},
};

/// Check 1.
#[tokio::test]
async fn an_unknown_or_missing_client_is_a_page_and_no_redirect() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for client_id in ["nobody", ""] {
            let path = app.authorize_path(&[("client_id", client_id)]);
            assert_error_page(&dance.browser.get(&path).await);
        }
        assert_consent_page(&dance.browser.get(&app.authorize_path(&[])).await);
    })
    .await;
}

/// Check 2.
#[tokio::test]
async fn an_unregistered_redirect_uri_is_a_page_and_never_a_redirect() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let evil = app.authorize_path(&[("redirect_uri", "https://evil.example/callback")]);
        assert_error_page(&dance.browser.get(&evil).await);
        // Nor with an error that would be told by redirect, nor signed out.
        let evil = app.authorize_path(&[
            ("redirect_uri", "https://evil.example/callback"),
            ("response_type", "token"),
            ("prompt", "none"),
        ]);
        assert_error_page(&dance.browser.get(&evil).await);
        assert_error_page(&dance.site.browser().get(&evil).await);
        let error = app.authorize_path(&[("response_type", "token")]);
        assert_eq!(answer(&dance.browser.get(&error).await).uri, REDIRECT_URI);
    })
    .await;
}

/// Check 3.
#[tokio::test]
async fn a_missing_redirect_uri_is_a_page() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let path = app.authorize_path(&[("redirect_uri", "")]);
        assert_error_page(&dance.browser.get(&path).await);
        assert_consent_page(&dance.browser.get(&app.authorize_path(&[])).await);
    })
    .await;
}

/// Check 4.
#[tokio::test]
async fn no_confusion_of_paths_is_redirected_to() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for tail in [
            "%2FX",
            "/..%2FX",
            "/%252e%252e%252FX",
            "/;/../../X",
            "%0A%0D/../../X",
            "/../X",
            "\n\r/X",
        ] {
            let uri = format!("{REDIRECT_URI}{tail}");
            let path = app.authorize_path(&[("redirect_uri", &uri)]);
            assert_error_page(&dance.browser.get(&path).await);
        }
        assert_consent_page(&dance.browser.get(&app.authorize_path(&[])).await);
    })
    .await;
}

/// Check 5.
#[tokio::test]
async fn a_redirect_uri_with_a_query_that_is_not_registered_is_refused() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let uri = format!("{REDIRECT_URI}?code=evil");
        let path = app.authorize_path(&[("redirect_uri", &uri)]);
        assert_error_page(&dance.browser.get(&path).await);
        let with_query = dance.register(&uri, &[]).await;
        assert_consent_page(&dance.browser.get(&with_query.authorize_path(&[])).await);
    })
    .await;
}

/// Check 6.
#[tokio::test]
async fn redirect_uris_are_compared_letter_by_letter() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for uri in [
            "https://app.example/callback;p",
            "https://user@app.example/callback",
            "https://app.example/callback#",
            "https://app.example/callback#x",
            "https://app.example/callback/",
            "https://app.example/Callback",
            "https://APP.example/callback",
            "https://app.example:443/callback",
            "http://app.example/callback",
        ] {
            let path = app.authorize_path(&[("redirect_uri", uri)]);
            assert_error_page(&dance.browser.get(&path).await);
        }
        assert_consent_page(&dance.browser.get(&app.authorize_path(&[])).await);
    })
    .await;
}

/// Check 7.
#[tokio::test]
async fn the_port_of_a_loopback_address_is_free_and_nothing_else() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for (registered, good, bad) in [
            (
                LOOPBACK_URI,
                "http://127.0.0.1:51234/callback",
                [
                    "http://127.0.0.1:51234/other",
                    "http://127.0.0.1:51234/callback?x=1",
                    "http://user@127.0.0.1:51234/callback",
                    "http://127.0.0.1.evil:51234/callback",
                    "http://localhost:51234/callback",
                    "http://[::1]:51234/callback",
                ],
            ),
            (
                "http://[::1]:4000/callback",
                "http://[::1]:51234/callback",
                [
                    "http://[::1]:51234/other",
                    "http://[::1]:51234/callback?x=1",
                    "http://user@[::1]:51234/callback",
                    "http://[::1].evil:51234/callback",
                    "http://localhost:51234/callback",
                    "http://127.0.0.1:51234/callback",
                ],
            ),
        ] {
            let app = dance.register(registered, &["--public"]).await;
            for uri in bad {
                let path = app.authorize_path(&[("redirect_uri", uri)]);
                assert_error_page(&dance.browser.get(&path).await);
            }
            let path = app.authorize_path(&[("redirect_uri", good)]);
            let page = dance.browser.get(&path).await;
            let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
            assert_eq!(answer(&reply).uri, good);
        }
    })
    .await;
}

/// Check 7.
#[tokio::test]
async fn any_port_of_localhost_only_if_the_operator_says_so() {
    const OTHER_PORT: (&str, &str) = ("redirect_uri", "http://localhost:5001/callback");
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register("http://localhost:5000/callback", &[]).await;
        let path = app.authorize_path(&[OTHER_PORT]);
        assert_error_page(&dance.browser.get(&path).await);
        assert_consent_page(&dance.browser.get(&app.authorize_path(&[])).await);
    })
    .await;
    on_each_database(async |builder| {
        let builder = builder.plugin_toml("oauth", "localhost_with_any_port = true");
        let mut dance = Dance::start(builder).await;
        let app = dance.register("http://localhost:5000/callback", &[]).await;
        let path = app.authorize_path(&[OTHER_PORT]);
        assert_consent_page(&dance.browser.get(&path).await);
    })
    .await;
}

/// Check 8.
#[tokio::test]
async fn what_may_be_registered_as_a_redirect_uri() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for bad in [
            "https://app.example/callback#fragment",
            "https://*.app.example/callback",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://app.example/callback",
        ] {
            let words = [
                "oauth",
                "client",
                "add",
                "--name",
                "X",
                "--scope",
                "profile",
                "--redirect-uri",
                bad,
            ];
            let output = dance.site.run_command(&words).await;
            assert_eq!(output.exit_code, 2, "{bad}: {}", output.stdout);
            assert!(output.stderr.contains(bad), "{}", output.stderr);
            let fields = [
                ("name", "X"),
                ("redirect_uris", bad),
                ("scope", "profile"),
                ("kind", "public"),
            ];
            let reply = dance.browser.submit("/oauth/clients/new", &fields).await;
            assert_eq!(reply.status(), 422, "{bad}");
        }
        let app = dance.register("com.example.app:/cb", &["--public"]).await;
        assert_consent_page(&dance.browser.get(&app.authorize_path(&[])).await);
    })
    .await;
}
