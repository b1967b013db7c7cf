//! Clients that prove who they are by a signature (RFC 7523).

mod support;

use std::time::Duration;

use futures_util::future::join_all;
use hob::testing::{Reply, TestHost, on_each_database};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{
    App, Dance, PAR, REDIRECT_URI, TOKEN, assert_error,
    assertion::{ASSERTION_TYPE, SITE, assertion, key_set, token_with},
    basic,
    keys::{ClientKey, Unsigned, new_id},
    nearly_right::over_the_host,
    tokens,
};

type Form<'a> = &'a [(&'a str, &'a str)];

/// A confidential client without a secret.
async fn register(dance: &Dance, keys: &[&ClientKey]) -> App {
    let words = ["--jwks", &key_set(keys)];
    let app = dance.register(REDIRECT_URI, &words).await;
    assert_eq!(app.secret, None);
    app
}

async fn exchange_with(dance: &Dance, app: &App, code: &str, assertion: &str) -> Reply {
    token_with(dance, &app.code_form(code), assertion).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_by_each_algorithm_that_is_named_proves_the_client() {
    let mut dance = Dance::start(TestHost::builder()).await;
    let path = "/.well-known/oauth-authorization-server";
    let metadata: Value = dance.site.browser().get(path).await.json();
    let keys = ClientKey::of_each_algorithm();
    let algorithms: Vec<&str> = keys.iter().map(ClientKey::alg).collect();
    for endpoint in ["token", "revocation", "introspection"] {
        let methods = metadata[format!("{endpoint}_endpoint_auth_methods_supported")].as_array();
        assert!(methods.is_some_and(|methods| methods.contains(&json!("private_key_jwt"))));
        let named = &metadata[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")];
        assert_eq!(*named, json!(algorithms), "{endpoint}");
    }
    for key in &keys {
        let app = register(&dance, &[key]).await;
        let code = dance.code(&app).await;
        let proof = assertion(&dance, &app, key).sign();
        tokens(&exchange_with(&dance, &app, &code, &proof).await);
    }
}

/// What libraries send for this server: its issuer, the endpoint, or both.
#[tokio::test(flavor = "multi_thread")]
async fn the_audience_is_the_issuer_or_the_endpoint() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let key = ClientKey::new();
        let app = register(&dance, &[&key]).await;
        let (endpoint, alias) = (format!("{SITE}{TOKEN}"), format!("{SITE}/oauth/token"));
        for audience in [
            json!(SITE),
            json!([SITE]),
            json!(endpoint),
            json!(alias),
            json!([SITE, endpoint]),
        ] {
            let code = dance.code(&app).await;
            let proof = assertion(&dance, &app, &key).claim("aud", audience.clone());
            let reply = exchange_with(&dance, &app, &code, &proof.sign()).await;
            assert_eq!(reply.status(), 200, "{audience}: {reply:?}");
        }
        // The client may be named beside it, and only as who it is.
        let code = dance.code(&app).await;
        let mut form = app.code_form(&code);
        form.push(("client_id", "another"));
        let proof = assertion(&dance, &app, &key).sign();
        assert_error(
            &token_with(&dance, &form, &proof).await,
            400,
            "invalid_request",
        );
        form.pop();
        form.push(("client_id", &app.client_id));
        tokens(&token_with(&dance, &form, &proof).await);
    })
    .await;
}

/// What may be wrong with an assertion.
const BAD_ASSERTIONS: [&str; 29] = [
    "no token",
    "unsigned",
    "alg none with a signature",
    "HMAC",
    "another type of key",
    "crit",
    "the typ of another use",
    "a key that is not there",
    "another client's key",
    "a key that it brings along",
    "another client",
    "a client with a secret",
    "an unknown client",
    "another iss",
    "no iss",
    "no sub",
    "a sub that is no text",
    "a sub with a NUL",
    "no aud",
    "another aud",
    "almost the aud",
    "several aud",
    "no exp",
    "expired",
    "a far exp",
    "an nbf to come",
    "an iat to come",
    "no jti",
    "an empty jti",
];

