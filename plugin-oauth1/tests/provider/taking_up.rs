//! How an application takes up what a member allowed.

use hob::testing::on_each_database;

use crate::support::{
    ACCESS_TOKEN, CALLBACK, Call, Dance, PASSWORD, Token, assert_problem, count, fields,
    shown_code, token, verifier,
};

/// Check 102.
#[tokio::test]
async fn only_what_was_allowed_is_given_once_and_to_whom_it_was_allowed() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let other = dance.register(&[]).await;
        let request_token = dance.begin(&app, CALLBACK).await;
        let reply = dance.take_up(&app, &request_token, "x").await;
        assert_problem(&reply, 401, "permission_unknown");
        let page = dance.ask(&request_token).await;
        assert_eq!(page.status(), 200);
        let reply = dance.take_up(&app, &request_token, "x").await;
        assert_problem(&reply, 401, "permission_unknown");

        let allowed = dance.decide(&request_token, "allow", &["profile"]).await;
        let verifier = verifier(&allowed);
        assert!(verifier.starts_with("hob_1v_"), "{verifier}");
        let reply = dance.take_up(&other, &request_token, &verifier).await;
        assert_problem(&reply, 401, "token_rejected");
        let more = [("oauth_verifier", "hob_1v_wrong")];
        let wrong = Call {
            path: ACCESS_TOKEN,
            token: Some(&request_token),
            more: &more,
            ..Call::default()
        };
        let signed = dance.sign(&app, &wrong);
        let reply = dance.send(&wrong, &signed).await;
        assert_problem(&reply, 401, "verifier_invalid");
        // A wrong try is used up as any request is.
        let reply = dance.send(&wrong, &signed).await;
        assert_problem(&reply, 401, "nonce_used");
        let denied = dance.begin(&app, CALLBACK).await;
        dance.ask(&denied).await;
        dance.decide(&denied, "deny", &[]).await;
        let reply = dance.take_up(&app, &denied, &verifier).await;
        assert_problem(&reply, 401, "token_rejected");
        let reply = dance.take_up(&app, &request_token, "").await;
        assert_problem(&reply, 400, "parameter_absent");
        let with_wrong_secret = Token {
            secret: "hob_1s_wrong".to_owned(),
            ..request_token.clone()
        };
        let reply = dance.take_up(&app, &with_wrong_secret, &verifier).await;
        assert_problem(&reply, 401, "signature_invalid");
        assert_eq!(count(&dance.site, "oauth1_access_tokens").await, 0);

        let access = token(&dance.take_up(&app, &request_token, &verifier).await);
        assert!(access.token.starts_with("hob_1a_"), "{access:?}");
        let reply = dance.take_up(&app, &request_token, &verifier).await;
        assert_problem(&reply, 401, "token_rejected");
        assert_eq!(dance.status(&app, &access).await, 200);
        // An access token is no request token, nor is one the other.
        let reply = dance.take_up(&app, &access, &verifier).await;
        assert_problem(&reply, 401, "token_rejected");
        let second = dance.begin(&app, CALLBACK).await;
        assert_eq!(dance.status(&app, &second).await, 401);
    })
    .await;
}

/// Check 102, from many sides at once.
#[tokio::test]
async fn of_many_that_take_up_the_same_one_gets_it() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let request_token = dance.begin(&app, CALLBACK).await;
        let verifier = verifier(&dance.allow(&request_token, &["profile"]).await);
        let more = [("oauth_verifier", verifier.as_str())];
        let mut replies = Vec::new();
        for _ in 0..20 {
            let call = Call {
                path: ACCESS_TOKEN,
                token: Some(&request_token),
                more: &more,
                ..Call::default()
            };
            let request = http::Request::post(ACCESS_TOKEN)
                .header("authorization", dance.sign(&app, &call))
                .body(Default::default())
                .unwrap();
            let mut browser = dance.site.browser();
            replies.push(tokio::spawn(
                async move { browser.send(request).await.status() },
            ));
        }
        let mut given = 0;
        for reply in replies {
            match reply.await.unwrap() {
                200 => given += 1,
                401 => {}
                other => panic!("{other}"),
            }
        }
        assert_eq!(given, 1);
        assert_eq!(count(&dance.site, "oauth1_access_tokens").await, 1);
    })
    .await;
}

