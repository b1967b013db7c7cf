//! Events that happen often, or that tell of no other write.

mod support;

use std::time::Duration;

use hob::testing::{Builder, on_each_database};
use hob_oauth_events::*;
use hob_plugin_sdk::{Actor, Event, abi::abi_stable::std_types::ROption};
use support::{Dance, PASSWORD, REDIRECT_URI, allow, answer, assert_error, listener};

async fn heard(builder: Builder) -> Dance {
    let dance = Dance::start(builder.plugin(listener::often_listener())).await;
    listener::forget();
    dance
}

/// Those of this type that nobody waited for, once there are as many.
async fn later<E: Event + std::fmt::Debug>(many: usize) -> Vec<E> {
    let mut told: Vec<E> = Vec::new();
    for _ in 0..500 {
        told.extend(listener::all::<E>());
        if told.len() >= many {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(told.len(), many, "{told:?}");
    told
}

/// Guesses until one has to wait, and longer: each is told of once.
async fn guess_for_a_minute(dance: &Dance, wrong: &[(&str, &str)]) {
    for _ in 0..28 {
        dance.post_token(wrong).await;
    }
    for _ in 0..500 {
        if listener::names().len() > 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut names = listener::names();
    names.sort_unstable();
    assert_eq!(names, ["client.authentication_failed", "client.throttled"]);
    dance.site.clock().advance(Duration::from_secs(61));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_of_the_dance_is_told() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let app = dance.web_app().await;
        let id = app.client_id.as_str();
        let tokens = dance.tokens(&app).await;
        let steps = [
            "authorization.requested",
            "code.issued",
            "code.exchanged",
            "token.issued",
        ];
        assert_eq!(listener::names(), steps);
        let issued = listener::one::<TokenIssued>();
        assert_eq!(issued.client_id.as_str(), id);
        assert_eq!(issued.member_id, ROption::RSome(dance.alice.id));
        assert_eq!(issued.grant_type.as_str(), "authorization_code");
        assert_eq!(issued.scope.as_str(), "profile media:read");
        assert_eq!(issued.resource.as_str(), "http://127.0.0.1:8080");
        assert!(issued.refresh && !issued.bound && issued.expires_at > issued.at);
        assert_eq!(
            (issued.token_id.len(), issued.who.kind),
            (16, Actor::Client)
        );

        let refreshed = support::tokens(&dance.refresh(&app, &tokens.refresh).await);
        assert_eq!(listener::names(), ["token.refreshed"]);
        let told = listener::one::<TokenRefreshed>();
        assert_eq!(told.member_id, dance.alice.id);
        assert_eq!(ROption::RSome(told.consent_id), issued.consent_id);
        dance.assert_alive(&refreshed).await;

        // Asked again, the answer is remembered.
        dance.code(&app).await;
        assert_eq!(
            listener::names(),
            ["authorization.requested", "code.issued"]
        );
        assert!(listener::one::<CodeIssued>().silent);
        dance.code(&app).await;
        let requested = listener::one::<AuthorizationRequested>();
        assert_eq!(requested.way.as_str(), "silent");
        assert_eq!(requested.member_id, ROption::RSome(dance.alice.id));
        let path = dance.pushed_path(&app, &[]).await;
        assert_eq!(
            listener::one::<AuthorizationRequested>().way.as_str(),
            "pushed"
        );
        dance.browser.get(&path).await;
        assert_eq!(
            listener::names(),
            ["code.issued"],
            "it was told of when it was pushed"
        );

        dance
            .site
            .clock()
            .advance(Duration::from_secs(400 * 24 * 3600));
        listener::forget();
        dance.site.run_job("oauth", "prune").await;
        let expired = listener::all::<TokenExpired>();
        let kinds: Vec<&str> = expired.iter().map(|token| token.kind.as_str()).collect();
        assert!(
            kinds.contains(&"access_token") && kinds.contains(&"refresh_token"),
            "{kinds:?}"
        );
        assert!(
            expired
                .iter()
                .any(|token| token.token_id == issued.token_id)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_and_a_token_can_be_refused() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let app = dance.web_app().await;
        listener::refuse("code.issued");
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let refused = answer(&allow(&mut dance.browser, &page, &["profile".to_owned()]).await);
        refused.expect_error("access_denied");
        assert_eq!(refused.one("error_description"), Some(listener::WORDS));
        assert_eq!(dance.count("oauth_authorization_codes").await, 0);
        assert_eq!(
            dance.count("oauth_consents").await,
            0,
            "rolled back with it"
        );

        listener::refuse("token.issued");
        let code = dance.code(&app).await;
        let reply = dance.exchange(&app, &code).await;
        assert_error(&reply, 400, "access_denied");
        assert!(reply.text().contains(listener::WORDS), "{reply:?}");
        assert_eq!(dance.count("oauth_access_tokens").await, 0);
        // Of the silent answer the application hears as well.
        listener::refuse("code.issued");
        let silent = answer(&dance.browser.get(&app.authorize_path(&[])).await);
        silent.expect_error("access_denied");

        // The code was not used up by what was refused.
        listener::refuse("");
        let tokens = support::tokens(&dance.exchange(&app, &code).await);
        dance.assert_alive(&tokens).await;
    })
    .await;
}

/// What a member unticks is taken back, even where a plugin refuses the rest.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_code_brings_nothing_back_that_was_unticked() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let app = dance.web_app().await;
        for (ticked, left) in [(&["profile".to_owned()][..], 1), (&[], 0)] {
            let before = dance.tokens(&app).await;
            let anew = app.authorize_path(&[("prompt", "consent")]);
            let page = dance.browser.get(&anew).await;
            listener::refuse("code.issued");
            let refused = answer(&allow(&mut dance.browser, &page, ticked).await);
            listener::refuse("");
            refused.expect_error("access_denied");
            dance.assert_dead(&app, &before).await;
            assert_eq!(dance.count("oauth_consents").await, left);
            let silent = [("scope", "media:read"), ("prompt", "none")];
            let silent = dance.browser.get(&app.authorize_path(&silent)).await;
            answer(&silent).expect_error("consent_required");
            if left == 1 {
                let kept = [("scope", "profile"), ("prompt", "none")];
                let kept = dance.browser.get(&app.authorize_path(&kept)).await;
                answer(&kept).expect_code();
            }
        }

        // Where nothing is unticked, nothing ends.
        let before = dance.tokens(&app).await;
        let page = dance
            .browser
            .get(&app.authorize_path(&[("prompt", "consent")]))
            .await;
        listener::refuse("code.issued");
        let both = app.asked_scope(&[]);
        let refused = answer(&allow(&mut dance.browser, &page, &both).await);
        listener::refuse("");
        refused.expect_error("access_denied");
        dance.assert_alive(&before).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_who_tries_again_and_again_one_event_a_minute_tells() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let dance = heard(builder).await;
        let app = dance.web_app().await;
        let wrong = [
            ("grant_type", "client_credentials"),
            ("client_id", app.client_id.as_str()),
            ("client_secret", "guessed"),
        ];
        // Ten guesses are free. The others of the minute are not told of, and
        // in the next one both things are news again.
        guess_for_a_minute(&dance, &wrong).await;
        let failed = listener::one::<ClientAuthenticationFailed>();
        assert_eq!(failed.client_id.as_str(), app.client_id);
        assert_eq!(failed.way.as_str(), "client_secret_post");
        assert!(failed.known);
        assert!(!failed.who.peer.is_empty());
        guess_for_a_minute(&dance, &wrong).await;
        let throttled = listener::one::<ClientThrottled>();
        assert_eq!(throttled.account.as_str(), "client");
        assert_eq!(throttled.name.as_str(), app.client_id);
        assert!(throttled.wait_seconds > 0);
    })
    .await;
}

