//! A client's secret is replaced without an outage.

use crate::support;

use std::time::Duration;

use hob::testing::{Reply, on_each_database};
use hob_plugin_sdk::db::Timestamp;
use serde_json::Value;
use support::{App, Dance, REDIRECT_URI, assert_error, tokens};

const DAY: Duration = Duration::from_secs(24 * 3600);
const MACHINE: [&str; 4] = [
    "--grant",
    "client_credentials",
    "--grant",
    "authorization_code",
];

async fn works(dance: &Dance, app: &App) -> bool {
    let form = [("grant_type", "client_credentials")];
    let reply = dance.token(app, &form).await;
    if reply.status() == 200 {
        tokens(&reply);
        return true;
    }
    assert_error(&reply, 401, "invalid_client");
    false
}

/// Runs `hob oauth client rotate`.
async fn rotated(dance: &Dance, app: &App, more: &[&str]) -> Result<App, String> {
    let words = ["oauth", "client", "rotate", &app.client_id, "--json"];
    let output = dance.site.run_command(&[&words[..], more].concat()).await;
    if output.exit_code != 0 {
        assert_eq!(output.stdout, "");
        return Err(output.stderr.into());
    }
    let shown: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let secret = shown["client_secret"].as_str().expect("a secret");
    Ok(App {
        secret: Some(secret.to_owned()),
        ..app.clone()
    })
}

async fn secrets(dance: &Dance, app: &App) -> Vec<Value> {
    let words = ["oauth", "client", "show", &app.client_id, "--json"];
    let output = dance.site.run_command(&words).await;
    let shown: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let mut secrets = shown["secrets"].as_array().expect("a list").clone();
    secrets.sort_by_key(|secret| secret["created_at"].to_string());
    secrets
}

fn time(shown: &Value) -> Timestamp {
    let text = shown.as_str().expect("a time");
    text.parse().expect("RFC 3339")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_secret_works_for_a_day_beside_the_new_one() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let (app, other) = (
            dance.register(REDIRECT_URI, &MACHINE).await,
            dance.register(REDIRECT_URI, &MACHINE).await,
        );
        let new = rotated(&dance, &app, &[]).await.expect("a second secret");
        assert_ne!(new.secret, app.secret);
        dance.site.clock().advance(DAY - Duration::from_secs(1));
        assert!(works(&dance, &app).await && works(&dance, &new).await);
        dance.site.clock().advance(Duration::from_secs(1));
        assert!(!works(&dance, &app).await);
        assert!(works(&dance, &new).await);
        assert!(works(&dance, &other).await, "another client's secret");

        let week = rotated(&dance, &new, &["--expire-old", "7d"])
            .await
            .unwrap();
        dance.site.clock().advance(6 * DAY);
        assert!(works(&dance, &new).await && works(&dance, &week).await);
        dance.site.clock().advance(DAY);
        assert!(!works(&dance, &new).await);
        assert!(works(&dance, &week).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_live_secret_is_refused_with_the_fix() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.register(REDIRECT_URI, &MACHINE).await;
        let second = rotated(&dance, &app, &[]).await.unwrap();
        let refused = rotated(&dance, &app, &["--expire-old", "1h"])
            .await
            .unwrap_err();
        assert!(refused.contains("two secrets are live"), "{refused}");
        assert!(refused.contains("--expire-old now"), "{refused}");
        assert!(works(&dance, &app).await && works(&dance, &second).await);

        let third = rotated(&dance, &app, &["--expire-old", "now"])
            .await
            .unwrap();
        assert!(!works(&dance, &app).await && !works(&dance, &second).await);
        assert!(works(&dance, &third).await);

        rotated(&dance, &app, &[]).await.unwrap();
        dance.site.clock().advance(DAY);
        rotated(&dance, &app, &[]).await.expect("one has expired");
        assert_eq!(secrets(&dance, &app).await.len(), 2);
    })
    .await;
}

/// Those who rotate at once are counted one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_do_not_make_three() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.register(REDIRECT_URI, &MACHINE).await;
        let all = futures_util::future::join_all((0..4).map(|_| rotated(&dance, &app, &[]))).await;
        assert_eq!(all.iter().filter(|rotated| rotated.is_ok()).count(), 1);
        assert_eq!(secrets(&dance, &app).await.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_rotated_is_told_why() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let (app, public) = (dance.web_app().await, dance.browser_app().await);
        let refused = rotated(&dance, &public, &[]).await.unwrap_err();
        assert!(refused.contains("public client"), "{refused}");
        for bad in ["soon", "400d", "1.5s", "24"] {
            let refused = rotated(&dance, &app, &["--expire-old", bad]).await;
            assert!(refused.is_err(), "{bad:?}");
        }
        assert_eq!(secrets(&dance, &app).await.len(), 1);
        rotated(&dance, &app, &["--expire-old", "90m"])
            .await
            .unwrap();
    })
    .await;
}

