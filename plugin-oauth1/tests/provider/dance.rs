//! What a member sees and decides.

use hob::testing::on_each_database;

use crate::support::{
    AUTHORIZE, CALLBACK, Call, Dance, PASSWORD, assert_problem, authorize_path, count, sent_back,
    shown_code, token, verifier,
};

#[tokio::test]
async fn a_member_is_asked_and_sent_back() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance
            .register(&["--website", "https://desk.example/"])
            .await;
        let request_token = dance.begin(&app, CALLBACK).await;
        let page = dance.ask(&request_token).await;
        for said in [
            "<h1>Photo Desk asks to use your account</h1>",
            "See your name and your profile page",
            "(@<bdi>alice</bdi>)",
            ">Use another account</a>",
            "Then you go on to <strong>desk.example</strong>.",
            "You allow this until you take it back.",
            "href=\"/connections\"",
            ">desk.example</a>",
        ] {
            assert!(page.text().contains(said), "{said}: {page:?}");
        }
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        let reply = dance.decide(&request_token, "allow", &["profile"]).await;
        let back = sent_back(&reply);
        // Its own query is kept.
        assert_eq!(back.first("x"), Some("1"));
        assert_eq!(
            back.first("oauth_token"),
            Some(request_token.token.as_str())
        );
        assert!(back.contains("oauth_verifier"));
        // It is decided.
        let page = dance.ask(&request_token).await;
        assert_eq!(page.status(), 400, "{page:?}");
        let again = dance.decide(&request_token, "allow", &["profile"]).await;
        assert_eq!(again.status(), 400, "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_denied_is_over_and_the_application_hears_of_it() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        for (decision, scope) in [("deny", &["profile"][..]), ("allow", &[])] {
            let request_token = dance.begin(&app, CALLBACK).await;
            dance.ask(&request_token).await;
            let back = sent_back(&dance.decide(&request_token, decision, scope).await);
            assert_eq!(back.first("oauth_problem"), Some("permission_denied"));
            assert!(!back.contains("oauth_verifier"));
            assert_eq!(count(&dance.site, "oauth1_request_tokens").await, 0);
        }
        let request_token = dance.begin(&app, "oob").await;
        dance.ask(&request_token).await;
        let page = dance.decide(&request_token, "deny", &[]).await;
        assert_eq!(page.status(), 403);
        assert!(page.text().contains("You did not allow it"), "{page:?}");
        let request_token = dance.begin(&app, CALLBACK).await;
        dance.ask(&request_token).await;
        let page = dance.decide(&request_token, "perhaps", &[]).await;
        assert_eq!(page.status(), 400);
    })
    .await;
}

#[tokio::test]
async fn only_whom_it_was_shown_to_decides() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        dance.site.add_member("bob", PASSWORD).await;
        let mut bob = dance.site.browser();
        bob.sign_in("bob", PASSWORD).await;
        let request_token = dance.begin(&app, CALLBACK).await;
        let fields = [
            ("request", request_token.token.as_str()),
            ("decision", "allow"),
            ("scope", "profile"),
        ];
        // Not before it was shown, nor by another, nor in another session, nor
        // without the session's token.
        assert_eq!(bob.submit(AUTHORIZE, &fields).await.status(), 403);
        let early = dance.browser.submit(AUTHORIZE, &fields).await;
        assert_eq!(early.status(), 403, "{early:?}");
        dance.ask(&request_token).await;
        let mut elsewhere = dance.site.browser();
        elsewhere.sign_in("alice", PASSWORD).await;
        let other = elsewhere.submit(AUTHORIZE, &fields).await;
        assert_eq!(other.status(), 403, "{other:?}");
        assert_eq!(bob.submit(AUTHORIZE, &fields).await.status(), 403);
        assert_eq!(
            dance.browser.post_form(AUTHORIZE, &fields).await.status(),
            403
        );
        assert_eq!(
            dance
                .site
                .browser()
                .post_form(AUTHORIZE, &fields)
                .await
                .status(),
            403
        );
        verifier(&dance.browser.submit(AUTHORIZE, &fields).await);
    })
    .await;
}

