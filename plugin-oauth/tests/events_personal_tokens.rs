//! Of personal access tokens others are told, and it is noted.

mod support;

use hob::testing::on_each_database;
use hob_oauth_events::{PersonalTokenMade, PersonalTokenRevoked};
use hob_plugin_sdk::Actor;
use serde_json::Value;
use support::{Dance, PASSWORD, audit::entries, listener};

const NEW: &str = "/oauth/tokens/new";

/// Makes one; its name for logs, and the token itself.
async fn make(dance: &mut Dance) -> (String, String) {
    let form = [("name", "Backup"), ("scope", "profile"), ("ends", "30")];
    let page = dance.browser.submit(NEW, &form).await;
    assert_eq!(page.status(), 201, "{page:?}");
    let token = support::registration::labelled(&page, "personal-token").expect("it is shown");
    (
        listener::one::<PersonalTokenMade>().token_id.into(),
        token.to_owned(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn each_that_is_made_and_each_that_dies_is_told_of_and_noted() {
    let _one = listener::alone().await;
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder.plugin(listener::listener())).await;
        let alice = dance.alice.id;
        let form = [("name", "Backup"), ("scope", "profile"), ("ends", "30")];
        let page = dance.browser.submit(NEW, &form).await;
        let made = listener::one::<PersonalTokenMade>();
        assert_eq!((made.member_id, made.name.as_str()), (alice, "Backup"));
        assert_eq!((made.scope.as_str(), made.token_id.len()), ("profile", 16));
        assert_eq!(made.expires_at - made.at, 30 * 24 * 3600 * 1_000_000);
        assert_eq!(
            (made.who.kind, made.who.name.as_str()),
            (Actor::Member, "alice")
        );
        let token = support::registration::labelled(&page, "personal-token").expect("it is shown");
        assert!(!format!("{made:?}").contains(token));
        let noted = entries(&dance, "personal_token.made").await;
        assert_eq!(noted.len(), 1, "{noted:?}");
        assert_eq!(
            (noted[0].subject.as_str(), noted[0].member_id),
            (&*made.token_id, Some(alice))
        );

        let revoke = format!("/oauth/tokens/{}/revoke", made.token_id);
        dance.browser.submit(&revoke, &[]).await;
        let revoked = listener::one::<PersonalTokenRevoked>();
        assert_eq!(
            (&revoked.token_id, revoked.reason.as_str()),
            (&made.token_id, "member")
        );
        dance.browser.submit(&revoke, &[]).await;
        assert_eq!(listener::names(), [""; 0], "it is dead already");

        let (id, _) = make(&mut dance).await;
        let words = ["oauth", "token", "revoke", &id];
        assert_eq!(dance.site.run_command(&words).await.exit_code, 0);
        let revoked = listener::one::<PersonalTokenRevoked>();
        assert_eq!(revoked.reason.as_str(), "operator");
        assert_eq!(revoked.who.kind, Actor::Operator);

        let (_, _) = make(&mut dance).await;
        let change = [
            ("current_password", PASSWORD),
            ("new_password", "another long one"),
        ];
        dance.browser.submit("/account/password", &change).await;
        let revoked = listener::one::<PersonalTokenRevoked>();
        assert_eq!(revoked.reason.as_str(), "password_changed");
        assert_eq!(revoked.who.kind, Actor::Site);
        dance.browser.sign_in("alice", "another long one").await;
        make(&mut dance).await;
        dance.site.disable_member(alice).await;
        let revoked = listener::one::<PersonalTokenRevoked>();
        assert_eq!(revoked.reason.as_str(), "member_disabled");

        let noted = entries(&dance, "personal_token.revoked").await;
        let reasons: Vec<Value> = noted
            .iter()
            .map(|entry| {
                serde_json::from_str::<Value>(&entry.details).expect("JSON")["reason"].clone()
            })
            .collect();
        let expected = ["member_disabled", "password_changed", "operator", "member"];
        assert_eq!(reasons, expected);
    })
    .await;
}
