//! Proof Key for Code Exchange, from the request to the token.

use crate::support;

use hob::testing::on_each_database;
use support::{CHALLENGE, Dance, VERIFIER, answer, assert_error, tokens};

const WITHOUT: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

/// Check 32.
#[tokio::test]
async fn a_public_client_has_to_send_a_challenge() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let public = dance.browser_app().await;
        let reply = dance.browser.get(&public.authorize_path(&WITHOUT)).await;
        answer(&reply).expect_error("invalid_request");
        dance.tokens(&public).await;
        // A confidential one may leave it out.
        let confidential = dance.web_app().await;
        let code = dance.code_with(&confidential, &WITHOUT).await;
        let form = confidential.code_form_with(&code, &[("code_verifier", "")]);
        tokens(&dance.token(&confidential, &form).await);
    })
    .await;
}

#[tokio::test]
async fn an_operator_can_require_it_of_all() {
    on_each_database(async |builder| {
        let builder = builder.plugin_toml("oauth", "require_pkce = true");
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let reply = dance.browser.get(&app.authorize_path(&WITHOUT)).await;
        answer(&reply).expect_error("invalid_request");
        dance.tokens(&app).await;
    })
    .await;
}

/// Check 33.
#[tokio::test]
async fn only_s256_is_a_method() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for method in ["plain", "", "s256", "S512"] {
            let path = app.authorize_path(&[("code_challenge_method", method)]);
            answer(&dance.browser.get(&path).await).expect_error("invalid_request");
        }
        let alone = app.authorize_path(&[("code_challenge", "")]);
        answer(&dance.browser.get(&alone).await).expect_error("invalid_request");
        dance.tokens(&app).await;
    })
    .await;
}

/// Check 34.
#[tokio::test]
async fn a_malformed_challenge_is_refused() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for challenge in [
            "a".repeat(42),
            "a".repeat(129),
            "a".repeat(42) + "=",
            "a".repeat(42) + "+",
            "a".repeat(42) + " ",
        ] {
            let path = app.authorize_path(&[("code_challenge", &challenge)]);
            answer(&dance.browser.get(&path).await).expect_error("invalid_request");
        }
        for challenge in ["a".repeat(43), "a".repeat(128), "-._~".repeat(11)] {
            let path = app.authorize_path(&[("code_challenge", &challenge)]);
            assert_eq!(dance.browser.get(&path).await.status(), 200);
        }
    })
    .await;
}

/// Check 35.
#[tokio::test]
async fn a_wrong_or_absent_verifier_is_an_invalid_grant() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.browser_app().await;
        let code = dance.code(&app).await;
        let too_short = &VERIFIER[..42];
        for verifier in [
            "",
            &"a".repeat(43),
            too_short,
            &VERIFIER.to_lowercase(),
            CHALLENGE,
        ] {
            let form = app.code_form_with(&code, &[("code_verifier", verifier)]);
            assert_error(&dance.token(&app, &form).await, 400, "invalid_grant");
        }
        // The right one still works: nothing was consumed.
        tokens(&dance.exchange(&app, &code).await);
    })
    .await;
}

/// Check 36.
#[tokio::test]
async fn a_verifier_that_nobody_asked_for_is_an_invalid_grant() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code_with(&app, &WITHOUT).await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        let form = app.code_form_with(&code, &[("code_verifier", "")]);
        tokens(&dance.token(&app, &form).await);
    })
    .await;
}

/// Check 37.
#[tokio::test]
async fn there_is_no_way_down_to_plain_at_the_token_endpoint() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.browser_app().await;
        let code = dance.code(&app).await;
        let plain = [
            ("code_verifier", CHALLENGE),
            ("code_challenge_method", "plain"),
            ("code_challenge", CHALLENGE),
        ];
        let form = app.code_form_with(&code, &plain);
        assert_error(&dance.token(&app, &form).await, 400, "invalid_grant");
        let form = app.code_form_with(&code, &[("code_challenge_method", "plain")]);
        tokens(&dance.token(&app, &form).await);
    })
    .await;
}

/// Check 38.
#[tokio::test]
async fn a_verifier_that_is_too_short_fails_though_its_digest_fits() {
    use base64::Engine;
    use sha2::Digest;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.browser_app().await;
        for (verifier, works) in [("short".to_owned(), false), ("v".repeat(43), true)] {
            let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD
                .encode(sha2::Sha256::digest(verifier.as_bytes()));
            let more = [("code_challenge", challenge.as_str())];
            let code = dance.code_with(&app, &more).await;
            let form = app.code_form_with(&code, &[("code_verifier", &verifier)]);
            let reply = dance.token(&app, &form).await;
            if works {
                tokens(&reply);
            } else {
                assert_error(&reply, 400, "invalid_grant");
            }
        }
    })
    .await;
}
