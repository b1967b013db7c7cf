//! Who is asked, and who is not.

use hob::testing::on_each_database;

use super::{
    assert_consent_page, scope,
    support::{Dance, LOOPBACK_URI, PASSWORD, allow, answer, assert_error_page},
};

/// Check 24.
#[tokio::test]
async fn an_account_that_was_switched_meanwhile_aborts() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("bob", PASSWORD).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        dance.browser.sign_in("bob", PASSWORD).await;
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        assert_error_page(&reply);
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        assert!(page.text().contains("(@<bdi>bob</bdi>)"), "{page:?}");
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        answer(&reply).expect_code();
    })
    .await;
}

#[tokio::test]
async fn another_account_can_be_used_for_the_same_request() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        dance.site.add_member("bob", PASSWORD).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let marker = "href=\"/login?next=%2Foauth";
        let at = page
            .text()
            .find(marker)
            .expect("a link to the sign-in page")
            + 6;
        let link = page.text()[at..].split('"').next().unwrap_or_default();
        let next: String = url::form_urlencoded::parse(link.split_once('?').unwrap().1.as_bytes())
            .find(|(name, _)| name == "next")
            .map(|(_, next)| next.into_owned())
            .unwrap();
        let form = [("username", "bob"), ("password", PASSWORD), ("next", &next)];
        let reply = dance.browser.post_form("/login", &form).await;
        assert_eq!(reply.header("location"), next);
        let page = dance.browser.get(&next).await;
        assert!(page.text().contains("(@<bdi>bob</bdi>)"), "{page:?}");
        let reply = allow(&mut dance.browser, &page, &scope("profile")).await;
        assert_eq!(answer(&reply).one("state"), Some("xyz"));
        answer(&reply).expect_code();
    })
    .await;
}

#[tokio::test]
async fn who_is_not_signed_in_comes_back_after_signing_in() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let mut browser = dance.site.browser();
        let state = [("state", "+%& é")];
        let reply = browser.get(&app.authorize_path(&state)).await;
        let (path, query) = reply.header("location").split_once('?').unwrap();
        assert_eq!(path, "/login");
        let next = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "next")
            .map(|(_, next)| next.into_owned())
            .unwrap();
        let form = [
            ("username", "alice"),
            ("password", PASSWORD),
            ("next", &next),
        ];
        let reply = browser.post_form("/login", &form).await;
        let page = browser.get(reply.header("location")).await;
        let reply = allow(&mut browser, &page, &scope("profile")).await;
        assert_eq!(answer(&reply).one("state"), Some("+%& é"));
        answer(&reply).expect_code();
    })
    .await;
}

/// Check 27.
#[tokio::test]
async fn a_public_client_on_the_device_is_never_approved_silently() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        for uri in [LOOPBACK_URI, "com.example.app:/cb"] {
            let app = dance.register(uri, &["--public"]).await;
            dance.code(&app).await;
            let reply = dance.browser.get(&app.authorize_path(&[])).await;
            assert_consent_page(&reply);
            let path = app.authorize_path(&[("prompt", "none")]);
            answer(&dance.browser.get(&path).await).expect_error("consent_required");
        }
        for app in [
            dance.browser_app().await,
            dance.web_app().await,
            dance.register(LOOPBACK_URI, &[]).await,
        ] {
            dance.code(&app).await;
            let reply = dance.browser.get(&app.authorize_path(&[])).await;
            answer(&reply).expect_code();
        }
    })
    .await;
}

/// Check 28.
#[tokio::test]
async fn prompt_none_never_shows_a_page() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let path = app.authorize_path(&[("prompt", "none")]);
        let stranger = dance.site.browser().get(&path).await;
        answer(&stranger).expect_error("login_required");
        assert_eq!(answer(&stranger).one("state"), Some("xyz"));
        answer(&dance.browser.get(&path).await).expect_error("consent_required");
        dance.code(&app).await;
        answer(&dance.browser.get(&path).await).expect_code();
        let both = app.authorize_path(&[("prompt", "none login")]);
        answer(&dance.browser.get(&both).await).expect_error("invalid_request");
    })
    .await;
}

#[tokio::test]
async fn prompt_login_and_prompt_consent_ask_again() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code(&app).await;
        let reply = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "consent")]))
            .await;
        assert_consent_page(&reply);
        let reply = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "login")]))
            .await;
        assert_eq!(reply.status(), 303);
        let (path, query) = reply.header("location").split_once('?').unwrap();
        assert_eq!(path, "/login");
        let next = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "next")
            .map(|(_, next)| next.into_owned())
            .unwrap();
        // Going on without signing in leads back to the sign-in page.
        let reply = dance.browser.get(&next).await;
        assert!(reply.header("location").starts_with("/login?"), "{reply:?}");
        dance.browser.sign_in("alice", PASSWORD).await;
        let reply = dance.browser.get(&next).await;
        answer(&reply).expect_code();
        assert_eq!(answer(&reply).one("state"), Some("xyz"));
        // It was answered; it is not answered twice.
        assert_error_page(&dance.browser.get(&next).await);
    })
    .await;
}

/// Check 30.
#[tokio::test]
async fn a_suspended_client_or_a_disabled_member_gets_no_code() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.code(&app).await;
        let waiting = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "consent")]))
            .await;
        let suspend = ["oauth", "client", "suspend", app.client_id.as_str()];
        assert_eq!(dance.site.run_command(&suspend).await.exit_code, 0);
        assert_error_page(&dance.browser.get(&app.authorize_path(&[])).await);
        let reply = allow(&mut dance.browser, &waiting, &scope("profile")).await;
        assert_error_page(&reply);
        let resume = ["oauth", "client", "resume", app.client_id.as_str()];
        assert_eq!(dance.site.run_command(&resume).await.exit_code, 0);
        let reply = dance.browser.get(&app.authorize_path(&[])).await;
        answer(&reply).expect_code();

        let waiting = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "consent")]))
            .await;
        dance.site.disable_member(dance.alice.id).await;
        let reply = dance.browser.get(&app.authorize_path(&[])).await;
        assert!(reply.header("location").starts_with("/login?"), "{reply:?}");
        let reply = allow(&mut dance.browser, &waiting, &scope("profile")).await;
        assert_error_page(&reply);
    })
    .await;
}
