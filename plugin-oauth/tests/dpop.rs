//! Tokens that are bound to a key (RFC 9449): the proofs at the token
//! endpoint and at the API.

mod support;

use std::time::Duration;

use axum::body::Body;
use diesel::{prelude::*, sql_query, sql_types::BigInt};
use futures_util::future::join_all;
use hob::testing::{Reply, TestHost, on_each_database};
use hob_plugin_sdk::http::Fields;
use http::Request;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{
    App, Dance, TOKEN, Tokens, allow, answer, assert_error,
    keys::{ClientKey, Unsigned},
    nearly_right::over_the_host,
    tokens,
};

const ME: &str = "/api/v1/me";
const PAR: &str = "/oauth/par";
const MINUTE: Duration = Duration::from_secs(60);

/// Asks the token endpoint as this application, with these proofs.
async fn token_with(dance: &Dance, app: &App, form: &[(&str, &str)], proofs: &[&str]) -> Reply {
    let mut form = form.to_vec();
    form.push(("client_id", &app.client_id));
    form.extend(
        app.secret
            .as_deref()
            .map(|secret| ("client_secret", secret)),
    );
    let headers: Vec<(&str, &str)> = proofs.iter().map(|proof| ("dpop", *proof)).collect();
    let mut browser = dance.site.browser();
    browser.post_form_with(TOKEN, &form, &headers).await
}

/// Swaps a code, with a good proof.
async fn exchange_with(dance: &Dance, app: &App, code: &str, key: &ClientKey) -> Reply {
    let proof = key.proof(&dance.site, "POST", TOKEN).sign();
    token_with(dance, app, &app.code_form(code), &[&proof]).await
}

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

/// The whole dance, for a token that is bound to the key.
async fn bound_tokens(dance: &mut Dance, app: &App, key: &ClientKey) -> Tokens {
    let code = dance.code(app).await;
    let reply = exchange_with(dance, app, &code, key).await;
    assert_eq!(reply.json::<Value>()["token_type"], "DPoP", "{reply:?}");
    tokens(&reply)
}

/// `GET /api/v1/me` with these headers.
async fn me(dance: &Dance, authorization: &str, proofs: &[&str]) -> Reply {
    let mut request = Request::get(ME).header("authorization", authorization);
    for proof in proofs {
        request = request.header("dpop", *proof);
    }
    let request = request.body(Body::empty()).expect("a valid request");
    dance.site.browser().send(request).await
}

/// A good proof for `GET /api/v1/me`.
fn proof_for_me<'a>(dance: &Dance, key: &'a ClientKey, own: &Tokens) -> Unsigned<'a> {
    key.proof(&dance.site, "GET", ME).ath(&own.access)
}

/// Asks the API as the owner of the key does.
async fn me_with_key(dance: &Dance, own: &Tokens, key: &ClientKey) -> Reply {
    let proof = proof_for_me(dance, key, own).sign();
    me(dance, &format!("DPoP {}", own.access), &[&proof]).await
}

/// Asserts a refusal by the API, whose challenge says the same and which
/// algorithms there are.
#[track_caller]
fn assert_refused(reply: &Reply, status: u16, error: &str) {
    assert_eq!(reply.status(), status, "{reply:?}");
    assert_eq!(
        reply.json::<Value>()["error"]["code"],
        error,
        "the body: {reply:?}"
    );
    let challenges = reply.headers("www-authenticate");
    let told = format!("error=\"{error}\"");
    assert!(challenges[0].contains(&told), "{reply:?}");
    let of_dpop = challenges
        .iter()
        .find(|challenge| challenge.starts_with("DPoP realm="))
        .unwrap_or_else(|| panic!("no challenge for DPoP: {reply:?}"));
    assert!(of_dpop.contains("algs=\"ES256 "), "{reply:?}");
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

#[tokio::test(flavor = "multi_thread")]
async fn every_algorithm_that_is_named_works() {
    let mut dance = Dance::start(TestHost::builder()).await;
    let app = dance.web_app().await;
    let keys = ClientKey::of_each_algorithm();
    let algorithms: Vec<&str> = keys.iter().map(ClientKey::alg).collect();
    // The authorization server says them, and so does the resource (RFC 9728,
    // section 2).
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource/api/v1",
    ] {
        let metadata: Value = dance.site.browser().get(path).await.json();
        assert_eq!(
            metadata["dpop_signing_alg_values_supported"],
            json!(algorithms),
            "{path}"
        );
    }
    let reply = dance.site.browser().get(ME).await;
    let named = format!("algs=\"{}\"", algorithms.join(" "));
    assert!(
        reply.headers("www-authenticate")[1].contains(&named),
        "{reply:?}"
    );
    for key in &keys {
        let own = bound_tokens(&mut dance, &app, key).await;
        let reply = me_with_key(&dance, &own, key).await;
        assert_eq!(reply.status(), 200, "{}: {reply:?}", key.alg());
    }
}