/// The use of a secret is written down with the tokens that it brought, and
/// once an hour at most.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_use_is_shown_and_written_once_an_hour() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.register(REDIRECT_URI, &MACHINE).await;
        assert_eq!(secrets(&dance, &app).await[0]["last_used_at"], Value::Null);
        let clock = dance.site.clock().clone();
        let before = clock.now();
        assert!(works(&dance, &app).await);
        let shown = secrets(&dance, &app).await;
        let first_use = time(&shown[0]["last_used_at"]);
        assert!(before <= first_use && first_use <= clock.now());
        assert_eq!(shown[0]["expires_at"], Value::Null);

        clock.advance(Duration::from_secs(55 * 60));
        assert!(works(&dance, &app).await);
        let shown = secrets(&dance, &app).await;
        assert_eq!(time(&shown[0]["last_used_at"]), first_use);
        clock.advance(Duration::from_secs(5 * 60));
        assert!(works(&dance, &app).await);
        let shown = secrets(&dance, &app).await;
        let second_use = time(&shown[0]["last_used_at"]);
        assert!(second_use >= first_use + Duration::from_secs(3600));

        clock.advance(Duration::from_secs(60));
        let new = rotated(&dance, &app, &[]).await.unwrap();
        let shown = secrets(&dance, &app).await;
        assert_eq!(shown[1]["last_used_at"], Value::Null);
        let end = time(&shown[0]["expires_at"]);
        assert!(end <= clock.now() + DAY && end > clock.now() + DAY - Duration::from_secs(60));
        assert!(works(&dance, &new).await);
        let shown = secrets(&dance, &app).await;
        assert_ne!(shown[1]["last_used_at"], Value::Null);
        assert_eq!(time(&shown[0]["last_used_at"]), second_use);
        // A wrong one leaves no trace.
        clock.advance(2 * DAY);
        assert!(!works(&dance, &app).await);
        let words = ["oauth", "client", "show", &app.client_id];
        let text = dance.site.run_command(&words).await.stdout;
        assert!(text.contains("last used"), "{text}");
        assert!(!text.contains(new.secret.as_deref().unwrap()), "{text}");
    })
    .await;
}

fn secret_on(page: &Reply) -> String {
    let marker = "aria-labelledby=\"client-secret\">";
    let text = page.text();
    let start = text.find(marker).expect("the secret is shown") + marker.len();
    text[start..].split('<').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_gives_an_application_of_her_own_a_new_secret() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(REDIRECT_URI, &MACHINE).await;
        let path = format!("/oauth/clients/{}", app.client_id);
        let rotate = format!("{path}/secret");
        // It is the operator's, so far.
        let reply = dance.browser.submit(&rotate, &[("old", "now")]).await;
        assert_eq!(reply.status(), 404, "{reply:?}");
        let alice = dance.alice.id;
        dance
            .execute(&format!("UPDATE oauth_clients SET owner_id = {alice}"))
            .await;
        // Without the form's own token it is another site's.
        let forged = dance.browser.post_form(&rotate, &[("old", "now")]).await;
        assert_eq!(forged.status(), 403, "{forged:?}");
        assert!(works(&dance, &app).await);

        let page = dance.browser.submit(&rotate, &[("old", "day")]).await;
        assert_eq!(page.status(), 201, "{page:?}");
        assert_eq!(page.headers("cache-control"), ["no-store"]);
        let second = App {
            secret: Some(secret_on(&page)),
            ..app.clone()
        };
        assert!(works(&dance, &app).await && works(&dance, &second).await);
        let page = dance.browser.get(&path).await;
        assert!(page.text().contains("works until"), "{}", page.text());
        assert!(page.text().contains("last used"), "{}", page.text());

        let page = dance.browser.submit(&rotate, &[("old", "day")]).await;
        assert_eq!(page.status(), 422, "{page:?}");
        assert!(
            page.text().contains("two secrets are live"),
            "{}",
            page.text()
        );
        // Until when is said as all days are, and not as a program reads it.
        let end = page.text().split("the older one expires on ").nth(1);
        let end = end.and_then(|rest| rest.split('.').next());
        assert!(
            end.is_some_and(|day| day.split(' ').count() == 3),
            "{end:?}"
        );
        let page = dance.browser.submit(&rotate, &[("old", "now")]).await;
        let third = App {
            secret: Some(secret_on(&page)),
            ..app.clone()
        };
        assert!(!works(&dance, &app).await && !works(&dance, &second).await);
        assert!(works(&dance, &third).await);
    })
    .await;
}
