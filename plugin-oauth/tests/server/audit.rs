//! What is done here stands in the site's audit log, with who did it and from
//! where, whether or not anybody listens to events.

use crate::support;

use std::time::Duration;

use hob::{audit::Entry, testing::on_each_database};
use serde_json::{Value, json};
use support::{
    Dance, allow,
    audit::{entries, noted_later},
    take_back,
};

#[tokio::test(flavor = "multi_thread")]
async fn acts_of_members_and_operators_leave_an_entry() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let registered = entries(&dance, "client.registered").await;
        assert_eq!(registered.len(), 1);
        assert_eq!(registered[0].who_kind, "operator");
        assert_eq!(registered[0].subject, app.client_id);
        assert!(
            registered[0].details.contains("Photo Desk"),
            "{registered:?}"
        );

        dance.tokens(&app).await;
        let granted = entries(&dance, "consent.granted").await;
        assert_eq!(granted.len(), 1);
        assert_eq!(
            (granted[0].who_kind.as_str(), granted[0].who_name.as_str()),
            ("member", "alice")
        );
        assert_eq!(granted[0].member_id, Some(dance.alice.id));
        assert!(!granted[0].peer.is_empty() && granted[0].request_id.len() == 16);

        take_back(&mut dance.browser, &app).await;
        assert_eq!(entries(&dance, "consent.revoked").await.len(), 1);
        assert_eq!(entries(&dance, "token.revoked").await.len(), 1);
        let words = ["oauth", "client", "suspend", &app.client_id];
        dance.site.run_command(&words).await;
        assert_eq!(entries(&dance, "client.suspended").await.len(), 1);
        // It had none any longer.
        assert_eq!(entries(&dance, "token.revoked").await.len(), 1);
        // No secret and no token stands in any of them.
        let secret = app.secret.as_deref().expect("it has one");
        for entry in entries(&dance, "").await {
            assert!(
                !entry.details.contains(secret) && !entry.details.contains("hob_"),
                "{entry:?}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_often_leaves_none() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let first = dance.tokens(&app).await;
        let before = entries(&dance, "").await.len();
        support::tokens(&dance.refresh(&app, &first.refresh).await);
        dance.code(&app).await;
        let page = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "consent")]))
            .await;
        let ticked = ["profile", "media:read"].map(str::to_owned);
        allow(&mut dance.browser, &page, &ticked).await;
        assert_eq!(entries(&dance, "").await.len(), before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_prunes_is_noted_and_what_the_hourly_job_does_is_not() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.tokens(&app).await;
        let a_while = Duration::from_secs(400 * 24 * 3600);
        dance.site.clock().advance(a_while);
        dance.site.run_job("oauth", "prune").await;
        assert!(entries(&dance, "pruned").await.is_empty());

        dance.browser.sign_in("alice", support::PASSWORD).await;
        dance.tokens(&app).await;
        dance.site.clock().advance(a_while);
        let told = dance.site.run_command(&["oauth", "prune", "--json"]).await;
        let told: Value = serde_json::from_str(&told.stdout).expect("it prints JSON");
        assert!(told["expired_rows"].as_u64() > Some(0), "{told}");
        let noted = entries(&dance, "pruned").await;
        assert_eq!(noted.len(), 1, "{noted:?}");
        assert_eq!(noted[0].who_kind, "operator");
        let details: Value = serde_json::from_str(&noted[0].details).expect("JSON");
        assert_eq!(details, told);
        // Nothing to do is noted too: somebody did so.
        dance.site.run_command(&["oauth", "prune"]).await;
        assert_eq!(entries(&dance, "pruned").await.len(), 2);
    })
    .await;
}

/// An act that ends many at once fills no log: up to a hundred have an entry
/// each.
#[tokio::test(flavor = "multi_thread")]
async fn of_more_than_a_hundred_consents_that_end_at_once_one_entry_tells() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let words = ["oauth", "consent", "revoke", "--client-id", &app.client_id];
        let noted_of = async |members: std::ops::Range<i64>| {
            for member in members {
                dance
                    .execute(&format!(
                        "INSERT INTO \"oauth_consents\" (\"member_id\", \"client\", \"resource\", \
                         \"scope\", \"granted_at\", \"updated_at\", \"revision\") \
                         SELECT {member}, \"id\", '', 'profile', 1, 1, 0 FROM \"oauth_clients\""
                    ))
                    .await;
            }
            let output = dance.site.run_command(&words).await;
            assert_eq!(output.exit_code, 0, "{}", output.stderr);
            // At most a hundred, the latest first.
            entries(&dance, "consent.revoked").await
        };
        let each = noted_of(1000..1100).await;
        assert_eq!(each.len(), 100);
        assert!(each.iter().all(|entry| entry.member_id.is_some()));
        let noted = noted_of(2000..2101).await;
        let all = json!({"consents": 101, "reason": "operator"});
        assert_eq!((noted[0].member_id, details(&noted[0])), (None, all));
        assert!(noted[1].member_id < Some(1100), "{:?}", noted[1]);
    })
    .await;
}

/// Ten are free, and then each one has to wait.
async fn guess(dance: &Dance, client_id: &str, times: u32) {
    let basic = support::basic(client_id, "guessed");
    let headers = [("authorization", basic.as_str())];
    let form = [("grant_type", "client_credentials")];
    for _ in 0..times {
        let mut browser = dance.site.browser();
        browser
            .post_form_with(support::TOKEN, &form, &headers)
            .await;
    }
    dance.site.settle_events().await;
}

