//! What is asked, and what comes back with the answer.

use hob::testing::on_each_database;

use super::{
    assert_consent_page, scope,
    support::{Dance, REDIRECT_URI, allow, answer, assert_error_page},
};

const ISSUER: &str = "http://127.0.0.1:8080";

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