/// Check 90.
#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_that_does_not_hold_proves_nobody() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (key, other_key) = (ClientKey::new(), ClientKey::new());
        let app = register(&dance, &[&key]).await;
        let other = register(&dance, &[&other_key]).await;
        let with_secret = dance.web_app().await;
        let (others, secrets) = (other.client_id.as_str(), with_secret.client_id.as_str());
        let as_client =
            |good: Unsigned<'_>, name: &str| good.claim("iss", name).claim("sub", name).sign();
        let changed = |what: &str, good: Unsigned<'_>, now: i64| match what {
            "no token" => "x".to_owned(),
            "unsigned" => {
                let signed = good.header("alg", "none").sign();
                signed.rsplit_once('.').expect("it has parts").0.to_owned() + "."
            }
            "alg none with a signature" => good.header("alg", "none").sign(),
            "HMAC" => good.header("alg", "HS256").sign(),
            "another type of key" => good.header("alg", "RS256").sign(),
            "crit" => good.header("crit", json!(["exp"])).sign(),
            "the typ of another use" => good.header("typ", "dpop+jwt").sign(),
            "a key that is not there" => good.header("kid", "z").sign(),
            "another client's key" => good.sign_with(&other_key),
            "a key that it brings along" => {
                good.header("jwk", other_key.jwk()).sign_with(&other_key)
            }
            "another client" => as_client(good, others),
            "a client with a secret" => as_client(good, secrets),
            "an unknown client" => as_client(good, "nobody"),
            "another iss" => good.claim("iss", others).sign(),
            "no iss" => good.claim("iss", Value::Null).sign(),
            "no sub" => good.claim("sub", Value::Null).sign(),
            "a sub that is no text" => good.claim("sub", 1).sign(),
            "a sub with a NUL" => as_client(good, "a\0b"),
            "no aud" => good.claim("aud", Value::Null).sign(),
            "another aud" => good.claim("aud", "https://other.example").sign(),
            "almost the aud" => good.claim("aud", format!("{SITE}/")).sign(),
            "several aud" => good
                .claim("aud", json!([SITE, "https://other.example"]))
                .sign(),
            "no exp" => good.claim("exp", Value::Null).sign(),
            "expired" => good.claim("exp", now - 31).sign(),
            "a far exp" => good.claim("exp", now + 2 * 3600).sign(),
            "an nbf to come" => good.claim("nbf", now + 60).sign(),
            "an iat to come" => good.claim("iat", now + 60).sign(),
            "no jti" => good.claim("jti", Value::Null).sign(),
            "an empty jti" => good.claim("jti", "").sign(),
            other => panic!("{other} is not known here"),
        };
        let mut believed = Vec::new();
        for what in BAD_ASSERTIONS {
            // Failures are counted, and forgiven with time.
            dance.site.clock().advance(Duration::from_secs(31));
            let code = dance.code(&app).await;
            let now = dance.site.clock().now().as_seconds();
            let bad = changed(what, assertion(&dance, &app, &key), now);
            let reply = exchange_with(&dance, &app, &code, &bad).await;
            if reply.status() != 401 {
                believed.push((what, reply.status()));
                continue;
            }
            assert_error(&reply, 401, "invalid_client");
            let good = assertion(&dance, &app, &key).sign();
            tokens(&exchange_with(&dance, &app, &code, &good).await);
        }
        assert!(believed.is_empty(), "{believed:?}");
    })
    .await;
}

