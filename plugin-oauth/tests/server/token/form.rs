//! What is read of a request, and how every reply looks.

use std::collections::HashSet;

use hob::testing::{Reply, on_each_database};
use http::{Method, Request};
use serde_json::Value;

use super::{
    encoded, post_with,
    support::{
        self, Dance, REDIRECT_URI, TOKEN, assert_error, assert_json_and_not_stored, request_uri,
        tokens,
    },
};

async fn post_raw(
    dance: &Dance,
    path: &str,
    content_type: &str,
    body: impl Into<axum::body::Body>,
) -> Reply {
    let request = Request::post(path)
        .header("content-type", content_type)
        .body(body.into())
        .expect("a valid request");
    dance.site.browser().send(request).await
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Check 45.
#[tokio::test]
async fn get_and_parameters_in_the_url_are_refused() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let query = encoded(&app.code_form(&code));
        for path in [TOKEN, "/oauth/token"] {
            let reply = dance.browser.get(&format!("{path}?{query}")).await;
            assert_eq!(
                (reply.status(), reply.header("allow")),
                (405, "POST"),
                "{reply:?}"
            );
            assert_eq!(
                reply.json::<Value>()["error"],
                "invalid_request",
                "{reply:?}"
            );
            assert_eq!(reply.header("cache-control"), "no-store", "{reply:?}");
            if path != TOKEN {
                // Without the legacy route there the host refuses the method.
                assert_eq!(reply.header("access-control-allow-origin"), "*");
            }
            let path = format!("{path}?{query}");
            let reply = dance.post_as(&app, &path, &[]).await;
            assert_error(&reply, 400, "invalid_request");
        }
        // Nor beside a body that would do without them.
        let mut form = app.code_form(&code);
        form.push(("client_id", &app.client_id));
        form.push(("client_secret", app.secret.as_deref().unwrap()));
        for name in [
            "code",
            "grant_type",
            "refresh_token",
            "scope",
            "access_token",
        ] {
            let path = format!("{TOKEN}?{name}=x");
            let reply = dance.site.browser().post_form(&path, &form).await;
            assert_error(&reply, 400, "invalid_request");
        }
        // A query that is nothing of OAuth's is ignored.
        let reply = dance
            .site
            .browser()
            .post_form("/oauth/token?x=1", &form)
            .await;
        tokens(&reply);
    })
    .await;
}

/// Check 46.
#[tokio::test]
async fn only_a_form_is_read() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let mut form = app.code_form(&code);
        form.push(("client_id", &app.client_id));
        form.push(("client_secret", app.secret.as_deref().unwrap()));
        let json = serde_json::to_string(
            &form
                .iter()
                .copied()
                .collect::<std::collections::BTreeMap<_, _>>(),
        );
        let reply = post_raw(&dance, TOKEN, "application/json", json.unwrap()).await;
        assert_error(&reply, 400, "invalid_request");
        let reply = post_raw(&dance, TOKEN, "multipart/form-data; boundary=x", "--x--").await;
        assert_error(&reply, 400, "invalid_request");
        let reply = post_raw(&dance, TOKEN, "text/plain", encoded(&form)).await;
        assert_error(&reply, 400, "invalid_request");
        let with_charset = "application/x-www-form-urlencoded; charset=UTF-8";
        tokens(&post_raw(&dance, TOKEN, with_charset, encoded(&form)).await);
    })
    .await;
}

/// Check 52.
#[tokio::test]
async fn duplicates_are_refused_unknown_fields_ignored_and_empty_ones_absent() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        for again in [
            ("code", code.as_str()),
            ("grant_type", "authorization_code"),
            ("unknown", "1"),
        ] {
            let mut form = app.code_form(&code);
            form.push(again);
            if again.0 == "unknown" {
                form.push(again);
            }
            assert_error(&dance.token(&app, &form).await, 400, "invalid_request");
        }
        for absent in [
            ("grant_type", "invalid_request"),
            ("code", "invalid_request"),
        ] {
            let mut form: Vec<_> = app.code_form(&code);
            form.retain(|(name, _)| *name != absent.0);
            form.push((absent.0, ""));
            assert_error(&dance.token(&app, &form).await, 400, absent.1);
        }
        let mut form = app.code_form(&code);
        form.push(("unknown", "1"));
        form.push(("scope", ""));
        tokens(&dance.token(&app, &form).await);
    })
    .await;
}

/// Check 53.
#[tokio::test]
async fn an_unknown_grant_and_one_that_is_not_allowed() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        for grant in [
            "nonsense",
            "password",
            "implicit",
            "urn:ietf:params:oauth:grant-type:saml2-bearer",
        ] {
            let form = [
                ("grant_type", grant),
                ("username", "alice"),
                ("password", support::PASSWORD),
            ];
            let reply = dance.token(&app, &form).await;
            assert_error(&reply, 400, "unsupported_grant_type");
        }
        let only_code = dance
            .register(REDIRECT_URI, &["--grant", "authorization_code"])
            .await;
        let code = dance.code(&only_code).await;
        let given = tokens(&dance.exchange(&only_code, &code).await);
        assert_eq!(given.refresh, "", "a refresh token that it may not use");
        let reply = dance.refresh(&only_code, "hob_rt_x").await;
        assert_error(&reply, 400, "unauthorized_client");
        let only_refresh = dance
            .register(REDIRECT_URI, &["--grant", "refresh_token"])
            .await;
        let reply = dance.exchange(&only_refresh, &code).await;
        assert_error(&reply, 400, "unauthorized_client");
        let reply = dance.browser.get(&only_refresh.authorize_path(&[])).await;
        support::answer(&reply).expect_error("unauthorized_client");
    })
    .await;
}

