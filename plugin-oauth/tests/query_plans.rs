//! Each query of the paths that members and clients use all day finds its rows
//! by an index, on both databases.
//!
//! One test, alone in its process: it looks at every statement that ran there.

mod support;

use axum::body::Body;
use hob::testing::{Reply, on_each_database};
use http::{Method, Request};
use serde_json::{Value, json};
use support::{
    App, Dance, PASSWORD, REDIRECT_URI, TOKEN, allow,
    assertion::{assertion, key_set, token_with},
    deny,
    keys::ClientKey,
    next_of,
    registration::{REGISTER, SelfRegistered, self_registered, update, web_metadata},
    request_on, tokens,
};

/// A statement is kept, and seen, once it has run a few times; every sixteenth
/// issue deletes what has expired.
const ROUNDS: usize = 20;
/// For what is slow, such as passwords.
const FEW_ROUNDS: usize = 4;

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn grants(names: &[&'static str]) -> Vec<&'static str> {
    names.iter().flat_map(|name| ["--grant", name]).collect()
}

fn ok(reply: Reply) -> Reply {
    assert_eq!(reply.status(), 200, "{reply:?}");
    reply
}

/// The dance, and all that can be done with what it gives.
async fn dance_with_code(dance: &mut Dance, app: &App) {
    let pushed = dance.pushed_path(app, &[]).await;
    dance.browser.get(&pushed).await;
    let code = dance.code(app).await;
    let first = tokens(&dance.exchange(app, &code).await);
    let second = tokens(&dance.refresh(app, &first.refresh).await);
    dance.assert_alive(&second).await;
    for (path, token) in [
        ("/oauth/introspect", &second.access),
        ("/oauth/introspect", &second.refresh),
        ("/oauth/revoke", &second.access),
        ("/oauth/revoke", &second.refresh),
    ] {
        ok(dance.post_as(app, path, &[("token", token)]).await);
    }
    let own = [("grant_type", "client_credentials")];
    ok(dance.post_as(app, TOKEN, &own).await);
    // What is replayed kills, and is looked up as well.
    assert_eq!(dance.exchange(app, &code).await.status(), 400);
}

/// The pages that ask and show, and the decisions.
async fn pages(dance: &mut Dance, app: &App) {
    let asked = app.authorize_path(&[("prompt", "consent")]);
    let page = dance.browser.get(&asked).await;
    deny(&mut dance.browser, &page).await;
    let page = dance.browser.get(&asked).await;
    allow(&mut dance.browser, &page, &["profile".to_owned()]).await;
    // By the sign-in page, and back.
    let login = app.authorize_path(&[("prompt", "login")]);
    let next = next_of(&dance.browser.get(&login).await);
    dance.browser.get(&next).await;
    ok(dance.browser.get("/connections").await);
    let own = dance.browser.get("/oauth/clients").await;
    ok(own);
    // Whether or not there is one.
    let logo = format!("/oauth/clients/{}/logo", app.client_id);
    assert_eq!(dance.browser.get(&logo).await.status(), 404);
    personal_token(dance).await;
    dance.take_back(app).await;
}

/// A token of the member's own, from its making to its end.
async fn personal_token(dance: &mut Dance) {
    let form = [("name", "Backup"), ("scope", "profile"), ("ends", "7")];
    let page = dance.browser.submit("/oauth/tokens/new", &form).await;
    assert_eq!(page.status(), 201, "{page:?}");
    let start = page.text().find("hob_pt_").expect("the token is shown");
    let token: String = page.text()[start..]
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect();
    assert_eq!(dance.api_status(&token).await, 200);
    let list = ok(dance.browser.get("/oauth/tokens").await);
    let action = "action=\"";
    let start = list
        .text()
        .find("action=\"/oauth/tokens/")
        .expect("its form")
        + action.len();
    let revoke = list.text()[start..].split('"').next().expect("its end");
    let revoke = revoke.to_owned();
    dance.site.run_job("oauth", "note_token_uses").await;
    dance.browser.submit(&revoke, &[]).await;
}

/// A device, from its first question to its tokens.
async fn device(dance: &mut Dance, app: &App) {
    let begun = "/oauth/device_authorization";
    let begun: Value = ok(dance.post_as(app, begun, &[]).await).json();
    let text = |name: &str| begun[name].as_str().expect("a text").to_owned();
    let (device_code, user_code) = (text("device_code"), text("user_code"));
    let poll = [("grant_type", DEVICE_GRANT), ("device_code", &device_code)];
    // In time, and too soon.
    for _ in 0..2 {
        assert_eq!(dance.post_as(app, TOKEN, &poll).await.status(), 400);
    }
    let typed = [("user_code", user_code.as_str())];
    let page = dance.browser.submit("/oauth/device", &typed).await;
    let request = request_on(&page);
    let fields = [
        ("request", request.as_str()),
        ("decision", "allow"),
        ("scope", "profile"),
    ];
    ok(dance.browser.submit("/oauth/device/consent", &fields).await);
    ok(dance.post_as(app, TOKEN, &poll).await);
    // A replay.
    assert_eq!(dance.post_as(app, TOKEN, &poll).await.status(), 400);
}

/// Tokens that are bound to a key, and clients that prove themselves by one.
async fn keys(dance: &mut Dance, app: &App, by_key: &App, key: &ClientKey) {
    let proof = key.proof(&dance.site, "POST", TOKEN).sign();
    let basic = app.basic();
    let headers = [("authorization", basic.as_str()), ("dpop", proof.as_str())];
    let own = [("grant_type", "client_credentials")];
    let mut browser = dance.site.browser();
    let bound = tokens(&browser.post_form_with(TOKEN, &own, &headers).await);
    let me = "/api/v1/media";
    let proof = key.proof(&dance.site, "GET", me).ath(&bound.access).sign();
    let request = Request::get(me)
        .header("authorization", format!("DPoP {}", bound.access))
        .header("dpop", proof)
        .body(Body::empty())
        .expect("a valid request");
    ok(browser.send(request).await);
    let assertion = assertion(dance, by_key, key).sign();
    ok(token_with(dance, &own, &assertion).await);
}

/// A client that looks after its own registration.
async fn registration(dance: &Dance, initial_token: &str) {
    let metadata = web_metadata(&json!({}));
    let reply = dance
        .send_json(Method::POST, REGISTER, Some(initial_token), Some(&metadata))
        .await;
    let registered: SelfRegistered = self_registered(&reply);
    ok(registered.get(dance).await);
    ok(registered
        .put(dance, &update(&registered, &json!({})))
        .await);
    assert_eq!(registered.delete(dance).await.status(), 204);
}

/// The operator's legacy switches.
async fn old_clients(dance: &mut Dance, by_address: &App, by_password: &App) {
    let code = dance.code(by_address).await;
    let secret = by_address.secret.as_deref().unwrap_or_default();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &by_address.client_id)
        .append_pair("client_secret", secret)
        .append_pair("code", &code)
        .append_pair("code_verifier", support::VERIFIER)
        .finish();
    let mut browser = dance.site.browser();
    let given = tokens(&browser.get(&format!("{TOKEN}?{query}")).await);
    let me = format!("/api/v1/me?access_token={}", given.access);
    ok(browser.get(&me).await);
    let typed = [
        ("grant_type", "password"),
        ("username", "alice"),
        ("password", PASSWORD),
    ];
    ok(dance.token(by_password, &typed).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_hot_query_is_one_indexed_read() {
    on_each_database(async |builder| {
        let lines = "dynamic_registration = \"initial_token\"\nconsent_lifetime = \"30d\"";
        let mut dance = Dance::start(builder.plugin_toml("oauth", lines)).await;
        let usual = ["authorization_code", "refresh_token"];
        let all = [&usual[..], &["client_credentials", DEVICE_GRANT]].concat();
        let app = dance.register(REDIRECT_URI, &grants(&all)).await;
        let key = ClientKey::new();
        let key_set = key_set(&[&key]);
        let by_key = [&grants(&["client_credentials"])[..], &["--jwks", &key_set]].concat();
        let scope = "profile media:read";
        let by_key = dance.register_without_redirect(scope, &by_key).await;
        let by_address = dance.register(REDIRECT_URI, &["--legacy-query"]).await;
        let by_password = grants(&["password", "refresh_token"]);
        let by_password = dance.register_without_redirect(scope, &by_password).await;
        let uses = ROUNDS.to_string();
        let (_, initial_token) = dance.initial_token(&["--uses", &uses]).await;
        for _ in 0..ROUNDS {
            dance_with_code(&mut dance, &app).await;
            pages(&mut dance, &app).await;
            device(&mut dance, &app).await;
            keys(&mut dance, &app, &by_key, &key).await;
            registration(&dance, &initial_token).await;
            dance.site.run_job("oauth", "note_token_uses").await;
        }
        for _ in 0..FEW_ROUNDS {
            old_clients(&mut dance, &by_address, &by_password).await;
            dance.site.run_job("oauth", "prune").await;
            dance.site.change_password(dance.alice.id, PASSWORD).await;
            dance.browser.sign_in("alice", PASSWORD).await;
        }
        let mut plans = dance.site.plans("\"oauth_").await;
        // The one below, which the database before this has run already.
        plans.retain(|plan| !plan.sql.contains("<> 'y'"));
        // Of each table what reads it, and what changes it; nothing changes
        // a DPoP key that is there, and what is only inserted reads nothing.
        for (table, words) in [
            ("oauth_clients", &["SELECT", "UPDATE", "DELETE"][..]),
            ("oauth_client_secrets", &["SELECT"]),
            ("oauth_client_registrations", &["SELECT", "UPDATE"]),
            (
                "oauth_initial_access_tokens",
                &["SELECT", "UPDATE", "DELETE"],
            ),
            ("oauth_consents", &["SELECT", "UPDATE", "INSERT", "DELETE"]),
            (
                "oauth_authorization_requests",
                &["SELECT", "UPDATE", "DELETE"],
            ),
            (
                "oauth_device_authorizations",
                &["SELECT", "UPDATE", "DELETE"],
            ),
            ("oauth_authorization_codes", &["SELECT", "UPDATE", "DELETE"]),
            ("oauth_access_tokens", &["SELECT", "UPDATE", "DELETE"]),
            ("oauth_refresh_tokens", &["SELECT", "UPDATE", "DELETE"]),
            ("oauth_personal_tokens", &["SELECT", "UPDATE", "DELETE"]),
            ("oauth_used_jwt_ids", &["INSERT", "DELETE"]),
            ("oauth_member_epochs", &["SELECT", "UPDATE", "DELETE"]),
        ] {
            let quoted = format!("\"{table}\"");
            for word in words {
                assert!(
                    plans
                        .iter()
                        .any(|plan| plan.sql.starts_with(word) && plan.sql.contains(&quoted)),
                    "no {word} on {table} was seen"
                );
            }
        }
        // How many members allow an application is asked when it goes, and its
        // consents are found by the index; to tell members apart takes a sort.
        let (members, hot): (Vec<_>, Vec<_>) = plans.iter().partition(|plan| {
            plan.sql
                .contains("DISTINCT \"oauth_consents\".\"member_id\"")
        });
        for plan in members {
            let steps = plan.steps.join("\n");
            assert!(steps.contains("oauth_consents_by_client"), "{steps}");
        }
        let too_much: Vec<_> = hot.iter().filter(|plan| plan.reads_too_much()).collect();
        assert!(too_much.is_empty(), "{too_much:#?}");

        // What reads too much is noticed.
        let by_name = "UPDATE \"oauth_clients\" SET \"name\" = 'x' WHERE \"name\" <> 'y'";
        for _ in 0..4 {
            dance.execute(by_name).await;
        }
        let plans = dance.site.plans("<> 'y'").await;
        assert_eq!(plans.len(), 1);
        assert!(plans[0].reads_too_much(), "{plans:#?}");
    })
    .await;
}
