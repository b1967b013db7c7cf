//! A client that registered itself looks after its registration (RFC 7592),
//! and goes when nobody uses it.

use crate::support;

use std::time::Duration;

use hob::testing::{TestHost, on_each_database};
use http::Method;
use serde_json::{Value, json};
use support::{
    App, Dance, REDIRECT_URI, VERIFIER, allow, answer, assert_error,
    registration::{
        REGISTER, SelfRegistered, assert_challenged, assert_refused, open_site, token_site, update,
        web_metadata,
    },
    tokens,
};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn registered(dance: &Dance) -> SelfRegistered {
    dance.register_itself(&web_metadata(&json!({}))).await
}

async fn is_known(dance: &Dance, client_id: &str) -> bool {
    let list = dance.site.run_command(&["oauth", "client", "list"]).await;
    list.stdout.contains(client_id)
}

/// The operator closes registration, which is for newcomers. Whoever is there
/// can still look after itself, and leave.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_registered_stays_when_registration_is_closed() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let (own, leaving) = (registered(&dance).await, registered(&dance).await);
        let (_, initial) = dance.initial_token(&["--uses", "2"]).await;
        let mut dance = dance.restart("dynamic_registration = \"closed\"").await;
        let path = "/.well-known/oauth-authorization-server";
        let metadata: Value = dance.site.browser().get(path).await.json();
        assert_eq!(metadata.get("registration_endpoint"), None);
        let newcomer = web_metadata(&json!({}));
        for token in [None, Some(initial.as_str())] {
            let reply = dance
                .send_json(Method::POST, REGISTER, token, Some(&newcomer))
                .await;
            assert_refused(&reply, 404, "not_found");
        }

        let reply = own.get(&dance).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        let renamed = update(&own, &json!({"client_name": "Photo Bench"}));
        let reply = own.put(&dance, &renamed).await;
        assert_eq!(
            reply.json::<Value>()["client_name"],
            "Photo Bench",
            "{reply:?}"
        );
        let given = dance.tokens(&own.app).await;
        dance.assert_alive(&given).await;
        // No better than before: its own token, and no other.
        let wrong = SelfRegistered {
            access_token: leaving.access_token.clone(),
            ..own.clone()
        };
        assert_challenged(&wrong.get(&dance).await, true);

        let reply = leaving.delete(&dance).await;
        assert_eq!(reply.status(), 204, "{reply:?}");
        assert!(!is_known(&dance, &leaving.app.client_id).await);
        assert!(is_known(&dance, &own.app.client_id).await);
    })
    .await;
}

/// Check 94: the token is bound to its client.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_clients_own_token_manages_it() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let (own, other) = (registered(&dance).await, registered(&dance).await);
        let given = dance.tokens(&own.app).await;
        let (_, initial) = dance.initial_token(&[]).await;
        let metadata = update(&own, &json!({}));
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let body = (method == Method::PUT).then_some(&metadata);
            let send = async |path: &str, token: Option<&str>| {
                dance.send_json(method.clone(), path, token, body).await
            };
            assert_challenged(&send(&own.configuration, None).await, false);
            for wrong in [
                other.access_token.as_str(),
                own.app.secret.as_deref().expect("a secret"),
                &given.access,
                &given.refresh,
                &initial,
                "x",
            ] {
                // What was counted against it is forgiven meanwhile.
                dance.site.clock().advance(Duration::from_secs(30));
                assert_challenged(&send(&own.configuration, Some(wrong)).await, true);
            }
            // A client that there is not looks the same.
            for nobody in ["nobody", "%00", "a%2Fb", "%F0%9F%93%B7"] {
                let path = format!("{REGISTER}/{nobody}");
                let unknown = send(&path, Some(&own.access_token)).await;
                assert_challenged(&unknown, true);
                let wrong = send(&own.configuration, Some("x")).await;
                assert_eq!(unknown.text(), wrong.text());
                dance.site.clock().advance(Duration::from_secs(60));
            }
        }
        let operators = dance.web_app().await;
        let path = format!("{REGISTER}/{}", operators.client_id);
        let reply = dance
            .send_json(Method::DELETE, &path, Some(&own.access_token), None)
            .await;
        assert_challenged(&reply, true);
        for client_id in [
            &own.app.client_id,
            &other.app.client_id,
            &operators.client_id,
        ] {
            assert!(is_known(&dance, client_id).await);
        }
        assert_eq!(own.get(&dance).await.status(), 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tokens_at_once_are_no_token() {
    let dance = open_site(TestHost::builder()).await;
    let own = registered(&dance).await;
    let request = http::Request::get(&own.configuration)
        .header("authorization", format!("Bearer {}", own.access_token))
        .header("authorization", format!("Bearer {}", own.access_token))
        .body(axum::body::Body::empty())
        .expect("a valid request");
    let reply = dance.site.browser().send(request).await;
    assert_refused(&reply, 400, "invalid_request");
    let in_query = format!("{}?access_token={}", own.configuration, own.access_token);
    let reply = dance.send_json(Method::GET, &in_query, None, None).await;
    assert_challenged(&reply, false);
    assert_eq!(own.get(&dance).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_shows_all_but_the_secret() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let own = registered(&dance).await;
        let reply = own.get(&dance).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        support::assert_json_and_not_stored(&reply);
        let mut expected = own.information.clone();
        let members = expected.as_object_mut().expect("an object");
        members.remove("client_secret");
        members.remove("client_secret_expires_at");
        assert_eq!(reply.json::<Value>(), expected);
    })
    .await;
}

