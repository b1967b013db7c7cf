//! The device authorization grant (RFC 8628), as the device and as the
//! member's browser see it.

mod support;

use std::{collections::HashSet, time::Duration};

use hob::testing::{Browser, Reply, on_each_database};
use http::Method;
use serde_json::Value;
use support::{
    App, Dance, PASSWORD, REDIRECT_URI, assert_error, assert_error_page,
    assert_json_and_not_stored, next_of, request_on, take_back, tokens,
};

const DEVICE_AUTHORIZATION: &str = "/oauth/device_authorization";
const DEVICE: &str = "/oauth/device";
const DECISION: &str = "/oauth/device/consent";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a device was told.
struct Device {
    device_code: String,
    user_code: String,
}

async fn device_app(dance: &Dance, more: &[&str]) -> App {
    let grants = ["--grant", GRANT, "--grant", "refresh_token"];
    dance
        .register_without_redirect("profile media:read", &[&grants, more].concat())
        .await
}

async fn ask(dance: &Dance, app: &App, more: &[(&str, &str)]) -> Reply {
    let mut form = vec![("client_id", app.client_id.as_str())];
    form.extend(
        app.secret
            .as_deref()
            .map(|secret| ("client_secret", secret)),
    );
    form.extend(more);
    let mut client = dance.site.browser();
    client.post_form(DEVICE_AUTHORIZATION, &form).await
}

async fn begin(dance: &Dance, app: &App) -> Device {
    let reply = ask(dance, app, &[]).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    let body: Value = reply.json();
    let text = |name: &str| body[name].as_str().expect("a text").to_owned();
    Device {
        device_code: text("device_code"),
        user_code: text("user_code"),
    }
}

async fn poll(dance: &Dance, app: &App, device: &Device) -> Reply {
    let form = [("grant_type", GRANT), ("device_code", &device.device_code)];
    dance.token(app, &form).await
}

async fn enter(browser: &mut Browser, user_code: &str) -> Reply {
    browser.submit(DEVICE, &[("user_code", user_code)]).await
}

async fn decide(browser: &mut Browser, page: &Reply, decision: &str, scope: &str) -> Reply {
    let request = request_on(page);
    let mut fields = vec![("request", request.as_str()), ("decision", decision)];
    fields.extend(scope.split_whitespace().map(|word| ("scope", word)));
    browser.submit(DECISION, &fields).await
}

/// A device that the member has approved and that has not asked since.
async fn approve(dance: &Dance, app: &App, browser: &mut Browser) -> Device {
    let device = begin(dance, app).await;
    let page = enter(browser, &device.user_code).await;
    decide(browser, &page, "allow", "profile").await;
    device
}

/// Asserts that the code is not known, and that nothing is said of whose it is.
fn assert_unknown(reply: &Reply) {
    assert_eq!(reply.status(), 422, "{reply:?}");
    assert!(reply.text().contains("No device waits"), "{reply:?}");
    assert!(!reply.text().contains("Photo Desk"), "{reply:?}");
    assert!(!reply.text().contains("name=\"request\""), "{reply:?}");
}

