//! What the member answers, and what it counts for.

use std::time::Duration;

use hob::testing::on_each_database;
use serde_json::Value;

use super::{
    assert_consent_page, scope,
    support::{
        self, App, Dance, PASSWORD, REDIRECT_URI, allow, answer, assert_error_page, deny,
        request_on,
    },
};

/// Check 22.
#[tokio::test]
async fn a_forged_consent_gives_no_code() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("mallory", PASSWORD).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let request = request_on(&page);
        let fields = [
            ("request", request.as_str()),
            ("decision", "allow"),
            ("scope", "profile"),
        ];
        // No CSRF token.
        let reply = dance.browser.post_form("/oauth/consent", &fields).await;
        assert_eq!(reply.status(), 403, "{reply:?}");
        // Nobody signed in.
        let reply = dance
            .site
            .browser()
            .post_form("/oauth/consent", &fields)
            .await;
        assert_error_page(&reply);
        // Another session of the same member.
        let mut other_session = dance.site.browser();
        other_session.sign_in("alice", PASSWORD).await;
        let reply = other_session.submit("/oauth/consent", &fields).await;
        assert_error_page(&reply);
        assert_eq!(reply.status(), 403, "{reply:?}");
        // Another member.
        let mut mallory = dance.site.browser();
        mallory.sign_in("mallory", PASSWORD).await;
        let reply = mallory.submit("/oauth/consent", &fields).await;
        assert_error_page(&reply);
        assert_eq!(reply.status(), 403, "{reply:?}");
        // The member herself, once.
        let reply = dance.browser.submit("/oauth/consent", &fields).await;
        answer(&reply).expect_code();
        // And no second time.
        assert_error_page(&dance.browser.submit("/oauth/consent", &fields).await);
    })
    .await;
}

/// Check 22.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_is_sent_many_times_at_once_gives_one_code() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let decisions = (0..20).map(|_| async {
            let mut browser = dance.site.browser();
            browser.copy_cookies(&dance.browser);
            allow(&mut browser, &page, &scope("profile")).await
        });
        let replies = futures_util::future::join_all(decisions).await;
        let (codes, others): (Vec<_>, Vec<_>) =
            replies.iter().partition(|reply| reply.status() == 303);
        assert_eq!(codes.len(), 1);
        answer(codes[0]).expect_code();
        for reply in others {
            assert_error_page(reply);
        }
    })
    .await;
}

/// Whoever only looks leaves nothing behind, and the answer is kept for as long
/// as it could be sent again.
#[tokio::test]
async fn a_question_is_stored_when_it_is_answered() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let path = app.authorize_path(&[("prompt", "consent")]);
        let pages = [
            dance.browser.get(&path).await,
            dance.browser.get(&path).await,
        ];
        assert_ne!(request_on(&pages[0]), request_on(&pages[1]));
        assert_eq!(dance.count("oauth_authorization_requests").await, 0);
        for (page, stored) in pages.iter().zip(1..) {
            let reply = allow(&mut dance.browser, page, &scope("profile")).await;
            answer(&reply).expect_code();
            let count = dance.count("oauth_authorization_requests").await;
            assert_eq!(count, stored);
            assert_error_page(&deny(&mut dance.browser, page).await);
        }
    })
    .await;
}

/// The form is read once more as it was brought, so it is worth no more than
/// the same request is now.
#[tokio::test]
async fn a_question_whose_application_has_changed_is_over() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let edit = [
            "oauth",
            "client",
            "edit",
            &app.client_id,
            "--redirect-uri",
            "https://elsewhere.example/callback",
        ];
        assert_eq!(dance.site.run_command(&edit).await.exit_code, 0);
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        assert_error_page(&reply);
        assert_eq!(dance.count("oauth_authorization_codes").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_consent_page_waits_only_so_long() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        dance.site.clock().advance(Duration::from_secs(31 * 60));
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        assert_error_page(&reply);
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        dance.site.clock().advance(Duration::from_secs(29 * 60));
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        answer(&reply).expect_code();
    })
    .await;
}

/// Check 23.
#[tokio::test]
async fn tampered_fields_of_the_consent_form_have_no_effect() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let request = request_on(&page);
        let fields = [
            ("request", request.as_str()),
            ("decision", "allow"),
            ("scope", "profile"),
            ("client_id", &other.client_id),
            ("redirect_uri", "https://evil.example/"),
            ("state", "evil"),
            ("code_challenge", ""),
        ];
        let reply = dance.browser.submit("/oauth/consent", &fields).await;
        let answered = answer(&reply);
        assert_eq!(answered.uri, REDIRECT_URI);
        assert_eq!(answered.one("state"), Some("xyz"));
        let code = answered.expect_code();
        // Still the first application's, with its challenge.
        let reply = dance.exchange(&other, &code).await;
        assert_eq!(reply.status(), 400);
        assert_eq!(dance.exchange(&app, &code).await.status(), 200);
        // A name that is no request's.
        let page = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "consent")]))
            .await;
        let mut tampered = request_on(&page);
        tampered.replace_range(10..11, if &tampered[10..11] == "a" { "b" } else { "a" });
        let fields = [
            ("request", tampered.as_str()),
            ("decision", "allow"),
            ("scope", "profile"),
        ];
        assert_error_page(&dance.browser.submit("/oauth/consent", &fields).await);
    })
    .await;
}

