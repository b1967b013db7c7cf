//! How an application begins.

use hob::testing::on_each_database;

use crate::support::{
    CALLBACK, Call, Dance, Token, assert_problem, authorize_path, count, fields, token,
};

/// Check 101.
#[tokio::test]
async fn a_callback_is_needed_and_has_to_be_a_registered_one() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance
            .register(&["--callback", "http://127.0.0.1/ready"])
            .await;
        let reply = dance.call(&app, Call::default()).await;
        assert_problem(&reply, 400, "parameter_absent");
        assert_eq!(
            fields(&reply).first("oauth_parameters_absent"),
            Some("oauth_callback")
        );
        for bad in [
            "",
            "OOB",
            "https://desk.example/ready",
            "https://desk.example/ready?x=1&y=2",
            "https://evil.example/ready?x=1",
            "javascript:alert(1)",
        ] {
            let more = [("oauth_callback", bad)];
            let call = Call {
                more: &more,
                ..Call::default()
            };
            let reply = dance.call(&app, call).await;
            assert_eq!(reply.status(), 400, "{bad}: {reply:?}");
        }
        assert_eq!(count(&dance.site, "oauth1_request_tokens").await, 0);
        for good in [CALLBACK, "oob", "http://127.0.0.1:4711/ready"] {
            let more = [("oauth_callback", good)];
            let call = Call {
                more: &more,
                ..Call::default()
            };
            let reply = dance.call(&app, call).await;
            let confirmed = fields(&reply);
            assert_eq!(confirmed.first("oauth_callback_confirmed"), Some("true"));
            let token = token(&reply);
            assert!(token.token.starts_with("hob_1r_"), "{token:?}");
            assert!(token.secret.starts_with("hob_1s_"), "{token:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_for_is_among_what_was_registered() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let ask = |scope: &'static str| Call {
            form: Some(Box::leak(Box::new([("scope", scope)]))),
            more: &[("oauth_callback", CALLBACK)],
            ..Call::default()
        };
        for bad in ["email", "profile  media:read", "nothing"] {
            let reply = dance.call(&app, ask(bad)).await;
            assert_problem(&reply, 400, "parameter_rejected");
        }
        let twice = [("scope", "profile"), ("scope", "media:read")];
        let call = Call {
            form: Some(&twice),
            ..ask("profile")
        };
        let reply = dance.call(&app, call).await;
        assert_problem(&reply, 400, "parameter_rejected");
        let rejected = fields(&reply);
        assert_eq!(rejected.first("oauth_parameters_rejected"), Some("scope"));
        let narrow = token(&dance.call(&app, ask("profile")).await);
        let page = dance.ask(&narrow).await;
        assert!(page.text().contains("value=\"profile\""), "{page:?}");
        assert!(!page.text().contains("value=\"media:read\""), "{page:?}");
        // Without a word, all that it may ask for.
        let all = dance.begin(&app, CALLBACK).await;
        let page = dance.ask(&all).await;
        assert!(page.text().contains("value=\"media:read\""), "{page:?}");
    })
    .await;
}

/// There is none yet.
#[tokio::test]
async fn whoever_begins_names_no_token() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let named = |text: &str| Token {
            token: text.to_owned(),
            secret: String::new(),
        };
        let (some, empty) = (named("x"), named(""));
        let begin = |token| Call {
            token: Some(token),
            more: &[("oauth_callback", CALLBACK)],
            ..Call::default()
        };
        let reply = dance.call(&app, begin(&some)).await;
        assert_problem(&reply, 400, "parameter_rejected");
        let rejected = fields(&reply)
            .first("oauth_parameters_rejected")
            .map(str::to_owned);
        assert_eq!(rejected.as_deref(), Some("oauth_token"));
        assert_eq!(count(&dance.site, "oauth1_request_tokens").await, 0);
        token(&dance.call(&app, begin(&empty)).await);
    })
    .await;
}

#[tokio::test]
async fn one_that_waited_for_too_long_is_over_and_goes() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let request_token = dance.begin(&app, CALLBACK).await;
        assert_eq!(dance.ask(&request_token).await.status(), 200);
        let clock = dance.site.clock();
        clock.advance(std::time::Duration::from_secs(30 * 60 + 1));
        let page = dance.browser.get(&authorize_path(&request_token)).await;
        assert_eq!(page.status(), 400, "{page:?}");
        let reply = dance.decide(&request_token, "allow", &["profile"]).await;
        assert_eq!(reply.status(), 400, "{reply:?}");
        let reply = dance.take_up(&app, &request_token, "x").await;
        assert_problem(&reply, 401, "token_expired");
        dance.site.run_job("oauth1", "prune").await;
        assert_eq!(count(&dance.site, "oauth1_request_tokens").await, 0);
    })
    .await;
}

#[tokio::test]
async fn strangers_without_a_secret_can_have_so_much_stored() {
    let toml = "empty_consumer_secrets = true";
    let builder = hob::testing::TestHost::builder().plugin_toml("oauth1", toml);
    let dance = Dance::start(builder).await;
    let app = dance.register(&["--no-secret"]).await;
    let more = [("oauth_callback", CALLBACK)];
    let call = Call {
        more: &more,
        ..Call::default()
    };
    dance.use_up(&app).await;
    // Whoever proves who it is is not counted.
    let proven = dance.register(&[]).await;
    token(&dance.call(&proven, call.clone()).await);
    dance
        .site
        .clock()
        .advance(std::time::Duration::from_secs(2));
    token(&dance.call(&app, call).await);
}