#[tokio::test]
async fn a_device_is_let_in() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for app in [
            device_app(&dance, &["--public"]).await,
            device_app(&dance, &[]).await,
        ] {
            let reply = ask(&dance, &app, &[("scope", "profile media:read")]).await;
            assert_eq!(reply.status(), 200, "{reply:?}");
            assert_json_and_not_stored(&reply);
            let body: Value = reply.json();
            assert_eq!(body["expires_in"], 600);
            assert_eq!(body["interval"], 5);
            assert_eq!(
                body["verification_uri"],
                "http://127.0.0.1:8080/oauth/device"
            );
            let device = Device {
                device_code: body["device_code"].as_str().expect("a code").to_owned(),
                user_code: body["user_code"].as_str().expect("a code").to_owned(),
            };
            assert!(device.device_code.starts_with("hob_dc_"));
            assert_eq!(
                body["verification_uri_complete"],
                format!(
                    "http://127.0.0.1:8080/oauth/device?user_code={}",
                    device.user_code
                )
            );
            let reply = poll(&dance, &app, &device).await;
            assert_error(&reply, 400, "authorization_pending");
            let form = dance.browser.get(DEVICE).await;
            assert!(form.text().contains("name=\"user_code\""), "{form:?}");
            let page = enter(&mut dance.browser, &device.user_code).await;
            assert!(page.text().contains("Photo Desk"), "{page:?}");
            assert!(page.text().contains("value=\"media:read\""));
            // A part of it.
            let done = decide(&mut dance.browser, &page, "allow", "profile media:write").await;
            assert_eq!(done.status(), 200, "{done:?}");
            assert!(done.text().contains("Photo Desk is connected"), "{done:?}");
            let first = tokens(&poll(&dance, &app, &device).await);
            assert_eq!(first.scope, "profile");
            dance.assert_alive(&first).await;
            let me: Value = dance.api(&format!("Bearer {}", first.access)).await.json();
            assert_eq!(me["username"], "alice");
            let second = tokens(&dance.refresh(&app, &first.refresh).await);
            assert_eq!(second.scope, "profile");
            // The member sees it like any other, and ends it.
            let connections = dance.browser.get("/connections").await;
            assert!(connections.text().contains(&app.client_id));
            dance.take_back(&app).await;
            dance.assert_dead(&app, &second).await;
        }
    })
    .await;
}

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

#[tokio::test]
async fn who_may_begin() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = device_app(&dance, &[]).await;
        let without_secret = App {
            secret: None,
            ..app.clone()
        };
        let reply = ask(&dance, &without_secret, &[]).await;
        assert_error(&reply, 401, "invalid_client");
        let reply = ask(&dance, &app, &[("scope", "media:write")]).await;
        assert_error(&reply, 400, "invalid_scope");
        let elsewhere = [("resource", "https://elsewhere.example/")];
        assert_error(&ask(&dance, &app, &elsewhere).await, 400, "invalid_target");
        let mut client = dance.site.browser();
        assert_eq!(client.get(DEVICE_AUTHORIZATION).await.status(), 405);
        let in_url = format!("{DEVICE_AUTHORIZATION}?scope=profile");
        let reply = client.post_form(&in_url, &[]).await;
        assert_error(&reply, 400, "invalid_request");
        // It is a grant that a client has to be registered for.
        let web = dance.register(REDIRECT_URI, &[]).await;
        assert_error(&ask(&dance, &web, &[]).await, 400, "unauthorized_client");
        let device = begin(&dance, &app).await;
        let reply = poll(&dance, &web, &device).await;
        assert_error(&reply, 400, "unauthorized_client");
        let basic = app.basic();
        let headers = [("authorization", basic.as_str())];
        let reply = client
            .post_form_with(DEVICE_AUTHORIZATION, &[], &headers)
            .await;
        assert_eq!(reply.status(), 200, "{reply:?}");
    })
    .await;
}

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

