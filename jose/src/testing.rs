//! A key, and tokens that it signed, for tests.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};

/// The key, and what it is in a header or a set.
///
/// # Panics
/// Never: these bytes are a key.
#[must_use]
pub fn signing_key() -> (SigningKey, Value) {
    let key = SigningKey::from_slice(&[7; 32]).expect("these bytes are a key");
    let point = key.verifying_key().to_sec1_point(false);
    let jwk = json!({
        "kty": "EC", "crv": "P-256",
        "x": URL_SAFE_NO_PAD.encode(&point.as_bytes()[1..33]),
        "y": URL_SAFE_NO_PAD.encode(&point.as_bytes()[33..]),
    });
    (key, jwk)
}

/// A token of this header and these claims, signed by that key by ES256,
/// whatever the header says.
#[must_use]
pub fn sign(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature: Signature = signing_key().0.sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}
