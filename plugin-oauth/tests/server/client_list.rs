//! `hob oauth client list`, `show` and `suspend`: what operators see of each
//! application, beside what it is.

use crate::support;

use std::time::Duration;

use hob::testing::on_each_database;
use serde_json::{Value, json};
use support::{Dance, PASSWORD, REDIRECT_URI, tokens};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn told(dance: &Dance, words: &[&str]) -> Value {
    let words = [&["oauth", "client"], words, &["--json"]].concat();
    let output = dance.site.run_command(&words).await;
    assert_eq!(output.exit_code, 0, "{words:?}: {}", output.stderr);
    serde_json::from_str(&output.stdout).expect("the command prints JSON")
}

/// Members and last use of this one, which are the same in list and show.
async fn usage(dance: &Dance, client_id: &str) -> (u64, Value) {
    let listed = told(dance, &["list"]).await;
    let mut listed = listed.as_array().expect("a list").iter();
    let listed = listed
        .find(|one| one["client_id"] == client_id)
        .expect("it is listed");
    let shown = told(dance, &["show", client_id]).await;
    for member in ["members", "last_used_at"] {
        assert_eq!(shown[member], listed[member], "{member}");
    }
    let members = shown["members"].as_u64().expect("a number");
    (members, shown["last_used_at"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_tells_who_allows_an_application_and_when_it_was_last_used() {
    on_each_database(async |builder| {
        let lines = "consent_lifetime = \"10d\"";
        let mut dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        let (app, idle) = (dance.web_app().await, dance.web_app().await);
        let machine = ["--grant", "client_credentials"];
        let machine = dance.register_without_redirect("profile", &machine).await;
        for app in [&app, &idle, &machine] {
            assert_eq!(usage(&dance, &app.client_id).await, (0, Value::Null));
        }

        let before = dance.site.clock().now();
        dance.code(&app).await;
        let (members, used) = usage(&dance, &app.client_id).await;
        assert_eq!(members, 1);
        let first: String = used.as_str().expect("it was used").to_owned();
        assert!(first >= before.to_string(), "{first}");
        // For another resource it is another consent of the same member.
        let other = [("resource", "http://127.0.0.1:8080/api/v1")];
        dance.code_with(&app, &other).await;
        assert_eq!(usage(&dance, &app.client_id).await.0, 1);

        dance.site.clock().advance(5 * DAY);
        dance.site.add_member("bob", PASSWORD).await;
        dance.browser = dance.site.browser();
        dance.browser.sign_in("bob", PASSWORD).await;
        dance.code(&app).await;
        let (members, used) = usage(&dance, &app.client_id).await;
        assert_eq!(members, 2);
        assert!(used.as_str().expect("it was used") > first.as_str());
        // Alice's has ended, bob's has not.
        dance.site.clock().advance(6 * DAY);
        assert_eq!(usage(&dance, &app.client_id).await, (1, used));

        let form = [("grant_type", "client_credentials")];
        tokens(&dance.token(&machine, &form).await);
        assert!(usage(&dance, &machine.client_id).await.1.is_string());
        assert_eq!(usage(&dance, &idle.client_id).await, (0, Value::Null));
        // What proves who it is is used, whatever comes of it.
        let refused = dance.refresh(&idle, "nothing").await;
        assert_eq!(refused.status(), 400, "{refused:?}");
        dance.site.run_job("oauth", "note_secret_uses").await;
        assert!(usage(&dance, &idle.client_id).await.1.is_string());

        let list = ["oauth", "client", "list"];
        let text = dance.site.run_command(&list).await.stdout;
        let line = text
            .lines()
            .find(|line| line.starts_with(&app.client_id))
            .expect("its line");
        assert!(line.contains("members    1"), "{line}");
        assert!(!line.contains("passwords"), "{line}");

        // What is dangerous of old clients stands in the list.
        let grant = ["--grant", "password"];
        let old = dance.register_without_redirect("profile", &grant).await;
        let text = dance.site.run_command(&list).await.stdout;
        let line = text.lines().find(|line| line.starts_with(&old.client_id));
        let line = line.expect("its line");
        assert!(line.contains("(asks for passwords)"), "{line}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_has_a_reason_until_it_ends() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.register(REDIRECT_URI, &[]).await;
        let suspend = ["suspend", &app.client_id];
        let reason =
            async || told(&dance, &["show", &app.client_id]).await["suspension_reason"].clone();
        told(&dance, &suspend).await;
        assert_eq!(reason().await, Value::Null);

        let because = [&suspend[..], &["--reason", " Its secret was published "]].concat();
        told(&dance, &because).await;
        let expected = json!("Its secret was published");
        assert_eq!(reason().await, expected);
        assert_eq!(
            told(&dance, &["list"]).await[0]["suspension_reason"],
            expected
        );
        let show = ["oauth", "client", "show", &app.client_id];
        let text = dance.site.run_command(&show).await.stdout;
        assert!(text.contains("Its secret was published"), "{text}");
        // Once more, and nothing new is said of why.
        told(&dance, &suspend).await;
        assert_eq!(reason().await, expected);

        told(&dance, &["resume", &app.client_id]).await;
        assert_eq!(reason().await, Value::Null);
        told(&dance, &suspend).await;
        assert_eq!(reason().await, Value::Null, "the old reason came back");
        told(&dance, &["resume", &app.client_id]).await;

        let long = "x".repeat(201);
        for bad in [long.as_str(), "two\nlines"] {
            let words = [
                "oauth",
                "client",
                "suspend",
                &app.client_id,
                "--reason",
                bad,
            ];
            let output = dance.site.run_command(&words).await;
            assert_eq!(output.exit_code, 2, "{}", output.stderr);
            assert!(output.stderr.contains("--reason"), "{}", output.stderr);
        }
        let shown = told(&dance, &["show", &app.client_id]).await;
        assert_eq!(shown["suspended_at"], Value::Null);
        told(
            &dance,
            &[&suspend[..], &["--reason", &long[..200]]].concat(),
        )
        .await;
    })
    .await;
}
