//! What is tried and what ends by itself: who hears of it, and how seldom, and
//! what of it stands in the audit log.

use std::time::Duration;

use hob::{
    audit::{Entry, Filter},
    testing::{Builder, on_each_database},
};
use hob_oauth1_events::*;
use hob_oauth1_signature::SignatureMethod;
use hob_plugin_sdk::{Actor, db::DbError};
use serde_json::{Value, json};

use crate::{
    listener,
    support::{App, CALLBACK, Call, Dance, Token, assert_problem, count, me, token},
};

const OPEN: &str = "client_registration = \"open\"\nempty_consumer_secrets = true";
const REGISTER: &str = "/api/client/register";
const MINUTE: Duration = Duration::from_secs(61);
const HOUR: Duration = Duration::from_secs(3601);

/// A site with somebody who listens to what is tried.
async fn heard(builder: Builder, toml: &str) -> Dance {
    let builder = builder.plugin_toml("oauth1", toml);
    let dance = Dance::start(builder.plugin(listener::attempts_listener())).await;
    listener::forget();
    dance
}

fn begin() -> Call<'static> {
    Call {
        more: &[("oauth_callback", CALLBACK)],
        ..Call::default()
    }
}

/// The same application, if it had another secret.
fn with_wrong_secret(app: &App) -> App {
    App {
        secret: "guessed".to_owned(),
        ..app.clone()
    }
}

fn nobody(key: &str) -> App {
    App {
        key: key.to_owned(),
        secret: "guessed".to_owned(),
    }
}

/// Signs so many requests for a request token with a secret that is wrong.
async fn guess(dance: &Dance, app: &App, times: u32) {
    for _ in 0..times {
        let reply = dance.call(app, begin()).await;
        assert_eq!(reply.status(), 401, "{reply:?}");
    }
    dance.site.settle_events().await;
}

/// Tries to change what an application registered, with its secret.
async fn change(dance: &Dance, app: &App) -> u16 {
    let fields = [
        ("type", "client_update"),
        ("client_id", app.key.as_str()),
        ("client_secret", &app.secret),
    ];
    let reply = dance.site.browser().post_form(REGISTER, &fields).await;
    reply.status()
}

async fn register_itself(dance: &Dance) -> App {
    let fields = [("type", "client_associate"), ("redirect_uris", CALLBACK)];
    let reply = dance.site.browser().post_form(REGISTER, &fields).await;
    let told: Value = reply.json();
    let text = |name: &str| told[name].as_str().expect("it is there").to_owned();
    App {
        key: text("client_id"),
        secret: text("client_secret"),
    }
}

/// What was noted whose action begins so, the latest first.
async fn entries(dance: &Dance, what: &str) -> Vec<Entry> {
    let filter = Filter {
        plugin: Some("oauth1".to_owned()),
        what: Some(what.to_owned()),
        ..Filter::default()
    };
    let read = dance
        .site
        .db()
        .read(move |connection| -> Result<_, DbError> {
            Ok(Entry::find(connection, &filter, None, 100)?)
        });
    read.await.expect("the table is there")
}

fn details(entry: &Entry) -> Value {
    serde_json::from_str(&entry.details).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_who_signs_wrongly_again_and_again_one_event_a_minute_tells() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let dance = heard(builder, "").await;
        let app = dance.register(&[]).await;
        for _ in 0..2 {
            guess(&dance, &with_wrong_secret(&app), 5).await;
            let failed = listener::one::<ConsumerAuthenticationFailed>();
            assert_eq!(failed.consumer_key.as_str(), app.key);
            assert_eq!(failed.signature_method.as_str(), "HMAC-SHA256");
            assert!(failed.known);
            assert_eq!(failed.who.kind, Actor::Client);
            assert_eq!(failed.who.name.as_str(), app.key);
            assert!(!failed.who.peer.is_empty() && failed.who.request_id.len() == 16);
            guess(&dance, &with_wrong_secret(&app), 1).await;
            assert_eq!(listener::names(), [""; 0]);
            dance.site.clock().advance(MINUTE);
        }
        // Who signs rightly is told of by nothing, and nothing is wrong with a
        // request that only comes too late.
        token(&dance.call(&app, begin()).await);
        let late = Call {
            late: 3600,
            ..begin()
        };
        let reply = dance.call(&app, late).await;
        assert_problem(&reply, 401, "timestamp_refused");
        dance.site.settle_events().await;
        assert_eq!(listener::names(), [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_the_api_and_a_method_of_another_are_told_of_too() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder, "").await;
        let app = dance.register(&[]).await;
        let access = dance.access_token(&app, &["profile"]).await;
        assert_eq!(dance.status(&app, &access).await, 200);
        dance.site.settle_events().await;
        assert_eq!(listener::names(), [""; 0]);
        let wrong = Token {
            secret: "guessed".to_owned(),
            ..access.clone()
        };
        for _ in 0..3 {
            let by_sha1 = Call {
                by: SignatureMethod::HmacSha1,
                ..me(&wrong)
            };
            assert_eq!(dance.call(&app, by_sha1).await.status(), 401);
        }
        dance.site.settle_events().await;
        let failed = listener::one::<ConsumerAuthenticationFailed>();
        assert_eq!(failed.signature_method.as_str(), "HMAC-SHA1");
        assert_eq!(failed.consumer_key.as_str(), app.key);
        assert!(failed.known && !failed.who.peer.is_empty());
        // An unknown token says nothing of the application.
        let unknown = Token {
            token: "nobodys".to_owned(),
            ..access
        };
        dance.site.clock().advance(MINUTE);
        assert_eq!(dance.status(&app, &unknown).await, 401);
        dance.site.settle_events().await;
        assert_eq!(listener::names(), [""; 0]);

        // It has no secret, so it can't have signed by one.
        let pem = include_str!("../../../oauth1-signature/src/signature/rsa_2048_public.pem");
        let file = dance.site.folder().join("printer.pem");
        std::fs::write(&file, pem).unwrap();
        let file = file.to_str().unwrap();
        let printer = dance.register(&["--public-key", file]).await;
        guess(&dance, &printer, 2).await;
        let failed = listener::one::<ConsumerAuthenticationFailed>();
        assert_eq!(failed.consumer_key.as_str(), printer.key);
    })
    .await;
}

