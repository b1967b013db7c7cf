//! What a proof has to be, and that it holds once.

use axum::body::Body;
use diesel::{prelude::*, sql_query, sql_types::BigInt};
use futures_util::future::join_all;
use hob::testing::{TestHost, on_each_database};
use http::Request;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    ME, MINUTE, assert_refused, bound_tokens, exchange_with, me, me_with_key, proof_for_me,
    support::{
        Dance, TOKEN, assert_error,
        keys::{ClientKey, Unsigned},
        nearly_right::over_the_host,
        tokens,
    },
    token_with,
};

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
