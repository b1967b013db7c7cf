//! The authorization endpoint and the consent page, as browsers see them.

mod support;

use std::time::Duration;

use hob::testing::{Reply, on_each_database};
use http::Method;
use support::{
    AUTHORIZE, App, CHALLENGE, Dance, LOOPBACK_URI, PASSWORD, REDIRECT_URI, allow, answer,
    assert_error_page, deny, request_on,
};

const ISSUER: &str = "http://127.0.0.1:8080";

fn assert_consent_page(reply: &Reply) {
    request_on(reply);
}

fn scope(words: &str) -> Vec<String> {
    words.split(' ').map(ToOwned::to_owned).collect()
}

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

/// Checks 9 and 10.
#[tokio::test]
async fn an_unknown_response_type_is_told_by_redirect_with_state() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for (response_type, error) in [
            ("", "invalid_request"),
            ("nonsense", "unsupported_response_type"),
            ("token", "unsupported_response_type"),
            ("id_token token", "unsupported_response_type"),
            ("code token", "unsupported_response_type"),
        ] {
            let path = app.authorize_path(&[("response_type", response_type)]);
            let answer = answer(&dance.browser.get(&path).await);
            answer.expect_error(error);
            assert_eq!(answer.one("state"), Some("xyz"));
        }
        assert_consent_page(&dance.browser.get(&app.authorize_path(&[])).await);
    })
    .await;
}

/// Check 11.
#[tokio::test]
async fn unknown_and_malformed_scopes_are_invalid_scope() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance
            .register_with_scope(REDIRECT_URI, "profile", &[])
            .await;
        for bad in [
            "profile admin",
            "media:read",
            "profile\"",
            "pro\\file",
            "profile  profile",
            " ",
            "prof\u{ef}le",
            "a\tb",
        ] {
            let path = app.authorize_path(&[("scope", bad)]);
            answer(&dance.browser.get(&path).await).expect_error("invalid_scope");
        }
        let path = app.authorize_path(&[("scope", "profile")]);
        assert_consent_page(&dance.browser.get(&path).await);
        // Named none: all that it is registered for.
        let path = app.authorize_path(&[("scope", "")]);
        let page = dance.browser.get(&path).await;
        assert!(page.text().contains("value=\"profile\""));
        assert!(!page.text().contains("value=\"media:read\""));
    })
    .await;
}

/// Check 12.
#[tokio::test]
async fn a_repeated_parameter_is_an_error() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let path = app.authorize_path(&[]);
        for again in [
            "scope=profile",
            "response_type=code",
            "state=other",
            "x=1&x=2",
        ] {
            let answer = answer(&dance.browser.get(&format!("{path}&{again}")).await);
            answer.expect_error("invalid_request");
        }
        for again in [
            format!("client_id={}", app.client_id),
            "redirect_uri=https://app.example/callback".to_owned(),
        ] {
            assert_error_page(&dance.browser.get(&format!("{path}&{again}")).await);
        }
        let resource = "resource=http://127.0.0.1:8080/api/v1";
        let twice = format!("{path}&{resource}&{resource}");
        assert_consent_page(&dance.browser.get(&twice).await);
    })
    .await;
}

/// Check 13.
#[tokio::test]
async fn unknown_parameters_are_ignored() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let path = app.authorize_path(&[("colour", "blue"), ("nonce", "1")]);
        assert_consent_page(&dance.browser.get(&path).await);
    })
    .await;
}

/// Check 14.
#[tokio::test]
async fn state_comes_back_byte_for_byte() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let long = "+%&=;é \"<>#".repeat(100);
        for state in [long.as_str(), "+", "%", "&", "%25", "a b", "<script>"] {
            let path = app.authorize_path(&[("state", state), ("scope", "nonsense")]);
            let error = answer(&dance.browser.get(&path).await);
            assert_eq!(error.one("state"), Some(state));
            let page = dance
                .browser
                .get(&app.authorize_path(&[("state", state), ("prompt", "consent")]))
                .await;
            let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
            assert_eq!(answer(&reply).one("state"), Some(state));
        }
        for more in [
            [("state", ""), ("scope", "nonsense")],
            [("state", ""), ("prompt", "none")],
        ] {
            let reply = dance.browser.get(&app.authorize_path(&more)).await;
            assert!(!answer(&reply).fields.contains("state"));
        }
    })
    .await;
}