/// Wherever a client authenticates, and for whichever endpoint an assertion is
/// made, it holds at that one alone.
#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_taken_at_each_endpoint_where_a_client_authenticates() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let key = ClientKey::new();
        let device = "urn:ietf:params:oauth:grant-type:device_code";
        let words = ["--jwks", &key_set(&[&key]), "--grant", device];
        let words = [&words[..], &["--grant", "authorization_code"]].concat();
        let app = dance.register(REDIRECT_URI, &words).await;
        let code = dance.code(&app).await;
        let proof = assertion(&dance, &app, &key).sign();
        let own = tokens(&exchange_with(&dance, &app, &code, &proof).await);

        let pushed = app.parameters(&[("client_id", "")]);
        let token = [("token", own.access.as_str())];
        let requests: [(&str, Form<'_>, u16); 4] = [
            ("/oauth/introspect", &token, 200),
            (PAR, &pushed, 201),
            ("/oauth/device_authorization", &[("scope", "profile")], 200),
            ("/oauth/revoke", &token, 200),
        ];
        for (path, form, status) in requests {
            let post = async |assertion: Option<&str>| {
                let mut form = form.to_vec();
                form.push(("client_assertion_type", ASSERTION_TYPE));
                form.extend(assertion.map(|assertion| ("client_assertion", assertion)));
                if assertion.is_none() {
                    form.push(("client_id", &app.client_id));
                }
                dance.site.browser().post_form(path, &form).await
            };
            assert_error(&post(None).await, 401, "invalid_client");
            let other = if path == PAR { "/oauth/revoke" } else { PAR };
            let wrong = [("aud", format!("{SITE}{other}")), ("iss", "x".to_owned())];
            for (claim, value) in wrong {
                let proof = assertion(&dance, &app, &key).claim(claim, value).sign();
                assert_error(&post(Some(&proof)).await, 401, "invalid_client");
            }
            for audience in [
                SITE.to_owned(),
                format!("{SITE}{path}"),
                format!("{SITE}{TOKEN}"),
            ] {
                let proof = assertion(&dance, &app, &key).claim("aud", audience).sign();
                let reply = post(Some(&proof)).await;
                assert_eq!(reply.status(), status, "{path}: {reply:?}");
                assert_error(&post(Some(&proof)).await, 401, "invalid_client");
            }
            // Failures are counted, and forgiven with time.
            dance.site.clock().advance(Duration::from_secs(300));
        }
        assert_eq!(dance.api_status(&own.access).await, 401);
    })
    .await;
}

/// Check 90.
#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_holds_once() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let key = ClientKey::new();
        let app = register(&dance, &[&key]).await;
        let proof = assertion(&dance, &app, &key).sign();
        let code = dance.code(&app).await;
        tokens(&exchange_with(&dance, &app, &code, &proof).await);
        let code = dance.code(&app).await;
        let reply = exchange_with(&dance, &app, &code, &proof).await;
        assert_error(&reply, 401, "invalid_client");
        // Not even within its life, signed anew, under the same id.
        let id = new_id();
        let same_id = || assertion(&dance, &app, &key).claim("jti", id.as_str());
        let own = tokens(&exchange_with(&dance, &app, &code, &same_id().sign()).await);
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", own.refresh.as_str()),
        ];
        let changed = same_id().claim("x", 1).sign();
        let reply = token_with(&dance, &refresh, &changed).await;
        assert_error(&reply, 401, "invalid_client");

        let proof = assertion(&dance, &app, &key).sign();
        let requests = (0..9).map(|_| token_with(&dance, &refresh, &proof));
        let replies = join_all(requests).await;
        let successes = replies.iter().filter(|reply| reply.status() == 200);
        assert_eq!(successes.count(), 1);
        for reply in replies.iter().filter(|reply| reply.status() != 200) {
            assert_error(reply, 401, "invalid_client");
        }
    })
    .await;
}

