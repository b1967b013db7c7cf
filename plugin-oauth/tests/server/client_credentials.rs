//! A client that acts for itself: for no member, with no consent.

use crate::support;

use std::time::Duration;

use hob::testing::{TestHost, on_each_database};
use serde_json::Value;
use support::{App, Dance, REDIRECT_URI, assert_error, assert_json_and_not_stored, basic, tokens};

const FORM: [(&str, &str); 1] = [("grant_type", "client_credentials")];
const OWN: [&str; 2] = ["--grant", "client_credentials"];
const MEDIA: &str = "/api/v1/media";

/// An application without a redirect URI.
async fn machine(dance: &Dance) -> App {
    dance
        .register_without_redirect("profile media:read media:write", &OWN)
        .await
}

async fn media_status(dance: &Dance, access_token: &str) -> u16 {
    let authorization = format!("Bearer {access_token}");
    let mut browser = dance.site.browser();
    browser.get_with(MEDIA, &authorization).await.status()
}

/// Check 56.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_acts_for_itself_and_gets_no_refresh_token() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = machine(&dance).await;
        let reply = dance.token(&app, &FORM).await;
        assert_json_and_not_stored(&reply);
        let given = tokens(&reply);
        assert_eq!(given.refresh, "", "{reply:?}");
        assert_eq!(given.scope, "profile media:read media:write");
        assert_eq!(reply.json::<Value>()["expires_in"], 3600);
        assert_eq!(media_status(&dance, &given.access).await, 200);

        let narrow = [FORM[0], ("scope", "media:read")];
        let given = tokens(&dance.token(&app, &narrow).await);
        assert_eq!(given.scope, "media:read");
        for scope in ["email", "media:read nonsense", "\"", "media:read  profile"] {
            let wider = [FORM[0], ("scope", scope)];
            assert_error(&dance.token(&app, &wider).await, 400, "invalid_scope");
        }
        let elsewhere = [FORM[0], ("resource", "https://elsewhere.example/")];
        assert_error(&dance.token(&app, &elsewhere).await, 400, "invalid_target");

        // Nobody sees it among the applications that a member allows.
        let page = dance.browser.get("/connections").await;
        assert!(!page.text().contains(&app.client_id), "{page:?}");
    })
    .await;
}

/// Check 56.
#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_cannot_act_for_itself() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let words = [
            "oauth",
            "client",
            "add",
            "--name",
            "x",
            "--scope",
            "profile",
            "--public",
            "--redirect-uri",
            REDIRECT_URI,
            "--grant",
            "client_credentials",
        ];
        let refused = dance.site.run_command(&words).await;
        assert_ne!(refused.exit_code, 0);
        assert!(
            refused.stderr.contains("client_credentials"),
            "{}",
            refused.stderr
        );

        // Nor one that comes to have it all the same.
        let public = dance.browser_app().await;
        dance
            .execute("UPDATE oauth_clients SET grant_types = 'client_credentials'")
            .await;
        assert_error(
            &dance.token(&public, &FORM).await,
            400,
            "unauthorized_client",
        );
        let machine = machine(&dance).await;
        tokens(&dance.token(&machine, &FORM).await);
    })
    .await;
}

/// Check 53.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_was_not_given_the_grant_may_not_use_it() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let (web, machine) = (dance.web_app().await, machine(&dance).await);
        assert_error(&dance.token(&web, &FORM).await, 400, "unauthorized_client");
        let reply = dance.exchange(&machine, "hob_ac_x").await;
        assert_error(&reply, 400, "unauthorized_client");
        let wrong = basic(&machine.client_id, "wrong");
        let reply = dance.post_with(&wrong, support::TOKEN, &FORM).await;
        assert_error(&reply, 401, "invalid_client");
        tokens(&dance.token(&machine, &FORM).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_token_is_nobody_where_a_member_is_needed() {
    let dance = Dance::start(TestHost::builder()).await;
    let app = machine(&dance).await;
    let given = tokens(&dance.token(&app, &FORM).await);
    let reply = dance.api(&format!("Bearer {}", given.access)).await;
    assert_eq!(reply.status(), 403, "{reply:?}");
    assert_eq!(reply.json::<Value>()["error"]["code"], "member_required");
    let own = format!("{MEDIA}?owner=me");
    let authorization = format!("Bearer {}", given.access);
    let mut browser = dance.site.browser();
    let reply = browser.get_with(&own, &authorization).await;
    assert_eq!(reply.status(), 403, "{reply:?}");
    let headers = [("authorization", authorization.as_str())];
    let reply = browser
        .post_multipart(MEDIA, &[], ("x.jpg", b"x"), &headers)
        .await;
    assert_eq!(reply.json::<Value>()["error"]["code"], "member_required");
    // What everybody may read, it may.
    assert_eq!(media_status(&dance, &given.access).await, 200);
}

/// Check 69, for a client of its own.
#[tokio::test(flavor = "multi_thread")]
async fn its_tokens_die_at_once_with_a_suspension_and_with_the_client() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (machine(&dance).await, machine(&dance).await);
        let given = tokens(&dance.token(&app, &FORM).await);
        let untouched = tokens(&dance.token(&other, &FORM).await);
        assert_eq!(media_status(&dance, &given.access).await, 200);
        let command = |what| ["oauth", "client", what, app.client_id.as_str()];
        dance.site.run_command(&command("suspend")).await;
        assert_eq!(media_status(&dance, &given.access).await, 401);
        assert_error(&dance.token(&app, &FORM).await, 400, "invalid_grant");
        dance.site.run_command(&command("resume")).await;
        assert_eq!(media_status(&dance, &given.access).await, 401);
        let given = tokens(&dance.token(&app, &FORM).await);
        assert_eq!(media_status(&dance, &given.access).await, 200);

        // Its owner deletes it.
        let (client_id, alice) = (&app.client_id, dance.alice.id);
        dance
            .execute(&format!(
                "UPDATE oauth_clients SET owner_id = {alice} WHERE client_id = '{client_id}'"
            ))
            .await;
        let delete = format!("/oauth/clients/{client_id}/delete");
        dance.browser.submit(&delete, &[]).await;
        assert_eq!(media_status(&dance, &given.access).await, 401);
        assert_error(&dance.token(&app, &FORM).await, 401, "invalid_client");
        assert_eq!(media_status(&dance, &untouched.access).await, 200);
        dance.site.clock().advance(Duration::from_secs(3600));
        assert_eq!(media_status(&dance, &untouched.access).await, 401);
    })
    .await;
}

/// A suspension that comes while tokens are being issued finds them all.
#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_in_between_leaves_no_token_alive() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = machine(&dance).await;
        let words = ["oauth", "client", "suspend", &app.client_id];
        let issues = futures_util::future::join_all((0..20).map(|_| dance.token(&app, &FORM)));
        let (replies, _) = futures_util::future::join(issues, dance.site.run_command(&words)).await;
        for reply in replies {
            if reply.status() == 200 {
                let given = tokens(&reply);
                assert_eq!(media_status(&dance, &given.access).await, 401);
            } else {
                assert_error(&reply, 400, "invalid_grant");
            }
        }
    })
    .await;
}