/// RFC 7592, section 2.2.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_replaces_all_that_was_there() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let own = dance
            .register_itself(&web_metadata(&json!({
                "contacts": ["a@desk.example"],
                "client_uri": "https://desk.example/",
                "scope": "profile",
            })))
            .await;
        let moved = "https://app.example/moved";
        let reply = own
            .put(
                &dance,
                &json!({
                    "client_id": own.app.client_id,
                    "client_name": "Photo Desk 2",
                    "redirect_uris": [moved],
                    "software_version": "2",
                }),
            )
            .await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        support::assert_json_and_not_stored(&reply);
        let told: Value = reply.json();
        assert_eq!(told["client_name"], "Photo Desk 2");
        assert_eq!(told["redirect_uris"], json!([moved]));
        assert_eq!(told["grant_types"], json!(["authorization_code"]));
        assert_eq!(told["software_version"], "2");
        assert_eq!(told["scope"], "profile email media:read");
        for gone in ["contacts", "client_uri", "client_secret"] {
            assert_eq!(told.get(gone), None, "{gone}");
        }
        assert_eq!(told["registration_access_token"], own.access_token.as_str());
        assert_eq!(own.get(&dance).await.json::<Value>(), told);

        // It counts at once: the old redirect URI is none any longer.
        let old = dance.browser.get(&own.app.authorize_path(&[])).await;
        support::assert_error_page(&old);
        let app = App {
            redirect_uri: moved.to_owned(),
            ..own.app.clone()
        };
        let code = dance.code(&app).await;
        let given = tokens(&dance.exchange(&app, &code).await);
        assert_eq!(given.refresh, "", "it gave the grant up");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_chooses_nothing_that_is_the_servers_to_choose() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let (own, other) = (registered(&dance).await, registered(&dance).await);
        let secret = own.app.secret.as_deref().expect("a secret");
        for bad in [
            json!({"client_id": other.app.client_id}),
            json!({"client_id": null}),
            json!({"client_secret": "of my own"}),
            json!({"client_secret": other.app.secret}),
            json!({"registration_access_token": own.access_token}),
            json!({"registration_client_uri": "https://a.example/"}),
            json!({"client_secret_expires_at": 0}),
            json!({"client_id_issued_at": 1}),
            json!({"grant_types": ["password"]}),
            json!({"scope": "media:write"}),
        ] {
            let reply = own.put(&dance, &update(&own, &bad)).await;
            assert_refused(&reply, 400, "invalid_client_metadata");
        }
        let bad = update(&own, &json!({"redirect_uris": ["http://a.example/"]}));
        assert_refused(&own.put(&dance, &bad).await, 400, "invalid_redirect_uri");
        let mut expected = own.get(&dance).await.json::<Value>();
        assert_eq!(expected["client_name"], "Photo Desk");

        // Its own secret may be repeated, and stays.
        let good = update(
            &own,
            &json!({"client_secret": secret, "client_name": "New"}),
        );
        let reply = own.put(&dance, &good).await;
        expected["client_name"] = json!("New");
        assert_eq!(reply.json::<Value>(), expected);
        let form = [("grant_type", "authorization_code"), ("code", "x")];
        let form = [
            &form[..],
            &[("redirect_uri", REDIRECT_URI), ("code_verifier", VERIFIER)],
        ];
        let reply = dance.token(&own.app, &form.concat()).await;
        assert_error(&reply, 400, "invalid_grant");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_becomes_public_loses_its_secret_and_back_again_gets_a_new_one() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let own = registered(&dance).await;
        let public = update(
            &own,
            &json!({"client_secret": null, "token_endpoint_auth_method": "none"}),
        );
        let reply = own.put(&dance, &public).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        let code = dance.code(&own.app).await;
        assert_error(
            &dance.exchange(&own.app, &code).await,
            401,
            "invalid_client",
        );
        let app = App {
            secret: None,
            ..own.app.clone()
        };
        tokens(&dance.exchange(&app, &code).await);

        let back = update(&own, &json!({"client_secret": null}));
        let told: Value = own.put(&dance, &back).await.json();
        let secret = told["client_secret"].as_str().expect("a new secret");
        assert_ne!(Some(secret), own.app.secret.as_deref());
        assert_eq!(told["client_secret_expires_at"], 0);
        let again = App {
            secret: Some(secret.to_owned()),
            ..own.app.clone()
        };
        let code = dance.code(&again).await;
        assert_error(
            &dance.exchange(&own.app, &code).await,
            401,
            "invalid_client",
        );
        tokens(&dance.exchange(&again, &code).await);
    })
    .await;
}

