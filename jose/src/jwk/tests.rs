use serde_json::{Value, json};

use super::*;

fn read(value: Value) -> Result<PublicKey, JwkError> {
    serde_json::from_value::<JsonWebKey>(value)
        .expect("it has the shape of a key")
        .to_public_key()
}

/// RFC 7517, appendix A.1, and RFC 8037, appendix A.2.
fn p256() -> Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    })
}

fn ed25519() -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
}

/// RFC 7638, section 3.1.
fn rsa() -> Value {
    json!({
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
    })
}

fn with(mut key: Value, name: &str, value: impl Into<Value>) -> Value {
    key[name] = value.into();
    key
}

#[test]
fn the_thumbprints_are_those_of_the_rfcs() {
    let of = |key| read(key).unwrap().thumbprint().to_string();
    assert_eq!(of(rsa()), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    assert_eq!(of(ed25519()), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let named = with(with(p256(), "kid", "x"), "use", "sig");
    assert_eq!(of(named), of(p256()));
}

#[test]
fn a_private_or_symmetric_key_is_refused() {
    for name in ["d", "p", "q", "dp", "dq", "qi", "k"] {
        for key in [p256(), ed25519(), rsa()] {
            let key = with(key, name, "AQAB");
            assert_eq!(read(key).unwrap_err(), JwkError::Private, "{name}");
        }
    }
    let symmetric = json!({"kty": "oct", "k": "AQAB"});
    assert_eq!(read(symmetric).unwrap_err(), JwkError::Private);
}

#[test]
fn a_key_that_is_not_for_these_signatures_is_refused() {
    for (name, value) in [
        ("use", json!("enc")),
        ("key_ops", json!(["encrypt"])),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ECDH-ES")),
        ("alg", json!("RS512")),
    ] {
        for key in [p256(), ed25519(), rsa()] {
            let key = with(key, name, value.clone());
            assert_eq!(read(key).unwrap_err(), JwkError::Use, "{name} {value}");
        }
    }
    let for_rsa = with(p256(), "alg", "RS256");
    assert_eq!(read(for_rsa).unwrap_err(), JwkError::Use);
    for other in [
        json!({"kty": "EC", "crv": "P-384"}),
        json!({"kty": "EC"}),
        json!({"kty": "OKP", "crv": "X25519"}),
        json!({"kty": "unknown"}),
    ] {
        assert_eq!(read(other).unwrap_err(), JwkError::Type);
    }
    let usual = with(p256(), "key_ops", json!(["verify"]));
    assert!(read(with(usual, "alg", "ES256")).is_ok());
}

#[test]
fn malformed_and_unsafe_parameters_are_refused() {
    let short = URL_SAFE_NO_PAD.encode([1; 31]);
    let bad_texts = ["", "x", "a b", "AQAB=", short.as_str()];
    for bad in bad_texts {
        for key in [p256(), ed25519()] {
            let key = with(key, "x", bad);
            assert_eq!(read(key).unwrap_err(), JwkError::Parameter("x"), "{bad}");
        }
    }
    let mut without = p256();
    without.as_object_mut().unwrap().remove("y");
    assert_eq!(read(without).unwrap_err(), JwkError::Parameter("y"));
    let elsewhere = with(p256(), "y", URL_SAFE_NO_PAD.encode([7; 32]));
    assert_eq!(read(elsewhere).unwrap_err(), JwkError::Point);
    let modulus = |bytes: usize| URL_SAFE_NO_PAD.encode(vec![255_u8; bytes]);
    for bytes in [128, 255, 513, 4096] {
        let key = with(rsa(), "n", modulus(bytes));
        assert_eq!(read(key).unwrap_err(), JwkError::RsaSize, "{bytes}");
    }
    assert!(read(with(rsa(), "n", modulus(512))).is_ok());
    for (name, bytes) in [
        ("n", vec![0, 255, 255]),
        ("n", vec![]),
        ("e", vec![]),
        ("e", vec![0, 3]),
        ("e", vec![1]),
        ("e", vec![255; 9]),
    ] {
        let key = with(rsa(), name, URL_SAFE_NO_PAD.encode(&bytes));
        assert_eq!(
            read(key).unwrap_err(),
            JwkError::Parameter(name),
            "{bytes:?}"
        );
    }
}

#[test]
fn an_algorithm_belongs_to_one_type_of_key() {
    use p256::ecdsa::{SigningKey, signature::Signer};
    let signing = SigningKey::from_slice(&[7; 32]).unwrap();
    let point = signing.verifying_key().to_sec1_point(false);
    let key = json!({
        "kty": "EC", "crv": "P-256",
        "x": URL_SAFE_NO_PAD.encode(&point.as_bytes()[1..33]),
        "y": URL_SAFE_NO_PAD.encode(&point.as_bytes()[33..]),
    });
    let key = read(key).unwrap();
    let signature: p256::ecdsa::Signature = signing.sign(b"message");
    let signature = signature.to_bytes();
    assert!(key.has_signed(Algorithm::Es256, b"message", &signature));
    assert!(!key.has_signed(Algorithm::Es256, b"another", &signature));
    for other in Algorithm::ALL
        .into_iter()
        .filter(|algorithm| *algorithm != Algorithm::Es256)
    {
        assert!(!key.has_signed(other, b"message", &signature), "{other:?}");
    }
}

#[test]
fn a_key_that_names_its_algorithm_is_for_no_other() {
    let both = read(with(rsa(), "alg", Value::Null)).unwrap();
    assert_eq!(both.only, None);
    assert_eq!(read(rsa()).unwrap().only, Some(Algorithm::Rs256));
}

#[test]
fn an_ed25519_key_of_small_order_verifies_nothing() {
    // The neutral element: with it, one signature fits every message
    // unless the verification is strict.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let key = with(ed25519(), "x", URL_SAFE_NO_PAD.encode(neutral));
    let mut signature = [0; 64];
    signature[0] = 1;
    if let Ok(key) = read(key) {
        assert!(!key.has_signed(Algorithm::Ed25519, b"any", &signature));
    }
}
