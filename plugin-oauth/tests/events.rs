//! Who is told of what: each event with its fields, on both databases.

mod support;

use hob::testing::{Builder, on_each_database};
use hob_oauth_events::*;
use hob_plugin_sdk::{Actor, abi::abi_stable::std_types::ROption};
use serde_json::Value;
use support::{
    Dance, REDIRECT_URI, allow, answer, deny, listener,
    registration::{NEW_CLIENT, client_form},
    request_on, take_back,
};

/// A site with somebody who listens to everything.
async fn heard(builder: Builder) -> Dance {
    let dance = Dance::start(builder.plugin(listener::listener())).await;
    listener::forget();
    dance
}

async fn operator(dance: &Dance, words: &[&str]) -> String {
    let words: Vec<&str> = std::iter::once("oauth")
        .chain(words.iter().copied())
        .collect();
    let output = dance.site.run_command(&words).await;
    assert_eq!(output.exit_code, 0, "{}", output.stderr);
    output.stdout.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_does_to_an_application_is_told() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let app = dance.web_app().await;
        let id = app.client_id.as_str();
        assert_eq!(listener::names(), ["client.registered", "secret.added"]);
        let registered = listener::one::<ClientRegistered>();
        assert_eq!(registered.who.kind, Actor::Operator);
        assert!(!registered.who.name.is_empty() && registered.at > 0);
        assert_eq!(registered.client_id.as_str(), id);
        assert_eq!(registered.client_name.as_str(), "Photo Desk");
        assert_eq!(registered.registrar.as_str(), "operator");
        assert_eq!(registered.owner_id, ROption::RNone);
        assert_eq!(registered.redirect_uris[0].as_str(), REDIRECT_URI);

        operator(&dance, &["client", "edit", id, "--scope", "profile"]).await;
        let edited = listener::one::<ClientEdited>();
        assert_eq!(edited.changed.len(), 1);
        assert_eq!(edited.changed[0].as_str(), "scope");
        assert_eq!(
            edited.scope_before.as_str(),
            "profile media:read media:write"
        );
        assert_eq!(edited.scope_after.as_str(), "profile");
        // To set what is so already tells nobody of anything.
        operator(&dance, &["client", "edit", id, "--scope", "profile"]).await;
        assert_eq!(listener::names(), [""; 0]);
        let all = "profile media:read media:write";
        operator(&dance, &["client", "edit", id, "--scope", all]).await;

        dance.tokens(&app).await;
        listener::forget();
        operator(&dance, &["client", "rotate", id, "--expire-old", "now"]).await;
        assert_eq!(listener::names(), ["secret.retired", "secret.added"]);
        let retired = listener::one::<SecretRetired>();
        assert!(retired.ends_at <= retired.at && retired.secret.len() == 16);

        operator(&dance, &["client", "suspend", id]).await;
        assert_eq!(listener::names(), ["client.suspended", "token.revoked"]);
        let suspended = listener::one::<ClientSuspended>();
        assert_eq!(
            (suspended.client_id.as_str(), suspended.tokens_ended),
            (id, 2)
        );
        operator(&dance, &["client", "resume", id]).await;
        assert_eq!(listener::one::<ClientResumed>().client_id.as_str(), id);
        operator(&dance, &["client", "resume", id]).await;
        assert_eq!(listener::names(), [""; 0], "it was not suspended");

        operator(&dance, &["client", "delete", id, "--yes"]).await;
        let deleted = listener::one::<ClientDeleted>();
        assert_eq!(deleted.reason.as_str(), "operator");
        assert_eq!((deleted.members, deleted.tokens_ended), (1, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_does_to_an_application_is_told() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let alice = dance.alice.id;
        dance.browser.get(NEW_CLIENT).await;
        let form = client_form("confidential", REDIRECT_URI);
        let page = dance.browser.submit(NEW_CLIENT, &form).await;
        assert_eq!(page.status(), 201, "{page:?}");
        let registered = listener::one::<ClientRegistered>();
        assert_eq!(registered.registrar.as_str(), "member");
        assert_eq!(registered.owner_id, ROption::RSome(alice));
        assert_eq!(registered.who.kind, Actor::Member);
        assert_eq!(registered.who.member_id, ROption::RSome(alice));
        assert_eq!(registered.who.name.as_str(), "alice");
        assert!(!registered.who.peer.is_empty() && registered.who.request_id.len() == 16);

        let page = format!("/oauth/clients/{}", registered.client_id);
        let other = client_form("confidential", "https://app.example/other");
        dance.browser.submit(&page, &other).await;
        let edited = listener::one::<ClientEdited>();
        assert_eq!(edited.changed[0].as_str(), "redirect_uris");
        assert_eq!(edited.redirect_uris_before[0].as_str(), REDIRECT_URI);
        assert_eq!(
            edited.redirect_uris_after[0].as_str(),
            "https://app.example/other"
        );
        dance
            .browser
            .submit(&format!("{page}/secret"), &[("old", "day")])
            .await;
        assert_eq!(listener::names(), ["secret.retired", "secret.added"]);
        let retired = listener::one::<SecretRetired>();
        assert!(retired.ends_at > retired.at);
        dance.browser.submit(&format!("{page}/delete"), &[]).await;
        assert_eq!(listener::one::<ClientDeleted>().reason.as_str(), "owner");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_allows_and_takes_back_is_told() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let app = dance.web_app().await;
        listener::forget();
        dance.tokens(&app).await;
        assert_eq!(listener::names(), ["consent.granted"]);
        let granted = listener::one::<ConsentGranted>();
        assert_eq!(granted.member_id, dance.alice.id);
        assert_eq!(granted.scope.as_str(), "profile media:read");
        assert_eq!(granted.resource.as_str(), "http://127.0.0.1:8080");
        assert!(granted.consent_id > 0 && granted.expires_at.is_none());

        // What is asked in addition is added, and what is unticked where
        // nothing is new is taken back.
        let all = [
            ("scope", "profile media:read media:write"),
            ("prompt", "consent"),
        ];
        let page = dance.browser.get(&app.authorize_path(&all)).await;
        let ticked = ["profile", "media:write"].map(str::to_owned);
        allow(&mut dance.browser, &page, &ticked).await;
        assert_eq!(listener::names(), ["consent.widened"]);
        listener::forget();
        let page = dance.browser.get(&app.authorize_path(&all)).await;
        allow(&mut dance.browser, &page, &ticked).await;
        // What was issued for more dies.
        assert_eq!(listener::names(), ["consent.narrowed", "token.revoked"]);
        let revoked = listener::seen::<TokenRevoked>();
        assert_eq!(
            (revoked.what.as_str(), revoked.reason.as_str()),
            ("consent", "consent_narrowed")
        );
        let narrowed = listener::one::<ConsentNarrowed>();
        assert_eq!(narrowed.removed.as_str(), "media:read");
        assert_eq!(narrowed.scope.as_str(), "profile media:write");
        assert_eq!(narrowed.consent_id, granted.consent_id);
        let page = dance.browser.get(&app.authorize_path(&all)).await;
        let ticked = ["profile", "media:read", "media:write"].map(str::to_owned);
        allow(&mut dance.browser, &page, &ticked).await;
        assert_eq!(
            listener::one::<ConsentWidened>().added.as_str(),
            "media:read"
        );
        // To allow the same once more is no news.
        let page = dance.browser.get(&app.authorize_path(&all)).await;
        allow(&mut dance.browser, &page, &ticked).await;
        assert_eq!(listener::names(), [""; 0]);

        let page = dance.browser.get(&app.authorize_path(&all)).await;
        deny(&mut dance.browser, &page).await;
        let denied = listener::one::<AuthorizationDenied>();
        assert_eq!((denied.member_id, denied.device), (dance.alice.id, false));

        take_back(&mut dance.browser, &app).await;
        // Nothing was issued any more under it.
        assert_eq!(listener::names(), ["consent.revoked"]);
        let revoked = listener::one::<ConsentRevoked>();
        assert_eq!(revoked.reason.as_str(), "member");
        assert_eq!(revoked.client_name.as_str(), "Photo Desk");

        dance.tokens(&app).await;
        listener::forget();
        operator(&dance, &["consent", "revoke", "--member", "alice"]).await;
        assert_eq!(listener::names(), ["consent.revoked", "token.revoked"]);
        assert_eq!(
            listener::one::<ConsentRevoked>().reason.as_str(),
            "operator"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_die_before_their_end_are_told_of() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let app = dance.web_app().await;
        let code = dance.code(&app).await;
        support::tokens(&dance.exchange(&app, &code).await);
        listener::forget();
        dance.exchange(&app, &code).await;
        assert_eq!(listener::names(), ["code.replayed", "token.revoked"]);
        let replayed = listener::one::<CodeReplayed>();
        assert_eq!((replayed.device, replayed.tokens_ended), (false, 2));
        assert_eq!(replayed.who.kind, Actor::Client);
        assert_eq!(replayed.who.name.as_str(), app.client_id);
        assert!(!replayed.who.peer.is_empty() && replayed.who.request_id.len() == 16);

        let first = dance.tokens(&app).await;
        let second = support::tokens(&dance.refresh(&app, &first.refresh).await);
        dance.refresh(&app, &second.refresh).await;
        listener::forget();
        dance.refresh(&app, &first.refresh).await;
        assert_eq!(listener::names(), ["refresh.reused", "token.revoked"]);
        let revoked = listener::one::<TokenRevoked>();
        assert_eq!(
            (revoked.what.as_str(), revoked.reason.as_str()),
            ("family", "replayed")
        );
        assert!(revoked.access_tokens >= 2 && revoked.refresh_tokens >= 2);

        let held = dance.tokens(&app).await;
        listener::forget();
        dance
            .post_as(&app, "/oauth/revoke", &[("token", &held.access)])
            .await;
        let revoked = listener::one::<TokenRevoked>();
        assert_eq!(
            (revoked.what.as_str(), revoked.reason.as_str()),
            ("access", "given_back")
        );
        assert_eq!((revoked.access_tokens, revoked.refresh_tokens), (1, 0));
        // It is gone already.
        dance
            .post_as(&app, "/oauth/revoke", &[("token", &held.access)])
            .await;
        assert_eq!(listener::names(), [""; 0]);

        dance.site.disable_member(dance.alice.id).await;
        let revoked = listener::one::<TokenRevoked>();
        assert_eq!(revoked.reason.as_str(), "member_disabled");
        assert_eq!(revoked.member_id, ROption::RSome(dance.alice.id));
        assert_eq!(revoked.who.kind, Actor::Site);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_ends_is_told_of_when_it_goes() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder.plugin_toml("oauth", "consent_lifetime = \"1d\"")).await;
        let app = dance.web_app().await;
        dance.tokens(&app).await;
        listener::forget();
        dance.site.run_job("oauth", "prune").await;
        assert_eq!(listener::names(), [""; 0], "it still counts");
        let two_days = std::time::Duration::from_secs(2 * 24 * 3600);
        dance.site.clock().advance(two_days);
        dance.site.run_job("oauth", "prune").await;
        let expired = listener::one::<ConsentExpired>();
        assert_eq!(expired.client_id.as_str(), app.client_id);
        assert_eq!(expired.member_id, dance.alice.id);
        assert!(expired.expired_at < expired.at);
        assert_eq!(expired.who.kind, Actor::Site);
        dance.site.run_job("oauth", "prune").await;
        assert_eq!(listener::names(), [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_a_device_is_told() {
    const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let grants = ["--public", "--grant", GRANT];
        let app = dance
            .register_without_redirect("profile media:read", &grants)
            .await;
        for decision in ["deny", "allow", "refused"] {
            let form = [("client_id", app.client_id.as_str())];
            let begun = dance
                .site
                .browser()
                .post_form("/oauth/device_authorization", &form)
                .await;
            let begun: Value = begun.json();
            let user_code = begun["user_code"].as_str().expect("a code");
            let page = dance
                .browser
                .submit("/oauth/device", &[("user_code", user_code)])
                .await;
            let request = request_on(&page);
            let pressed = if decision == "deny" { "deny" } else { "allow" };
            let fields = [
                ("request", request.as_str()),
                ("decision", pressed),
                ("scope", "profile"),
            ];
            listener::forget();
            if decision == "refused" {
                listener::refuse("device.approved");
            }
            let page = dance.browser.submit("/oauth/device/consent", &fields).await;
            listener::refuse("");
            let redeem = [
                ("grant_type", GRANT),
                (
                    "device_code",
                    begun["device_code"].as_str().expect("a code"),
                ),
            ];
            match decision {
                "deny" => {
                    assert_eq!(listener::names(), ["device.denied", "authorization.denied"]);
                    assert!(listener::one::<AuthorizationDenied>().device);
                }
                "allow" => {
                    assert_eq!(listener::names(), ["consent.granted", "device.approved"]);
                    let approved = listener::one::<DeviceApproved>();
                    assert_eq!(approved.scope.as_str(), "profile");
                    assert_eq!(approved.member_id, dance.alice.id);
                    assert_eq!(dance.token(&app, &redeem).await.status(), 200);
                    listener::forget();
                    dance.token(&app, &redeem).await;
                    assert_eq!(listener::names(), ["code.replayed", "token.revoked"]);
                    assert!(listener::one::<CodeReplayed>().device);
                    let consents = ["consent", "revoke", "--member", "alice"];
                    operator(&dance, &consents).await;
                }
                _ => {
                    assert_eq!(page.status(), 403, "{page:?}");
                    assert!(page.text().contains(listener::WORDS), "{page:?}");
                    assert!(
                        listener::names().ends_with(&["device.denied", "authorization.denied"])
                    );
                    assert_eq!(dance.count("oauth_consents").await, 0);
                    support::assert_error(&dance.token(&app, &redeem).await, 400, "access_denied");
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_device_brings_nothing_back_that_was_unticked() {
    const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let app = dance
            .register_without_redirect("profile media:read", &["--public", "--grant", GRANT])
            .await;
        let mut alive = String::new();
        for (ticked, refused) in [("media:read", ""), ("profile", "device.approved")] {
            let form = [("client_id", app.client_id.as_str())];
            let mut device = dance.site.browser();
            let begun = device.post_form("/oauth/device_authorization", &form).await;
            let begun: Value = begun.json();
            let code = |name: &str| begun[name].as_str().expect("a code").to_owned();
            let typed = code("user_code");
            let page = dance
                .browser
                .submit("/oauth/device", &[("user_code", &typed)])
                .await;
            let request = request_on(&page);
            let fields = [
                ("request", request.as_str()),
                ("decision", "allow"),
                ("scope", "profile"),
                ("scope", ticked),
            ];
            listener::refuse(refused);
            dance.browser.submit("/oauth/device/consent", &fields).await;
            listener::refuse("");
            let device_code = code("device_code");
            let redeem = [("grant_type", GRANT), ("device_code", &device_code)];
            let answer = dance.token(&app, &redeem).await;
            if refused.is_empty() {
                alive = support::tokens(&answer).access;
                assert_eq!(dance.api_status(&alive).await, 200);
            } else {
                support::assert_error(&answer, 400, "access_denied");
            }
        }
        assert_eq!(dance.api_status(&alive).await, 401);
        // Told twice: by what was refused, and by what then stood.
        let narrowed = listener::all::<ConsentNarrowed>();
        assert_eq!(narrowed.len(), 2);
        assert!(
            narrowed
                .iter()
                .all(|told| told.removed.as_str() == "media:read")
        );
    })
    .await;
}

/// What may be refused, each with how it is tried and how its refusal looks.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_in_words_and_nothing_is_stored() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let app = dance.web_app().await;
        let id = app.client_id.as_str();

        // On the command line.
        let retried: [(&str, Vec<&str>); 5] = [
            (
                "client.registered",
                vec![
                    "client",
                    "add",
                    "--name",
                    "A",
                    "--scope",
                    "profile",
                    "--redirect-uri",
                    REDIRECT_URI,
                ],
            ),
            ("secret.added", vec!["client", "rotate", id]),
            (
                "client.edited",
                vec!["client", "edit", id, "--name", "Other"],
            ),
            ("client.suspended", vec!["client", "suspend", id]),
            ("client.resumed", vec!["client", "resume", id]),
        ];
        for (event, words) in &retried {
            let words: Vec<&str> = std::iter::once("oauth")
                .chain(words.iter().copied())
                .collect();
            listener::refuse(event);
            let before = dance.count("oauth_clients").await;
            let secrets = dance.count("oauth_client_secrets").await;
            let refused = dance.site.run_command(&words).await;
            listener::refuse("");
            if *event == "client.suspended" {
                // Nobody can keep an operator from stopping an application.
                assert_eq!(refused.exit_code, 0, "{}", refused.stderr);
                continue;
            }
            assert_eq!(refused.exit_code, 1, "{event}");
            assert!(
                refused.stderr.contains(listener::WORDS),
                "{event}: {}",
                refused.stderr
            );
            assert_eq!(dance.count("oauth_clients").await, before, "{event}");
            assert_eq!(
                dance.count("oauth_client_secrets").await,
                secrets,
                "{event}"
            );
            let accepted = dance.site.run_command(&words).await;
            assert_eq!(accepted.exit_code, 0, "{event}: {}", accepted.stderr);
        }

        // In the front channel the application hears of it, and the request
        // is over.
        listener::refuse("consent.granted");
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        let ticked = ["profile".to_owned()];
        listener::forget();
        let reply = allow(&mut dance.browser, &page, &ticked).await;
        let refused = answer(&reply);
        refused.expect_error("access_denied");
        assert_eq!(refused.one("error_description"), Some(listener::WORDS));
        assert_eq!(listener::names(), ["authorization.denied"]);
        assert_eq!(dance.count("oauth_consents").await, 0);
        assert_eq!(dance.count("oauth_authorization_codes").await, 0);
        listener::refuse("");
        let again = allow(&mut dance.browser, &page, &ticked).await;
        assert_eq!(again.status(), 400, "the request is over: {again:?}");
        let page = dance.browser.get(&app.authorize_path(&[])).await;
        answer(&allow(&mut dance.browser, &page, &ticked).await).expect_code();
    })
    .await;
}