/// A client that has keys has no other way in.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_keys_does_without_them_nowhere() {
    let mut dance = Dance::start(TestHost::builder()).await;
    let key = ClientKey::new();
    let app = register(&dance, &[&key]).await;
    let code = dance.code(&app).await;
    let with_id = |more: &[(&'static str, &'static str)]| {
        let mut form: Vec<(String, String)> = app
            .code_form(&code)
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        form.push(("client_id".to_owned(), app.client_id.clone()));
        form.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        form
    };
    for more in [
        vec![],
        vec![("client_secret", "")],
        vec![("client_secret", "guess")],
    ] {
        let form = with_id(&more);
        let form: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_error(&dance.post_token(&form).await, 401, "invalid_client");
    }
    let form = app.code_form(&code);
    let empty = basic(&app.client_id, "");
    let reply = dance.post_with(&empty, TOKEN, &form).await;
    assert_error(&reply, 401, "invalid_client");

    // An assertion stands alone, and its type is named.
    let proof = assertion(&dance, &app, &key).sign();
    let mut twice = form.clone();
    twice.push(("client_assertion_type", ASSERTION_TYPE));
    twice.push(("client_assertion", &proof));
    let reply = dance.post_with(&empty, TOKEN, &twice).await;
    assert_error(&reply, 400, "invalid_request");
    let mut untyped = form.clone();
    untyped.push(("client_assertion", &proof));
    assert_error(&dance.post_token(&untyped).await, 401, "invalid_client");
    untyped.push((
        "client_assertion_type",
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
    ));
    assert_error(&dance.post_token(&untyped).await, 401, "invalid_client");
    let in_url = format!("{TOKEN}?client_assertion={proof}");
    let reply = dance.site.browser().post_form(&in_url, &form).await;
    assert_error(&reply, 401, "invalid_client");
    tokens(&token_with(&dance, &form, &proof).await);
}

/// Two keys count at once, so that one is replaced without an outage.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_rotated_by_replacing_the_set() {
    on_each_database(async |builder| {
        let mut dance = Dance::start(builder).await;
        let (old, new) = (ClientKey::new(), ClientKey::ed25519("EdDSA"));
        let app = register(&dance, &[&old]).await;
        let replace = async |keys: &[&ClientKey]| {
            let set = key_set(keys);
            let words = ["oauth", "client", "keys", &app.client_id, "--jwks", &set];
            let output = dance.site.run_command(&words).await;
            assert_eq!(output.exit_code, 0, "{}", output.stderr);
        };
        let status = async |dance: &Dance, key: &ClientKey, id: Option<&str>| {
            let proof = assertion(dance, &app, key).header("kid", id).sign();
            // Whoever is believed is told that the code is nothing.
            let form = app.code_form("hob_ac_x");
            token_with(dance, &form, &proof).await.status()
        };
        assert_eq!(status(&dance, &old, Some("a")).await, 400);
        assert_eq!(status(&dance, &new, Some("b")).await, 401);
        replace(&[&old, &new]).await;
        for (key, id) in [(&old, "a"), (&new, "b")] {
            assert_eq!(status(&dance, key, Some(id)).await, 400);
            assert_eq!(status(&dance, key, None).await, 400);
        }
        assert_eq!(status(&dance, &old, Some("b")).await, 401);
        replace(&[&new]).await;
        assert_eq!(status(&dance, &old, Some("a")).await, 401);
        assert_eq!(status(&dance, &new, Some("a")).await, 400);
        let code = dance.code(&app).await;
        let proof = assertion(&dance, &app, &new).sign();
        tokens(&exchange_with(&dance, &app, &code, &proof).await);
    })
    .await;
}

