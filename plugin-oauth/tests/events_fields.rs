//! What events hold that go together: the same code, consent and device are
//! called the same in each.

mod support;

use hob::testing::{Builder, on_each_database};
use hob_oauth_events::*;
use hob_plugin_sdk::{Actor, abi::abi_stable::std_types::ROption};
use serde_json::Value;
use support::{Dance, listener, request_on};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn heard(builder: Builder) -> Dance {
    let builder = builder
        .plugin(listener::listener())
        .plugin(listener::often_listener());
    let dance = Dance::start(builder).await;
    listener::forget();
    dance
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_a_code_and_a_refresh_token_are_called_by_their_names() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let app = dance.web_app().await;
        let id = app.client_id.as_str();
        let added = listener::seen::<SecretAdded>();
        assert_eq!(
            (added.client_id.as_str(), added.client_name.as_str()),
            (id, "Photo Desk")
        );
        assert_eq!((added.secret.len(), added.expires_at), (16, ROption::RNone));
        assert_eq!(added.who.kind, Actor::Operator);
        let secret = app.secret.as_deref().expect("it has one");
        assert!(!format!("{added:?}").contains(secret));

        listener::forget();
        let first = dance.tokens(&app).await;
        let requested = listener::seen::<AuthorizationRequested>();
        assert_eq!(
            (requested.client_id.as_str(), requested.way.as_str()),
            (id, "shown")
        );
        assert_eq!(requested.scope.as_str(), "profile media:read");
        assert_eq!(requested.resource.as_str(), "http://127.0.0.1:8080");
        let granted = listener::seen::<ConsentGranted>();
        let issued = listener::seen::<CodeIssued>();
        let exchanged = listener::seen::<CodeExchanged>();
        assert_eq!((issued.code.len(), &issued.code), (16, &exchanged.code));
        for (client_id, member_id, consent_id) in [
            (&issued.client_id, issued.member_id, issued.consent_id),
            (
                &exchanged.client_id,
                exchanged.member_id,
                exchanged.consent_id,
            ),
        ] {
            assert_eq!(client_id.as_str(), id);
            assert_eq!(
                (member_id, consent_id),
                (dance.alice.id, granted.consent_id)
            );
        }
        assert!(!issued.silent && !exchanged.device);
        assert_eq!(
            (issued.who.kind, exchanged.who.kind),
            (Actor::Member, Actor::Client)
        );

        let second = support::tokens(&dance.refresh(&app, &first.refresh).await);
        dance.refresh(&app, &second.refresh).await;
        listener::forget();
        dance.refresh(&app, &first.refresh).await;
        let reused = listener::seen::<RefreshReused>();
        assert_eq!(
            (reused.client_id.as_str(), reused.member_id),
            (id, dance.alice.id)
        );
        assert_eq!(reused.consent_id, granted.consent_id);
        assert_eq!(reused.refresh_token.len(), 16);
        assert!(!first.refresh.contains(reused.refresh_token.as_str()));
        let revoked = listener::seen::<TokenRevoked>();
        assert_eq!(
            reused.tokens_ended,
            revoked.access_tokens + revoked.refresh_tokens
        );
        assert!(reused.tokens_ended >= 4, "{reused:?}");
    })
    .await;
}

/// Begins, and answers with what the device keeps and with the consent page's
/// request.
async fn begin(dance: &mut Dance, client_id: &str) -> (String, String) {
    let form = [("client_id", client_id), ("scope", "profile")];
    let begun = dance
        .site
        .browser()
        .post_form("/oauth/device_authorization", &form)
        .await;
    let begun: Value = begun.json();
    let text = |name: &str| begun[name].as_str().expect("it is there").to_owned();
    let typed = [("user_code", text("user_code"))];
    let typed = [(typed[0].0, typed[0].1.as_str())];
    let page = dance.browser.submit("/oauth/device", &typed).await;
    (text("device_code"), request_on(&page))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_told_of_from_its_beginning_to_its_end() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = heard(builder).await;
        let grants = ["--public", "--grant", GRANT];
        let app = dance
            .register_without_redirect("profile media:read", &grants)
            .await;
        let id = app.client_id.as_str();

        listener::forget();
        let (_, request) = begin(&mut dance, id).await;
        let requested = listener::seen::<AuthorizationRequested>();
        assert_eq!(
            (requested.client_id.as_str(), requested.way.as_str()),
            (id, "device")
        );
        assert_eq!(
            requested.member_id,
            ROption::RNone,
            "nobody has typed it yet"
        );
        assert_eq!(requested.scope.as_str(), "profile");
        let decision = |pressed| [("request", request.as_str()), ("decision", pressed)];
        let deny = decision("deny");
        dance.browser.submit("/oauth/device/consent", &deny).await;
        let denied = listener::seen::<DeviceDenied>();
        assert_eq!(
            (denied.client_id.as_str(), denied.client_name.as_str()),
            (id, "Photo Desk")
        );
        assert_eq!(
            (denied.member_id, denied.scope.as_str()),
            (dance.alice.id, "profile")
        );
        assert_eq!(denied.who.kind, Actor::Member);

        listener::forget();
        let (device_code, request) = begin(&mut dance, id).await;
        let allow = [
            ("request", request.as_str()),
            ("decision", "allow"),
            ("scope", "profile"),
        ];
        dance.browser.submit("/oauth/device/consent", &allow).await;
        let approved = listener::seen::<DeviceApproved>();
        let form = [("grant_type", GRANT), ("device_code", device_code.as_str())];
        assert_eq!(dance.token(&app, &form).await.status(), 200);
        let exchanged = listener::seen::<CodeExchanged>();
        assert!(exchanged.device);
        assert_eq!(exchanged.consent_id, approved.consent_id);
        assert_eq!(exchanged.member_id, approved.member_id);
        assert_eq!(exchanged.code.len(), 16);
    })
    .await;
}
