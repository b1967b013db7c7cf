//! Who is told of what: each event once with what it says, and what comes of a
//! refusal.

use hob::testing::{Builder, on_each_database};
use hob_oauth1_events::*;
use hob_plugin_sdk::{Actor, abi::abi_stable::std_types::ROption};
use serde_json::Value;

use crate::{
    listener::{self, WORDS},
    support::{App, CALLBACK, Call, Dance, assert_problem, count, fields, token, verifier},
};

const OPEN: &str = "client_registration = \"open\"";
const NEW: &str = "/oauth1/clients/new";
const REGISTER: &str = "/api/client/register";

/// A site with somebody who listens to everything.
async fn heard(builder: Builder) -> Dance {
    let builder = builder.plugin_toml("oauth1", OPEN);
    let dance = Dance::start(builder.plugin(listener::listener())).await;
    listener::forget();
    dance
}

/// What the command says on its way to failing.
async fn refused(dance: &Dance, words: &[&str]) -> String {
    let output = dance.site.run_command(&[&["oauth1"], words].concat()).await;
    assert_ne!(output.exit_code, 0, "{words:?}: {}", output.stdout);
    output.stderr.into()
}

async fn done(dance: &Dance, words: &[&str]) -> String {
    let output = dance.site.run_command(&[&["oauth1"], words].concat()).await;
    assert_eq!(output.exit_code, 0, "{words:?}: {}", output.stderr);
    output.stdout.into()
}

#[tokio::test]
async fn what_an_operator_does_is_told() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let mut app = dance.register(&[]).await;
        let registered = listener::one::<ConsumerRegistered>();
        assert_eq!(registered.who.kind, Actor::Operator);
        assert_eq!(registered.consumer_key.as_str(), app.key);
        assert_eq!(registered.consumer_name.as_str(), "Photo Desk");
        assert_eq!(registered.credential.as_str(), "secret");
        assert_eq!(registered.registrar.as_str(), "operator");
        assert_eq!(registered.owner_id, ROption::RNone);
        assert_eq!(registered.callbacks[0].as_str(), CALLBACK);

        let key = app.key.clone();
        done(&dance, &["consumer", "edit", &key, "--scope", "profile"]).await;
        let edited = listener::one::<ConsumerEdited>();
        assert_eq!(edited.changed.len(), 1);
        assert_eq!(edited.changed[0].as_str(), "scope");
        assert_eq!(
            edited.scope_before.as_str(),
            "profile media:read media:write"
        );
        assert_eq!(edited.scope_after.as_str(), "profile");
        // To set what is so already tells nobody of anything.
        done(&dance, &["consumer", "edit", &key, "--scope", "profile"]).await;
        assert_eq!(listener::names(), [""; 0]);

        done(&dance, &["consumer", "suspend", &key, "--reason", "Leaked"]).await;
        assert_eq!(
            listener::one::<ConsumerSuspended>().reason.as_str(),
            "Leaked"
        );
        done(&dance, &["consumer", "resume", &key]).await;
        assert_eq!(
            listener::one::<ConsumerResumed>().consumer_key.as_str(),
            key
        );
        let rotated = done(&dance, &["consumer", "rotate", &key, "--json"]).await;
        assert_eq!(
            listener::one::<SecretRotated>().credential.as_str(),
            "secret"
        );
        let rotated: Value = serde_json::from_str(&rotated).expect("JSON");
        app.secret = rotated["consumer_secret"]
            .as_str()
            .expect("a secret")
            .to_owned();

        dance.access_token(&app, &["profile"]).await;
        listener::forget();
        done(&dance, &["token", "revoke", "--member", "alice"]).await;
        let revoked = listener::one::<TokenRevoked>();
        assert_eq!((revoked.reason.as_str(), revoked.tokens), ("operator", 1));
        assert_eq!(revoked.member_id, ROption::RSome(dance.alice.id));
        dance.access_token(&app, &["profile"]).await;
        listener::forget();
        done(&dance, &["consumer", "delete", &key, "--yes"]).await;
        let deleted = listener::one::<ConsumerDeleted>();
        assert_eq!(
            (deleted.reason.as_str(), deleted.tokens_ended),
            ("operator", 1)
        );
    })
    .await;
}