/// Check 15.
#[tokio::test]
async fn the_issuer_is_the_metadatas_on_success_and_on_error() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let metadata = dance
            .browser
            .get("/.well-known/oauth-authorization-server")
            .await;
        let metadata: serde_json::Value = metadata.json();
        assert_eq!(metadata["issuer"], ISSUER);
        assert_eq!(
            metadata["authorization_response_iss_parameter_supported"],
            true
        );
        let error = dance
            .browser
            .get(&app.authorize_path(&[("scope", "nonsense")]))
            .await;
        assert_eq!(answer(&error).one("iss"), Some(ISSUER));
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let reply = allow(&mut dance.browser, &page, &scope("profile media:read")).await;
        assert_eq!(answer(&reply).one("iss"), Some(ISSUER));
        // And where consent is remembered.
        let reply = dance.browser.get(&app.authorize_path(&[])).await;
        assert_eq!(answer(&reply).one("iss"), Some(ISSUER));
        answer(&reply).expect_code();
    })
    .await;
}

/// Check 16.
#[tokio::test]
async fn the_redirect_uris_own_query_is_kept() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance
            .register("https://app.example/callback?own=1&two=a%20b", &[])
            .await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        let location = reply.header("location");
        assert!(
            location.starts_with("https://app.example/callback?own=1&two=a%20b&code="),
            "{location}"
        );
        for name in ["code=", "state=", "iss="] {
            assert_eq!(location.matches(name).count(), 1, "{name} in {location}");
        }
        assert_eq!(location.matches('?').count(), 1, "{location}");
    })
    .await;
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

/// Check 22.
#[tokio::test]
async fn a_forged_consent_gives_no_code() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("mallory", PASSWORD).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let request = request_on(&page);
        let fields = [
            ("request", request.as_str()),
            ("decision", "allow"),
            ("scope", "profile"),
        ];
        // No CSRF token.
        let reply = dance.browser.post_form("/oauth/consent", &fields).await;
        assert_eq!(reply.status(), 403, "{reply:?}");
        // Nobody signed in.
        let reply = dance
            .site
            .browser()
            .post_form("/oauth/consent", &fields)
            .await;
        assert_error_page(&reply);
        // Another session of the same member.
        let mut other_session = dance.site.browser();
        other_session.sign_in("alice", PASSWORD).await;
        let reply = other_session.submit("/oauth/consent", &fields).await;
        assert_error_page(&reply);
        assert_eq!(reply.status(), 403, "{reply:?}");
        // Another member.
        let mut mallory = dance.site.browser();
        mallory.sign_in("mallory", PASSWORD).await;
        let reply = mallory.submit("/oauth/consent", &fields).await;
        assert_error_page(&reply);
        assert_eq!(reply.status(), 403, "{reply:?}");
        // The member herself, once.
        let reply = dance.browser.submit("/oauth/consent", &fields).await;
        answer(&reply).expect_code();
        // And no second time.
        assert_error_page(&dance.browser.submit("/oauth/consent", &fields).await);
    })
    .await;
}

/// Check 22.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_is_sent_many_times_at_once_gives_one_code() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let decisions = (0..20).map(|_| async {
            let mut browser = dance.site.browser();
            browser.copy_cookies(&dance.browser);
            allow(&mut browser, &page, &scope("profile")).await
        });
        let replies = futures_util::future::join_all(decisions).await;
        let (codes, others): (Vec<_>, Vec<_>) =
            replies.iter().partition(|reply| reply.status() == 303);
        assert_eq!(codes.len(), 1);
        answer(codes[0]).expect_code();
        for reply in others {
            assert_error_page(reply);
        }
    })
    .await;
}

/// Whoever only looks leaves nothing behind, and the answer is kept for as long
/// as it could be sent again.
#[tokio::test]
async fn a_question_is_stored_when_it_is_answered() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let path = app.authorize_path(&[("prompt", "consent")]);
        let pages = [
            dance.browser.get(&path).await,
            dance.browser.get(&path).await,
        ];
        assert_ne!(request_on(&pages[0]), request_on(&pages[1]));
        assert_eq!(dance.count("oauth_authorization_requests").await, 0);
        for (page, stored) in pages.iter().zip(1..) {
            let reply = allow(&mut dance.browser, page, &scope("profile")).await;
            answer(&reply).expect_code();
            let count = dance.count("oauth_authorization_requests").await;
            assert_eq!(count, stored);
            assert_error_page(&deny(&mut dance.browser, page).await);
        }
    })
    .await;
}

