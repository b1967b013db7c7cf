//! What operators do on the command line, what members take back on the site's
//! page, and what stands in the audit log afterwards.

use hob::{
    audit::{Entry, Filter},
    testing::{Reply, on_each_database},
};
use hob_plugin_sdk::db::DbError;
use serde_json::Value;

use crate::support::{
    App, CALLBACK, Call, Dance, PASSWORD, assert_problem, count, me, token, verifier,
};

async fn run(dance: &Dance, words: &[&str]) -> String {
    let output = dance.site.run_command(&[&["oauth1"], words].concat()).await;
    assert_eq!(output.exit_code, 0, "{words:?}: {}", output.stderr);
    output.stdout.into()
}

async fn refused(dance: &Dance, words: &[&str]) -> String {
    let output = dance.site.run_command(&[&["oauth1"], words].concat()).await;
    assert_ne!(output.exit_code, 0, "{words:?}: {}", output.stdout);
    output.stderr.into()
}

fn begin() -> Call<'static> {
    Call {
        more: &[("oauth_callback", CALLBACK)],
        ..Call::default()
    }
}

fn challenge(reply: &Reply) -> &str {
    assert_eq!(reply.status(), 401, "{reply:?}");
    reply.header("www-authenticate")
}

#[tokio::test]
async fn an_application_is_changed_stopped_and_let_go_on() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        let key = app.key.as_str();
        let listed = run(&dance, &["consumer", "list", "--json"]).await;
        let listed: Value = serde_json::from_str(&listed).unwrap();
        assert_eq!(listed[0]["consumer_key"], key);
        assert_eq!(listed[0]["credential"], "secret");
        assert!(listed[0].get("consumer_secret").is_none(), "{listed}");
        assert!(
            !run(&dance, &["consumer", "show", key])
                .await
                .contains("hob_1s_")
        );

        let edited = [
            "consumer",
            "edit",
            key,
            "--name",
            "Desk",
            "--callback",
            "https://a.example/cb",
            "--json",
        ];
        let edited: Value = serde_json::from_str(&run(&dance, &edited).await).unwrap();
        assert_eq!(edited["name"], "Desk");
        assert_eq!(edited["scope"], "profile media:read media:write");
        assert_problem(&dance.call(&app, begin()).await, 400, "parameter_rejected");
        for wrong in [
            &["consumer", "edit", key][..],
            &["consumer", "edit", key, "--scope", "nothing"],
            &["consumer", "edit", key, "--callback", "http://a.example/"],
            &["consumer", "edit", "nobody", "--name", "x"],
            &["consumer", "resume", key],
            &["consumer", "delete", key],
        ] {
            refused(&dance, wrong).await;
        }
        run(&dance, &["consumer", "edit", key, "--callback", CALLBACK]).await;

        let waiting = token(&dance.call(&app, begin()).await);
        let reason = ["consumer", "suspend", key, "--reason", "Its secret leaked"];
        assert!(run(&dance, &reason).await.contains("is suspended"));
        let reply = dance.call(&app, me(&access)).await;
        assert!(
            challenge(&reply).contains("consumer_key_refused"),
            "{reply:?}"
        );
        assert_problem(
            &dance.call(&app, begin()).await,
            401,
            "consumer_key_refused",
        );
        assert_eq!(dance.ask(&waiting).await.status(), 400, "it is over");
        // Whoever can't sign as it learns nothing of it.
        let impostor = App {
            secret: "x".to_owned(),
            ..app.clone()
        };
        assert_problem(
            &dance.call(&impostor, begin()).await,
            401,
            "signature_invalid",
        );
        run(&dance, &["consumer", "resume", key]).await;
        assert_eq!(dance.status(&app, &access).await, 200);

        let rotated = run(&dance, &["consumer", "rotate", key, "--json"]).await;
        let rotated: Value = serde_json::from_str(&rotated).unwrap();
        assert_problem(&dance.call(&app, begin()).await, 401, "signature_invalid");
        let app = App {
            key: app.key.clone(),
            secret: rotated["consumer_secret"].as_str().unwrap().to_owned(),
        };
        token(&dance.call(&app, begin()).await);
        assert_eq!(dance.status(&app, &access).await, 200);

        let deleted = run(&dance, &["consumer", "delete", &app.key, "--yes"]).await;
        assert!(deleted.contains("Tokens that died of it: 1"), "{deleted}");
        let reply = dance.call(&app, me(&access)).await;
        assert!(challenge(&reply).contains("token_rejected"), "{reply:?}");
        assert_problem(
            &dance.call(&app, begin()).await,
            401,
            "consumer_key_unknown",
        );
        assert_eq!(count(&dance.site, "oauth1_request_tokens").await, 0);
        let actions = audited(&dance).await;
        for action in [
            "consumer.registered",
            "authorization.granted",
            "consumer.edited",
            "consumer.suspended",
            "consumer.resumed",
            "secret.rotated",
            "consumer.deleted",
        ] {
            assert!(actions.contains(action), "{action}: {actions}");
        }
        assert!(!actions.contains(&access.secret) && !actions.contains(&app.secret));
    })
    .await;
}