/// What is wrong with a proof, and the proof.
fn bad_proofs(
    dance: &Dance,
    key: &ClientKey,
    good: impl Fn() -> Unsigned<'static>,
) -> Vec<(&'static str, String)> {
    let now = dance.site.clock().now().as_seconds();
    let other = ClientKey::new();
    let mut private = key.jwk();
    private["d"] = "AQAB".into();
    let unsigned = good().header("alg", "none").sign();
    let unsigned = unsigned
        .rsplit_once('.')
        .expect("it has parts")
        .0
        .to_owned()
        + ".";
    let (head, _) = unsigned.split_once('.').expect("it has parts");
    vec![
        ("empty", String::new()),
        ("no token", "x".to_owned()),
        ("two parts", head.to_owned()),
        ("unsigned", unsigned),
        (
            "alg none with a signature",
            good().header("alg", "none").sign(),
        ),
        ("HMAC", good().header("alg", "HS256").sign()),
        ("another type of key", good().header("alg", "RS256").sign()),
        ("no alg", good().header("alg", Value::Null).sign()),
        ("no typ", good().header("typ", Value::Null).sign()),
        ("another typ", good().header("typ", "JWT").sign()),
        ("no jwk", good().header("jwk", Value::Null).sign()),
        ("a private jwk", good().header("jwk", private).sign()),
        (
            "a symmetric jwk",
            good()
                .header("jwk", json!({"kty": "oct", "k": "AQAB"}))
                .sign(),
        ),
        (
            "a broken jwk",
            good().header("jwk", json!({"kty": "EC"})).sign(),
        ),
        ("crit", good().header("crit", json!(["exp"])).sign()),
        ("another key's signature", good().sign_with(&other)),
        ("no jti", good().claim("jti", Value::Null).sign()),
        ("an empty jti", good().claim("jti", "").sign()),
        ("a jti that is no text", good().claim("jti", 1).sign()),
        ("no htm", good().claim("htm", Value::Null).sign()),
        ("another htm", good().claim("htm", "PUT").sign()),
        ("no htu", good().claim("htu", Value::Null).sign()),
        (
            "another path",
            good().claim("htu", "http://127.0.0.1:8080/x").sign(),
        ),
        (
            "another host",
            good()
                .claim("htu", format!("https://evil.example{TOKEN}"))
                .sign(),
        ),
        ("no iat", good().claim("iat", Value::Null).sign()),
        ("an old iat", good().claim("iat", now - 90).sign()),
        ("an iat to come", good().claim("iat", now + 90).sign()),
        (
            "an iat that is text",
            good().claim("iat", now.to_string()).sign(),
        ),
    ]
}

