//! Tokens that are bound to a key (RFC 9449): the proofs at the token
//! endpoint and at the API.

mod binding;
mod proof;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use axum::body::Body;
use hob::testing::{Reply, TestHost};
use http::Request;
use serde_json::Value;
use support::{
    App, Dance, TOKEN, Tokens,
    keys::{ClientKey, Unsigned},
    tokens,
};

const ME: &str = "/api/v1/me";
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