/// All that the plugin noted, as one text.
async fn audited(dance: &Dance) -> String {
    let filter = Filter {
        plugin: Some("oauth1".to_owned()),
        ..Filter::default()
    };
    let read = dance
        .site
        .db()
        .read(move |connection| -> Result<_, DbError> {
            Ok(Entry::find(connection, &filter, None, 100)?)
        });
    let noted = read.await.expect("the table is there").into_iter();
    let lines = noted.map(|entry| format!("{} {} {}", entry.action, entry.subject, entry.details));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_member_sees_what_was_allowed_and_takes_it_back() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let other = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        let more = dance.access_token(&app, &["media:read"]).await;
        let others = dance.access_token(&other, &["profile"]).await;
        assert_eq!(dance.status(&app, &access).await, 200);
        let waiting = dance.begin(&app, CALLBACK).await;
        let decided = verifier(&dance.allow(&waiting, &["profile"]).await);

        let page = dance.browser.get("/connections").await;
        assert!(page.text().matches("Photo Desk").count() >= 2, "{page:?}");
        let id = format!("oauth1/{}", app.key);
        let its_page = dance.browser.get(&format!("/connections/{id}")).await;
        for said in [
            "See your name and your profile page",
            "See your photographs",
        ] {
            assert!(its_page.text().contains(said), "{said}: {its_page:?}");
        }
        let reply = dance
            .browser
            .submit("/connections/revoke", &[("only", &id)])
            .await;
        assert_eq!(reply.status(), 303, "{reply:?}");
        assert_eq!(dance.status(&app, &access).await, 401);
        assert_eq!(dance.status(&app, &more).await, 401);
        let reply = dance.take_up(&app, &waiting, &decided).await;
        assert_problem(&reply, 401, "token_rejected");
        assert_eq!(dance.status(&other, &others).await, 200);
        assert!(audited(&dance).await.contains("token.revoked"));
    })
    .await;
}