/// Whatever stands where a key belongs.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_key_that_is_nobodys_the_beginning_is_told_and_nothing_noted() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let dance = heard(builder, "").await;
        for tried in ["a".repeat(64), "b".repeat(65)] {
            guess(&dance, &nobody(&tried), 3).await;
            let failed = listener::one::<ConsumerAuthenticationFailed>();
            assert_eq!(failed.consumer_key.as_str(), &tried[..64]);
            assert_eq!(failed.who.name.as_str(), &tried[..64]);
            assert!(!failed.known);
        }
        assert!(entries(&dance, "").await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_the_secret_of_what_registered_itself_is_told_of_and_has_to_wait() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let dance = heard(builder, OPEN).await;
        let app = register_itself(&dance).await;
        let wrong = with_wrong_secret(&app);
        assert_eq!(change(&dance, &wrong).await, 401);
        dance.site.settle_events().await;
        let failed = listener::one::<ConsumerAuthenticationFailed>();
        assert_eq!(failed.consumer_key.as_str(), app.key);
        assert!(failed.known && failed.signature_method.is_empty());
        for _ in 0..9 {
            assert_eq!(change(&dance, &wrong).await, 401);
        }
        dance.site.settle_events().await;
        assert_eq!(listener::names(), [""; 0], "they are free");
        for _ in 0..5 {
            assert_eq!(change(&dance, &app).await, 429);
        }
        dance.site.settle_events().await;
        let throttled = listener::one::<ConsumerThrottled>();
        assert_eq!(throttled.account.as_str(), "consumer");
        assert_eq!(throttled.name.as_str(), app.key);
        assert_eq!(throttled.who.name.as_str(), app.key);
        assert!(throttled.wait_seconds > 0 && !throttled.who.peer.is_empty());
        // It is no place for what others registered: nothing is compared.
        let operators = dance.register(&[]).await;
        assert_eq!(change(&dance, &operators).await, 401);
        dance.site.settle_events().await;
        assert_eq!(listener::names(), [""; 0]);
        dance.site.clock().advance(HOUR);
        assert_eq!(change(&dance, &app).await, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_too_much_or_has_too_much_stored_is_told_of() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let dance = heard(builder, OPEN).await;
        for _ in 0..10 {
            register_itself(&dance).await;
        }
        let associate = [("type", "client_associate")];
        for _ in 0..3 {
            let reply = dance.site.browser().post_form(REGISTER, &associate).await;
            assert_eq!(reply.status(), 429, "{reply:?}");
        }
        dance.site.settle_events().await;
        let throttled = listener::one::<ConsumerThrottled>();
        assert_eq!(throttled.account.as_str(), "registration");
        assert_eq!(
            (throttled.name.as_str(), throttled.who.name.as_str()),
            ("", "")
        );

        let app = dance.register(&["--no-secret"]).await;
        assert_problem(&dance.use_up(&app).await, 429, "user_refused");
        for _ in 0..2 {
            dance.call(&app, begin()).await;
        }
        dance.site.settle_events().await;
        let throttled = listener::one::<ConsumerThrottled>();
        assert_eq!(throttled.account.as_str(), "unproven_consumer");
        assert_eq!(throttled.name.as_str(), app.key);
        assert!((1..=2).contains(&throttled.wait_seconds));

        let noted = entries(&dance, "consumer.throttled").await;
        assert_eq!(noted.len(), 2, "{noted:?}");
        assert_eq!(details(&noted[1])["account"], "registration");
        assert_eq!(
            (noted[1].subject.as_str(), noted[1].who_name.as_str()),
            ("", "")
        );
        assert_eq!(details(&noted[0])["consumer_name"], "Photo Desk");
        assert_eq!(noted[0].subject, app.key);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_noted_once_an_hour_with_how_often_it_was_not() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let app = dance.register(&[]).await;
        let before = entries(&dance, "").await.len();
        guess(&dance, &with_wrong_secret(&app), 8).await;
        let failed = entries(&dance, "consumer.authentication_failed").await;
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert_eq!(entries(&dance, "").await.len(), before + 1);
        let about = (failed[0].subject_kind.as_str(), failed[0].subject.as_str());
        assert_eq!(about, ("consumer", app.key.as_str()));
        let who = (failed[0].who_kind.as_str(), failed[0].who_name.as_str());
        assert_eq!(who, ("client", app.key.as_str()));
        assert!(!failed[0].peer.is_empty() && failed[0].request_id.len() == 16);
        let said = json!({"consumer_name": "Photo Desk", "signature_method": "HMAC-SHA256"});
        assert_eq!(details(&failed[0]), said);

        dance.site.clock().advance(HOUR);
        guess(&dance, &with_wrong_secret(&app), 1).await;
        let failed = entries(&dance, "consumer.authentication_failed").await;
        assert_eq!(failed.len(), 2, "{failed:?}");
        assert_eq!(details(&failed[0])["left_out"], 7, "{failed:?}");
    })
    .await;
}