/// Check 87, at the token endpoint.
#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_does_not_hold_gets_no_token() {
    let mut dance = Dance::start(TestHost::builder()).await;
    let app = dance.web_app().await;
    let key: &'static ClientKey = Box::leak(Box::new(ClientKey::new()));
    let code = dance.code(&app).await;
    let site = &dance.site;
    for (what, proof) in bad_proofs(&dance, key, || key.proof(site, "POST", TOKEN)) {
        let reply = token_with(&dance, &app, &app.code_form(&code), &[&proof]).await;
        assert_eq!(reply.status(), 400, "{what}: {reply:?}");
        assert_error(&reply, 400, "invalid_dpop_proof");
    }
    // One more than there should be, though both are good.
    let good = || key.proof(&dance.site, "POST", TOKEN).sign();
    let form = app.code_form(&code);
    let reply = token_with(&dance, &app, &form, &[&good(), &good()]).await;
    assert_error(&reply, 400, "invalid_dpop_proof");
    // The address is the configured one, whatever the request says of itself.
    let proof = key
        .proof(&dance.site, "POST", TOKEN)
        .claim("htu", format!("https://evil.example{TOKEN}"))
        .sign();
    let headers = [
        ("dpop", proof.as_str()),
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
    ];
    let mut whole = form.clone();
    whole.push(("client_id", &app.client_id));
    whole.push(("client_secret", app.secret.as_deref().expect("it has one")));
    let mut browser = dance.site.browser();
    let reply = browser.post_form_with(TOKEN, &whole, &headers).await;
    assert_error(&reply, 400, "invalid_dpop_proof");
    // Nothing was spent by any of these.
    tokens(&token_with(&dance, &app, &form, &[&good()]).await);

    // The other name of the endpoint is another URL.
    let code = dance.code(&app).await;
    let proof = key.proof(&dance.site, "POST", "/oauth/token").sign();
    let reply = token_with(&dance, &app, &app.code_form(&code), &[&proof]).await;
    assert_error(&reply, 400, "invalid_dpop_proof");
    let near = dance.site.clock().now().as_seconds() - 55;
    let proof = key
        .proof(&dance.site, "POST", &format!("{TOKEN}?x=1#y"))
        .claim("iat", near)
        .sign();
    tokens(&token_with(&dance, &app, &app.code_form(&code), &[&proof]).await);
}

/// Check 87, at the API.
#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_does_not_hold_opens_nothing() {
    let mut dance = Dance::start(TestHost::builder()).await;
    let app = dance.web_app().await;
    let key: &'static ClientKey = Box::leak(Box::new(ClientKey::new()));
    let own = bound_tokens(&mut dance, &app, key).await;
    let another = bound_tokens(&mut dance, &app, key).await;
    let authorization = format!("DPoP {}", own.access);
    let mut bad = bad_proofs(&dance, key, || proof_for_me(&dance, key, &own));
    let good = || proof_for_me(&dance, key, &own);
    bad.push(("no ath", good().claim("ath", Value::Null).sign()));
    bad.push(("another token's ath", good().ath(&another.access).sign()));
    bad.push((
        "the token as ath",
        good().claim("ath", own.access.as_str()).sign(),
    ));
    for (what, proof) in bad {
        let reply = me(&dance, &authorization, &[&proof]).await;
        assert_eq!(reply.status(), 401, "{what}: {reply:?}");
        assert_refused(&reply, 401, "invalid_dpop_proof");
    }
    let (one, two) = (good().sign(), good().sign());
    for proofs in [vec![], vec![one.as_str(), two.as_str()]] {
        let reply = me(&dance, &authorization, &proofs).await;
        assert_refused(&reply, 401, "invalid_dpop_proof");
    }
    // Whatever can't be read counts as a second one too.
    let unreadable = Request::get(ME)
        .header("authorization", &authorization)
        .header("dpop", one.as_str())
        .header("dpop", &[0xff_u8, 0xfe][..])
        .body(Body::empty());
    let mut browser = dance.site.browser();
    let reply = browser.send(unreadable.expect("a valid request")).await;
    assert_refused(&reply, 401, "invalid_dpop_proof");

    let reply = me(&dance, &authorization, &[&one]).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
}

