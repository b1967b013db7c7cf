//! The token endpoint, as clients and those who would like to be one see it.

mod support;

use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use hob::testing::{Reply, on_each_database};
use http::{Method, Request};
use serde_json::Value;
use support::{
    App, Dance, REDIRECT_URI, TOKEN, assert_error, assert_json_and_not_stored, basic, request_uri,
    tokens,
};

/// A form with further headers, and no client authentication of its own.
async fn post_with(dance: &Dance, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
    dance
        .site
        .browser()
        .post_form_with(TOKEN, form, headers)
        .await
}

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

fn encoded(form: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish()
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Check 39.
#[tokio::test]
async fn a_replayed_code_kills_what_it_gave() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let untouched = dance.tokens(&app).await;
        let code = dance.code(&app).await;
        let first = tokens(&dance.exchange(&app, &code).await);
        dance.assert_alive(&first).await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        dance.assert_dead(&app, &first).await;
        // Tokens of another authorization of the same client live on.
        dance.assert_alive(&untouched).await;
    })
    .await;
}

/// Check 39.
#[tokio::test]
async fn a_code_replayed_after_its_lifetime_kills_what_it_gave() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let first = tokens(&dance.exchange(&app, &code).await);
        dance
            .site
            .clock()
            .advance(Duration::from_secs(20 * 24 * 3600));
        // Other codes come and go meanwhile, and rows are tidied away.
        let second = tokens(&dance.refresh(&app, &first.refresh).await);
        for _ in 0..40 {
            dance.tokens(&app).await;
        }
        dance.assert_alive(&second).await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        dance.assert_dead(&app, &second).await;
    })
    .await;
}

/// Check 40.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_parallel_exchanges_of_a_code_give_one_200() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let exchanges = (0..50).map(|_| dance.exchange(&app, &code));
        let replies = join_all(exchanges).await;
        let successes = replies.iter().filter(|reply| reply.status() == 200);
        assert_eq!(successes.count(), 1);
        for reply in replies.iter().filter(|reply| reply.status() != 200) {
            assert_error(reply, 400, "invalid_grant");
        }
    })
    .await;
}

/// Check 41.
#[tokio::test]
async fn a_code_lives_for_a_minute() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        dance.site.clock().advance(Duration::from_secs(61));
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        let code = dance.code(&app).await;
        dance.site.clock().advance(Duration::from_secs(50));
        tokens(&dance.exchange(&app, &code).await);
    })
    .await;
}

/// Check 42.
#[tokio::test]
async fn another_clients_code_is_an_invalid_grant() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.browser_app().await);
        let code = dance.code(&app).await;
        assert_error(&dance.exchange(&other, &code).await, 400, "invalid_grant");
        tokens(&dance.exchange(&app, &code).await);
        // Nor is a replay by another client anything to its owner.
        let code = dance.code(&app).await;
        let own = tokens(&dance.exchange(&app, &code).await);
        assert_error(&dance.exchange(&other, &code).await, 400, "invalid_grant");
        dance.assert_alive(&own).await;
    })
    .await;
}

/// Check 43.
#[tokio::test]
async fn the_redirect_uri_has_to_be_the_one_of_the_request() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let words = ["--redirect-uri", "http://127.0.0.1/callback"];
        let app = dance.register(REDIRECT_URI, &words).await;
        let code = dance.code(&app).await;
        for other in [
            "",
            "https://app.example/callback/",
            "https://app.example/callback?",
            "http://127.0.0.1/callback",
        ] {
            let form = app.code_form_with(&code, &[("redirect_uri", other)]);
            assert_error(&dance.token(&app, &form).await, 400, "invalid_grant");
        }
        tokens(&dance.exchange(&app, &code).await);
        // A port of the request's own counts too.
        let on_port = App {
            redirect_uri: "http://127.0.0.1:5000/callback".to_owned(),
            ..app.clone()
        };
        let code = dance.code(&on_port).await;
        let form = app.code_form_with(&code, &[("redirect_uri", "http://127.0.0.1/callback")]);
        assert_error(&dance.token(&app, &form).await, 400, "invalid_grant");
        tokens(&dance.exchange(&on_port, &code).await);
    })
    .await;
}

/// Check 44.
#[tokio::test]
async fn a_code_dies_with_the_consent() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        dance.take_back(&app).await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        dance.tokens(&app).await;
    })
    .await;
}

