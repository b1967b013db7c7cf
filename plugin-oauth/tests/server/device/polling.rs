//! How a device asks until it hears of the member's decision.

use std::time::Duration;

use hob::testing::on_each_database;
use serde_json::Value;

use super::{
    GRANT, ask, assert_unknown, begin, decide, device_app, enter, poll,
    support::{Dance, assert_error, assert_error_page, request_on, tokens},
};

/// Check 91.
#[tokio::test]
async fn a_device_that_asks_too_often_waits_five_seconds_longer_each_time() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let device = begin(&dance, &app).await;
        let after = async |seconds: u64, error: &str| {
            dance.site.clock().advance(Duration::from_secs(seconds));
            let reply = poll(&dance, &app, &device).await;
            assert_error(&reply, 400, error);
        };
        after(0, "authorization_pending").await;
        after(5, "authorization_pending").await;
        after(3, "slow_down").await;
        // Ten seconds from now on.
        after(9, "slow_down").await;
        // Fifteen.
        after(15, "authorization_pending").await;
        after(13, "slow_down").await;
        // Twenty, from that question on.
        after(20, "authorization_pending").await;
        // It goes on all the same, and then needs no patience.
        let page = enter(&mut dance.browser, &device.user_code).await;
        decide(&mut dance.browser, &page, "allow", "profile").await;
        tokens(&poll(&dance, &app, &device).await);
    })
    .await;
}

/// Check 91.
#[tokio::test]
async fn a_code_expires() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let (undecided, approved, shown) = (
            begin(&dance, &app).await,
            begin(&dance, &app).await,
            begin(&dance, &app).await,
        );
        let page = enter(&mut dance.browser, &approved.user_code).await;
        decide(&mut dance.browser, &page, "allow", "profile").await;
        let page = enter(&mut dance.browser, &shown.user_code).await;
        dance.site.clock().advance(Duration::from_secs(599));
        let reply = poll(&dance, &app, &undecided).await;
        assert_error(&reply, 400, "authorization_pending");
        dance.site.clock().advance(Duration::from_secs(1));
        for device in [&undecided, &approved] {
            let reply = poll(&dance, &app, device).await;
            assert_error(&reply, 400, "expired_token");
        }
        assert_unknown(&enter(&mut dance.browser, &undecided.user_code).await);
        let late = decide(&mut dance.browser, &page, "allow", "profile").await;
        assert_error_page(&late);
        // A new one has the full time, and as long as the operator says.
        let device = begin(&dance, &app).await;
        request_on(&enter(&mut dance.browser, &device.user_code).await);
    })
    .await;
    on_each_database(async |builder| {
        let builder = builder.plugin_toml("oauth", "device_code_lifetime = \"1m\"");
        let dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let reply = ask(&dance, &app, &[]).await;
        assert_eq!(reply.json::<Value>()["expires_in"], 60);
        let device = begin(&dance, &app).await;
        dance.site.clock().advance(Duration::from_secs(60));
        let reply = poll(&dance, &app, &device).await;
        assert_error(&reply, 400, "expired_token");
    })
    .await;
}

/// Check 91.
#[tokio::test]
async fn a_denial_reaches_the_device() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        for (decision, scope) in [("deny", "profile"), ("allow", ""), ("allow", "media:write")] {
            let device = begin(&dance, &app).await;
            let page = enter(&mut dance.browser, &device.user_code).await;
            let done = decide(&mut dance.browser, &page, decision, scope).await;
            assert!(done.text().contains("You did not allow it"), "{done:?}");
            let reply = poll(&dance, &app, &device).await;
            assert_error(&reply, 400, "access_denied");
            // It has been decided, once.
            assert_unknown(&enter(&mut dance.browser, &device.user_code).await);
            let again = decide(&mut dance.browser, &page, "allow", "profile").await;
            assert_error_page(&again);
            let reply = poll(&dance, &app, &device).await;
            assert_error(&reply, 400, "access_denied");
        }
        // No answer is none.
        let device = begin(&dance, &app).await;
        let page = enter(&mut dance.browser, &device.user_code).await;
        assert_error_page(&decide(&mut dance.browser, &page, "maybe", "profile").await);
        let reply = poll(&dance, &app, &device).await;
        assert_error(&reply, 400, "authorization_pending");
    })
    .await;
}

/// Check 91.
#[tokio::test]
async fn a_device_code_is_used_once_and_by_its_own_client() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let other = device_app(&dance, &["--public"]).await;
        let device = begin(&dance, &app).await;
        let page = enter(&mut dance.browser, &device.user_code).await;
        decide(&mut dance.browser, &page, "allow", "profile").await;
        let reply = poll(&dance, &other, &device).await;
        assert_error(&reply, 400, "invalid_grant");
        for wrong in [
            "hob_dc_nonsense",
            &device.user_code,
            &device.device_code.replace("hob_dc_", "hob_ac_"),
        ] {
            let form = [("grant_type", GRANT), ("device_code", wrong)];
            let reply = dance.token(&app, &form).await;
            assert_error(&reply, 400, "invalid_grant");
        }
        let missing = dance.token(&app, &[("grant_type", GRANT)]).await;
        assert_error(&missing, 400, "invalid_request");
        let first = tokens(&poll(&dance, &app, &device).await);
        dance.assert_alive(&first).await;
        // Whoever has it too gets nothing, and what it gave dies, also later.
        dance.site.clock().advance(Duration::from_secs(1800));
        dance.assert_alive(&first).await;
        let reply = poll(&dance, &app, &device).await;
        assert_error(&reply, 400, "invalid_grant");
        dance.assert_dead(&app, &first).await;
    })
    .await;
}

/// Check 91.
#[tokio::test(flavor = "multi_thread")]
async fn many_questions_at_once_give_tokens_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let device = begin(&dance, &app).await;
        let page = enter(&mut dance.browser, &device.user_code).await;
        decide(&mut dance.browser, &page, "allow", "profile").await;
        let polls = (0..20).map(|_| poll(&dance, &app, &device));
        let replies = futures_util::future::join_all(polls).await;
        let good = replies.iter().filter(|reply| reply.status() == 200);
        assert_eq!(good.count(), 1, "{replies:?}");
        for reply in replies.iter().filter(|reply| reply.status() != 200) {
            assert_error(reply, 400, "invalid_grant");
        }
    })
    .await;
}