/// Check 87: whoever sees a proof can't use it again.
#[tokio::test(flavor = "multi_thread")]
async fn a_proof_holds_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let key = ClientKey::new();
        let proof = key.proof(&dance.site, "POST", TOKEN).sign();
        let first = dance.code(&app).await;
        let reply = token_with(&dance, &app, &app.code_form(&first), &[&proof]).await;
        let own = tokens(&reply);
        let second = dance.code(&app).await;
        let reply = token_with(&dance, &app, &app.code_form(&second), &[&proof]).await;
        assert_error(&reply, 400, "invalid_dpop_proof");
        // The code is as good as before.
        tokens(&exchange_with(&dance, &app, &second, &key).await);

        let proof = proof_for_me(&dance, &key, &own).sign();
        let authorization = format!("DPoP {}", own.access);
        let sent = [proof.as_str()];
        let requests = (0..20).map(|_| me(&dance, &authorization, &sent));
        let replies = join_all(requests).await;
        let successes = replies.iter().filter(|reply| reply.status() == 200);
        assert_eq!(successes.count(), 1);
        for reply in replies.iter().filter(|reply| reply.status() != 200) {
            assert_refused(reply, 401, "invalid_dpop_proof");
        }
        // The same id under another key is another proof.
        let id = "the same";
        for key in [ClientKey::new(), ClientKey::new()] {
            let own = bound_tokens(&mut dance, &app, &key).await;
            let proof = proof_for_me(&dance, &key, &own).claim("jti", id).sign();
            let reply = me(&dance, &format!("DPoP {}", own.access), &[&proof]).await;
            assert_eq!(reply.status(), 200, "{reply:?}");
        }
    })
    .await;
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

async fn remembered_proofs(dance: &Dance) -> i64 {
    let query = r#"SELECT COUNT(*) AS "rows" FROM "oauth_used_jwt_ids""#;
    let counted: Count = dance
        .site
        .db()
        .read(move |connection| sql_query(query).get_result(connection))
        .await
        .expect("the rows can be counted");
    counted.rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_remembered_for_as_long_as_it_would_hold() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let key = ClientKey::new();
        let own = bound_tokens(&mut dance, &app, &key).await;
        assert_eq!(remembered_proofs(&dance).await, 1);
        // Requests without a proof write nothing there.
        dance.tokens(&app).await;
        assert_eq!(remembered_proofs(&dance).await, 1);
        for _ in 0..40 {
            assert_eq!(me_with_key(&dance, &own, &key).await.status(), 200);
        }
        assert_eq!(remembered_proofs(&dance).await, 41);
        dance.site.clock().advance(2 * MINUTE);
        for _ in 0..16 {
            assert_eq!(me_with_key(&dance, &own, &key).await.status(), 200);
        }
        assert!(remembered_proofs(&dance).await <= 16);
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
            let header = app.basic();
            let form = [("token", own.access.as_str())];
            let headers = [("authorization", header.as_str())];
            let mut browser = dance.site.browser();
            let path = "/oauth/introspect";
            browser.post_form_with(path, &form, &headers).await.json()
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

/// RFC 9449, sections 8 and 9.
#[tokio::test(flavor = "multi_thread")]
async fn where_nonces_are_wanted_a_proof_carries_a_fresh_one() {
    on_each_database(async |builder| {
        let builder = builder.plugin_toml("oauth", "dpop_nonce = true");
        let mut dance = Dance::start(builder).await;
        let app = dance.web_app().await;
        let key = ClientKey::new();
        let code = dance.code(&app).await;
        let form = app.code_form(&code);
        let with_nonce = |nonce: &str| {
            let proof = key.proof(&dance.site, "POST", TOKEN);
            proof.claim("nonce", nonce).sign()
        };
        let mut nonce = String::new();
        for proof in [
            key.proof(&dance.site, "POST", TOKEN).sign(),
            with_nonce(""),
            with_nonce("made-up"),
        ] {
            let reply = token_with(&dance, &app, &form, &[&proof]).await;
            assert_error(&reply, 400, "use_dpop_nonce");
            nonce = reply.header("dpop-nonce").to_owned();
            assert_eq!(nonce.len(), 22, "{reply:?}");
            let exposed = reply.header("access-control-expose-headers");
            assert!(exposed.contains("dpop-nonce"), "{reply:?}");
        }
        // Whose clock is wrong can go by the nonce.
        let proof = key.proof(&dance.site, "POST", TOKEN).claim("iat", 0);
        let proof = proof.claim("nonce", nonce.as_str()).sign();
        let reply = token_with(&dance, &app, &form, &[&proof]).await;
        assert_eq!(reply.header("dpop-nonce"), nonce, "{reply:?}");
        let own = tokens(&reply);
        // The proof is spent all the same.
        let code = dance.code(&app).await;
        let reply = token_with(&dance, &app, &app.code_form(&code), &[&proof]).await;
        assert_error(&reply, 400, "invalid_dpop_proof");

        let reply = me_with_key(&dance, &own, &key).await;
        assert_refused(&reply, 401, "use_dpop_nonce");
        let ask = async |nonce: &str| {
            let proof = proof_for_me(&dance, &key, &own)
                .claim("nonce", nonce)
                .sign();
            me(&dance, &format!("DPoP {}", own.access), &[&proof]).await
        };
        let reply = ask(reply.header("dpop-nonce")).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        assert_eq!(reply.header("dpop-nonce"), nonce, "{reply:?}");
        // It grows old, and a new one is given out before that.
        dance.site.clock().advance(MINUTE);
        let reply = ask(&nonce).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        let next = reply.header("dpop-nonce").to_owned();
        assert_ne!(next, nonce);
        dance.site.clock().advance(MINUTE);
        assert_refused(&ask(&nonce).await, 401, "use_dpop_nonce");
        assert_eq!(ask(&next).await.status(), 200);
    })
    .await;
}

/// A browser's own code can send proofs and read what is answered.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_can_send_proofs() {
    let dance = Dance::start(TestHost::builder()).await;
    for (method, path) in [("POST", TOKEN), ("GET", ME)] {
        let preflight = Request::options(path)
            .header("origin", "https://app.example")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "authorization, dpop")
            .body(Body::empty());
        let mut browser = dance.site.browser();
        let reply = browser.send(preflight.expect("a valid request")).await;
        let allowed = reply.header("access-control-allow-headers");
        assert!(allowed.contains("dpop"), "{path}: {reply:?}");
        assert!(allowed.contains("authorization"), "{path}: {reply:?}");
        let refused = match method {
            "POST" => browser.post_form(path, &[]).await,
            _ => browser.get(path).await,
        };
        assert_eq!(refused.status(), 401, "{path}: {refused:?}");
        assert_eq!(refused.header("access-control-allow-origin"), "*");
        let exposed = refused.header("access-control-expose-headers");
        for header in ["dpop-nonce", "www-authenticate"] {
            assert!(exposed.contains(header), "{path}: {refused:?}");
        }
    }
}