/// The form is read once more as it was brought, so it is worth no more than
/// the same request is now.
#[tokio::test]
async fn a_question_whose_application_has_changed_is_over() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let edit = [
            "oauth",
            "client",
            "edit",
            &app.client_id,
            "--redirect-uri",
            "https://elsewhere.example/callback",
        ];
        assert_eq!(dance.site.run_command(&edit).await.exit_code, 0);
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        assert_error_page(&reply);
        assert_eq!(dance.count("oauth_authorization_codes").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_consent_page_waits_only_so_long() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        dance.site.clock().advance(Duration::from_secs(31 * 60));
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        assert_error_page(&reply);
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        dance.site.clock().advance(Duration::from_secs(29 * 60));
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        answer(&reply).expect_code();
    })
    .await;
}

/// Check 23.
#[tokio::test]
async fn tampered_fields_of_the_consent_form_have_no_effect() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let request = request_on(&page);
        let fields = [
            ("request", request.as_str()),
            ("decision", "allow"),
            ("scope", "profile"),
            ("client_id", &other.client_id),
            ("redirect_uri", "https://evil.example/"),
            ("state", "evil"),
            ("code_challenge", ""),
        ];
        let reply = dance.browser.submit("/oauth/consent", &fields).await;
        let answered = answer(&reply);
        assert_eq!(answered.uri, REDIRECT_URI);
        assert_eq!(answered.one("state"), Some("xyz"));
        let code = answered.expect_code();
        // Still the first application's, with its challenge.
        let reply = dance.exchange(&other, &code).await;
        assert_eq!(reply.status(), 400);
        assert_eq!(dance.exchange(&app, &code).await.status(), 200);
        // A name that is no request's.
        let page = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "consent")]))
            .await;
        let mut tampered = request_on(&page);
        tampered.replace_range(10..11, if &tampered[10..11] == "a" { "b" } else { "a" });
        let fields = [
            ("request", tampered.as_str()),
            ("decision", "allow"),
            ("scope", "profile"),
        ];
        assert_error_page(&dance.browser.submit("/oauth/consent", &fields).await);
    })
    .await;
}

/// Check 24.
#[tokio::test]
async fn an_account_that_was_switched_meanwhile_aborts() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("bob", PASSWORD).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        dance.browser.sign_in("bob", PASSWORD).await;
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        assert_error_page(&reply);
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        assert!(page.text().contains("(@<bdi>bob</bdi>)"), "{page:?}");
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        answer(&reply).expect_code();
    })
    .await;
}

#[tokio::test]
async fn another_account_can_be_used_for_the_same_request() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("bob", PASSWORD).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let marker = "href=\"/login?next=%2Foauth";
        let at = page
            .text()
            .find(marker)
            .expect("a link to the sign-in page")
            + 6;
        let link = page.text()[at..].split('"').next().unwrap_or_default();
        let next: String = url::form_urlencoded::parse(link.split_once('?').unwrap().1.as_bytes())
            .find(|(name, _)| name == "next")
            .map(|(_, next)| next.into_owned())
            .unwrap();
        let form = [("username", "bob"), ("password", PASSWORD), ("next", &next)];
        let reply = dance.browser.post_form("/login", &form).await;
        assert_eq!(reply.header("location"), next);
        let page = dance.browser.get(&next).await;
        assert!(page.text().contains("(@<bdi>bob</bdi>)"), "{page:?}");
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        assert_eq!(answer(&reply).one("state"), Some("xyz"));
        answer(&reply).expect_code();
    })
    .await;
}

#[tokio::test]
async fn who_is_not_signed_in_comes_back_after_signing_in() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let mut browser = dance.site.browser();
        let state = [("state", "+%& é")];
        let reply = browser.get(&app.authorize_path(&state)).await;
        let (path, query) = reply.header("location").split_once('?').unwrap();
        assert_eq!(path, "/login");
        let next = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "next")
            .map(|(_, next)| next.into_owned())
            .unwrap();
        let form = [
            ("username", "alice"),
            ("password", PASSWORD),
            ("next", &next),
        ];
        let reply = browser.post_form("/login", &form).await;
        let page = browser.get(reply.header("location")).await;
        let reply = allow(&mut browser, &page, &scope("profile")).await;
        assert_eq!(answer(&reply).one("state"), Some("+%& é"));
        answer(&reply).expect_code();
    })
    .await;
}