#[tokio::test]
async fn what_a_member_is_asked_and_answers_is_told() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let app = dance.register(&[]).await;
        listener::forget();
        let request_token = dance.begin(&app, CALLBACK).await;
        let requested = listener::one::<AuthorizationRequested>();
        assert_eq!(requested.who.kind, Actor::Client);
        assert_eq!(requested.who.name.as_str(), app.key);
        assert_eq!(requested.scope.as_str(), "profile media:read media:write");
        assert_eq!(requested.callback.as_deref(), ROption::RSome(CALLBACK));
        dance.ask(&request_token).await;
        assert_eq!(listener::names(), [""; 0], "nothing is decided");
        dance.decide(&request_token, "deny", &[]).await;
        let denied = listener::one::<AuthorizationDenied>();
        assert_eq!(denied.member_id, dance.alice.id);
        assert_eq!(denied.who.kind, Actor::Member);

        let request_token = dance.begin(&app, "oob").await;
        assert!(listener::one::<AuthorizationRequested>().callback.is_none());
        dance.ask(&request_token).await;
        dance.decide(&request_token, "deny", &[]).await;
        let request_token = dance.begin(&app, CALLBACK).await;
        listener::forget();
        let held = verifier(&dance.allow(&request_token, &["profile"]).await);
        let granted = listener::one::<AuthorizationGranted>();
        assert_eq!(granted.asked.as_str(), "profile media:read media:write");
        assert_eq!(granted.scope.as_str(), "profile");
        token(&dance.take_up(&app, &request_token, &held).await);
        let issued = listener::one::<TokenIssued>();
        assert_eq!(
            (issued.member_id, issued.scope.as_str()),
            (dance.alice.id, "profile")
        );
        assert!(issued.expires_at.is_none() && !issued.token.is_empty());

        let made = dance.browser.submit(NEW, &form()).await;
        assert_eq!(made.status(), 201, "{made:?}");
        let registered = listener::one::<ConsumerRegistered>();
        assert_eq!(registered.registrar.as_str(), "member");
        assert_eq!(registered.owner_id, ROption::RSome(dance.alice.id));
        let itself = [("type", "client_associate")];
        dance.site.browser().post_form(REGISTER, &itself).await;
        let registered = listener::one::<ConsumerRegistered>();
        assert_eq!(registered.registrar.as_str(), "itself");
    })
    .await;
}

fn form() -> [(&'static str, &'static str); 3] {
    [
        ("name", "Mine"),
        ("redirect_uris", CALLBACK),
        ("scope", "profile"),
    ]
}

