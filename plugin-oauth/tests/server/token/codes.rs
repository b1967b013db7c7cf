//! What an authorization code is good for, and when.

use std::time::Duration;

use futures_util::future::join_all;
use hob::testing::on_each_database;

use super::support::{App, Dance, REDIRECT_URI, assert_error, tokens};

/// Check 39.
#[tokio::test]
async fn a_replayed_code_kills_what_it_gave() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let untouched = dance.tokens(&app).await;
        let code = dance.code(&app).await;
        let first = tokens(&dance.exchange(&app, &code).await);
        dance.assert_alive(&first).await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        dance.assert_dead(&app, &first).await;
        // Tokens of another authorization of the same client live on.
        dance.assert_alive(&untouched).await;
    })
    .await;
}

/// Anybody can name a public client and try a code that was used; the audit log
/// is told of the first time.
#[tokio::test]
async fn a_code_that_is_replayed_again_and_again_is_noted_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let other = dance.code(&app).await;
        dance.exchange(&app, &code).await;
        let noted = dance.count("hob_audit_entries").await;
        for _ in 0..10 {
            assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        }
        assert_eq!(dance.count("hob_audit_entries").await - noted, 1);
        // Another code of the client is none of it, and is noted by itself.
        let given = tokens(&dance.exchange(&app, &other).await);
        dance.assert_alive(&given).await;
        assert_error(&dance.exchange(&app, &other).await, 400, "invalid_grant");
        assert_eq!(dance.count("hob_audit_entries").await - noted, 2);
    })
    .await;
}

/// Check 39.
#[tokio::test]
async fn a_code_replayed_after_its_lifetime_kills_what_it_gave() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let first = tokens(&dance.exchange(&app, &code).await);
        dance
            .site
            .clock()
            .advance(Duration::from_secs(20 * 24 * 3600));
        // Other codes come and go meanwhile, and rows are tidied away.
        let second = tokens(&dance.refresh(&app, &first.refresh).await);
        for _ in 0..40 {
            dance.tokens(&app).await;
        }
        dance.assert_alive(&second).await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        dance.assert_dead(&app, &second).await;
    })
    .await;
}

/// As it would at another node.
#[tokio::test]
async fn a_code_counts_once_after_a_restart_too() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let mut dance = dance.restart("").await;
        let first = tokens(&dance.exchange(&app, &code).await);
        dance.assert_alive(&first).await;
        let code = dance.code(&app).await;
        let second = tokens(&dance.exchange(&app, &code).await);
        let dance = dance.restart("").await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        dance.assert_dead(&app, &second).await;
        dance.assert_alive(&first).await;
    })
    .await;
}

/// Check 40.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_parallel_exchanges_of_a_code_give_one_200() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        let exchanges = (0..50).map(|_| dance.exchange(&app, &code));
        let replies = join_all(exchanges).await;
        let successes = replies.iter().filter(|reply| reply.status() == 200);
        assert_eq!(successes.count(), 1);
        for reply in replies.iter().filter(|reply| reply.status() != 200) {
            assert_error(reply, 400, "invalid_grant");
        }
    })
    .await;
}

/// Check 41.
#[tokio::test]
async fn a_code_lives_for_a_minute() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        dance.site.clock().advance(Duration::from_secs(61));
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        let code = dance.code(&app).await;
        dance.site.clock().advance(Duration::from_secs(50));
        tokens(&dance.exchange(&app, &code).await);
    })
    .await;
}

/// Check 42.
#[tokio::test]
async fn another_clients_code_is_an_invalid_grant() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.web_app().await, dance.browser_app().await);
        let code = dance.code(&app).await;
        assert_error(&dance.exchange(&other, &code).await, 400, "invalid_grant");
        tokens(&dance.exchange(&app, &code).await);
        // Nor is a replay by another client anything to its owner.
        let code = dance.code(&app).await;
        let own = tokens(&dance.exchange(&app, &code).await);
        assert_error(&dance.exchange(&other, &code).await, 400, "invalid_grant");
        dance.assert_alive(&own).await;
    })
    .await;
}

/// Check 43.
#[tokio::test]
async fn the_redirect_uri_has_to_be_the_one_of_the_request() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let words = ["--redirect-uri", "http://127.0.0.1/callback"];
        let app = dance.register(REDIRECT_URI, &words).await;
        let code = dance.code(&app).await;
        for other in [
            "",
            "https://app.example/callback/",
            "https://app.example/callback?",
            "http://127.0.0.1/callback",
        ] {
            let form = app.code_form_with(&code, &[("redirect_uri", other)]);
            assert_error(&dance.token(&app, &form).await, 400, "invalid_grant");
        }
        tokens(&dance.exchange(&app, &code).await);
        // A port of the request's own counts too.
        let on_port = App {
            redirect_uri: "http://127.0.0.1:5000/callback".to_owned(),
            ..app.clone()
        };
        let code = dance.code(&on_port).await;
        let form = app.code_form_with(&code, &[("redirect_uri", "http://127.0.0.1/callback")]);
        assert_error(&dance.token(&app, &form).await, 400, "invalid_grant");
        tokens(&dance.exchange(&on_port, &code).await);
    })
    .await;
}

/// Check 44.
#[tokio::test]
async fn a_code_dies_with_the_consent() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        dance.take_back(&app).await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        dance.tokens(&app).await;
    })
    .await;
}

/// Check 44.
#[tokio::test]
async fn a_code_dies_with_the_members_account_or_password() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        dance
            .site
            .change_password(dance.alice.id, "another long password")
            .await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        dance
            .browser
            .sign_in("alice", "another long password")
            .await;
        dance.tokens(&app).await;
        let code = dance.code(&app).await;
        dance.site.disable_member(dance.alice.id).await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn a_code_dies_with_the_client() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        for word in ["suspend", "resume"] {
            let words = ["oauth", "client", word, app.client_id.as_str()];
            assert_eq!(dance.site.run_command(&words).await.exit_code, 0);
            assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        }
        dance.tokens(&app).await;
    })
    .await;
}

/// The code of a request that was allowed at the same moment.
#[tokio::test]
async fn a_code_counts_only_while_its_client_is_not_suspended() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        dance.mark_suspended(&app, true).await;
        assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
        dance.mark_suspended(&app, false).await;
        let given = tokens(&dance.exchange(&app, &code).await);
        dance.assert_alive(&given).await;
    })
    .await;
}

#[tokio::test]
async fn a_token_request_can_name_the_resource_that_was_granted_and_no_other() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let api = "http://127.0.0.1:8080/api/v1";
        let asked = [("resource", api)];
        let code = dance.code_with(&app, &asked).await;
        for bad in ["http://127.0.0.1:8080/other", "https://elsewhere.example/"] {
            let form = app.code_form_with(&code, &[("resource", bad)]);
            assert_error(&dance.token(&app, &form).await, 400, "invalid_target");
        }
        let form = app.code_form_with(&code, &[("resource", api)]);
        let given = tokens(&dance.token(&app, &form).await);
        dance.assert_alive(&given).await;
        let again = tokens(&dance.refresh(&app, &given.refresh).await);
        dance.assert_alive(&again).await;
    })
    .await;
}