/// Check 92.
#[tokio::test]
async fn guessing_a_user_code_is_slowed_down() {
    on_each_database(async |builder| {
        let builder = builder
            .url("https://hob.example")
            .server_toml("behind_tls_proxy = true");
        let dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let device = begin(&dance, &app).await;
        for name in ["mallory", "bob"] {
            dance.site.add_member(name, PASSWORD).await;
        }
        let typed = async |browser: &mut Browser, user_code: &str, address: &str| {
            let csrf = browser.csrf();
            let fields = [("user_code", user_code), ("csrf", csrf.as_str())];
            let headers = [("x-forwarded-for", address)];
            browser.post_form_with(DEVICE, &fields, &headers).await
        };
        let mut mallory = dance.site.browser();
        mallory.sign_in("mallory", PASSWORD).await;
        let mut bob = dance.site.browser();
        bob.sign_in("bob", PASSWORD).await;
        // Whoever is right is never held up, and what can't be a code is no
        // guess.
        for _ in 0..12 {
            request_on(&typed(&mut bob, &device.user_code, "192.0.2.9").await);
            let reply = typed(&mut bob, "no code", "192.0.2.9").await;
            assert_eq!(reply.status(), 422, "{reply:?}");
        }
        for letter in "BCDFGHJKLM".chars() {
            let guess = format!("BBBB-BBB{letter}");
            assert_unknown(&typed(&mut mallory, &guess, "192.0.2.1").await);
        }
        let other = begin(&dance, &app).await;
        // Right or wrong, and from wherever.
        for address in ["192.0.2.1", "192.0.2.2"] {
            let reply = typed(&mut mallory, &other.user_code, address).await;
            assert_eq!(reply.status(), 429, "{reply:?}");
            assert_eq!(reply.header("retry-after"), "30");
            assert!(reply.text().contains("in 30 seconds"), "{reply:?}");
            assert!(!reply.text().contains("Photo Desk"));
        }
        // Nor by another account from there; elsewhere that one is free.
        let reply = typed(&mut bob, &other.user_code, "192.0.2.1").await;
        assert_eq!(reply.status(), 429, "{reply:?}");
        request_on(&typed(&mut bob, &other.user_code, "192.0.2.3").await);
        // One more after a while.
        dance.site.clock().advance(Duration::from_secs(30));
        assert_unknown(&typed(&mut mallory, "BBBB-BBBN", "192.0.2.1").await);
        let reply = typed(&mut mallory, "BBBB-BBBP", "192.0.2.1").await;
        assert_eq!(reply.status(), 429, "{reply:?}");
    })
    .await;
}

/// Check 93.
#[tokio::test]
async fn a_code_that_a_member_entered_is_no_other_member_s() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("mallory", PASSWORD).await;
        let app = device_app(&dance, &["--public"]).await;
        let device = begin(&dance, &app).await;
        let mut mallory = dance.site.browser();
        mallory.sign_in("mallory", PASSWORD).await;
        let forged = [
            ("request", device.user_code.as_str()),
            ("decision", "allow"),
            ("scope", "profile"),
        ];
        // Nobody decides what nobody entered.
        assert_error_page(&mallory.submit(DECISION, &forged).await);
        let page = enter(&mut dance.browser, &device.user_code).await;
        request_on(&page);
        // Another member neither sees nor decides it.
        assert_unknown(&enter(&mut mallory, &device.user_code).await);
        assert_error_page(&mallory.submit(DECISION, &forged).await);
        // Nor does another session of the same member decide it.
        let mut other_session = dance.site.browser();
        other_session.sign_in("alice", PASSWORD).await;
        assert_error_page(&other_session.submit(DECISION, &forged).await);
        // Nor a form without the session's token, nor nobody at all.
        let reply = dance.browser.post_form(DECISION, &forged).await;
        assert_eq!(reply.status(), 403, "{reply:?}");
        let reply = dance.browser.post_form(DEVICE, &forged).await;
        assert_eq!(reply.status(), 403, "{reply:?}");
        let stranger = dance.site.browser().post_form(DECISION, &forged).await;
        assert!(stranger.header("location").starts_with("/login"));
        let reply = poll(&dance, &app, &device).await;
        assert_error(&reply, 400, "authorization_pending");
        // The member may enter it again, and in another session.
        let again = enter(&mut other_session, &device.user_code).await;
        assert_error_page(&decide(&mut dance.browser, &page, "allow", "profile").await);
        decide(&mut other_session, &again, "allow", "profile").await;
        let alices = tokens(&poll(&dance, &app, &device).await);
        let me: Value = dance.api(&format!("Bearer {}", alices.access)).await.json();
        assert_eq!(me["username"], "alice");
    })
    .await;
}