/// Check 25.
#[tokio::test]
async fn deny_is_access_denied_with_state() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let reply = deny(&mut dance.browser, &page).await;
        let answered = answer(&reply);
        answered.expect_error("access_denied");
        assert_eq!(answered.one("state"), Some("xyz"));
        assert_eq!(answered.uri, REDIRECT_URI);
        // No answer at all is none; the question still stands.
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let request = request_on(&page);
        for decision in [vec![], vec![("decision", "maybe")]] {
            let mut fields = vec![("request", request.as_str()), ("scope", "profile")];
            fields.extend(decision);
            assert_error_page(&dance.browser.submit("/oauth/consent", &fields).await);
        }
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        answer(&reply).expect_code();
    })
    .await;
}

/// Check 26.
#[tokio::test]
async fn only_what_was_asked_and_ticked_is_granted() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let ticked = scope("profile media:write email");
        let reply = allow(&mut dance.browser, &page, &ticked).await;
        let code = answer(&reply).expect_code();
        let tokens = support::tokens(&dance.exchange(&app, &code).await);
        assert_eq!(tokens.scope, "profile");
        for nothing in [vec![], scope("email")] {
            let app = dance.web_app().await;
            let page = dance.browser.get(&app.authorize_path(&[])).await;
            let reply = allow(&mut dance.browser, &page, &nothing).await;
            answer(&reply).expect_error("access_denied");
        }
    })
    .await;
}

#[tokio::test]
async fn a_step_up_asks_for_what_is_new_and_keeps_the_rest() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code_with(&app, &[("scope", "profile")]).await;
        let wider = app.authorize_path(&[("scope", "profile media:read")]);
        let page = dance.browser.get(&wider).await;
        assert!(page.text().contains("You allowed this before:"), "{page:?}");
        allow(&mut dance.browser, &page, &scope("profile media:read")).await;
        // Now both are remembered, together and alone.
        for asked in ["profile media:read", "media:read", "profile"] {
            let reply = dance
                .browser
                .get(&app.authorize_path(&[("scope", asked)]))
                .await;
            answer(&reply).expect_code();
        }
    })
    .await;
}

/// Check 27.
#[tokio::test]
async fn a_public_client_on_the_device_is_never_approved_silently() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for uri in [LOOPBACK_URI, "com.example.app:/cb"] {
            let app = dance.register(uri, &["--public"]).await;
            dance.code(&app).await;
            let reply = dance.browser.get(&app.authorize_path(&[])).await;
            assert_consent_page(&reply);
            let path = app.authorize_path(&[("prompt", "none")]);
            answer(&dance.browser.get(&path).await).expect_error("consent_required");
        }
        for app in [
            dance.browser_app().await,
            dance.web_app().await,
            dance.register(LOOPBACK_URI, &[]).await,
        ] {
            dance.code(&app).await;
            let reply = dance.browser.get(&app.authorize_path(&[])).await;
            answer(&reply).expect_code();
        }
    })
    .await;
}

/// Check 28.
#[tokio::test]
async fn prompt_none_never_shows_a_page() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let path = app.authorize_path(&[("prompt", "none")]);
        let stranger = dance.site.browser().get(&path).await;
        answer(&stranger).expect_error("login_required");
        assert_eq!(answer(&stranger).one("state"), Some("xyz"));
        answer(&dance.browser.get(&path).await).expect_error("consent_required");
        dance.code(&app).await;
        answer(&dance.browser.get(&path).await).expect_code();
        let both = app.authorize_path(&[("prompt", "none login")]);
        answer(&dance.browser.get(&both).await).expect_error("invalid_request");
    })
    .await;
}

#[tokio::test]
async fn prompt_login_and_prompt_consent_ask_again() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code(&app).await;
        let reply = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "consent")]))
            .await;
        assert_consent_page(&reply);
        let reply = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "login")]))
            .await;
        assert_eq!(reply.status(), 303);
        let (path, query) = reply.header("location").split_once('?').unwrap();
        assert_eq!(path, "/login");
        let next = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "next")
            .map(|(_, next)| next.into_owned())
            .unwrap();
        // Going on without signing in leads back to the sign-in page.
        let reply = dance.browser.get(&next).await;
        assert!(reply.header("location").starts_with("/login?"), "{reply:?}");
        dance.browser.sign_in("alice", PASSWORD).await;
        let reply = dance.browser.get(&next).await;
        answer(&reply).expect_code();
        assert_eq!(answer(&reply).one("state"), Some("xyz"));
        // It was answered; it is not answered twice.
        assert_error_page(&dance.browser.get(&next).await);
    })
    .await;
}

