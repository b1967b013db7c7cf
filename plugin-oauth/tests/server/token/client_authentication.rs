//! How a client proves who it is.

use std::{collections::HashSet, time::Duration};

use hob::testing::on_each_database;

use super::{
    encoded, post_with,
    support::{App, Dance, TOKEN, assert_error, assert_json_and_not_stored, basic, tokens},
};

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