/// Check 93.
#[tokio::test]
async fn the_complete_uri_still_asks() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("bob", PASSWORD).await;
        let app = device_app(&dance, &["--public"]).await;
        let device = begin(&dance, &app).await;
        let path = format!("{DEVICE}?user_code={}", device.user_code);
        let form = dance.browser.get(&path).await;
        assert_eq!(form.status(), 200);
        let filled_in = format!("value=\"{}\"", device.user_code);
        assert!(form.text().contains(&filled_in), "{form:?}");
        assert!(form.text().contains("show exactly this code"), "{form:?}");
        assert!(!form.text().contains("Photo Desk"), "{form:?}");
        assert!(!form.text().contains("name=\"request\""), "{form:?}");
        let reply = poll(&dance, &app, &device).await;
        assert_error(&reply, 400, "authorization_pending");
        // Nothing has been claimed, so another member still can.
        let mut bob = dance.site.browser();
        bob.sign_in("bob", PASSWORD).await;
        request_on(&enter(&mut bob, &device.user_code).await);
        // Whoever has to sign in comes back with the code.
        let reply = dance.site.browser().get(&path).await;
        assert_eq!(next_of(&reply), path);
        // A link fills in codes and nothing else.
        for evil in ["%22%3E%3Cscript%3E", "call+0900+12345", "BCDF"] {
            let form = dance
                .browser
                .get(&format!("{DEVICE}?user_code={evil}"))
                .await;
            assert!(form.text().contains("name=\"user_code\" value=\"\""));
            assert!(!form.text().contains("<script"), "{form:?}");
        }
        let evil = enter(&mut dance.browser, "\"><script>alert(1)</script>").await;
        assert_eq!(evil.status(), 422);
        assert!(!evil.text().contains("<script"), "{evil:?}");
    })
    .await;
}

#[tokio::test]
async fn a_member_is_asked_each_time_and_the_code_may_be_typed_in_any_way() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let ways: [fn(&str) -> String; 4] = [
            str::to_lowercase,
            |code| code.replace('-', ""),
            |code| format!(" {} ", code.replace('-', " ")),
            |code| code.replace('-', "\u{2013}").to_lowercase(),
        ];
        for way in ways {
            let device = begin(&dance, &app).await;
            let page = enter(&mut dance.browser, &way(&device.user_code)).await;
            request_on(&page);
            decide(&mut dance.browser, &page, "allow", "profile media:read").await;
            tokens(&poll(&dance, &app, &device).await);
        }
        let device = begin(&dance, &app).await;
        let page = enter(&mut dance.browser, &device.user_code).await;
        assert!(page.text().contains("You allowed this before:"), "{page:?}");
    })
    .await;
}

#[tokio::test]
async fn the_pages_of_a_device_can_be_neither_framed_nor_stored() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let device = begin(&dance, &app).await;
        let form = dance.browser.get(DEVICE).await;
        let wrong = enter(&mut dance.browser, "BBBB-BBBB").await;
        let page = enter(&mut dance.browser, &device.user_code).await;
        let words = "Allow it only if you have the device in front of you";
        assert!(page.text().contains(words), "{page:?}");
        assert!(page.text().contains(&device.user_code), "{page:?}");
        // It is this member's, and no other account can go on with it.
        assert!(!page.text().contains("Use another account"), "{page:?}");
        assert!(form.text().contains("Use another account"), "{form:?}");
        let done = decide(&mut dance.browser, &page, "allow", "profile").await;
        for page in [&form, &wrong, &page, &done] {
            let policy = page.header("content-security-policy");
            assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
            assert_eq!(page.headers("x-frame-options"), ["DENY"]);
            assert_eq!(page.headers("cache-control"), ["no-store"]);
            assert_eq!(page.headers("referrer-policy"), ["no-referrer"]);
            assert!(!page.text().contains("<script"));
        }
    })
    .await;
}