/// Check 94.
#[tokio::test(flavor = "multi_thread")]
async fn deleting_kills_the_client_its_consents_and_its_tokens() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let metadata = web_metadata(&json!({
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        }));
        let (own, other) = (
            dance.register_itself(&metadata).await,
            dance.register_itself(&metadata).await,
        );
        let (given, untouched) = (dance.tokens(&own.app).await, dance.tokens(&other.app).await);
        let form = [("grant_type", "client_credentials")];
        let for_itself = tokens(&dance.token(&own.app, &form).await);
        let page = dance
            .browser
            .get(&own.app.authorize_path(&[("prompt", "consent")]))
            .await;

        let reply = own.delete(&dance).await;
        assert_eq!((reply.status(), reply.text()), (204, ""), "{reply:?}");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(dance.api_status(&given.access).await, 401);
        assert_eq!(dance.api_status(&for_itself.access).await, 401);
        let reply = dance.refresh(&own.app, &given.refresh).await;
        assert_error(&reply, 401, "invalid_client");
        let reply = allow(&mut dance.browser, &page, &["profile".to_owned()]).await;
        support::assert_error_page(&reply);
        for reply in [own.get(&dance).await, own.delete(&dance).await] {
            assert_challenged(&reply, true);
        }
        let connections = dance.browser.get("/connections").await;
        assert!(!connections.text().contains(&own.app.client_id));
        assert!(connections.text().contains(&other.app.client_id));
        dance.assert_alive(&untouched).await;
        tokens(&dance.refresh(&other.app, &untouched.refresh).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_client_manages_nothing() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let own = registered(&dance).await;
        let command = |what| ["oauth", "client", what, own.app.client_id.as_str()];
        dance.site.run_command(&command("suspend")).await;
        for reply in [
            own.get(&dance).await,
            own.put(&dance, &update(&own, &json!({}))).await,
            own.delete(&dance).await,
        ] {
            assert_refused(&reply, 403, "access_denied");
        }
        // It says so only to whoever has the token.
        let wrong = dance
            .send_json(Method::GET, &own.configuration, Some("x"), None)
            .await;
        assert_challenged(&wrong, true);
        dance.site.run_command(&command("resume")).await;
        assert_eq!(own.get(&dance).await.status(), 200);
    })
    .await;
}