fn details(entry: &Entry) -> Value {
    serde_json::from_str(&entry.details).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_noted_once_an_hour_with_how_often_it_was_not() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let before = entries(&dance, "").await.len();
        guess(&dance, &app.client_id, 30).await;
        let failed = noted_later(&dance, "client.authentication_failed").await;
        assert_eq!(
            (failed.subject_kind.as_str(), &failed.subject),
            ("client", &app.client_id)
        );
        assert_eq!(
            (failed.who_kind.as_str(), &failed.who_name),
            ("client", &app.client_id)
        );
        assert!(
            !failed.peer.is_empty() && failed.request_id.len() == 16,
            "{failed:?}"
        );
        let said = json!({"client_name": "Photo Desk", "way": "client_secret_basic"});
        assert_eq!(details(&failed), said);
        let throttled = noted_later(&dance, "client.throttled").await;
        assert_eq!(throttled.subject, app.client_id);
        assert_eq!(details(&throttled)["account"], "client");
        assert_eq!(entries(&dance, "").await.len(), before + 2);

        dance.site.clock().advance(Duration::from_secs(3601));
        guess(&dance, &app.client_id, 1).await;
        let failed = entries(&dance, "client.authentication_failed").await;
        assert_eq!(failed.len(), 2, "{failed:?}");
        assert_eq!(details(&failed[0])["left_out"], 9, "{failed:?}");
    })
    .await;
}

/// What somebody types where a name belongs may be a secret.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_name_that_is_nobodys_only_that_somebody_waits_is_noted() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let before = entries(&dance, "").await.len();
        guess(&dance, "hob_cs_pasted-into-the-wrong-field", 9).await;
        assert_eq!(entries(&dance, "").await.len(), before, "they are free");
        guess(&dance, "hob_cs_pasted-into-the-wrong-field", 9).await;
        let throttled = noted_later(&dance, "client.throttled").await;
        assert_eq!(
            (throttled.subject.as_str(), throttled.who_name.as_str()),
            ("", "")
        );
        assert!(!throttled.peer.is_empty(), "{throttled:?}");
        assert!(
            !format!("{throttled:?}").contains("pasted"),
            "{throttled:?}"
        );
        assert_eq!(entries(&dance, "").await.len(), before + 1);
    })
    .await;
}

/// However many names somebody tries: sixty, and then one a minute.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_fills_the_log_by_trying_one_name_after_the_other() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let before = entries(&dance, "").await.len();
        for number in 0..70 {
            guess(&dance, &format!("nobody-{number}"), 11).await;
        }
        assert_eq!(entries(&dance, "").await.len(), before + 60);
        dance.site.clock().advance(Duration::from_secs(60));
        guess(&dance, "nobody-at-last", 11).await;
        let noted = entries(&dance, "").await;
        assert_eq!(noted.len(), before + 61);
        assert_eq!(details(&noted[0])["left_out"], 10);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_way_that_is_gone_is_noted_once_a_day() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance
            .register(support::REDIRECT_URI, &["--grant", "password"])
            .await;
        let form = [
            ("grant_type", "password"),
            ("username", "alice"),
            ("password", support::PASSWORD),
        ];
        for _ in 0..3 {
            assert_eq!(dance.token(&app, &form).await.status(), 200);
        }
        let used = noted_later(&dance, "legacy.used").await;
        assert_eq!(used.subject, app.client_id);
        assert_eq!(details(&used), json!({"switch": "password_grant"}));
        dance.site.clock().advance(Duration::from_secs(24 * 3600));
        dance.token(&app, &form).await;
        dance.site.settle_events().await;
        let used = entries(&dance, "legacy.used").await;
        assert_eq!(details(&used[0])["left_out"], 2, "{used:?}");
        assert_eq!(used.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_password_or_code_is_guessed_is_noted() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance
            .register(support::REDIRECT_URI, &["--grant", "password"])
            .await;
        for username in ["alice", "a-password-by-mistake"] {
            let form = [
                ("grant_type", "password"),
                ("username", username),
                ("password", "guessed"),
            ];
            for _ in 0..12 {
                dance.token(&app, &form).await;
            }
        }
        for letter in "BCDFGHJKLMNP".chars() {
            let guess = format!("BBBB-BBB{letter}");
            dance
                .browser
                .submit("/oauth/device", &[("user_code", &guess)])
                .await;
        }
        dance.site.settle_events().await;
        let noted = entries(&dance, "client.throttled").await;
        let seen: Vec<_> = noted
            .iter()
            .map(|entry| {
                (
                    entry.who_kind.as_str(),
                    entry.member_id,
                    details(entry)["account"].clone(),
                )
            })
            .collect();
        let alice = Some(dance.alice.id);
        assert_eq!(
            seen,
            [
                ("member", alice, json!("user_code")),
                ("client", None, json!("member")),
                ("client", alice, json!("member")),
            ]
        );
        assert_eq!(noted[2].subject, app.client_id);
        assert!(!format!("{noted:?}").contains("by-mistake"), "{noted:?}");
    })
    .await;
}