/// What a phone would read off the screen.
fn read_qr(svg: &str) -> String {
    let number = |text: &str, name: &str| -> usize {
        let start = text.find(name).expect("it is there") + name.len();
        let digits = text[start..].split(|letter: char| !letter.is_ascii_digit());
        digits
            .into_iter()
            .next()
            .unwrap()
            .parse()
            .expect("a number")
    };
    let side = number(svg, " width=\"");
    let path = svg.split(" d=\"").nth(1).expect("a path");
    let mut dark = HashSet::new();
    for square in path.split('M').skip(1) {
        let mut place = square.split(|letter: char| !letter.is_ascii_digit());
        let mut next = || place.next().unwrap().parse::<usize>().expect("a number");
        let (left, top, width, height) = (next(), next(), next(), next());
        for y in top..top + height {
            dark.extend((left..left + width).map(|x| (x, y)));
        }
    }
    let shade = |x, y| if dark.contains(&(x, y)) { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, shade);
    let grids = image.detect_grids();
    let (_, content) = grids[0].decode().expect("it can be read");
    content
}

#[tokio::test]
async fn a_device_can_show_a_qr_code() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        let body: Value = ask(&dance, &app, &[]).await.json();
        let user_code = body["user_code"].as_str().expect("a code");
        let mut client = dance.site.browser();
        let path = format!("/oauth/device/qr?user_code={user_code}");
        let reply = client.get(&path).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        assert_eq!(reply.header("content-type"), "image/svg+xml");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(!reply.text().contains("<script"));
        assert_eq!(read_qr(reply.text()), body["verification_uri_complete"]);
        // A code that nobody has looks no different.
        let nobody_s = client.get("/oauth/device/qr?user_code=BBBB-BBBB").await;
        assert_eq!(nobody_s.status(), 200);
        let complete = "http://127.0.0.1:8080/oauth/device?user_code=BBBB-BBBB";
        assert_eq!(read_qr(nobody_s.text()), complete);
        for bad in ["", "?user_code=", "?user_code=%3Csvg%3E", "?user_code=BCDF"] {
            let reply = client.get(&format!("/oauth/device/qr{bad}")).await;
            assert_error(&reply, 400, "invalid_request");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_of_another_site_may_begin_and_the_metadata_say_where() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let mut page = dance.site.browser();
        let metadata = page.get("/.well-known/oauth-authorization-server").await;
        let metadata: Value = metadata.json();
        let endpoint = &metadata["device_authorization_endpoint"];
        assert_eq!(endpoint, "http://127.0.0.1:8080/oauth/device_authorization");
        let grants = metadata["grant_types_supported"]
            .as_array()
            .expect("a list");
        assert!(grants.contains(&GRANT.into()));
        for (method, path, origin) in [
            (Method::OPTIONS, DEVICE_AUTHORIZATION, "*"),
            (Method::POST, DEVICE_AUTHORIZATION, "*"),
            (Method::GET, DEVICE, ""),
            (Method::POST, DECISION, ""),
        ] {
            let request = http::Request::builder()
                .method(method)
                .uri(path)
                .header("origin", "https://tv.example")
                .header("access-control-request-method", "POST")
                .body(axum::body::Body::empty())
                .expect("a valid request");
            let reply = page.send(request).await;
            assert_eq!(
                reply.header("access-control-allow-origin"),
                origin,
                "{path}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn old_rows_go() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = device_app(&dance, &["--public"]).await;
        for _ in 0..40 {
            begin(&dance, &app).await;
        }
        assert_eq!(dance.count("oauth_device_authorizations").await, 40);
        dance.site.clock().advance(Duration::from_secs(21 * 60));
        for _ in 0..16 {
            begin(&dance, &app).await;
        }
        assert!(dance.count("oauth_device_authorizations").await <= 16);
    })
    .await;
}