/// OAuth Core 1.0a, section 6.3.1.
#[tokio::test]
async fn nothing_more_can_be_said_when_it_is_taken_up() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let request_token = dance.begin(&app, CALLBACK).await;
        let verifier = verifier(&dance.allow(&request_token, &["profile"]).await);
        let more = [("oauth_verifier", verifier.as_str())];
        let form = [("scope", "media:write")];
        let call = Call {
            path: ACCESS_TOKEN,
            token: Some(&request_token),
            more: &more,
            ..Call::default()
        };
        let in_form = Call {
            form: Some(&form),
            ..call.clone()
        };
        let reply = dance.call(&app, in_form).await;
        assert_problem(&reply, 400, "parameter_rejected");
        assert_eq!(
            fields(&reply).first("oauth_parameters_rejected"),
            Some("scope")
        );
        let in_query = Call {
            path: "/oauth1/access_token?x=1",
            ..call.clone()
        };
        assert_problem(&dance.call(&app, in_query).await, 400, "parameter_rejected");
        token(&dance.call(&app, call).await);
    })
    .await;
}

#[tokio::test]
async fn a_verifier_that_is_typed_is_short_and_can_be_tried_five_times() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let request_token = dance.begin(&app, "oob").await;
        let page = dance.allow(&request_token, &["profile"]).await;
        assert_eq!(page.status(), 200, "{page:?}");
        assert_eq!(page.header("cache-control"), "no-store");
        let code = shown_code(&page);
        assert_eq!(code.len(), 11, "{code}");
        for _ in 0..4 {
            let reply = dance.take_up(&app, &request_token, "BCDFG-HJKLM").await;
            assert_problem(&reply, 401, "verifier_invalid");
        }
        let typed = code.to_lowercase().replace('-', " ");
        token(&dance.take_up(&app, &request_token, &typed).await);

        let request_token = dance.begin(&app, "oob").await;
        let code = shown_code(&dance.allow(&request_token, &["profile"]).await);
        for _ in 0..5 {
            let reply = dance.take_up(&app, &request_token, "BCDFG-HJKLM").await;
            assert_problem(&reply, 401, "verifier_invalid");
        }
        let reply = dance.take_up(&app, &request_token, &code).await;
        assert_problem(&reply, 401, "token_rejected");
    })
    .await;
}

#[tokio::test]
async fn what_a_member_allowed_ends_with_the_account_and_with_its_password() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let (member_id, new_password) = (dance.alice.id, "another long enough password");
        let access = dance.access_token(&app, &["profile"]).await;
        let waiting = dance.begin(&app, CALLBACK).await;
        let verifier_before = verifier(&dance.allow(&waiting, &["profile"]).await);
        dance.site.change_password(member_id, new_password).await;
        assert_eq!(dance.status(&app, &access).await, 401);
        let reply = dance.take_up(&app, &waiting, &verifier_before).await;
        assert_problem(&reply, 401, "token_rejected");

        dance.browser = dance.site.browser();
        dance.browser.sign_in("alice", new_password).await;
        let access = dance.access_token(&app, &["profile"]).await;
        assert_eq!(dance.status(&app, &access).await, 200);
        dance.site.add_member("bob", PASSWORD).await;
        let mut bob = dance.site.browser();
        bob.sign_in("bob", PASSWORD).await;
        std::mem::swap(&mut bob, &mut dance.browser);
        let bobs = dance.access_token(&app, &["profile"]).await;
        std::mem::swap(&mut bob, &mut dance.browser);
        let waiting = dance.begin(&app, CALLBACK).await;
        let held = verifier(&dance.allow(&waiting, &["profile"]).await);
        dance.site.disable_member(member_id).await;
        assert_eq!(dance.status(&app, &access).await, 401);
        let reply = dance.take_up(&app, &waiting, &held).await;
        assert_problem(&reply, 401, "token_rejected");
        assert_eq!(dance.status(&app, &bobs).await, 200);
    })
    .await;
}

