//! `hob oauth client delete`, `consent` and `prune`, and JSON on every command.

use crate::support;

use std::time::Duration;

use hob::{cli::plugin_invocation, testing::on_each_database};
use hob_plugin_manifest::Manifest;
use hob_plugin_sdk::abi::command::RawOutput;
use serde_json::{Value, json};
use support::{
    Dance, assert_error, assert_error_page, assertion::key_set, audit::entries, keys::ClientKey,
};

async fn run(dance: &Dance, words: &[&str]) -> RawOutput {
    dance.site.run_command(&[&["oauth"], words].concat()).await
}

/// What a command prints that must be well.
async fn told(dance: &Dance, words: &[&str]) -> String {
    let output = run(dance, words).await;
    assert_eq!(output.exit_code, 0, "{words:?}: {}", output.stderr);
    output.stdout.into()
}

async fn told_json(dance: &Dance, words: &[&str]) -> Value {
    let text = told(dance, &[words, &["--json"]].concat()).await;
    serde_json::from_str(&text).expect("the command prints JSON")
}

async fn refused(dance: &Dance, words: &[&str], what: &str) {
    let output = run(dance, words).await;
    assert_eq!((output.exit_code, &*output.stdout), (2, ""), "{words:?}");
    assert!(output.stderr.contains(what), "{}", output.stderr);
    assert!(output.stderr.contains("fix:"), "{}", output.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_deleted_only_on_purpose_and_with_all_it_had() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let given = dance.tokens(&app).await;
        let others = dance.tokens(&other).await;
        let delete = ["client", "delete", &app.client_id];
        refused(&dance, &delete, "members who allow it: 1").await;
        assert_eq!(dance.api_status(&given.access).await, 200);

        let deleted = told_json(&dance, &[&delete[..], &["--yes"]].concat()).await;
        assert_eq!(deleted["client_id"], app.client_id);
        assert_eq!(deleted["members"], 1);
        assert_eq!(dance.api_status(&given.access).await, 401);
        assert_eq!(dance.api_status(&others.access).await, 200);
        assert_error_page(&dance.browser.get(&app.authorize_path(&[])).await);
        refused(
            &dance,
            &[&delete[..], &["--yes"]].concat(),
            "no application",
        )
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn consents_are_listed_and_taken_back_by_member_and_application() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let given = dance.tokens(&app).await;
        let others = dance.tokens(&other).await;

        let of_member = ["consent", "list", "--member", "alice"];
        let listed = told_json(&dance, &of_member).await;
        let clients: Vec<&Value> = listed
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| &one["client_id"])
            .collect();
        assert_eq!(clients, [&json!(other.client_id), &json!(app.client_id)]);
        assert_eq!(listed[0]["member"], "alice");
        assert!(listed[0]["granted_at"].is_string());
        assert_eq!(listed[0]["expires_at"], Value::Null);
        let of_client = ["consent", "list", "--client-id", &app.client_id];
        let listed = told(&dance, &of_client).await;
        assert!(listed.starts_with("alice"), "{listed}");
        assert_eq!(listed.lines().count(), 1, "{listed}");

        let one = ["--member", "alice", "--client-id", &app.client_id];
        let revoke = [&["consent", "revoke"], &one[..]].concat();
        assert_eq!(told_json(&dance, &revoke).await, json!({"revoked": 1}));
        assert_eq!(dance.api_status(&given.access).await, 401);
        assert_eq!(dance.api_status(&others.access).await, 200);
        let refreshed = dance.refresh(&app, &given.refresh).await;
        assert_error(&refreshed, 400, "invalid_grant");
        assert!(told(&dance, &revoke).await.contains("Nothing was allowed"));
        // It may ask again: the member is shown the page.
        let reply = dance.browser.get(&app.authorize_path(&[])).await;
        assert!(reply.text().contains("decision"), "{reply:?}");

        let all = ["consent", "revoke", "--member", "alice"];
        assert_eq!(told_json(&dance, &all).await, json!({"revoked": 1}));
        assert_eq!(dance.api_status(&others.access).await, 401);
        assert_eq!(told_json(&dance, &of_member).await, json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_listed_without_their_secrets_and_ended_by_name() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let given = dance.tokens(&app).await;
        dance.site.clock().advance(Duration::from_secs(1));
        let again = dance.tokens(&app).await;
        dance.site.clock().advance(Duration::from_secs(1));
        let others = dance.tokens(&other).await;
        let program = dance
            .register_without_redirect("profile", &["--grant", "client_credentials"])
            .await;
        let form = [("grant_type", "client_credentials")];
        let own = support::tokens(&dance.token(&program, &form).await).access;

        let of_app = ["token", "list", "--client-id", &app.client_id];
        let listed = told_json(&dance, &of_app).await;
        let kinds: Vec<&Value> = listed
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| &one["kind"])
            .collect();
        assert_eq!(
            kinds,
            [
                "access_token",
                "access_token",
                "refresh_token",
                "refresh_token"
            ]
        );
        assert_eq!(listed[0]["member"], "alice");
        let text = told(&dance, &["token", "list", "--member", "alice"]).await;
        assert_eq!(text.lines().count(), 6, "{text}");
        for secret in [&given.access, &given.refresh, &again.access] {
            assert!(!text.contains(secret.as_str()));
        }
        let of_program = ["token", "list", "--client-id", &program.client_id];
        let text = told(&dance, &of_program).await;
        assert!(text.contains("(itself)"), "{text}");

        // The older access token: it alone.
        let name = listed[1]["token_id"].as_str().expect("a name");
        let revoked = told(&dance, &["token", "revoke", name]).await;
        assert!(revoked.contains("beside it lives"), "{revoked}");
        assert_eq!(dance.api_status(&given.access).await, 401);
        assert_eq!(dance.api_status(&again.access).await, 200);
        let refreshed = support::tokens(&dance.refresh(&app, &given.refresh).await);
        assert_eq!(dance.api_status(&refreshed.access).await, 200);

        // A refresh token: its whole authorization.
        let listed = told_json(&dance, &of_app).await;
        let newest = listed
            .as_array()
            .expect("a list")
            .iter()
            .find(|one| one["kind"] == "refresh_token")
            .expect("a refresh token");
        let name = newest["token_id"].as_str().expect("a name");
        told_json(&dance, &["token", "revoke", name]).await;
        assert_eq!(dance.api_status(&refreshed.access).await, 401);
        assert_eq!(dance.api_status(&again.access).await, 200);
        assert_eq!(dance.api_status(&others.access).await, 200);
        assert_eq!(dance.api_status(&own).await, 403, "no member is behind it");

        for unknown in [name, "0123456789abcdef", "x", "", &given.access] {
            refused(&dance, &["token", "revoke", unknown], "no token is called").await;
        }
        refused(&dance, &["token", "list"], "neither a member").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_tokens_of_an_application_are_ended_and_what_members_allow_it_stays() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.web_app().await);
        let (given, others) = (dance.tokens(&app).await, dance.tokens(&other).await);
        let of_app = ["--client-id", app.client_id.as_str()];
        let all = [&["token", "revoke"], &of_app[..]].concat();

        let neither = ["token", "revoke"];
        refused(&dance, &neither, "neither a token nor an application").await;
        let both = [&all[..], &["0123456789abcdef"]].concat();
        refused(&dance, &both, "both a token and an application").await;
        let unknown = ["token", "revoke", "--client-id", "nobody"];
        refused(&dance, &unknown, "no application has the client id").await;
        dance.assert_alive(&given).await;

        let told_all = told(&dance, &all).await;
        assert_eq!(
            told_all,
            format!(
                "All tokens of {} are dead: 1 for access, 1 for refreshing. What members allow it \
                 stays.\n",
                app.client_id
            )
        );
        dance.assert_dead(&app, &given).await;
        dance.assert_alive(&others).await;
        let noted = entries(&dance, "token.revoked").await;
        assert_eq!(noted.len(), 1, "{noted:?}");
        assert_eq!(
            (noted[0].who_kind.as_str(), &noted[0].subject),
            ("operator", &app.client_id)
        );
        // Nobody is asked again.
        let again = dance.tokens(&app).await;
        dance.assert_alive(&again).await;
        assert_eq!(told_json(&dance, &all).await, json!({"revoked": 2}));
        assert_eq!(told_json(&dance, &all).await, json!({"revoked": 0}));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_command_says_what_it_misses() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        for command in ["list", "revoke"] {
            refused(&dance, &["consent", command], "neither a member").await;
            let nobody = ["consent", command, "--member", "nobody"];
            refused(&dance, &nobody, "no member is called \"nobody\"").await;
            let unknown = ["consent", command, "--client-id", "nothing"];
            refused(&dance, &unknown, "\"nothing\"").await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prune_tells_what_it_deleted() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let given = dance.tokens(&app).await;
        let nothing = json!({"expired_rows": 0, "unused_applications": 0});
        assert_eq!(told_json(&dance, &["prune"]).await, nothing);
        assert_eq!(dance.api_status(&given.access).await, 200);
        dance
            .site
            .clock()
            .advance(Duration::from_secs(400 * 24 * 3600));
        let pruned = told_json(&dance, &["prune"]).await;
        // The code, the access token and the refresh token, at least.
        assert!(pruned["expired_rows"].as_u64() >= Some(3), "{pruned}");
        assert_eq!(told_json(&dance, &["prune"]).await, nothing);
        assert!(told(&dance, &["prune"]).await.starts_with("0 expired rows"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_told_as_json_too() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let suspended = told_json(&dance, &["client", "suspend", &app.client_id]).await;
        assert_eq!(suspended["client_id"], app.client_id);
        assert!(suspended["suspended_at"].is_string());
        let resumed = told_json(&dance, &["client", "resume", &app.client_id]).await;
        assert_eq!(resumed["suspended_at"], Value::Null);
        let issued = told_json(&dance, &["initial-token", "issue"]).await;
        let id = issued["id"].to_string();
        let revoked = told_json(&dance, &["initial-token", "revoke", &id]).await;
        assert_eq!(revoked, json!({"revoked": 1}));
    })
    .await;
}