#[tokio::test]
async fn who_is_not_signed_in_comes_back_after_signing_in() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let request_token = dance.begin(&app, CALLBACK).await;
        let path = authorize_path(&request_token);
        let mut browser = dance.site.browser();
        let reply = browser.get(&path).await;
        assert_eq!(reply.status(), 303);
        let (login, query) = reply.header("location").split_once('?').unwrap();
        assert_eq!(login, "/login");
        let next = url::form_urlencoded::parse(query.as_bytes())
            .next()
            .unwrap();
        assert_eq!(next, ("next".into(), path.as_str().into()));
        for (bad, problem) in [
            (AUTHORIZE.to_owned(), "parameter_rejected"),
            (format!("{AUTHORIZE}?oauth_token=x"), "token_rejected"),
            (format!("{path}x"), "token_rejected"),
            (format!("{path}&oauth_token=x"), "parameter_rejected"),
        ] {
            let page = browser.get(&bad).await;
            assert_eq!(page.status(), 400, "{bad}: {page:?}");
            assert!(page.text().contains(problem), "{problem}: {page:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_allowed_before_is_told_and_stays() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&["--required-scope", "media:read"]).await;
        let request_token = dance.begin(&app, CALLBACK).await;
        let page = dance.ask(&request_token).await;
        assert!(
            page.text()
                .contains("value=\"media:read\" checked disabled"),
            "{page:?}"
        );
        let mut fields = vec![
            ("request", request_token.token.as_str()),
            ("decision", "allow"),
            ("needed", "media:read"),
        ];
        let allowed = dance.browser.submit(AUTHORIZE, &fields).await;
        let verifier = verifier(&allowed);
        let access = crate::support::token(&dance.take_up(&app, &request_token, &verifier).await);
        // It may do no more than was ticked.
        assert_eq!(dance.status(&app, &access).await, 403);

        let second = dance.begin(&app, CALLBACK).await;
        let page = dance.ask(&second).await;
        assert!(
            page.text().contains("asks for more than before"),
            "{page:?}"
        );
        fields = vec![
            ("request", second.token.as_str()),
            ("decision", "allow"),
            ("needed", "media:read"),
            ("scope", "profile"),
        ];
        let allowed = dance.browser.submit(AUTHORIZE, &fields).await;
        let verifier = crate::support::verifier(&allowed);
        let access = crate::support::token(&dance.take_up(&app, &second, &verifier).await);
        assert_eq!(dance.status(&app, &access).await, 200);
    })
    .await;
}

#[tokio::test]
async fn to_tick_nothing_of_what_was_allowed_before_takes_it_back() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let all = ["profile", "media:read", "media:write"];
        let access = dance.access_token(&app, &all).await;
        let again = dance.begin(&app, CALLBACK).await;
        dance.ask(&again).await;
        let back = sent_back(&dance.decide(&again, "deny", &[]).await);
        assert_eq!(back.first("oauth_problem"), Some("permission_denied"));
        assert_eq!(dance.status(&app, &access).await, 200, "it stays");
        let again = dance.begin(&app, CALLBACK).await;
        dance.ask(&again).await;
        let back = sent_back(&dance.decide(&again, "allow", &[]).await);
        assert_eq!(back.first("oauth_problem"), Some("permission_denied"));
        assert_eq!(dance.status(&app, &access).await, 401);
    })
    .await;
}

