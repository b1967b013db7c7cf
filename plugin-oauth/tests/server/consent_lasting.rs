//! How long it lasts, in words, wherever a member is asked or looks it up; and
//! that it is so.

use crate::support;

use std::time::Duration;

use hob::testing::{Reply, TestHost, on_each_database};
use serde_json::Value;
use support::{App, Dance, PASSWORD, REDIRECT_URI, request_on, tokens};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const DAY: Duration = Duration::from_secs(24 * 3600);
const CODE_ALONE: [&str; 2] = ["--grant", "authorization_code"];

/// The line of the page that tells how long.
fn told(page: &Reply) -> String {
    request_on(page);
    let text = page.text();
    let start = text
        .find("<div class=\"consent-facts\">")
        .expect("the facts");
    let facts = text[start..].split("</div>").next().expect("their end");
    let mut lines = facts
        .split("<p>")
        .filter_map(|line| line.split("</p>").next());
    let line = lines.find(|line| line.starts_with("You allow this "));
    line.expect("it tells how long").to_owned()
}

async fn asked(dance: &mut Dance, app: &App) -> String {
    let page = dance.browser.get(&app.authorize_path(&[])).await;
    told(&page)
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_usual_settings_it_lasts_until_it_is_taken_back() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        assert_eq!(
            asked(&mut dance, &app).await,
            "You allow this until you take it back. It can renew its access by itself, for 365 \
             days at most, and no longer once it has not done so for 30 days."
        );
        // So it is.
        let first = dance.tokens(&app).await;
        dance.site.clock().advance(29 * DAY);
        let second = tokens(&dance.refresh(&app, &first.refresh).await);
        dance.site.clock().advance(30 * DAY);
        let late = dance.refresh(&app, &second.refresh).await;
        assert_eq!(late.status(), 400, "{late:?}");

        // Taken back nowhere, it stands among the connections.
        dance.browser.sign_in("alice", PASSWORD).await;
        let connections = dance.browser.get("/connections").await;
        let line = "· until you take it back</p>";
        assert!(connections.text().contains(line), "{connections:?}");
        let own = format!("/connections/{}", app.connection());
        let own = dance.browser.get(&own).await;
        assert!(own.text().contains(line), "{own:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_refresh_token_it_lasts_as_long_as_an_access_token() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(REDIRECT_URI, &CODE_ALONE).await;
        assert_eq!(
            asked(&mut dance, &app).await,
            "You allow this until you take it back. Its access lasts for one hour each time."
        );
        let code = dance.code(&app).await;
        let reply = dance.exchange(&app, &code).await;
        assert_eq!(reply.json::<Value>()["expires_in"], 3600, "{reply:?}");
        assert_eq!(tokens(&reply).refresh, "");

        let mut dance = dance.restart("access_token_lifetime = \"90m\"").await;
        let app = dance.register(REDIRECT_URI, &CODE_ALONE).await;
        let line = asked(&mut dance, &app).await;
        let said = "Its access lasts for 90 minutes each time.";
        assert!(line.ends_with(said), "{line}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_operator_bounds_is_told_as_it_is() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let until = "You allow this until <time datetime=\"";
        let sooner = ", unless you take it back sooner.";
        let for_ = |duration: &str| format!("You allow this for {duration}{sooner}");
        for (lines, begin, end) in [
            (
                "consent_lifetime = \"20d\"",
                until.to_owned(),
                sooner.to_owned(),
            ),
            (
                "consent_lifetime = \"90d\"",
                until.to_owned(),
                format!("{sooner} It loses its access once it has not renewed it for 30 days."),
            ),
            (
                "consent_lifetime = \"730d\"\nrefresh_token_lifetime = \"365d\"",
                until.to_owned(),
                format!("{sooner} It can renew its access by itself, for 365 days at most."),
            ),
            (
                "consent_lifetime = \"2h\"",
                for_("2 hours"),
                for_("2 hours"),
            ),
            (
                "refresh_token_lifetime = \"1d\"\nrefresh_token_absolute_lifetime = \"36h\"",
                "You allow this until you take it back.".to_owned(),
                "It can renew its access by itself, for 36 hours at most, and no longer once it \
                 has not done so for one day."
                    .to_owned(),
            ),
        ] {
            dance = dance.restart(lines).await;
            let app = dance.web_app().await;
            let line = asked(&mut dance, &app).await;
            assert!(line.starts_with(&begin), "{lines}: {line}");
            assert!(line.ends_with(&end), "{lines}: {line}");
        }
        // An access token does not outlive the decision either.
        dance = dance.restart("consent_lifetime = \"30m\"").await;
        let app = dance.register(REDIRECT_URI, &CODE_ALONE).await;
        let half = "30 minutes";
        assert_eq!(
            asked(&mut dance, &app).await,
            format!("{} Its access lasts for {half} each time.", for_(half))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_asked_about_in_the_same_words() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let device = ["--public", "--grant", DEVICE_GRANT];
        let refreshing = [&device[..], &["--grant", "refresh_token"]].concat();
        for (grants, words) in [
            (&device[..], "Its access lasts for one hour each time."),
            (
                &refreshing,
                "It can renew its access by itself, for 365 days",
            ),
        ] {
            let app = dance.register_without_redirect("profile", grants).await;
            let mut client = dance.site.browser();
            let own = ("client_id", app.client_id.as_str());
            let begun = client
                .post_form("/oauth/device_authorization", &[own])
                .await;
            let begun: Value = begun.json();
            let user_code = begun["user_code"].as_str().expect("a code");
            let typed = [("user_code", user_code)];
            let page = dance.browser.submit("/oauth/device", &typed).await;
            assert!(told(&page).contains(words), "{page:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn one_and_many_are_told_apart_in_each_language() {
    let builder = |access: &str, idle: &str| {
        let lines =
            format!("access_token_lifetime = {access:?}\nrefresh_token_lifetime = {idle:?}");
        TestHost::builder().plugin_toml("oauth", &lines)
    };
    for (builder, sentences) in [
        (
            builder("1h", "1d"),
            [
                ("en", "lasts for one hour each time", "done so for one day."),
                (
                    "de",
                    "jedes Mal für eine Stunde",
                    "wenn sie das einen Tag lang",
                ),
                (
                    "fr",
                    "chaque fois pour une heure",
                    "pas fait pendant un jour.",
                ),
            ],
        ),
        (
            builder("61s", "2d"),
            [
                ("en", "lasts for 61 seconds each", "done so for 2 days."),
                (
                    "de",
                    "jedes Mal für 61 Sekunden",
                    "wenn sie das 2 Tage lang",
                ),
                (
                    "fr",
                    "chaque fois pour 61 secondes",
                    "pas fait pendant 2 jours.",
                ),
            ],
        ),
    ] {
        let dance = Dance::start(builder).await;
        let alone = dance.register(REDIRECT_URI, &CODE_ALONE).await;
        let renewing = dance.web_app().await;
        for (language, each_time, idle) in sentences {
            let mut browser = dance.site.browser().reading(language);
            browser.sign_in("alice", PASSWORD).await;
            for (app, words) in [(&alone, each_time), (&renewing, idle)] {
                let page = browser.get(&app.authorize_path(&[])).await;
                request_on(&page);
                assert!(page.text().contains(words), "{words}: {page:?}");
            }
        }
    }
}