/// Check 44.
#[tokio::test]
async fn a_code_dies_with_the_members_account_or_password() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        dance
            .site
            .change_password(dance.alice.id, "another long password")
            .await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        dance
            .browser
            .sign_in("alice", "another long password")
            .await;
        dance.tokens(&app).await;
        let code = dance.code(&app).await;
        dance.site.disable_member(dance.alice.id).await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn a_code_dies_with_the_client() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        for word in ["suspend", "resume"] {
            let words = ["oauth", "client", word, app.client_id.as_str()];
            assert_eq!(dance.site.run_command(&words).await.exit_code, 0);
            assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        }
        dance.tokens(&app).await;
    })
    .await;
}

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
            let header = [("authorization", app.basic())];
            let header = header
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            let reply = dance
                .site
                .browser()
                .post_form_with(&format!("{path}?{query}"), &[], &header)
                .await;
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

/// Check 47.
#[tokio::test]
async fn credentials_in_the_query_are_an_invalid_client() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let credentials = [
            ("client_id", app.client_id.as_str()),
            ("client_secret", app.secret.as_deref().unwrap()),
        ];
        let path = format!("{TOKEN}?{}", encoded(&credentials));
        let reply = dance
            .site
            .browser()
            .post_form(&path, &app.code_form(&code))
            .await;
        assert_error(&reply, 401, "invalid_client");
        // Nor beside good ones in the body.
        let mut form = app.code_form(&code);
        form.extend(credentials);
        for name in ["client_id", "client_secret", "client_assertion"] {
            let path = format!("{TOKEN}?{name}=x");
            let reply = dance.site.browser().post_form(&path, &form).await;
            assert_error(&reply, 401, "invalid_client");
        }
        tokens(&dance.exchange(&app, &code).await);
    })
    .await;
}

/// Check 48.
#[tokio::test]
async fn a_client_authenticates_in_one_way() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let secret = app.secret.clone().unwrap();
        let code = dance.code(&app).await;
        let header = app.basic();
        let headers = [("authorization", header.as_str())];
        let mut both = app.code_form(&code);
        both.push(("client_secret", &secret));
        assert_error(
            &post_with(&dance, &both, &headers).await,
            400,
            "invalid_request",
        );
        let mut other = app.code_form(&code);
        other.push(("client_id", "another"));
        assert_error(
            &post_with(&dance, &other, &headers).await,
            400,
            "invalid_request",
        );
        let twice = [headers[0], headers[0]];
        let form = app.code_form(&code);
        assert_error(
            &post_with(&dance, &form, &twice).await,
            400,
            "invalid_request",
        );
        let mut assertion = app.code_form(&code);
        assertion.push(("client_id", &app.client_id));
        assertion.push(("client_assertion", "eyJ"));
        assert_error(&dance.post_token(&assertion).await, 401, "invalid_client");
        let mut same = app.code_form(&code);
        same.push(("client_id", &app.client_id));
        tokens(&post_with(&dance, &same, &headers).await);
    })
    .await;
}

/// Check 49.
#[tokio::test]
async fn an_unknown_client_and_a_wrong_secret_look_the_same() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let secret = app.secret.clone().unwrap();
        let code = dance.code(&app).await;
        let form = app.code_form(&code);
        let mut bodies = HashSet::new();
        for header in [
            basic("nobody", &secret),
            basic(&app.client_id, "wrong"),
            basic(&app.client_id, &secret.to_lowercase()),
            basic(&app.client_id, ""),
        ] {
            let reply = post_with(&dance, &form, &[("authorization", &header)]).await;
            assert_error(&reply, 401, "invalid_client");
            bodies.insert(reply.text().to_owned());
        }
        for credentials in [("nobody", secret.as_str()), (&app.client_id, "wrong")] {
            let mut form = form.clone();
            form.push(("client_id", credentials.0));
            form.push(("client_secret", credentials.1));
            let reply = dance.post_token(&form).await;
            assert_error(&reply, 401, "invalid_client");
            bodies.insert(reply.text().to_owned());
        }
        assert_eq!(bodies.len(), 1, "{bodies:?}");
        let header = app.basic();
        tokens(&post_with(&dance, &form, &[("authorization", &header)]).await);
    })
    .await;
}

/// Check 95.
#[tokio::test]
async fn the_stored_digest_of_a_secret_is_no_secret() {
    use sha2::Digest;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let digest = sha2::Sha256::digest(app.secret.as_deref().unwrap().as_bytes());
        let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let thief = App {
            secret: Some(hexadecimal),
            ..app.clone()
        };
        assert_error(&dance.exchange(&thief, &code).await, 401, "invalid_client");
        tokens(&dance.exchange(&app, &code).await);
    })
    .await;
}