fn manifest(dance: &Dance) -> Manifest {
    let plugins = dance.site.app().plugins();
    plugins.find("oauth").expect("it runs").manifest.clone()
}

/// The name of a token of an application of its own.
async fn living_token(dance: &mut Dance) -> String {
    let app = dance.web_app().await;
    dance.tokens(&app).await;
    let of_app = ["token", "list", "--client-id", &app.client_id];
    let listed = told_json(dance, &of_app).await;
    listed[0]["token_id"].as_str().expect("a name").to_owned()
}

/// A command that is added has to stand here, so that its JSON is tried.
#[tokio::test(flavor = "multi_thread")]
async fn every_command_prints_json() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let id = dance.web_app().await.client_id;
        let with_keys = dance.web_app().await.client_id;
        let keys = key_set(&[&ClientKey::new()]);
        for command in manifest(&dance).commands {
            let words: Vec<&str> = command.command.split(' ').collect();
            let token = living_token(&mut dance).await;
            let more: &[&str] = match command.command.as_str() {
                "client list"
                | "doctor"
                | "prune"
                | "initial-token issue"
                | "initial-token list" => &[],
                "client add" => &[
                    "--name",
                    "Desk",
                    "--scope",
                    "profile",
                    "--redirect-uri",
                    "a.b:/",
                ],
                "client show" | "client rotate" | "client suspend" | "client resume" => &[&id],
                "client keys" => &[&with_keys, "--jwks", &keys],
                "client edit" => &[&id, "--name", "Desk"],
                "client delete" => &[&id, "--yes"],
                "consent list" | "consent revoke" | "token list" => &["--member", "alice"],
                "token revoke" => &[&token],
                "initial-token revoke" => &["1"],
                other => panic!("say here how `{other}` is called"),
            };
            // What comes later needs the application.
            if command.command != "client delete" {
                told_json(&dance, &[&words[..], more].concat()).await;
            }
        }
        told_json(&dance, &["client", "delete", &id, "--yes"]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn help_says_what_each_group_of_commands_is_for() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let manifest = manifest(&dance);
        let help = plugin_invocation(&manifest, &["oauth", "--help"]).unwrap_err();
        assert_eq!(manifest.command_groups.len(), 4);
        for (group, about) in &manifest.command_groups {
            assert!(
                help.lines()
                    .any(|line| line.trim().starts_with(group) && line.contains(about)),
                "{group}: {help}"
            );
            let own = plugin_invocation(&manifest, &["oauth", group, "--help"]).unwrap_err();
            assert!(own.starts_with(about.as_str()), "{own}");
        }
    })
    .await;
}
