//! What is bound to a key: access tokens, codes, refresh tokens.

use hob::testing::{Reply, TestHost, on_each_database};
use hob_plugin_sdk::http::Fields;
use serde_json::{Value, json};

use super::{
    assert_refused, bound_tokens, exchange_with, me, me_with_key, proof_for_me,
    support::{
        self, App, Dance, TOKEN, Tokens, allow, answer, assert_error, keys::ClientKey, tokens,
    },
    token_with,
};

const PAR: &str = "/oauth/par";

/// Refreshes, with a good proof if there is a key.
async fn refresh_with(dance: &Dance, app: &App, own: &Tokens, key: Option<&ClientKey>) -> Reply {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", own.refresh.as_str()),
    ];
    let proof = key.map(|key| key.proof(&dance.site, "POST", TOKEN).sign());
    let proofs: Vec<&str> = proof.as_deref().into_iter().collect();
    token_with(dance, app, &form, &proofs).await
}

/// Check 88.
#[tokio::test(flavor = "multi_thread")]
async fn a_bound_token_works_with_its_key_and_in_no_other_way() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let (key, other) = (ClientKey::new(), ClientKey::new());
        let own = bound_tokens(&mut dance, &app, &key).await;

        let reply = dance.api(&format!("Bearer {}", own.access)).await;
        assert_refused(&reply, 401, "invalid_token");
        let good = proof_for_me(&dance, &key, &own).sign();
        let reply = me(&dance, &format!("Bearer {}", own.access), &[&good]).await;
        assert_refused(&reply, 401, "invalid_token");
        let reply = me_with_key(&dance, &own, &other).await;
        assert_refused(&reply, 401, "invalid_token");

        for scheme in ["DPoP", "dpop", "DPOP"] {
            let proof = proof_for_me(&dance, &key, &own).sign();
            let reply = me(&dance, &format!("{scheme} {}", own.access), &[&proof]).await;
            assert_eq!(reply.status(), 200, "{scheme}: {reply:?}");
        }

        // The other way round: a token that is bound to no key.
        let unbound = dance.tokens(&app).await;
        assert_refused(
            &me_with_key(&dance, &unbound, &key).await,
            401,
            "invalid_token",
        );
        dance.assert_alive(&unbound).await;
        // A proof that nobody asked for does no harm beside it.
        let proof = proof_for_me(&dance, &key, &unbound).sign();
        let reply = me(&dance, &format!("Bearer {}", unbound.access), &[&proof]).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
    })
    .await;
}

/// Check 89.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_asked_for_with_a_key_is_for_that_key() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (key, other) = (ClientKey::new(), ClientKey::new());
        let thumbprint = key.thumbprint();
        let with_key = [("dpop_jkt", thumbprint.as_str())];
        // With a page in between, and without one.
        for app in [dance.web_app().await, dance.browser_app().await] {
            for _ in 0..2 {
                let code = dance.code_with(&app, &with_key).await;
                assert_error(&dance.exchange(&app, &code).await, 400, "invalid_grant");
                let reply = exchange_with(&dance, &app, &code, &other).await;
                assert_error(&reply, 400, "invalid_grant");
                let own = tokens(&exchange_with(&dance, &app, &code, &key).await);
                assert_eq!(me_with_key(&dance, &own, &key).await.status(), 200);
            }
        }
    })
    .await;
}

/// Check 89: whoever pushes a request can prove the key instead of naming it
/// (RFC 9449, section 10.1).
#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_is_for_the_key_of_its_proof() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.browser_app().await;
        let (key, other) = (ClientKey::new(), ClientKey::new());
        let push = async |dance: &Dance, more: &[(&str, &str)], proof: &str| {
            let query = app.query(more);
            let form = Fields::parse(query.as_bytes()).expect("the query is readable");
            let form: Vec<(&str, &str)> = form.iter().collect();
            let mut browser = dance.site.browser();
            browser.post_form_with(PAR, &form, &[("dpop", proof)]).await
        };
        let proof = key.proof(&dance.site, "POST", TOKEN).sign();
        assert_error(&push(&dance, &[], &proof).await, 400, "invalid_dpop_proof");
        let proof = key.proof(&dance.site, "POST", PAR).sign();
        let others = other.thumbprint();
        let named = [("dpop_jkt", others.as_str())];
        assert_error(&push(&dance, &named, &proof).await, 400, "invalid_request");

        let own = key.thumbprint();
        for named in [vec![], vec![("dpop_jkt", own.as_str())]] {
            let proof = key.proof(&dance.site, "POST", PAR).sign();
            let reply = push(&dance, &named, &proof).await;
            assert_eq!(reply.status(), 201, "{reply:?}");
            let pushed: Value = reply.json();
            let request_uri = pushed["request_uri"].as_str().expect("it is named");
            let reply = push(&dance, &named, &proof).await;
            assert_error(&reply, 400, "invalid_dpop_proof");

            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("client_id", &app.client_id)
                .append_pair("request_uri", request_uri)
                .finish();
            let path = format!("{}?{query}", support::AUTHORIZE);
            let page = dance.browser.get(&path).await;
            let code = if page.status() == 200 {
                let reply = allow(&mut dance.browser, &page, &["profile".to_owned()]).await;
                answer(&reply).expect_code()
            } else {
                answer(&page).expect_code()
            };
            let reply = exchange_with(&dance, &app, &code, &other).await;
            assert_error(&reply, 400, "invalid_grant");
            tokens(&exchange_with(&dance, &app, &code, &key).await);
        }
    })
    .await;
}

