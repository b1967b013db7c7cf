//! `/login`, `/logout`, sessions and forged forms.

use hob::testing::{TestHost, on_each_database};
use std::time::Duration;

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn the_right_password_signs_in_and_a_wrong_one_does_not() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        site.add_member("alice", PASSWORD).await;
        let mut browser = site.browser();

        let wrong = browser
            .post_form("/login", &[("username", "alice"), ("password", "wrong")])
            .await;
        assert_eq!(wrong.status(), 422);
        assert!(wrong.text().contains("not right"));
        assert_eq!(wrong.header("set-cookie"), "");
        let unknown = browser
            .post_form("/login", &[("username", "nobody"), ("password", PASSWORD)])
            .await;
        assert_eq!(unknown.status(), 422);
        assert!(unknown.text().contains("not right"));
        assert_eq!(browser.get("/account").await.status(), 303);

        browser.sign_in("Alice", PASSWORD).await;
        assert_eq!(browser.get("/account").await.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn guessing_a_password_is_slowed_down_for_the_account_and_address_alone() {
    let site = TestHost::builder()
        .url("https://photos.example.org")
        .start()
        .await;
    site.add_member("alice", PASSWORD).await;
    site.add_member("bob", PASSWORD).await;
    let mut browser = site.browser();
    let mut try_from = async |peer: &str, username: &str, password: &str| {
        let fields = [("username", username), ("password", password)];
        let headers = [
            ("x-forwarded-for", peer),
            ("origin", "https://photos.example.org"),
        ];
        browser.post_form_with("/login", &fields, &headers).await
    };
    let mut wrong = 0;
    let slowed = loop {
        let reply = try_from("192.0.2.1", "Alice", "wrong").await;
        if reply.status() != 422 {
            break reply;
        }
        wrong += 1;
        if wrong == 5 {
            // The right password in between forgives no wrong one.
            let right = try_from("192.0.2.1", "alice", PASSWORD).await;
            assert_eq!(right.status(), 303, "{}", right.text());
        }
        assert!(wrong < 20, "nothing slows this down");
    };
    assert!(wrong >= 10, "only {wrong} were free");
    assert_eq!(slowed.status(), 429);
    let seconds: u64 = slowed.header("retry-after").parse().expect("seconds");
    assert!((1..=30).contains(&seconds), "{seconds}");
    let text = format!("try again in {seconds} seconds");
    assert!(slowed.text().contains(&text), "{}", slowed.text());
    let right = try_from("192.0.2.1", "alice", PASSWORD).await;
    assert_eq!((right.status(), right.header("set-cookie")), (429, ""));
    // The same address as a socket for both families writes it.
    let mapped = try_from("::ffff:192.0.2.1", "alice", PASSWORD).await;
    assert_eq!(mapped.status(), 429);

    for (peer, username) in [
        ("192.0.2.2", "alice"),
        ("::ffff:192.0.2.2", "alice"),
        ("192.0.2.1", "bob"),
    ] {
        let right = try_from(peer, username, PASSWORD).await;
        assert_eq!(right.status(), 303, "{peer} {username}");
    }
    site.clock().advance(Duration::from_secs(30));
    let later = try_from("192.0.2.1", "alice", PASSWORD).await;
    assert_eq!(later.status(), 303);
}

#[tokio::test]
async fn the_session_cookie_is_guarded_and_only_its_digest_is_stored() {
    let site = TestHost::builder().start().await;
    site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();
    let reply = browser
        .post_form("/login", &[("username", "alice"), ("password", PASSWORD)])
        .await;
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("hob_session="), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }

    let secure = TestHost::builder().url("https://hob.example").start().await;
    secure.add_member("alice", PASSWORD).await;
    let reply = secure
        .browser()
        .post_form("/login", &[("username", "alice"), ("password", PASSWORD)])
        .await;
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("__Host-hob_session="), "{cookie}");
    assert!(cookie.contains("Secure"), "{cookie}");
    assert!(
        reply
            .header("strict-transport-security")
            .contains("max-age")
    );
}