/// Closing keeps new ones out. Those that are there can still be looked after:
/// the alternative would be clients that nobody can delete.
#[tokio::test(flavor = "multi_thread")]
async fn management_does_not_ask_for_an_initial_access_token() {
    on_each_database(async |builder| {
        let dance = token_site(builder).await;
        let (_, initial) = dance.initial_token(&[]).await;
        let metadata = web_metadata(&json!({}));
        let reply = dance
            .send_json(Method::POST, REGISTER, Some(&initial), Some(&metadata))
            .await;
        let own = support::registration::self_registered(&reply);
        assert_eq!(own.get(&dance).await.status(), 200);
        assert_eq!(own.delete(&dance).await.status(), 204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_a_management_token_is_slowed_down_for_that_client_and_address() {
    on_each_database(async |builder| {
        let dance = open_site(builder).await;
        let (own, other) = (registered(&dance).await, registered(&dance).await);
        for _ in 0..10 {
            let reply = dance
                .send_json(Method::GET, &own.configuration, Some("x"), None)
                .await;
            assert_challenged(&reply, true);
        }
        let reply = own.get(&dance).await;
        assert_refused(&reply, 429, "slow_down");
        assert_eq!(reply.header("retry-after"), "30");
        assert_eq!(other.get(&dance).await.status(), 200);
        dance.site.clock().advance(Duration::from_secs(30));
        assert_eq!(own.get(&dance).await.status(), 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_nobody_uses_goes_after_a_while() {
    on_each_database(async |builder| {
        let mut dance = open_site(builder).await;
        let machine = json!({"grant_types": ["client_credentials"], "scope": "media:read"});
        let unused = registered(&dance).await.app;
        let allowed = registered(&dance).await.app;
        let taken_back = registered(&dance).await.app;
        let denied = registered(&dance).await.app;
        let machine = dance.register_itself(&machine).await.app;
        let operators = dance.web_app().await;
        dance.tokens(&allowed).await;
        dance.tokens(&taken_back).await;
        let page = dance.browser.get(&denied.authorize_path(&[])).await;
        answer(&support::deny(&mut dance.browser, &page).await).expect_error("access_denied");

        dance.site.clock().advance(20 * DAY);
        dance.browser.sign_in("alice", support::PASSWORD).await;
        let form = [("grant_type", "client_credentials")];
        tokens(&dance.token(&machine, &form).await);
        dance.take_back(&taken_back).await;

        let is_known = async |app: &App| is_known(&dance, &app.client_id).await;
        dance.site.clock().advance(9 * DAY);
        dance.site.run_job("oauth", "prune").await;
        for app in [
            &unused,
            &allowed,
            &taken_back,
            &denied,
            &machine,
            &operators,
        ] {
            assert!(is_known(app).await);
        }
        dance.site.clock().advance(2 * DAY);
        dance.site.run_job("oauth", "prune").await;
        for app in [&allowed, &taken_back, &machine, &operators] {
            assert!(is_known(app).await);
        }
        assert!(!is_known(&unused).await);
        assert!(!is_known(&denied).await);
        dance.site.clock().advance(20 * DAY);
        dance.site.run_job("oauth", "prune").await;
        for app in [&taken_back, &machine] {
            assert!(!is_known(app).await);
        }
        for app in [&allowed, &operators] {
            assert!(is_known(app).await);
        }
    })
    .await;
}

/// That a member allows it is a use, also once that has come to its end.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_stays_for_as_long_from_when_it_was_last_allowed() {
    on_each_database(async |builder| {
        let lines = "dynamic_registration = \"open\"\nunused_registration_lifetime = \"30d\"\n\
                     consent_lifetime = \"1d\"";
        let mut dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        let allowed = registered(&dance).await.app;
        dance.site.clock().advance(20 * DAY);
        dance.browser.sign_in("alice", support::PASSWORD).await;
        dance.code(&allowed).await;
        for (passed, is_there) in [(15, true), (16, false)] {
            dance.site.clock().advance(passed * DAY);
            dance.site.run_job("oauth", "prune").await;
            assert_eq!(dance.count("oauth_consents").await, 0);
            assert_eq!(is_known(&dance, &allowed.client_id).await, is_there);
        }
    })
    .await;
}

/// Where tokens live longer than unused clients, the token is the use.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_holds_a_token_of_its_own_stays_as_long_as_that() {
    on_each_database(async |builder| {
        let lines = "dynamic_registration = \"open\"\nunused_registration_lifetime = \"1m\"\n\
                     access_token_lifetime = \"1h\"";
        let dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        let machine = json!({"grant_types": ["client_credentials"], "scope": "media:read"});
        let machine = dance.register_itself(&machine).await.app;
        let form = [("grant_type", "client_credentials")];
        let access = tokens(&dance.token(&machine, &form).await).access;
        dance.site.clock().advance(Duration::from_secs(59 * 60));
        dance.site.run_job("oauth", "prune").await;
        assert!(is_known(&dance, &machine.client_id).await);
        // It speaks for no member, which is another matter than a dead token.
        assert_eq!(dance.api_status(&access).await, 403);
        dance.site.clock().advance(DAY);
        for _ in 0..2 {
            dance.site.run_job("oauth", "prune").await;
        }
        assert!(!is_known(&dance, &machine.client_id).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unused_clients_stay_for_good_where_the_operator_says_so() {
    on_each_database(async |builder| {
        let builder = builder.plugin_toml(
            "oauth",
            "dynamic_registration = \"open\"\nunused_registration_lifetime = \"0s\"",
        );
        let dance = Dance::start(builder).await;
        let unused = registered(&dance).await.app;
        dance.site.clock().advance(3650 * DAY);
        dance.site.run_job("oauth", "prune").await;
        assert!(is_known(&dance, &unused.client_id).await);
    })
    .await;
}
