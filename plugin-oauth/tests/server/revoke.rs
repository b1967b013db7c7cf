//! The revocation endpoint (RFC 7009).

use crate::support;

use hob::testing::{Reply, on_each_database};
use http::{Method, Request};
use support::{App, Dance, REDIRECT_URI, TOKEN, assert_error, tokens};

const REVOKE: &str = "/oauth/revoke";

/// Gives a token back as this application, with its secret in the body.
async fn revoke_with(dance: &Dance, app: &App, form: &[(&str, &str)]) -> Reply {
    let mut form = form.to_vec();
    form.push(("client_id", &app.client_id));
    form.extend(
        app.secret
            .as_deref()
            .map(|secret| ("client_secret", secret)),
    );
    dance.site.browser().post_form(REVOKE, &form).await
}

async fn revoke(dance: &Dance, app: &App, token: &str) -> Reply {
    revoke_with(dance, app, &[("token", token)]).await
}

#[track_caller]
fn assert_done(reply: &Reply) {
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert_eq!(reply.text(), "");
    assert_eq!(reply.header("cache-control"), "no-store");
}

/// Check 70.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_token_is_200_and_a_wrong_hint_still_revokes() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let untouched = dance.tokens(&app).await;
        for unknown in ["x", "hob_at_made_up", "hob_rt_made_up", &app.client_id] {
            assert_done(&revoke(&dance, &app, unknown).await);
        }
        for (hint, other) in [
            ("access_token", "refresh_token"),
            ("refresh_token", "access_token"),
            ("nonsense", "nonsense"),
        ] {
            let given = dance.tokens(&app).await;
            let form = [("token", &*given.access), ("token_type_hint", other)];
            assert_done(&revoke_with(&dance, &app, &form).await);
            assert_eq!(dance.api_status(&given.access).await, 401);
            let form = [("token", &*given.refresh), ("token_type_hint", hint)];
            assert_done(&revoke_with(&dance, &app, &form).await);
            dance.assert_dead(&app, &given).await;
            // Once more is no error.
            assert_done(&revoke_with(&dance, &app, &form).await);
        }
        dance.assert_alive(&untouched).await;
        assert_error(
            &revoke_with(&dance, &app, &[]).await,
            400,
            "invalid_request",
        );
    })
    .await;
}

/// Check 71.
#[tokio::test(flavor = "multi_thread")]
async fn another_clients_token_survives_and_nobody_is_told() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let public = dance.browser_app().await;
        let given = dance.tokens(&app).await;
        for stranger in [&other, &public] {
            for token in [&given.access, &given.refresh] {
                assert_done(&revoke(&dance, stranger, token).await);
            }
        }
        dance.assert_alive(&given).await;
        let given = tokens(&dance.refresh(&app, &given.refresh).await);
        assert_done(&revoke(&dance, &app, &given.refresh).await);
        dance.assert_dead(&app, &given).await;
    })
    .await;
}

/// Check 72: a refresh token takes all with it that came of the same
/// authorization, an access token dies alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_takes_its_access_tokens_along_and_an_access_token_goes_alone() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let sibling = dance.tokens(&app).await;

        let first = dance.tokens(&app).await;
        let second = tokens(&dance.refresh(&app, &first.refresh).await);
        assert_done(&revoke(&dance, &app, &second.access).await);
        assert_eq!(dance.api_status(&second.access).await, 401);
        dance.assert_alive(&first).await;
        let third = tokens(&dance.refresh(&app, &second.refresh).await);
        dance.assert_alive(&third).await;

        assert_done(&revoke(&dance, &app, &third.refresh).await);
        dance.assert_dead(&app, &third).await;
        assert_eq!(dance.api_status(&first.access).await, 401);

        // One that was superseded does the same: who gives it back means it.
        let first = dance.tokens(&app).await;
        let second = tokens(&dance.refresh(&app, &first.refresh).await);
        assert_done(&revoke(&dance, &app, &first.refresh).await);
        dance.assert_dead(&app, &second).await;

        // Another authorization of the same member lives, and the consent too.
        dance.assert_alive(&sibling).await;
        let page = dance.browser.get("/connections").await;
        assert!(page.text().contains(&app.client_id), "{page:?}");
    })
    .await;
}

/// Check 73.
#[tokio::test(flavor = "multi_thread")]
async fn a_confidential_client_proves_itself_and_a_public_one_names_itself() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, public) = (dance.web_app().await, dance.browser_app().await);
        let given = dance.tokens(&app).await;
        let mut browser = dance.site.browser();
        let nobody = App {
            secret: None,
            ..app.clone()
        };
        let wrong = App {
            secret: Some("wrong".to_owned()),
            ..app.clone()
        };
        for stranger in [&nobody, &wrong] {
            let reply = revoke(&dance, stranger, &given.access).await;
            assert_error(&reply, 401, "invalid_client");
        }
        let form = [("token", given.access.as_str())];
        assert_error(
            &browser.post_form(REVOKE, &form).await,
            401,
            "invalid_client",
        );
        dance.assert_alive(&given).await;
        assert_done(&dance.post_as(&app, REVOKE, &form).await);
        assert_eq!(dance.api_status(&given.access).await, 401);

        let given = dance.tokens(&public).await;
        assert_done(&revoke(&dance, &public, &given.access).await);
        assert_eq!(dance.api_status(&given.access).await, 401);
        let form = [("token", given.refresh.as_str())];
        assert_done(&dance.post_as(&public, REVOKE, &form).await);
        dance.assert_dead(&public, &given).await;
    })
    .await;
}

/// A token of a client's own, and one in the address.
#[tokio::test(flavor = "multi_thread")]
async fn a_clients_own_token_is_revoked_and_only_a_form_is_read() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance
            .register(REDIRECT_URI, &["--grant", "client_credentials"])
            .await;
        let form = [("grant_type", "client_credentials")];
        let given = tokens(&dance.token(&app, &form).await);
        assert_eq!(dance.api_status(&given.access).await, 403);
        let path = format!("{REVOKE}?token={}", given.access);
        let reply = dance.post_as(&app, &path, &[]).await;
        assert_error(&reply, 400, "invalid_request");
        assert_eq!(dance.site.browser().get(&path).await.status(), 405);
        assert_eq!(dance.api_status(&given.access).await, 403);
        assert_done(&revoke(&dance, &app, &given.access).await);
        assert_eq!(dance.api_status(&given.access).await, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_origins_may_revoke_and_not_introspect() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        for (path, allowed) in [(TOKEN, "*"), (REVOKE, "*"), ("/oauth/introspect", "")] {
            let preflight = Request::builder()
                .method(Method::OPTIONS)
                .uri(path)
                .header("origin", "https://app.example")
                .header("access-control-request-method", "POST")
                .body(axum::body::Body::empty())
                .expect("a valid request");
            let reply = dance.site.browser().send(preflight).await;
            assert_eq!(
                reply.header("access-control-allow-origin"),
                allowed,
                "{path}"
            );
            let origin = [("origin", "https://app.example")];
            let reply = dance
                .site
                .browser()
                .post_form_with(path, &[], &origin)
                .await;
            assert_error(&reply, 401, "invalid_client");
            assert_eq!(
                reply.header("access-control-allow-origin"),
                allowed,
                "{path}"
            );
        }
    })
    .await;
}
