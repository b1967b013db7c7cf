//! Keys that clients have, and what they sign with them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hob::testing::TestHost;
use rsa::{pkcs1v15::Pkcs1v15Sign, pss::Pss, traits::PublicKeyParts};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A pair of keys, and the algorithm that it signs by.
pub struct ClientKey {
    alg: &'static str,
    private: Private,
}

enum Private {
    P256(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Rsa(Box<rsa::PrivateKey>),
}

impl ClientKey {
    /// For ES256.
    pub fn new() -> Self {
        let key = p256::ecdsa::SigningKey::from_slice(&rand::random::<[u8; 32]>());
        Self {
            alg: "ES256",
            private: Private::P256(key.expect("one in 2^32 random numbers is too large")),
        }
    }

    /// For `EdDSA` or `Ed25519`, which is the same.
    pub fn ed25519(alg: &'static str) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&rand::random());
        Self {
            alg,
            private: Private::Ed25519(key),
        }
    }

    /// For `PS256` and for `RS256`.
    pub fn rsa() -> [Self; 2] {
        let key = rsa::PrivateKey::new(&mut rand::rng(), 2048);
        let key = Box::new(key.expect("a key of 2048 bits can be made"));
        ["PS256", "RS256"].map(|alg| Self {
            alg,
            private: Private::Rsa(key.clone()),
        })
    }

    /// One for each algorithm that the server says it supports.
    pub fn of_each_algorithm() -> Vec<Self> {
        let mut keys = vec![
            Self::new(),
            Self::ed25519("Ed25519"),
            Self::ed25519("EdDSA"),
        ];
        keys.extend(Self::rsa());
        keys
    }

    pub fn alg(&self) -> &'static str {
        self.alg
    }

    /// The public key, as a JSON Web Key of the needed members alone.
    pub fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.private {
            Private::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = point.as_bytes()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)})
            }
            Private::Ed25519(key) => {
                let x = text(key.verifying_key().as_bytes());
                json!({"kty": "OKP", "crv": "Ed25519", "x": x})
            }
            Private::Rsa(key) => {
                let trimmed = |bytes: &[u8]| {
                    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
                    text(&bytes[zeros..])
                };
                let (n, e) = (key.n().to_be_bytes(), key.e().to_be_bytes());
                json!({"kty": "RSA", "n": trimmed(&n), "e": trimmed(&e)})
            }
        }
    }

    /// RFC 7638: `serde_json` sorts the members and leaves no blanks.
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.jwk().to_string()))
    }

    /// A signed token; the header's `alg` is what the header says.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.signature(message.as_bytes()));
        format!("{message}.{signature}")
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        use p256::ecdsa::signature::Signer;
        match &self.private {
            Private::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Private::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Private::Rsa(key) => {
                let digest = Sha256::digest(message);
                let signature = match self.alg {
                    "PS256" => key.sign_with_rng(&mut rand::rng(), Pss::<Sha256>::new(), &digest),
                    _ => key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest),
                };
                signature.expect("the key is long enough")
            }
        }
    }

    /// A token of any kind, to be signed.
    pub fn unsigned(&self, header: Value, claims: Value) -> Unsigned<'_> {
        Unsigned {
            key: self,
            header,
            claims,
        }
    }

    /// A proof that is right in all, for a request to this path of the site.
    pub fn proof(&self, site: &TestHost, method: &str, path: &str) -> Unsigned<'_> {
        let url = site.app().site().address.url();
        self.unsigned(
            json!({"typ": "dpop+jwt", "alg": self.alg, "jwk": self.jwk()}),
            json!({
                "jti": new_id(),
                "htm": method,
                "htu": format!("{url}{path}"),
                "iat": site.clock().now().as_seconds(),
            }),
        )
    }
}

/// What a client is about to sign.
pub struct Unsigned<'a> {
    key: &'a ClientKey,
    pub header: Value,
    pub claims: Value,
}

impl Unsigned<'_> {
    /// With another value in the header; null takes it out.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.header, name, value.into());
        self
    }

    /// With another claim; null takes it out.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.claims, name, value.into());
        self
    }

    /// For a resource: with the digest of the access token.
    pub fn ath(self, access_token: &str) -> Self {
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(access_token));
        self.claim("ath", digest)
    }

    pub fn sign(self) -> String {
        self.key.sign(&self.header, &self.claims)
    }

    /// Signed by another key than the one that it names.
    pub fn sign_with(self, other: &ClientKey) -> String {
        other.sign(&self.header, &self.claims)
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    let object = object.as_object_mut().expect("it is an object");
    match value {
        Value::Null => object.remove(name),
        value => object.insert(name.to_owned(), value),
    };
}

/// A `jti` that nobody used.
pub fn new_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}