/// However many names somebody tries, which may be secrets: sixty, and then one
/// a minute.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_fills_the_log_by_trying_one_name_after_the_other() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder.plugin_toml("oauth1", OPEN)).await;
        let wait_for = async |name: &str| {
            let nobody = nobody(name);
            for _ in 0..10 {
                assert_eq!(change(&dance, &nobody).await, 401);
            }
            assert_eq!(change(&dance, &nobody).await, 429);
            dance.site.settle_events().await;
        };
        for number in 0..65 {
            wait_for(&format!("hob_1s_pasted-{number}")).await;
        }
        let noted = entries(&dance, "").await;
        assert_eq!(noted.len(), 60, "{noted:?}");
        assert!(!format!("{noted:?}").contains("pasted"), "{noted:?}");
        assert!(
            noted
                .iter()
                .all(|entry| entry.action == "consumer.throttled")
        );
        dance.site.clock().advance(MINUTE);
        wait_for("nobody-at-last").await;
        let noted = entries(&dance, "").await;
        assert_eq!(noted.len(), 61);
        assert_eq!(details(&noted[0])["left_out"], 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_that_has_expired_is_told_of_when_it_goes() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder, "access_token_lifetime = \"30d\"").await;
        let app = dance.register(&[]).await;
        dance.access_token(&app, &["profile"]).await;
        // One that nobody took up goes with no word.
        dance.begin(&app, CALLBACK).await;
        let issued_at = dance.site.clock().now();
        dance.site.run_job("oauth1", "prune").await;
        assert_eq!(listener::names(), [""; 0]);
        dance.site.clock().advance(Duration::from_secs(31 * 86400));
        dance.site.run_job("oauth1", "prune").await;
        for table in ["oauth1_access_tokens", "oauth1_request_tokens"] {
            assert_eq!(count(&dance.site, table).await, 0, "{table}");
        }
        let expired = listener::one::<TokenExpired>();
        assert_eq!(expired.consumer_key.as_str(), app.key);
        assert_eq!(expired.member_id, dance.alice.id);
        assert_eq!((expired.token.len(), expired.who.kind), (16, Actor::Site));
        let lasted = expired.expired_at - issued_at.as_micros();
        assert!((29 * 86_400_000_000..=30 * 86_400_000_000).contains(&lasted));
        dance.site.run_job("oauth1", "prune").await;
        assert_eq!(listener::names(), [""; 0], "it is gone");
    })
    .await;
}

/// As what each sixteenth write does beside.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_beside_other_writes_is_told_of_too() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder, "access_token_lifetime = \"2h\"").await;
        let app = dance.register(&[]).await;
        dance.access_token(&app, &["profile"]).await;
        dance.access_token(&app, &["profile"]).await;
        dance.site.clock().advance(3 * HOUR);
        for _ in 0..16 {
            dance.begin(&app, CALLBACK).await;
        }
        assert_eq!(listener::names(), ["token.expired"; 2]);
        assert_eq!(count(&dance.site, "oauth1_access_tokens").await, 0);
    })
    .await;
}