/// Check 50.
#[tokio::test]
async fn basic_credentials_are_form_decoded() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let encode =
            |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let code = dance.code(&app).await;
        let form = app.code_form(&code);
        let good = basic(
            &encode(&app.client_id),
            &encode(app.secret.as_deref().unwrap()),
        );
        for bad in [
            "Basic %%%".to_owned(),
            "Basic".to_owned(),
            "Basic bm9jb2xvbg==".to_owned(),
            "Bearer x".to_owned(),
            basic("", "x"),
            basic(
                &format!("{}+", app.client_id),
                app.secret.as_deref().unwrap(),
            ),
            basic("%FF", "%FF"),
        ] {
            let reply = post_with(&dance, &form, &[("authorization", &bad)]).await;
            assert_error(&reply, 401, "invalid_client");
        }
        tokens(&post_with(&dance, &form, &[("authorization", &good)]).await);
    })
    .await;
}

/// Check 51.
#[tokio::test]
async fn a_confidential_client_needs_its_secret_and_a_public_one_has_none() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, public) = (dance.web_app().await, dance.browser_app().await);
        assert_eq!(public.secret, None);
        let code = dance.code(&app).await;
        let mut form = app.code_form(&code);
        assert_error(&dance.post_token(&form).await, 401, "invalid_client");
        form.push(("client_id", &app.client_id));
        assert_error(&dance.post_token(&form).await, 401, "invalid_client");
        tokens(&dance.exchange(&app, &code).await);

        let code = dance.code(&public).await;
        let form = public.code_form(&code);
        let wrong = basic(&public.client_id, "anything");
        let reply = post_with(&dance, &form, &[("authorization", &wrong)]).await;
        assert_error(&reply, 401, "invalid_client");
        let empty = basic(&public.client_id, "");
        tokens(&post_with(&dance, &form, &[("authorization", &empty)]).await);
        dance.tokens(&public).await;
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

/// Check 59. How random they are is seen in `src/secret.rs`.
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

#[tokio::test]
async fn a_token_request_can_name_the_resource_that_was_granted_and_no_other() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let api = "http://127.0.0.1:8080/api/v1";
        let asked = [("resource", api)];
        let code = dance.code_with(&app, &asked).await;
        for bad in ["http://127.0.0.1:8080/other", "https://elsewhere.example/"] {
            let form = app.code_form_with(&code, &[("resource", bad)]);
            assert_error(&dance.token(&app, &form).await, 400, "invalid_target");
        }
        let form = app.code_form_with(&code, &[("resource", api)]);
        let given = tokens(&dance.token(&app, &form).await);
        dance.assert_alive(&given).await;
        let again = tokens(&dance.refresh(&app, &given.refresh).await);
        dance.assert_alive(&again).await;
    })
    .await;
}

/// Check 58.
#[tokio::test]
async fn guessing_a_secret_is_slowed_down_for_that_address_alone() {
    on_each_database(async |builder| {
        let builder = builder
            .url("https://hob.example")
            .server_toml("behind_tls_proxy = true");
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let secret = app.secret.clone().expect("a confidential client has one");
        let try_with = async |secret: &str, address: &str| {
            let header = basic(&app.client_id, secret);
            let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
            let headers = [
                ("authorization", header.as_str()),
                ("x-forwarded-for", address),
            ];
            post_with(&dance, &form, &headers).await
        };
        // Whoever is right is never held up: the answer is about the grant.
        for _ in 0..12 {
            let reply = try_with(&secret, "192.0.2.1").await;
            assert_error(&reply, 400, "invalid_grant");
        }
        for guess in 0..10 {
            let reply = try_with(&format!("guess {guess}"), "192.0.2.1").await;
            assert_error(&reply, 401, "invalid_client");
        }
        for secret in ["guess 11", &secret] {
            let reply = try_with(secret, "192.0.2.1").await;
            assert_error(&reply, 429, "slow_down");
            assert_json_and_not_stored(&reply);
            let wait: u64 = reply.header("retry-after").parse().expect("seconds");
            assert!((1..=30).contains(&wait), "{wait}");
        }
        let elsewhere = try_with(&secret, "192.0.2.2").await;
        assert_error(&elsewhere, 400, "invalid_grant");
        dance.site.clock().advance(Duration::from_secs(30));
        let later = try_with(&secret, "192.0.2.1").await;
        assert_error(&later, 400, "invalid_grant");
    })
    .await;
}