#[tokio::test]
async fn an_operator_sees_tokens_and_ends_them() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let other = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        let others = dance.access_token(&other, &["profile"]).await;
        assert_eq!(dance.status(&app, &access).await, 200);
        let words = ["token", "list", "--member", "alice", "--json"];
        let listed: Value = serde_json::from_str(&run(&dance, &words).await).unwrap();
        assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
        assert!(listed[0]["last_used_at"].is_string(), "{listed}");
        assert_eq!(listed[0]["last_used_from"], "127.0.0.1");
        assert_eq!(listed[1]["last_used_at"], Value::Null);
        assert!(!listed.to_string().contains(&access.token), "{listed}");
        let of_app = ["token", "list", "--consumer-key", &app.key];
        assert_eq!(run(&dance, &of_app).await.lines().count(), 1);
        assert!(
            refused(&dance, &["token", "revoke"])
                .await
                .contains("--member")
        );
        assert!(
            refused(&dance, &["token", "list", "--member", "nobody"])
                .await
                .contains("nobody")
        );
        let both = [
            "token",
            "revoke",
            "--member",
            "alice",
            "--consumer-key",
            &app.key,
        ];
        assert!(run(&dance, &both).await.contains('1'));
        assert_eq!(dance.status(&app, &access).await, 401);
        assert_eq!(dance.status(&other, &others).await, 200);
        run(&dance, &["token", "revoke", "--consumer-key", &other.key]).await;
        assert_eq!(dance.status(&other, &others).await, 401);
        dance
            .site
            .clock()
            .advance(std::time::Duration::from_secs(86400));
        let pruned = run(&dance, &["prune", "--json"]).await;
        let pruned: Value = serde_json::from_str(&pruned).unwrap();
        assert!(pruned["expired_rows"].as_u64() > Some(0), "{pruned}");
    })
    .await;
}

#[tokio::test]
async fn the_doctor_ends_with_one_where_there_is_danger() {
    on_each_database(async |builder| {
        let toml = "empty_consumer_secrets = true\naccess_token_lifetime = \"365d\"\n\
            signature_methods = [\"HMAC-SHA256\"]";
        let dance = Dance::start(builder.plugin_toml("oauth1", toml)).await;
        dance.register(&[]).await;
        let text = run(&dance, &["doctor", "--strict"]).await;
        assert_eq!(text, "Nothing risky was found.\n");
        dance.register(&["--no-secret"]).await;
        let output = dance
            .site
            .run_command(&["oauth1", "doctor", "--json"])
            .await;
        assert_eq!(output.exit_code, 1, "{}", output.stdout);
        let told: Value = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!(told["worst"], "danger");
        assert_eq!(told["findings"][0]["id"], "empty_secret");
    })
    .await;
}

#[tokio::test]
async fn a_member_takes_back_all_at_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.register(&[]).await, dance.register(&[]).await);
        let first = dance.access_token(&app, &["profile"]).await;
        let second = dance.access_token(&other, &["profile"]).await;
        // What waits of an application that has nothing yet, too.
        let third = dance.register(&[]).await;
        let waiting = dance.begin(&third, CALLBACK).await;
        let held = verifier(&dance.allow(&waiting, &["profile"]).await);
        dance.site.add_member("bob", PASSWORD).await;
        let mut bob = dance.site.browser();
        bob.sign_in("bob", PASSWORD).await;
        std::mem::swap(&mut bob, &mut dance.browser);
        let bobs = dance.access_token(&app, &["profile"]).await;
        std::mem::swap(&mut bob, &mut dance.browser);
        let reply = dance
            .browser
            .submit("/connections/revoke", &[("all", "yes")])
            .await;
        assert_eq!(reply.status(), 303, "{reply:?}");
        assert_eq!(dance.status(&app, &first).await, 401);
        assert_eq!(dance.status(&other, &second).await, 401);
        let reply = dance.take_up(&third, &waiting, &held).await;
        assert_problem(&reply, 401, "token_rejected");
        assert_eq!(dance.status(&app, &bobs).await, 200);
    })
    .await;
}

#[tokio::test]
async fn what_is_only_to_be_warned_of_is_no_failure_unless_it_is_to_be_one() {
    let toml = "access_token_lifetime = \"365d\"\ntimestamp_window = \"1h\"\n\
        signature_methods = [\"HMAC-SHA256\"]";
    let builder = hob::testing::TestHost::builder().plugin_toml("oauth1", toml);
    let dance = Dance::start(builder).await;
    let told = run(&dance, &["doctor"]).await;
    assert!(told.contains("long_window"), "{told}");
    let strict = dance
        .site
        .run_command(&["oauth1", "doctor", "--strict"])
        .await;
    assert_eq!(strict.exit_code, 1, "{}", strict.stdout);
    assert_eq!(strict.stdout.as_str(), told);
}
