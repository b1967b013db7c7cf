//! `hob oauth doctor` over a whole site: what it sees, and how it ends.

use crate::support;

use std::time::Duration;

use hob::testing::on_each_database;
use serde_json::{Value, json};
use support::{Dance, REDIRECT_URI, registration::labelled};

const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// The exit code, the worst, and the name of each finding.
async fn examined(dance: &Dance, more: &[&str]) -> (u8, Value, Vec<String>) {
    let words = [&["oauth", "doctor", "--json"], more].concat();
    let output = dance.site.run_command(&words).await;
    let told: Value = serde_json::from_str(&output.stdout).expect("the command prints JSON");
    let findings = told["findings"].as_array().expect("a list");
    let ids = findings
        .iter()
        .map(|finding| finding["id"].as_str().expect("an id").to_owned())
        .collect();
    (output.exit_code, told["worst"].clone(), ids)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_as_it_comes_is_well() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        dance.browser_app().await;
        dance.tokens(&app).await;
        let nothing = (0, Value::Null, Vec::new());
        assert_eq!(examined(&dance, &["--strict"]).await, nothing);
        let text = dance.site.run_command(&["oauth", "doctor"]).await;
        assert_eq!(&*text.stdout, "Nothing risky was found.\n");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_with_one_if_there_is_danger_and_when_strict_if_there_is_a_warning() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let copied = ["client", "edit", &app.client_id, "--redirect-uri"];
        let copied = [&["oauth"], &copied[..], &["urn:ietf:wg:oauth:2.0:oob"]].concat();
        dance.site.run_command(&copied).await;
        let warned = vec!["codes_to_copy".to_owned()];
        assert_eq!(
            examined(&dance, &[]).await,
            (0, json!("warning"), warned.clone())
        );
        assert_eq!(
            examined(&dance, &["--strict"]).await,
            (1, json!("warning"), warned)
        );

        let legacy = dance.register(REDIRECT_URI, &["--legacy-query"]).await;
        let both = vec![
            "secrets_in_addresses".to_owned(),
            "codes_to_copy".to_owned(),
        ];
        assert_eq!(examined(&dance, &[]).await, (1, json!("danger"), both));
        let output = dance.site.run_command(&["oauth", "doctor"]).await;
        assert_eq!(output.exit_code, 1);
        let expected = format!("danger: {} (Photo Desk): ", legacy.client_id);
        assert!(output.stdout.starts_with(&expected), "{}", output.stdout);
        let fix = format!("fix: `hob oauth client edit {} ", legacy.client_id);
        assert!(output.stdout.contains(&fix), "{}", output.stdout);

        let suspend = ["oauth", "client", "suspend", &legacy.client_id];
        dance.site.run_command(&suspend).await;
        assert_eq!(examined(&dance, &[]).await.0, 0);
    })
    .await;
}

/// What it reads of the database.
#[tokio::test(flavor = "multi_thread")]
async fn it_sees_what_lies_about() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let rotate = ["oauth", "client", "rotate", &app.client_id];
        let overlap = [&rotate[..], &["--expire-old", "365d"]].concat();
        dance.site.run_command(&overlap).await;
        dance.tokens(&app).await;
        assert_eq!(examined(&dance, &[]).await.2, Vec::<String>::new());

        dance.site.clock().advance(YEAR - Duration::from_secs(3600));
        let ids = examined(&dance, &[]).await.2;
        assert_eq!(ids, ["second_secret", "not_pruned"]);
        dance.site.run_command(&["oauth", "prune"]).await;
        assert_eq!(examined(&dance, &[]).await.2, ["second_secret"]);
        dance.site.clock().advance(Duration::from_secs(7200));
        assert_eq!(examined(&dance, &[]).await.2, ["unused"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_sees_personal_tokens_that_nobody_uses() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let mut made = Vec::new();
        for name in ["one", "other"] {
            let form = [("name", name), ("scope", "profile"), ("ends", "365")];
            let page = dance.browser.submit("/oauth/tokens/new", &form).await;
            let token = labelled(&page, "personal-token").expect("it is shown");
            made.push(token.to_owned());
        }
        let ninety_days = Duration::from_secs(90 * 24 * 3600);
        let hour = Duration::from_secs(3600);
        dance.site.clock().advance(ninety_days - hour);
        assert_eq!(examined(&dance, &[]).await.2, [""; 0]);
        dance.site.clock().advance(hour);
        let words = ["oauth", "doctor"];
        let told = dance.site.run_command(&words).await.stdout;
        assert!(told.contains("for 90 days: 2"), "{told}");
        // Once it is used again it is no longer one of them.
        assert_eq!(dance.api_status(&made[0]).await, 200);
        dance.site.run_job("oauth", "note_token_uses").await;
        let told = dance.site.run_command(&words).await.stdout;
        assert!(told.contains("for 90 days: 1"), "{told}");
        // And what has ended is none.
        dance.site.clock().advance(YEAR - ninety_days + hour);
        dance.site.run_command(&["oauth", "prune"]).await;
        assert_eq!(examined(&dance, &[]).await.2, [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_reads_the_settings() {
    on_each_database(async |builder| {
        let lines = "access_token_lifetime = \"25h\"\n\
                     dynamic_registration = \"open\"\n\
                     dynamic_registration_scopes = [\"profile\", \"media:write\"]\n\
                     applications_per_member = 0\n";
        let dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        let (exit_code, worst, ids) = examined(&dance, &[]).await;
        assert_eq!((exit_code, worst), (1, json!("danger")));
        assert_eq!(
            ids,
            [
                "long_access_tokens",
                "open_registration_with_sensitive_scopes",
                "unbounded_applications"
            ]
        );
    })
    .await;
}