/// Check 54.
#[tokio::test]
async fn every_reply_is_json_that_nobody_stores() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let reply = dance.exchange(&app, &code).await;
        assert_json_and_not_stored(&reply);
        let body: Value = reply.json();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"].as_u64(), Some(3600));
        assert_eq!(body["scope"], "profile media:read");
        assert!(
            body["access_token"]
                .as_str()
                .unwrap()
                .starts_with("hob_at_")
        );
        assert!(
            body["refresh_token"]
                .as_str()
                .unwrap()
                .starts_with("hob_rt_")
        );
        for form in [vec![], vec![("grant_type", "x"), ("client_id", "x")]] {
            assert_json_and_not_stored(&dance.post_token(&form).await);
        }
    })
    .await;
}

#[tokio::test]
async fn pages_of_other_origins_may_read_every_reply_or_none() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.browser_app().await;
        let code = dance.code(&app).await;
        let mut form = app.code_form(&code);
        form.push(("client_id", &app.client_id));
        let origin = [("origin", "https://app.example")];
        for form in [&form[..], &form[..2]] {
            let reply = post_with(&dance, form, &origin).await;
            assert_eq!(reply.headers("access-control-allow-origin"), ["*"]);
            assert_eq!(reply.header("access-control-allow-credentials"), "");
        }
        let preflight = Request::builder()
            .method(Method::OPTIONS)
            .uri(TOKEN)
            .header("origin", "https://app.example")
            .header("access-control-request-method", "POST")
            .body(axum::body::Body::empty())
            .expect("a valid request");
        let reply = dance.site.browser().send(preflight).await;
        assert_eq!(reply.status(), 204);
        assert!(
            reply
                .header("access-control-allow-methods")
                .contains("POST")
        );
    })
    .await;
}

/// Check 57.
#[tokio::test]
async fn what_is_no_text_or_far_too_long_is_4xx() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let mut form = app.code_form(&code);
        form.push(("client_id", &app.client_id));
        form.push(("client_secret", app.secret.as_deref().unwrap()));
        let good = encoded(&form);
        for tail in ["&x=%00", "&x=%FF", "&x=%C3%28", "&%00=x"] {
            let reply = post_raw(&dance, TOKEN, FORM, format!("{good}{tail}")).await;
            assert_error(&reply, 400, "invalid_request");
        }
        let raw = [good.as_bytes(), b"&x=\xff\0"].concat();
        assert_error(
            &post_raw(&dance, TOKEN, FORM, raw).await,
            400,
            "invalid_request",
        );
        let long = format!("{good}&x={}", "a".repeat(1 << 20));
        let reply = post_raw(&dance, TOKEN, FORM, long).await;
        assert_eq!(reply.status(), 413, "{reply:?}");
        for name in [
            "code",
            "client_id",
            "client_secret",
            "redirect_uri",
            "code_verifier",
        ] {
            let long = "a".repeat(50_000);
            let mut form: Vec<_> = form.clone();
            form.retain(|(other, _)| *other != name);
            form.push((name, &long));
            let reply = dance.post_token(&form).await;
            assert!((400..500).contains(&reply.status()), "{name}: {reply:?}");
        }
        let reply = post_raw(
            &dance,
            TOKEN,
            FORM,
            format!("{good}&x={}", "a".repeat(1000)),
        )
        .await;
        tokens(&reply);
    })
    .await;
}

/// Check 59. How random they are is seen in `authorization/src/secret`.
#[tokio::test]
async fn nothing_that_is_issued_repeats() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let grants = [
            "--grant",
            "authorization_code",
            "--grant",
            "refresh_token",
            "--grant",
            "urn:ietf:params:oauth:grant-type:device_code",
        ];
        let app = dance.register(REDIRECT_URI, &grants).await;
        let mut seen = HashSet::new();
        for _ in 0..50 {
            let pushed = request_uri(&dance.push(&app, &[]).await);
            let device = dance
                .post_as(&app, "/oauth/device_authorization", &[])
                .await;
            let device: Value = device.json();
            let (_, initial_token) = dance.initial_token(&[]).await;
            let code = dance.code(&app).await;
            let given = tokens(&dance.exchange(&app, &code).await);
            for secret in [
                code,
                given.access,
                given.refresh,
                pushed.rsplit(':').next().unwrap_or_default().to_owned(),
                device["device_code"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                initial_token,
                dance.web_app().await.secret.unwrap_or_default(),
            ] {
                // A prefix of 7, the moment of issue where many are issued,
                // 256 bits in base 62, a checksum of 6.
                let names_a_moment = !["hob_cs_", "hob_ia_"].contains(&&secret[..7]);
                let length = 57 + if names_a_moment { 7 } else { 0 };
                assert_eq!(secret.len(), length, "{secret}");
                assert!(seen.insert(secret), "a secret was issued twice");
            }
        }
    })
    .await;
}