/// Whatever stands in the header, the answer is a refusal.
#[test]
fn no_proof_makes_the_server_fail() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let (dance, app, own) = runtime.block_on(async {
        let mut dance = Dance::start(TestHost::builder()).await;
        let app = dance.web_app().await;
        let own = bound_tokens(&mut dance, &app, &ClientKey::new()).await;
        (dance, app, own)
    });
    let key = ClientKey::new();
    let json = "[ -~]{0,30}";
    proptest!(over_the_host("proptest-regressions/at_dpop.txt"), |(
        text in "[!-~]{0,80}",
        name in "(typ|alg|jwk|jti|htm|htu|iat|ath|crit)",
        value in prop_oneof![
            json.prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            json.prop_map(|text| json!({"kty": text, "x": text, "n": text})),
            json.prop_map(|text| json!([text])),
        ],
    )| {
        let replies = runtime.block_on(async {
            let changed = key.proof(&dance.site, "POST", TOKEN)
                .header(&name, value.clone())
                .claim(&name, value)
                .sign();
            let form = app.code_form("hob_ac_x");
            [
                token_with(&dance, &app, &form, &[&text]).await,
                token_with(&dance, &app, &form, &[&changed]).await,
                me(&dance, &format!("DPoP {}", own.access), &[&text]).await,
                me(&dance, &format!("DPoP {}", own.access), &[&changed]).await,
            ]
        });
        for reply in replies {
            prop_assert!((400..500).contains(&reply.status()), "{:?}", reply);
        }
    });
}