#[tokio::test]
async fn what_is_unticked_works_no_longer() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (app, other) = (dance.register(&[]).await, dance.register(&[]).await);
        let all = ["profile", "media:read", "media:write"];
        let access = dance.access_token(&app, &all).await;
        let of_other = dance.access_token(&other, &all).await;
        // Allowed as well, and not taken up yet.
        let waiting = dance.begin(&app, CALLBACK).await;
        let held = verifier(&dance.allow(&waiting, &all).await);
        let again = dance.begin(&app, CALLBACK).await;
        let narrowed = verifier(&dance.allow(&again, &["profile"]).await);
        assert_eq!(dance.status(&app, &access).await, 401);
        let late = dance.take_up(&app, &waiting, &held).await;
        assert_problem(&late, 401, "token_rejected");
        // What is ticked is given, and another application's is its own.
        let left = token(&dance.take_up(&app, &again, &narrowed).await);
        assert_eq!(dance.status(&app, &left).await, 200);
        assert_eq!(dance.status(&other, &of_other).await, 200);

        // To be asked for less takes nothing of the rest.
        let full = dance.access_token(&app, &all).await;
        let form = [("scope", "media:write")];
        let less = dance.begin_with(&app, &form).await;
        dance.allow(&less, &["media:write"]).await;
        assert_eq!(dance.status(&app, &full).await, 200);
        assert_eq!(dance.status(&app, &left).await, 200);
        // And to take that back, only what has it.
        let less = dance.begin_with(&app, &form).await;
        sent_back(&dance.allow(&less, &[]).await);
        assert_eq!(dance.status(&app, &full).await, 401);
        assert_eq!(dance.status(&app, &left).await, 200);
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_held_against_what_the_application_is_now() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let all = "profile media:read media:write";
        let elsewhere = "https://desk.example/elsewhere";
        for (name, less, again) in [
            ("--callback", elsewhere, CALLBACK),
            ("--scope", "profile media:read", all),
        ] {
            let edit = ["oauth1", "consumer", "edit", &app.key, name];
            let request_token = dance.begin(&app, CALLBACK).await;
            assert_eq!(dance.ask(&request_token).await.status(), 200);
            let output = dance.site.run_command(&[&edit[..], &[less]].concat()).await;
            assert_eq!(output.exit_code, 0, "{}", output.stderr);
            let page = dance.ask(&request_token).await;
            assert_eq!(page.status(), 400, "{name}: {page:?}");
            let reply = dance.decide(&request_token, "allow", &["profile"]).await;
            assert_eq!(reply.status(), 400, "{name}: {reply:?}");
            let output = dance
                .site
                .run_command(&[&edit[..], &[again]].concat())
                .await;
            assert_eq!(output.exit_code, 0, "{}", output.stderr);
            verifier(&dance.allow(&request_token, &["profile"]).await);
        }
    })
    .await;
}

/// The word for it in OAuth 2 can be registered, and leads nowhere either.
#[tokio::test]
async fn whoever_can_be_sent_nowhere_is_shown_the_verifier() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let nowhere = "urn:ietf:wg:oauth:2.0:oob";
        let app = dance.register(&["--callback", nowhere]).await;
        for callback in [nowhere, "oob"] {
            let request_token = dance.begin(&app, callback).await;
            let page = dance.allow(&request_token, &["profile"]).await;
            assert_eq!(page.status(), 200, "{page:?}");
            let code = shown_code(&page);
            token(&dance.take_up(&app, &request_token, &code).await);
        }
        let other = dance.register(&[]).await;
        let more = [("oauth_callback", nowhere)];
        let call = Call {
            more: &more,
            ..Call::default()
        };
        let reply = dance.call(&other, call).await;
        assert_problem(&reply, 400, "parameter_rejected");
    })
    .await;
}

#[tokio::test]
async fn the_page_says_how_long_it_lasts() {
    on_each_database(async |builder| {
        let builder = builder.plugin_toml("oauth1", "access_token_lifetime = \"2h\"");
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let request_token = dance.begin(&app, CALLBACK).await;
        let page = dance.ask(&request_token).await;
        // And nothing of renewing: there is nothing to renew.
        let said = "<p>You allow this for 2 hours, unless you take it back sooner.</p>";
        let told = page.text().replace(['\u{2068}', '\u{2069}'], "");
        assert!(told.contains(said), "{page:?}");
    })
    .await;
}
