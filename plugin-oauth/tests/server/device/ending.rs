//! What takes back what a device was allowed, before it has its tokens.

use hob::testing::{Reply, on_each_database};

use super::{
    approve, ask, assert_unknown, begin, decide, device_app, enter, poll,
    support::{App, Dance, PASSWORD, assert_error, assert_error_page, take_back, tokens},
};

#[tokio::test]
async fn what_is_revoked_meanwhile_gives_no_tokens() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let mut browser = dance.site.browser();
        browser.sign_in("alice", PASSWORD).await;
        // The consent.
        let device = approve(&dance, &app, &mut browser).await;
        take_back(&mut browser, &app).await;
        let reply = poll(&dance, &app, &device).await;
        assert_error(&reply, 400, "invalid_grant");
        // The password; a device that was only shown is gone too.
        let device = approve(&dance, &app, &mut browser).await;
        let shown = begin(&dance, &app).await;
        let page = enter(&mut browser, &shown.user_code).await;
        dance.site.change_password(dance.alice.id, PASSWORD).await;
        for device in [&device, &shown] {
            let reply = poll(&dance, &app, device).await;
            assert_error(&reply, 400, "invalid_grant");
        }
        browser.sign_in("alice", PASSWORD).await;
        assert_error_page(&decide(&mut browser, &page, "allow", "profile").await);
        // The client.
        let device = approve(&dance, &app, &mut browser).await;
        let waiting = begin(&dance, &app).await;
        let suspend = ["oauth", "client", "suspend", app.client_id.as_str()];
        assert_eq!(dance.site.run_command(&suspend).await.exit_code, 0);
        assert_error(&ask(&dance, &app, &[]).await, 400, "unauthorized_client");
        let reply = poll(&dance, &app, &device).await;
        assert_error(&reply, 400, "invalid_grant");
        assert_unknown(&enter(&mut browser, &waiting.user_code).await);
        let resume = ["oauth", "client", "resume", app.client_id.as_str()];
        assert_eq!(dance.site.run_command(&resume).await.exit_code, 0);
        let reply = poll(&dance, &app, &device).await;
        assert_error(&reply, 400, "invalid_grant");
        // What nothing happened to is good.
        let device = approve(&dance, &app, &mut browser).await;
        let last = tokens(&poll(&dance, &app, &device).await);
        dance.assert_alive(&last).await;
        // The account.
        let device = approve(&dance, &app, &mut browser).await;
        dance.site.disable_member(dance.alice.id).await;
        let reply = poll(&dance, &app, &device).await;
        assert_error(&reply, 400, "invalid_grant");
    })
    .await;
}

/// The operator's suspension ends all that waits; this came a moment later.
#[tokio::test]
async fn a_device_that_began_while_its_client_was_suspended_gets_nothing() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let mut browser = dance.site.browser();
        browser.sign_in("alice", PASSWORD).await;
        let device = begin(&dance, &app).await;
        let assert_suspended = |page: &Reply| {
            assert_error_page(page);
            assert_eq!(page.status(), 403, "{page:?}");
            assert!(page.text().contains("suspended"), "{page:?}");
        };

        dance.mark_suspended(&app, true).await;
        assert_suspended(&enter(&mut browser, &device.user_code).await);
        dance.mark_suspended(&app, false).await;
        let page = enter(&mut browser, &device.user_code).await;

        dance.mark_suspended(&app, true).await;
        assert_suspended(&decide(&mut browser, &page, "allow", "profile").await);
        dance.mark_suspended(&app, false).await;
        let done = decide(&mut browser, &page, "allow", "profile").await;
        assert_eq!(done.status(), 200, "{done:?}");

        dance.mark_suspended(&app, true).await;
        let reply = poll(&dance, &app, &device).await;
        assert_error(&reply, 400, "invalid_grant");
        dance.mark_suspended(&app, false).await;
        let given = tokens(&poll(&dance, &app, &device).await);
        dance.assert_alive(&given).await;
    })
    .await;
}

async fn set_scope(dance: &Dance, app: &App, scope: &str) {
    let words = ["oauth", "client", "edit", &app.client_id, "--scope", scope];
    let output = dance.site.run_command(&words).await;
    assert_eq!(output.exit_code, 0, "{}", output.stderr);
}

/// The operator takes a scope from the client after the member approved and
/// before the device asks.
#[tokio::test]
async fn a_device_gets_no_more_than_its_client_may_have_by_then() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let narrowed = device_app(&dance, &[]).await;
        let untouched = device_app(&dance, &[]).await;
        let mut devices = Vec::new();
        for app in [&narrowed, &untouched] {
            let device = begin(&dance, app).await;
            let page = enter(&mut dance.browser, &device.user_code).await;
            decide(&mut dance.browser, &page, "allow", "profile media:read").await;
            devices.push(device);
        }
        set_scope(&dance, &narrowed, "media:read").await;
        let given = tokens(&poll(&dance, &narrowed, &devices[0]).await);
        assert_eq!(given.scope, "media:read");
        assert_eq!(dance.api_status(&given.access).await, 403);
        // What was issued stays as it is, whatever the client may have later.
        set_scope(&dance, &narrowed, "profile media:read").await;
        assert_eq!(dance.api_status(&given.access).await, 403);
        let later = tokens(&dance.refresh(&narrowed, &given.refresh).await);
        assert_eq!(later.scope, "media:read");

        let given = tokens(&poll(&dance, &untouched, &devices[1]).await);
        assert_eq!(given.scope, "profile media:read");
        dance.assert_alive(&given).await;
    })
    .await;
}