#[tokio::test]
async fn what_a_plugin_refuses_of_applications_does_not_happen() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let itself = [("type", "client_associate")];
        listener::refuse("consumer.registered");
        let add = ["consumer", "add", "--name", "x", "--scope", "profile"];
        assert!(refused(&dance, &add).await.contains(WORDS));
        let page = dance.browser.submit(NEW, &form()).await;
        assert_eq!(page.status(), 403, "{page:?}");
        assert!(page.text().contains(WORDS), "{page:?}");
        let reply = dance.site.browser().post_form(REGISTER, &itself).await;
        assert_eq!(reply.status(), 403, "{reply:?}");
        assert_eq!(reply.json::<Value>()["error"], WORDS);
        assert_eq!(count(&dance.site, "oauth1_consumers").await, 0);
        listener::refuse("");

        dance.browser.submit(NEW, &form()).await;
        let own = listener::one::<ConsumerRegistered>()
            .consumer_key
            .to_string();
        let here = format!("/oauth1/clients/{own}");
        let reply = dance.site.browser().post_form(REGISTER, &itself).await;
        let told: Value = reply.json();
        let update = [
            ("type", "client_update"),
            ("client_id", told["client_id"].as_str().expect("a key")),
            (
                "client_secret",
                told["client_secret"].as_str().expect("a secret"),
            ),
            ("application_name", "Pump"),
        ];
        let edit = ["consumer", "edit", &own, "--name", "Yours"];
        listener::refuse("consumer.edited");
        assert!(refused(&dance, &edit).await.contains(WORDS));
        let mut changed = form();
        changed[0].1 = "Yours";
        let page = dance.browser.submit(&here, &changed).await;
        assert_eq!(page.status(), 403, "{page:?}");
        let reply = dance.site.browser().post_form(REGISTER, &update).await;
        assert_eq!(reply.status(), 403, "{reply:?}");
        listener::refuse("secret.rotated");
        refused(&dance, &["consumer", "rotate", &own]).await;
        let page = dance.browser.submit(&format!("{here}/secret"), &[]).await;
        assert_eq!(page.status(), 403, "{page:?}");
        done(&dance, &["consumer", "suspend", &own]).await;
        listener::refuse("consumer.resumed");
        refused(&dance, &["consumer", "resume", &own]).await;
        listener::refuse("");

        done(&dance, &["consumer", "resume", &own]).await;
        let page = dance.browser.get(&here).await;
        assert!(page.text().contains("<h1>Mine</h1>"), "{page:?}");
        let reply = dance.site.browser().post_form(REGISTER, &update).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        done(&dance, &edit).await;
    })
    .await;
}

#[tokio::test]
async fn what_a_plugin_refuses_of_the_dance_is_told_as_any_refusal() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let app: App = dance.register(&[]).await;
        let call = Call {
            more: &[("oauth_callback", CALLBACK)],
            ..Call::default()
        };
        let signed = dance.sign(&app, &call);
        listener::refuse("authorization.requested");
        let reply = dance.send(&call, &signed).await;
        assert_problem(&reply, 403, "permission_denied");
        let told = fields(&reply);
        let advice = told.first("oauth_problem_advice").unwrap_or_default();
        assert!(advice.ends_with(WORDS), "{advice}");
        assert_eq!(count(&dance.site, "oauth1_request_tokens").await, 0);
        listener::refuse("");
        // Nothing came of it, so it is not used up either.
        let request_token = token(&dance.send(&call, &signed).await);

        listener::refuse("authorization.granted");
        let page = dance.allow(&request_token, &["profile"]).await;
        assert_eq!(page.status(), 403, "{page:?}");
        assert!(page.text().contains(WORDS), "{page:?}");
        // The question is answered, and that it was refused stays so.
        listener::refuse("");
        let again = dance.ask(&request_token).await;
        assert_eq!(again.status(), 400, "{again:?}");

        // What was unticked is taken back all the same, and nothing else is.
        let both = ["profile", "media:read"];
        let before = dance.access_token(&app, &both).await;
        for (ticked, status) in [(&both[..], 200), (&both[..1], 401)] {
            let form = [("scope", "profile media:read")];
            let request_token = dance.begin_with(&app, &form).await;
            listener::refuse("authorization.granted");
            let page = dance.allow(&request_token, ticked).await;
            assert_eq!(page.status(), 403, "{page:?}");
            listener::refuse("");
            assert_eq!(dance.status(&app, &before).await, status);
        }

        listener::refuse("token.issued");
        let request_token = dance.begin(&app, CALLBACK).await;
        let held = verifier(&dance.allow(&request_token, &["profile"]).await);
        let reply = dance.take_up(&app, &request_token, &held).await;
        assert_problem(&reply, 403, "permission_denied");
        assert_eq!(count(&dance.site, "oauth1_access_tokens").await, 0);
        listener::refuse("");
        let access = token(&dance.take_up(&app, &request_token, &held).await);
        assert_eq!(dance.status(&app, &access).await, 200);
    })
    .await;
}