#[tokio::test]
async fn next_leads_only_to_paths_of_this_site() {
    let site = TestHost::builder().start().await;
    site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();
    for (next, goes_to) in [
        ("/account", "/account"),
        ("/u/alice?after=x", "/u/alice?after=x"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("\\/evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ] {
        let reply = browser
            .post_form(
                "/login",
                &[
                    ("username", "alice"),
                    ("password", PASSWORD),
                    ("next", next),
                ],
            )
            .await;
        assert_eq!(reply.header("location"), goes_to, "next={next:?}");
    }
}

#[tokio::test]
async fn a_link_can_fill_in_a_username_and_nothing_else() {
    let site = TestHost::builder().start().await;
    let mut browser = site.browser();
    let reply = browser.get("/login?next=/account&username=Alice-2").await;
    assert_eq!(reply.status(), 200);
    assert!(reply.text().contains("value=\"alice-2\""), "{reply:?}");
    assert!(reply.text().contains("value=\"/account\""), "{reply:?}");
    // Whoever signs in still gives both: the hint is no more than a default.
    site.add_member("alice", PASSWORD).await;
    let mut other = site.browser();
    other.get("/login?username=mallory").await;
    other.sign_in("alice", PASSWORD).await;
    for hint in [
        "%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "call+0900+12345+to+unlock+your+account",
        "alice@example.org",
        "alice%00",
        "a%0Ab",
        "%F0%9F%90%88",
        "0123456789012345678901234567890",
        "",
    ] {
        let reply = browser.get(&format!("/login?username={hint}")).await;
        assert_eq!(reply.status(), 200, "{hint}");
        let empty = "id=\"username\" name=\"username\" value=\"\"";
        assert!(reply.text().contains(empty), "{hint}: {reply:?}");
        assert!(!reply.text().contains("<script"), "{hint}");
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_in_the_database_too() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        site.add_member("alice", PASSWORD).await;
        let mut browser = site.browser();
        browser.sign_in("alice", PASSWORD).await;
        let mut thief = site.browser();
        thief.copy_cookies(&browser);

        assert_eq!(browser.submit("/logout", &[]).await.status(), 303);
        assert_eq!(browser.get("/account").await.status(), 303);
        assert_eq!(thief.get("/account").await.status(), 303);
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_its_lifetime_and_lives_on_with_use() {
    let site = TestHost::builder().start().await;
    site.add_member("alice", PASSWORD).await;
    let mut browser = site.browser();
    browser.sign_in("alice", PASSWORD).await;
    let day = Duration::from_secs(24 * 3600);
    site.clock().advance(20 * day);
    assert_eq!(browser.get("/account").await.status(), 200);
    site.clock().advance(20 * day);
    assert_eq!(
        browser.get("/account").await.status(),
        200,
        "used meanwhile"
    );
    site.clock().advance(31 * day);
    assert_eq!(browser.get("/account").await.status(), 303);
}

#[tokio::test]
async fn a_disabled_member_is_signed_out_and_stays_out() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let alice = site.add_member("alice", PASSWORD).await;
        let mut browser = site.browser();
        browser.sign_in("alice", PASSWORD).await;
        site.disable_member(alice.id).await;
        assert_eq!(browser.get("/account").await.status(), 303);
        let refused = browser
            .post_form("/login", &[("username", "alice"), ("password", PASSWORD)])
            .await;
        assert_eq!(refused.status(), 422);
        assert_eq!(browser.get("/u/alice").await.status(), 404);
    })
    .await;
}

#[tokio::test]
async fn a_form_without_the_session_s_token_does_nothing() {
    let site = TestHost::builder().start().await;
    site.add_member("alice", PASSWORD).await;
    site.add_member("mallory", PASSWORD).await;
    let mut browser = site.browser();
    browser.sign_in("alice", PASSWORD).await;
    let mut other = site.browser();
    other.sign_in("mallory", PASSWORD).await;
    let foreign = other.csrf();
    for fields in [
        vec![("display_name", "Owned")],
        vec![("display_name", "Owned"), ("csrf", "")],
        vec![("display_name", "Owned"), ("csrf", &foreign)],
    ] {
        let reply = browser.post_form("/account/profile", &fields).await;
        assert_eq!(reply.status(), 403);
    }
    assert!(!browser.get("/account").await.text().contains("Owned"));

    let right = browser.csrf();
    let fields = [("display_name", "Alice"), ("csrf", right.as_str())];
    let cross = browser
        .post_form_with(
            "/account/profile",
            &fields,
            &[("sec-fetch-site", "cross-site")],
        )
        .await;
    assert_eq!(cross.status(), 403, "sent from another site");
    let reply = browser.post_form("/account/profile", &fields).await;
    assert_eq!(reply.status(), 303, "{}", reply.text());
    assert!(browser.get("/account").await.text().contains("Alice"));
}

#[tokio::test]
async fn signing_in_from_another_site_s_form_is_refused() {
    let site = TestHost::builder().start().await;
    site.add_member("alice", PASSWORD).await;
    let fields = [("username", "alice"), ("password", PASSWORD)];
    let mut browser = site.browser();
    for headers in [
        [("sec-fetch-site", "cross-site")],
        [("origin", "https://evil.example")],
    ] {
        let reply = browser.post_form_with("/login", &fields, &headers).await;
        assert_eq!(reply.status(), 403);
    }
    let headers = [("origin", "http://127.0.0.1:8080")];
    let reply = browser.post_form_with("/login", &fields, &headers).await;
    assert_eq!(reply.status(), 303);
}

#[tokio::test]
async fn every_page_carries_the_security_headers() {
    let site = TestHost::builder().start().await;
    let mut browser = site.browser();
    for path in ["/", "/login", "/nowhere"] {
        let reply = browser.get(path).await;
        let policy = reply.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert_eq!(reply.header("x-frame-options"), "DENY");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-request-id").len(), 16);
    }
    assert_eq!(browser.get("/nowhere").await.status(), 404);
    assert!(
        browser
            .get("/nowhere")
            .await
            .text()
            .contains("nothing here")
    );
}

#[tokio::test]
async fn health_is_told() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let mut browser = site.browser();
        assert_eq!(browser.get("/healthz").await.status(), 200);
        assert_eq!(browser.get("/readyz").await.status(), 200);
        site.app().begin_stopping();
        assert_eq!(browser.get("/readyz").await.status(), 503);
        assert_eq!(browser.get("/healthz").await.status(), 200);
    })
    .await;
}
