//! How a member enters the code, and who may.

use std::time::Duration;

use hob::testing::{Browser, on_each_database};
use serde_json::Value;

use super::{
    DECISION, DEVICE, assert_unknown, begin, decide, device_app, enter, poll,
    support::{Dance, PASSWORD, assert_error, assert_error_page, next_of, request_on, tokens},
};

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