/// What the operator can't register, and what is said of it.
#[tokio::test(flavor = "multi_thread")]
async fn only_public_keys_of_a_confidential_client_are_registered() {
    let dance = Dance::start(TestHost::builder()).await;
    let mut private = ClientKey::new().jwk();
    private["d"] = "AQAB".into();
    let add = async |more: &[&str]| {
        let mut words = vec!["oauth", "client", "add", "--name", "Photo Desk"];
        words.extend(["--redirect-uri", REDIRECT_URI, "--scope", "profile"]);
        words.extend(more);
        dance.site.run_command(&words).await
    };
    let good = key_set(&[&ClientKey::new()]);
    for (words, told) in [
        (vec!["--jwks", "{}"], "JSON Web Key Set"),
        (vec!["--jwks", &private.to_string()], "private"),
        (vec!["--jwks", "/there/is/no/such/file"], "/there/is/no"),
        (vec!["--jwks", &good, "--public"], "public"),
    ] {
        let output = add(&words).await;
        assert_ne!(output.exit_code, 0, "{words:?}");
        assert!(output.stderr.contains(told), "{words:?}: {}", output.stderr);
    }
    // From a file, one key without a set around it.
    let folder = std::env::temp_dir().join(format!("hob-jwks-{}", new_id()));
    std::fs::create_dir(&folder).expect("a folder can be made");
    let file = folder.join("key.json");
    std::fs::write(&file, ClientKey::new().jwk().to_string()).expect("a file can be written");
    let output = add(&["--jwks", file.to_str().expect("it is text")]).await;
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    assert_eq!(output.exit_code, 0, "{}", output.stderr);
    assert!(
        output.stdout.contains("private_key_jwt"),
        "{}",
        output.stdout
    );
    assert!(
        !output.stdout.contains("client_secret"),
        "{}",
        output.stdout
    );

    // Keys take the place of a secret, and a public client has neither.
    let (app, public) = (dance.web_app().await, dance.browser_app().await);
    let keys = |id: &str| {
        let words = ["oauth", "client", "keys", id, "--jwks", &good];
        words.map(ToOwned::to_owned)
    };
    let words = keys(&public.client_id);
    let output = dance
        .site
        .run_command(&words.each_ref().map(String::as_str))
        .await;
    assert_ne!(output.exit_code, 0, "{}", output.stdout);
    let form = app.code_form("hob_ac_x");
    assert_error(&dance.token(&app, &form).await, 400, "invalid_grant");
    let words = keys(&app.client_id);
    let output = dance
        .site
        .run_command(&words.each_ref().map(String::as_str))
        .await;
    assert_eq!(output.exit_code, 0, "{}", output.stderr);
    assert_error(&dance.token(&app, &form).await, 401, "invalid_client");
    // And there is none to be had beside them.
    let words = ["oauth", "client", "rotate", &app.client_id];
    let output = dance.site.run_command(&words).await;
    assert_ne!(output.exit_code, 0, "{}", output.stdout);
    assert!(output.stderr.contains("keys"), "{}", output.stderr);
}

/// Guessing is slowed down as with secrets; the right client elsewhere is not.
#[tokio::test(flavor = "multi_thread")]
async fn failed_assertions_are_throttled() {
    let dance = Dance::start(TestHost::builder()).await;
    let key = ClientKey::new();
    let app = register(&dance, &[&key]).await;
    let form = app.code_form("hob_ac_x");
    let mut last = 401;
    for _ in 0..11 {
        let proof = assertion(&dance, &app, &key).sign_with(&ClientKey::new());
        last = token_with(&dance, &form, &proof).await.status();
    }
    assert_eq!(last, 429);
    dance.site.clock().advance(Duration::from_secs(31));
    let proof = assertion(&dance, &app, &key).sign();
    let reply = token_with(&dance, &form, &proof).await;
    assert_error(&reply, 400, "invalid_grant");
}

/// Whatever is sent as an assertion, the answer is a refusal.
#[test]
fn no_assertion_makes_the_server_fail() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let dance = runtime.block_on(Dance::start(TestHost::builder()));
    let key = ClientKey::new();
    let app = runtime.block_on(register(&dance, &[&key]));
    proptest!(over_the_host("proptest-regressions/at_client_assertion.txt"), |(
        text in ".{0,80}",
        name in "(typ|alg|kid|crit|iss|sub|aud|exp|nbf|iat|jti)",
        value in prop_oneof![
            ".{0,30}".prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,30}".prop_map(|text| json!([text])),
        ],
    )| {
        let form = app.code_form("hob_ac_x");
        let changed = assertion(&dance, &app, &key)
            .header(&name, value.clone())
            .claim(&name, value)
            .sign();
        for sent in [text, changed] {
            // What the last one counted against the client is forgiven.
            dance.site.clock().advance(Duration::from_secs(30));
            let reply = runtime.block_on(token_with(&dance, &form, &sent));
            prop_assert!((400..500).contains(&reply.status()), "{:?}", reply);
        }
    });
}