/// Check 89: what can be no thumbprint.
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_dpop_jkt_is_an_invalid_request() {
    let mut dance = Dance::start(TestHost::builder()).await;
    let app = dance.web_app().await;
    let good = ClientKey::new().thumbprint();
    for bad in [
        "x".to_owned(),
        format!("{good}A"),
        format!("{good}="),
        good[1..].to_owned(),
        format!("{}+", &good[1..]),
    ] {
        let path = app.authorize_path(&[("dpop_jkt", &bad)]);
        answer(&dance.browser.get(&path).await).expect_error("invalid_request");
    }
    let path = app.authorize_path(&[("dpop_jkt", &good)]);
    let page = dance.browser.get(&path).await;
    let reply = allow(&mut dance.browser, &page, &["profile".to_owned()]).await;
    answer(&reply).expect_code();
}

/// RFC 9449, section 5: nothing else guards a public client's refresh token.
#[tokio::test(flavor = "multi_thread")]
async fn a_public_clients_refresh_token_is_bound_to_its_key() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.browser_app().await;
        let (key, other) = (ClientKey::new(), ClientKey::new());
        let own = bound_tokens(&mut dance, &app, &key).await;
        let reply = refresh_with(&dance, &app, &own, None).await;
        assert_error(&reply, 400, "invalid_grant");
        let reply = refresh_with(&dance, &app, &own, Some(&other)).await;
        assert_error(&reply, 400, "invalid_grant");
        // And so are all that come of it.
        let next = tokens(&refresh_with(&dance, &app, &own, Some(&key)).await);
        assert_eq!(me_with_key(&dance, &next, &key).await.status(), 200);
        let reply = refresh_with(&dance, &app, &next, Some(&other)).await;
        assert_error(&reply, 400, "invalid_grant");
        tokens(&refresh_with(&dance, &app, &next, Some(&key)).await);
    })
    .await;
}

/// A confidential client's is guarded by its secret, so that it can change
/// its key.
#[tokio::test(flavor = "multi_thread")]
async fn a_confidential_client_can_change_its_key() {
    let mut dance = Dance::start(TestHost::builder()).await;
    let app = dance.web_app().await;
    let (key, other) = (ClientKey::new(), ClientKey::new());
    let own = bound_tokens(&mut dance, &app, &key).await;
    let next = tokens(&refresh_with(&dance, &app, &own, Some(&other)).await);
    assert_eq!(me_with_key(&dance, &next, &other).await.status(), 200);
    assert_refused(
        &me_with_key(&dance, &next, &key).await,
        401,
        "invalid_token",
    );
    let last = refresh_with(&dance, &app, &next, None).await;
    assert_eq!(last.json::<Value>()["token_type"], "Bearer", "{last:?}");
    dance.assert_alive(&tokens(&last)).await;
}

/// RFC 9449, section 6.2; and a client that acts for itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_resource_server_is_told_of_the_key() {
    on_each_database(async |builder| {
        let dance = Dance::start(builder).await;
        let words = ["--grant", "client_credentials", "--introspect"];
        let app = dance.register(support::REDIRECT_URI, &words).await;
        let key = ClientKey::new();
        let form = [("grant_type", "client_credentials")];
        let proof = key.proof(&dance.site, "POST", TOKEN).sign();
        let bound = tokens(&token_with(&dance, &app, &form, &[&proof]).await);
        let unbound = tokens(&dance.token(&app, &form).await);
        let introspect = async |own: &Tokens| -> Value {
            let form = [("token", own.access.as_str())];
            dance.post_as(&app, "/oauth/introspect", &form).await.json()
        };
        let told = introspect(&bound).await;
        assert_eq!(told["token_type"], "DPoP", "{told}");
        assert_eq!(told["cnf"], json!({"jkt": key.thumbprint()}), "{told}");
        let told = introspect(&unbound).await;
        assert_eq!(told["token_type"], "Bearer", "{told}");
        assert_eq!(told.get("cnf"), None, "{told}");
    })
    .await;
}

/// RFC 9449, section 5.2.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_must_bind_its_tokens_gets_no_other() {
    let mut dance = Dance::start(TestHost::builder()).await;
    let words = ["--dpop-bound-access-tokens"];
    let app = dance.register(support::REDIRECT_URI, &words).await;
    let key = ClientKey::new();
    let code = dance.code(&app).await;
    assert_error(&dance.exchange(&app, &code).await, 400, "invalid_request");
    let own = tokens(&exchange_with(&dance, &app, &code, &key).await);
    let reply = refresh_with(&dance, &app, &own, None).await;
    assert_error(&reply, 400, "invalid_request");
    tokens(&refresh_with(&dance, &app, &own, Some(&key)).await);
    let words = ["oauth", "client", "show", &app.client_id];
    let shown = dance.site.run_command(&words).await.stdout;
    assert!(shown.contains("DPoP"), "{shown}");
}