/// Check 25.
#[tokio::test]
async fn deny_is_access_denied_with_state() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let reply = deny(&mut dance.browser, &page).await;
        let answered = answer(&reply);
        answered.expect_error("access_denied");
        assert_eq!(answered.one("state"), Some("xyz"));
        assert_eq!(answered.uri, REDIRECT_URI);
        // No answer at all is none; the question still stands.
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let request = request_on(&page);
        for decision in [vec![], vec![("decision", "maybe")]] {
            let mut fields = vec![("request", request.as_str()), ("scope", "profile")];
            fields.extend(decision);
            assert_error_page(&dance.browser.submit("/oauth/consent", &fields).await);
        }
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        answer(&reply).expect_code();
    })
    .await;
}

/// Check 26.
#[tokio::test]
async fn only_what_was_asked_and_ticked_is_granted() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let ticked = scope("profile media:write email");
        let reply = allow(&mut dance.browser, &page, &ticked).await;
        let code = answer(&reply).expect_code();
        let tokens = support::tokens(&dance.exchange(&app, &code).await);
        assert_eq!(tokens.scope, "profile");
        for nothing in [vec![], scope("email")] {
            let app = dance.web_app().await;
            let page = dance.browser.get(&app.authorize_path(&[])).await;
            let reply = allow(&mut dance.browser, &page, &nothing).await;
            answer(&reply).expect_error("access_denied");
        }
    })
    .await;
}

#[tokio::test]
async fn a_step_up_asks_for_what_is_new_and_keeps_the_rest() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code_with(&app, &[("scope", "profile")]).await;
        let wider = app.authorize_path(&[("scope", "profile media:read")]);
        let page = dance.browser.get(&wider).await;
        assert!(page.text().contains("You allowed this before:"), "{page:?}");
        allow(&mut dance.browser, &page, &scope("profile media:read")).await;
        // Now both are remembered, together and alone.
        for asked in ["profile media:read", "media:read", "profile"] {
            let reply = dance
                .browser
                .get(&app.authorize_path(&[("scope", asked)]))
                .await;
            answer(&reply).expect_code();
        }
    })
    .await;
}

/// Of the same application, by another request.
#[tokio::test]
async fn what_is_not_asked_this_time_stays_allowed() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code_with(&app, &[("scope", "profile")]).await;
        dance.code_with(&app, &[("scope", "media:read")]).await;
        for (asked, is_remembered) in [
            ("profile", true),
            ("profile media:read", true),
            ("profile media:write", false),
        ] {
            let path = app.authorize_path(&[("scope", asked)]);
            let reply = dance.browser.get(&path).await;
            assert_eq!(reply.status() == 303, is_remembered, "{asked}: {reply:?}");
        }
    })
    .await;
}

/// Whatever is allowed beyond that later; what is taken back begins anew.
#[tokio::test]
async fn a_consent_was_granted_when_it_began() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let allowed = async |dance: &mut Dance, asked: &str| {
            dance.site.clock().advance(Duration::from_secs(3600));
            dance.code_with(&app, &[("scope", asked)]).await;
            let words = ["oauth", "consent", "list", "--member", "alice", "--json"];
            let listed = dance.site.run_command(&words).await.stdout;
            let listed: Value = serde_json::from_str(&listed).expect("it prints JSON");
            (listed[0]["granted_at"].clone(), listed[0]["scope"].clone())
        };
        let (began, _) = allowed(&mut dance, "profile").await;
        let wider = allowed(&mut dance, "profile media:read").await;
        assert_eq!(wider, (began.clone(), "profile media:read".into()));
        dance.take_back(&app).await;
        let (anew, _) = allowed(&mut dance, "profile").await;
        assert!(anew.as_str() > began.as_str(), "{anew} after {began}");
    })
    .await;
}

/// Check 29.
#[tokio::test]
async fn html_in_names_scopes_and_states_is_escaped() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let evil = "<script>alert(1)</script>\"'";
        let fields = [
            ("name", evil),
            ("website", ""),
            ("redirect_uris", REDIRECT_URI),
            ("scope", "profile"),
            ("kind", "confidential"),
        ];
        let created = dance.browser.submit("/oauth/clients/new", &fields).await;
        assert_eq!(created.status(), 201, "{created:?}");
        let list = dance.browser.get("/oauth/clients").await;
        let at = list.text().find("/oauth/clients/").unwrap();
        let client_id = list.text()[at..]
            .split(['"', '/'])
            .find(|part| part.len() == 22)
            .expect("the list links to the application")
            .to_owned();
        let app = App {
            client_id,
            secret: None,
            redirect_uri: REDIRECT_URI.to_owned(),
        };
        let consent = dance
            .browser
            .get(&app.authorize_path(&[("state", evil), ("scope", "profile")]))
            .await;
        assert_consent_page(&consent);
        let refused = app.authorize_path(&[("redirect_uri", evil), ("client_id", evil)]);
        let error = dance.browser.get(&refused).await;
        let client = dance
            .browser
            .get(&format!("/oauth/clients/{}", app.client_id))
            .await;
        for page in [&created, &list, &consent, &error, &client] {
            assert!(!page.text().contains("<script"), "{}", page.text());
        }
        assert!(
            consent.text().contains("&#60;script&#62;"),
            "{}",
            consent.text()
        );
    })
    .await;
}