/// Check 102: nobody has more than five tries, from however many sides.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_many_wrong_verifiers_at_once_five_are_compared() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let request_token = dance.begin(&app, "oob").await;
        let code = shown_code(&dance.allow(&request_token, &["profile"]).await);
        let more = [("oauth_verifier", "BCDFG-HJKLM")];
        let replies = (0..20).map(|_| {
            let call = Call {
                path: ACCESS_TOKEN,
                token: Some(&request_token),
                more: &more,
                ..Call::default()
            };
            let request = http::Request::post(ACCESS_TOKEN)
                .header("authorization", dance.sign(&app, &call))
                .body(Default::default())
                .unwrap();
            let mut browser = dance.site.browser();
            tokio::spawn(async move { browser.send(request).await })
        });
        let mut compared = 0;
        for reply in futures_util::future::join_all(replies).await {
            let reply = reply.unwrap();
            match fields(&reply).first("oauth_problem") {
                Some("verifier_invalid") => compared += 1,
                Some("token_rejected") => {}
                _ => panic!("{reply:?}"),
            }
        }
        assert_eq!(compared, 5);
        let reply = dance.take_up(&app, &request_token, &code).await;
        assert_problem(&reply, 401, "token_rejected");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_left_of_a_member_who_is_deleted() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        dance.site.add_member("bob", PASSWORD).await;
        let mut bob = dance.site.browser();
        bob.sign_in("bob", PASSWORD).await;
        let form = [
            ("name", "Mine"),
            ("redirect_uris", CALLBACK),
            ("scope", "profile"),
        ];
        let made = dance.browser.submit("/oauth1/clients/new", &form).await;
        let own = |label: &str| {
            let marker = format!("aria-labelledby=\"{label}\">");
            let after = made.text().split(&marker).nth(1).expect("it is shown");
            after.split('<').next().expect("its end").to_owned()
        };
        let own = crate::support::App {
            key: own("consumer-key"),
            secret: own("consumer-secret"),
        };
        let alices = dance.access_token(&app, &["profile"]).await;
        let waiting = dance.begin(&app, CALLBACK).await;
        let held = verifier(&dance.allow(&waiting, &["profile"]).await);
        std::mem::swap(&mut bob, &mut dance.browser);
        let bobs = dance.access_token(&app, &["profile"]).await;
        let bobs_of_hers = dance.access_token(&own, &["profile"]).await;
        assert_eq!(count(&dance.site, "oauth1_owners").await, 1);

        let member_id = dance.alice.id;
        let deleted = hob_plugin_sdk::MemberDeleted { member_id };
        let raise = dance.site.db();
        let raised = raise.write(move |connection| connection.raise(&deleted));
        raised.await.unwrap();
        assert_eq!(dance.status(&app, &alices).await, 401);
        let reply = dance.take_up(&app, &waiting, &held).await;
        assert_problem(&reply, 401, "token_rejected");
        assert_eq!(dance.status(&own, &bobs_of_hers).await, 401);
        assert_eq!(count(&dance.site, "oauth1_consumers").await, 1);
        assert_eq!(count(&dance.site, "oauth1_access_tokens").await, 1);
        assert_eq!(count(&dance.site, "oauth1_request_tokens").await, 0);
        assert_eq!(count(&dance.site, "oauth1_owners").await, 0);
        assert_eq!(dance.status(&app, &bobs).await, 200);
    })
    .await;
}