/// Whatever stands where a name belongs.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_long_name_only_the_beginning_is_told() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let dance = heard(builder).await;
        let (longest, longer) = ("a".repeat(64), "b".repeat(65));
        for tried in [&longest, &longer] {
            listener::forget();
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", tried.as_str()),
                ("client_secret", "wrong"),
            ];
            dance.post_token(&form).await;
            let failed = later::<ClientAuthenticationFailed>(1).await;
            assert_eq!(failed[0].client_id.as_str(), &tried[..64]);
            assert_eq!(failed[0].who.name.as_str(), &tried[..64]);
            assert!(!failed[0].known);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_way_that_is_gone_is_told_of_once_an_hour() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let dance = heard(builder).await;
        let grant = ["--grant", "password"];
        let app = dance.register(REDIRECT_URI, &grant).await;
        let form = [
            ("grant_type", "password"),
            ("username", "alice"),
            ("password", PASSWORD),
        ];
        listener::forget();
        for _ in 0..3 {
            assert_eq!(dance.token(&app, &form).await.status(), 200);
        }
        let used = later::<LegacyUsed>(1).await;
        assert_eq!(used[0].switch.as_str(), "password_grant");
        assert_eq!(used[0].client_id.as_str(), app.client_id);
        dance.site.clock().advance(Duration::from_secs(3601));
        dance.token(&app, &form).await;
        later::<LegacyUsed>(1).await;
    })
    .await;
}
