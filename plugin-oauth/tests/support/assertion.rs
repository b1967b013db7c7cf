//! Clients that prove who they are by an assertion (RFC 7523).

use hob::testing::Reply;
use serde_json::{Value, json};

use super::{
    App, Dance,
    keys::{ClientKey, Unsigned, new_id},
};

pub const SITE: &str = "http://127.0.0.1:8080";
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key set of these keys, with the ids `a`, `b`…
pub fn key_set(keys: &[&ClientKey]) -> String {
    let keys: Vec<Value> = keys
        .iter()
        .zip('a'..)
        .map(|(key, id)| {
            let mut jwk = key.jwk();
            jwk["kid"] = id.to_string().into();
            jwk
        })
        .collect();
    json!({ "keys": keys }).to_string()
}

/// An assertion that is right in all.
pub fn assertion<'a>(dance: &Dance, app: &App, key: &'a ClientKey) -> Unsigned<'a> {
    let now = dance.site.clock().now().as_seconds();
    key.unsigned(
        json!({"alg": key.alg()}),
        json!({
            "iss": app.client_id,
            "sub": app.client_id,
            "aud": SITE,
            "exp": now + 60,
            "iat": now,
            "jti": new_id(),
        }),
    )
}

/// Asks the token endpoint with this assertion and nothing else of the client.
pub async fn token_with(dance: &Dance, form: &[(&str, &str)], assertion: &str) -> Reply {
    let mut form = form.to_vec();
    form.push(("client_assertion_type", ASSERTION_TYPE));
    form.push(("client_assertion", assertion));
    dance.post_token(&form).await
}
