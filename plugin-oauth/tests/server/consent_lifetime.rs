//! Consents that end by themselves, where the operator says so: then the
//! member is asked anew, and nothing that was issued lives longer.

use crate::support;

use std::time::Duration;

use hob::testing::{Builder, Reply, on_each_database};
use hob_plugin_sdk::db::Timestamp;
use serde_json::Value;
use support::{
    App, Dance, PASSWORD, REDIRECT_URI, allow, answer, assert_error, request_on, tokens,
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A site where a decision counts for two hours.
async fn forgetful_site(builder: Builder) -> Dance {
    Dance::start(builder.plugin_toml("oauth", "consent_lifetime = \"2h\"")).await
}

/// The clock goes on by itself while a test runs.
const LATENESS: Duration = Duration::from_secs(30);

/// Asserts that an access token lives for so long from now.
#[track_caller]
fn assert_lives(reply: &Reply, expected: Duration) {
    let body: Value = reply.json();
    let expires_in = body["expires_in"].as_u64().expect("a number of seconds");
    let expires_in = Duration::from_secs(expires_in);
    let earliest = expected - LATENESS;
    assert!((earliest..=expected).contains(&expires_in), "{body}");
}

fn everything() -> Vec<String> {
    vec!["profile".to_owned(), "media:read".to_owned()]
}

/// When the connection ends, by the page of connections.
async fn until(dance: &mut Dance) -> Option<Timestamp> {
    let page = dance.browser.get("/connections").await;
    let marker = "until <time datetime=\"";
    let start = page.text().find(marker)? + marker.len();
    let time = page.text()[start..].split('"').next()?;
    Some(time.parse().expect("a time"))
}

/// Asserts that it is the end of a decision that was made just now.
#[track_caller]
fn assert_two_hours_from_now(dance: &Dance, until: Option<Timestamp>) {
    let until = until.expect("it ends");
    let latest = dance.site.clock().now() + 120 * MINUTE;
    assert!(latest - LATENESS <= until && until <= latest, "{until}");
}

/// Asks and allows everything on the consent page, whatever was allowed before.
async fn decide_anew(dance: &mut Dance, app: &App) -> String {
    let path = app.authorize_path(&[("prompt", "consent")]);
    let page = dance.browser.get(&path).await;
    answer(&allow(&mut dance.browser, &page, &everything()).await).expect_code()
}

/// Check 109.
#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_has_ended_counts_as_none() {
    on_each_database(async |builder| {
        let mut dance = forgetful_site(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        assert!(
            page.text().contains("You allow this for 2 hours"),
            "{page:?}"
        );
        answer(&allow(&mut dance.browser, &page, &everything()).await).expect_code();

        dance.site.clock().advance(119 * MINUTE);
        answer(&dance.browser.get(&app.authorize_path(&[])).await).expect_code();
        dance.site.clock().advance(MINUTE);
        let silent = app.authorize_path(&[("prompt", "none")]);
        answer(&dance.browser.get(&silent).await).expect_error("consent_required");
        // As if for the first time. What is not asked this time does not come
        // back with it.
        let narrow = app.authorize_path(&[("scope", "profile")]);
        let page = dance.browser.get(&narrow).await;
        assert!(!page.text().contains("You allowed this before"), "{page:?}");
        answer(&allow(&mut dance.browser, &page, &everything()).await).expect_code();
        answer(&dance.browser.get(&narrow).await).expect_code();
        request_on(&dance.browser.get(&app.authorize_path(&[])).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_a_consent_counts_until_it_is_taken_back() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let said = "You allow this until you take it back.";
        assert!(page.text().contains(said), "{page:?}");
        dance.code(&app).await;
        assert_eq!(until(&mut dance).await, None);
        dance.site.clock().advance(3650 * DAY);
        dance.site.run_job("oauth", "prune").await;
        dance.browser.sign_in("alice", PASSWORD).await;
        answer(&dance.browser.get(&app.authorize_path(&[])).await).expect_code();
    })
    .await;
}

/// Check 109.
#[tokio::test(flavor = "multi_thread")]
async fn no_token_outlives_its_consent() {
    on_each_database(async |builder| {
        let mut dance = forgetful_site(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let reply = dance.exchange(&app, &code).await;
        assert_lives(&reply, 60 * MINUTE);
        let first = tokens(&reply);

        dance.site.clock().advance(90 * MINUTE);
        let reply = dance.refresh(&app, &first.refresh).await;
        assert_lives(&reply, 30 * MINUTE);
        let refreshed = tokens(&reply);
        // And what a remembered consent gives silently.
        dance.site.clock().advance(20 * MINUTE);
        let code = dance.code(&app).await;
        let reply = dance.exchange(&app, &code).await;
        assert_lives(&reply, 10 * MINUTE);
        let silent = tokens(&reply);

        dance.site.clock().advance(10 * MINUTE - LATENESS);
        for living in [&refreshed, &silent] {
            dance.assert_alive(living).await;
        }
        // A code that is issued now ends before its minute is over.
        let late = dance.code(&app).await;
        dance.site.clock().advance(LATENESS);
        for dead in [&refreshed, &silent] {
            dance.assert_dead(&app, dead).await;
        }
        let reply = dance.exchange(&app, &late).await;
        assert_error(&reply, 400, "invalid_grant");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_made_anew_counts_anew() {
    on_each_database(async |builder| {
        let mut dance = forgetful_site(builder).await;
        let app = dance.web_app().await;
        let first = dance.tokens(&app).await;
        let end = until(&mut dance).await;
        assert_two_hours_from_now(&dance, end);
        // To use it is no decision.
        dance.site.clock().advance(60 * MINUTE);
        dance.code(&app).await;
        assert_eq!(until(&mut dance).await, end);
        let code = decide_anew(&mut dance, &app).await;
        let second = tokens(&dance.exchange(&app, &code).await);
        let end = until(&mut dance).await;
        assert_two_hours_from_now(&dance, end);

        // What was issued before keeps its end.
        dance.site.clock().advance(60 * MINUTE);
        let reply = dance.refresh(&app, &first.refresh).await;
        assert_error(&reply, 400, "invalid_grant");
        tokens(&dance.refresh(&app, &second.refresh).await);
        answer(&dance.browser.get(&app.authorize_path(&[])).await).expect_code();
    })
    .await;
}

/// Check 109.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_ends_sooner_ends_what_was_issued_before() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let old = dance.tokens(&app).await;
        let unredeemed = dance.code(&app).await;

        let mut dance = dance.restart("consent_lifetime = \"30m\"").await;
        // Not by itself.
        assert_eq!(until(&mut dance).await, None);
        decide_anew(&mut dance, &app).await;
        let from_old_code = tokens(&dance.exchange(&app, &unredeemed).await);
        dance.site.clock().advance(29 * MINUTE);
        dance.assert_alive(&old).await;
        dance.assert_alive(&from_old_code).await;
        let reply = dance.refresh(&app, &old.refresh).await;
        assert_lives(&reply, MINUTE);
        let refreshed = tokens(&reply);
        dance.site.clock().advance(MINUTE);
        for dead in [&old, &refreshed, &from_old_code] {
            dance.assert_dead(&app, dead).await;
        }
    })
    .await;
}

/// Check 109.
#[tokio::test(flavor = "multi_thread")]
async fn it_holds_for_devices() {
    on_each_database(async |builder| {
        let builder = builder.plugin_toml("oauth", "consent_lifetime = \"30m\"");
        let mut dance = Dance::start(builder).await;
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        let grants = ["--public", "--grant", grant, "--grant", "refresh_token"];
        let app = dance.register_without_redirect("profile", &grants).await;
        let form = [("client_id", app.client_id.as_str())];
        let begun = "/oauth/device_authorization";
        let begun: Value = dance.site.browser().post_form(begun, &form).await.json();
        let text = |name: &str| begun[name].as_str().expect("a text").to_owned();
        let typed = [("user_code", text("user_code"))];
        let typed = typed.each_ref().map(|(name, code)| (*name, code.as_str()));
        let page = dance.browser.submit("/oauth/device", &typed).await;
        let request = request_on(&page);
        let fields = [
            ("request", request.as_str()),
            ("decision", "allow"),
            ("scope", "profile"),
        ];
        let done = dance.browser.submit("/oauth/device/consent", &fields).await;
        assert_eq!(done.status(), 200, "{done:?}");

        dance.site.clock().advance(5 * MINUTE);
        let device_code = text("device_code");
        let form = [("grant_type", grant), ("device_code", &device_code)];
        let reply = dance.token(&app, &form).await;
        assert_lives(&reply, 25 * MINUTE);
        let first = tokens(&reply);
        dance.site.clock().advance(24 * MINUTE);
        let reply = dance.refresh(&app, &first.refresh).await;
        assert_lives(&reply, MINUTE);
        let second = tokens(&reply);
        dance.assert_alive(&second).await;
        dance.site.clock().advance(MINUTE);
        dance.assert_dead(&app, &second).await;
    })
    .await;
}

/// Check 109.
#[tokio::test(flavor = "multi_thread")]
async fn it_holds_for_the_password_grant() {
    on_each_database(async |builder| {
        let builder = builder.plugin_toml("oauth", "consent_lifetime = \"30m\"");
        let dance = Dance::start(builder).await;
        let grants = [
            "--public",
            "--grant",
            "password",
            "--grant",
            "refresh_token",
        ];
        let app = dance.register_without_redirect("profile", &grants).await;
        let typed = [
            ("grant_type", "password"),
            ("username", "alice"),
            ("password", PASSWORD),
        ];
        let reply = dance.token(&app, &typed).await;
        assert_lives(&reply, 30 * MINUTE);
        let first = tokens(&reply);
        dance.site.clock().advance(29 * MINUTE);
        dance.assert_alive(&first).await;
        // To type it again is to decide again.
        let second = tokens(&dance.token(&app, &typed).await);
        dance.site.clock().advance(MINUTE);
        dance.assert_dead(&app, &first).await;
        dance.assert_alive(&second).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_is_shown_to_nobody_and_goes() {
    on_each_database(async |builder| {
        let mut dance = forgetful_site(builder).await;
        let app = dance.register_on_page("confidential", REDIRECT_URI).await;
        let own = format!("/oauth/clients/{}", app.client_id);
        dance.code(&app).await;
        dance.site.clock().advance(60 * MINUTE);
        let other = dance.web_app().await;
        dance.code(&other).await;
        let page = dance.browser.get("/connections").await;
        assert!(page.text().contains(&app.client_id), "{page:?}");
        assert!(dance.browser.get(&own).await.text().contains("1 member"));

        dance.site.clock().advance(61 * MINUTE);
        let page = dance.browser.get("/connections").await;
        assert!(!page.text().contains(&app.client_id), "{page:?}");
        assert!(page.text().contains(&other.client_id), "{page:?}");
        assert!(!dance.browser.get(&own).await.text().contains("1 member"));
        assert_eq!(dance.count("oauth_consents").await, 2);
        dance.site.run_job("oauth", "prune").await;
        assert_eq!(dance.count("oauth_consents").await, 1);
        answer(&dance.browser.get(&other.authorize_path(&[])).await).expect_code();
    })
    .await;
}