/// Check 29.
#[tokio::test]
async fn html_in_names_scopes_and_states_is_escaped() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let evil = "<script>alert(1)</script>\"'";
        let fields = [
            ("name", evil),
            ("website", ""),
            ("redirect_uris", REDIRECT_URI),
            ("scope", "profile"),
            ("kind", "confidential"),
        ];
        let created = dance.browser.submit("/oauth/clients/new", &fields).await;
        assert_eq!(created.status(), 201, "{created:?}");
        let list = dance.browser.get("/oauth/clients").await;
        let at = list.text().find("/oauth/clients/").unwrap();
        let client_id = list.text()[at..]
            .split(['"', '/'])
            .find(|part| part.len() == 22)
            .expect("the list links to the application")
            .to_owned();
        let app = App {
            client_id,
            secret: None,
            redirect_uri: REDIRECT_URI.to_owned(),
        };
        let consent = dance
            .browser
            .get(&app.authorize_path(&[("state", evil), ("scope", "profile")]))
            .await;
        assert_consent_page(&consent);
        let refused = app.authorize_path(&[("redirect_uri", evil), ("client_id", evil)]);
        let error = dance.browser.get(&refused).await;
        let client = dance
            .browser
            .get(&format!("/oauth/clients/{}", app.client_id))
            .await;
        for page in [&created, &list, &consent, &error, &client] {
            assert!(!page.text().contains("<script"), "{}", page.text());
        }
        assert!(
            consent.text().contains("&#60;script&#62;"),
            "{}",
            consent.text()
        );
    })
    .await;
}

/// Check 30.
#[tokio::test]
async fn a_suspended_client_or_a_disabled_member_gets_no_code() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code(&app).await;
        let waiting = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "consent")]))
            .await;
        let suspend = ["oauth", "client", "suspend", app.client_id.as_str()];
        assert_eq!(dance.site.run_command(&suspend).await.exit_code, 0);
        assert_error_page(&dance.browser.get(&app.authorize_path(&[])).await);
        let reply = allow(&mut dance.browser, &waiting, &scope("profile")).await;
        assert_error_page(&reply);
        let resume = ["oauth", "client", "resume", app.client_id.as_str()];
        assert_eq!(dance.site.run_command(&resume).await.exit_code, 0);
        let reply = dance.browser.get(&app.authorize_path(&[])).await;
        answer(&reply).expect_code();

        let waiting = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "consent")]))
            .await;
        dance.site.disable_member(dance.alice.id).await;
        let reply = dance.browser.get(&app.authorize_path(&[])).await;
        assert!(reply.header("location").starts_with("/login?"), "{reply:?}");
        let reply = allow(&mut dance.browser, &waiting, &scope("profile")).await;
        assert_error_page(&reply);
    })
    .await;
}

#[tokio::test]
async fn a_request_object_or_a_foreign_request_uri_is_refused() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for (name, value, error) in [
            ("request", "eyJ", "request_not_supported"),
            (
                "request_uri",
                "https://app.example/r",
                "request_uri_not_supported",
            ),
            ("response_mode", "fragment", "invalid_request"),
        ] {
            let path = app.authorize_path(&[(name, value)]);
            answer(&dance.browser.get(&path).await).expect_error(error);
        }
        let path = app.authorize_path(&[("response_mode", "query")]);
        assert_consent_page(&dance.browser.get(&path).await);
    })
    .await;
}

#[tokio::test]
async fn a_resource_elsewhere_is_an_invalid_target() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for bad in [
            "https://elsewhere.example/api",
            "/api/v1",
            "http://127.0.0.1:8080/api#x",
        ] {
            let path = app.authorize_path(&[("resource", bad)]);
            answer(&dance.browser.get(&path).await).expect_error("invalid_target");
        }
        let path = app.authorize_path(&[("resource", "http://127.0.0.1:8080/api/v1")]);
        assert_consent_page(&dance.browser.get(&path).await);
    })
    .await;
}
