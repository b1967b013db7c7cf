//! Signing and verifying a base string, by each method (RFC 5849, sections
//! 3.4.2 to 3.4.4).

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::{
    base_string::BaseString, method::SignatureMethod, outgoing::Signer, rsa_key::PublicKey,
    secrets::Secrets,
};

/// What the server has of a client to verify its signatures.
#[derive(Debug, Clone, Copy)]
pub struct VerifyingKey<'a> {
    pub secrets: Secrets<'a>,
    /// What the methods with RSA need. Without it none of their signatures is
    /// right.
    pub public_key: Option<&'a PublicKey>,
}

impl Signer<'_> {
    /// The signature, not yet encoded for a header or a form.
    #[must_use]
    pub fn sign(&self, base_string: &BaseString) -> String {
        let text = base_string.as_str().as_bytes();
        match self {
            Self::HmacSha1(secrets) => {
                STANDARD.encode(hmac_sha1(secrets, text).finalize().into_bytes())
            }
            Self::HmacSha256(secrets) => {
                STANDARD.encode(hmac_sha256(secrets, text).finalize().into_bytes())
            }
            Self::RsaSha1(key) => STANDARD.encode(key.sign::<Sha1>(text)),
            Self::RsaSha256(key) => STANDARD.encode(key.sign::<Sha256>(text)),
            Self::Plaintext(secrets) => secrets.joined(),
        }
    }
}

impl VerifyingKey<'_> {
    /// Whether this is the signature by this method. How long it takes tells
    /// nothing of a secret.
    #[must_use]
    pub fn verify(
        &self,
        method: SignatureMethod,
        base_string: &BaseString,
        signature: &str,
    ) -> bool {
        if method == SignatureMethod::Plaintext {
            let right = self.secrets.joined();
            return right.as_bytes().ct_eq(signature.as_bytes()).into();
        }
        let Ok(signature) = STANDARD.decode(signature) else {
            return false;
        };
        let text = base_string.as_str().as_bytes();
        match method {
            SignatureMethod::HmacSha1 => hmac_sha1(&self.secrets, text)
                .verify_slice(&signature)
                .is_ok(),
            SignatureMethod::HmacSha256 => hmac_sha256(&self.secrets, text)
                .verify_slice(&signature)
                .is_ok(),
            SignatureMethod::RsaSha1 => self
                .public_key
                .is_some_and(|key| key.has_signed::<Sha1>(text, &signature)),
            SignatureMethod::RsaSha256 => self
                .public_key
                .is_some_and(|key| key.has_signed::<Sha256>(text, &signature)),
            SignatureMethod::Plaintext => false,
        }
    }
}

fn hmac_sha1(secrets: &Secrets<'_>, text: &[u8]) -> Hmac<Sha1> {
    keyed(secrets, text)
}

fn hmac_sha256(secrets: &Secrets<'_>, text: &[u8]) -> Hmac<Sha256> {
    keyed(secrets, text)
}

fn keyed<M: Mac + KeyInit>(secrets: &Secrets<'_>, text: &[u8]) -> M {
    let mac = <M as KeyInit>::new_from_slice(secrets.joined().as_bytes());
    mac.expect("HMAC takes a key of any length")
        .chain_update(text)
}

#[cfg(test)]
mod tests;
