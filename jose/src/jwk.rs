//! Public keys as JSON Web Keys (RFC 7517, RFC 7518, RFC 8037).
//!
//! Only asymmetric algorithms exist here: there is no way to say `none` or
//! HMAC. Each belongs to one type of key, so that a key is never used in a way
//! that it was not made for. This module knows neither tokens nor owners.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Verifier;
use rsa::{BoxedUint, pkcs1v15::Pkcs1v15Sign, pss::Pss};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use sha2::{Digest, Sha256};

use crate::key_thumbprint::KeyThumbprint;

/// Bits of an RSA modulus: what is safe, and what is not too slow to verify.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;
/// A coordinate of P-256, or a point of Ed25519.
const COORDINATE_LENGTH: usize = 32;

/// A signature algorithm, the quickest to verify first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256 (RFC 7518, section 3.4).
    Es256,
    /// Ed25519 by its own name (RFC 9864, section 2.2).
    Ed25519,
    /// Ed25519 by the name that stands for the family (RFC 8037, section 3.1).
    EdDsa,
    /// RSASSA-PSS with SHA-256 (RFC 7518, section 3.5).
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3).
    Rs256,
}

impl Algorithm {
    pub const ALL: [Self; 5] = [
        Self::Es256,
        Self::Ed25519,
        Self::EdDsa,
        Self::Ps256,
        Self::Rs256,
    ];

    /// What they are called, for whoever has to be told.
    pub const NAMES: [&'static str; 5] = {
        let mut names = [""; 5];
        let mut at = 0;
        while at < names.len() {
            names[at] = Self::ALL[at].as_str();
            at += 1;
        }
        names
    };

    /// As it stands in `alg`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Ed25519 => "Ed25519",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }

    /// None for whatever is not on the list.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == text)
    }
}

/// Why a JSON Web Key can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    #[error("it holds private or symmetric key material")]
    Private,
    #[error("keys of this type are not supported")]
    Type,
    #[error("it is not for signatures by an algorithm that is supported")]
    Use,
    #[error("its parameter {0} is missing or malformed")]
    Parameter(&'static str),
    #[error("an RSA key has {} to {} bits here", RSA_BITS.start(), RSA_BITS.end())]
    RsaSize,
    #[error("it is not a point of its curve")]
    Point,
}

/// A JSON Web Key as it is written: what is needed of it, unchecked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JsonWebKey {
    kty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    key_use: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_ops: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    #[serde(flatten, skip_serializing)]
    private: PrivateParameters,
}

/// What only a private or a symmetric key has (RFC 7518, sections 6.2.2, 6.3.2
/// and 6.4.1). Nothing is kept of it but that it was there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct PrivateParameters {
    d: Option<IgnoredAny>,
    p: Option<IgnoredAny>,
    q: Option<IgnoredAny>,
    dp: Option<IgnoredAny>,
    dq: Option<IgnoredAny>,
    qi: Option<IgnoredAny>,
    oth: Option<IgnoredAny>,
    k: Option<IgnoredAny>,
}

impl PrivateParameters {
    const fn any(&self) -> bool {
        self.d.is_some()
            || self.p.is_some()
            || self.q.is_some()
            || self.dp.is_some()
            || self.dq.is_some()
            || self.qi.is_some()
            || self.oth.is_some()
            || self.k.is_some()
    }
}

impl PartialEq for PrivateParameters {
    fn eq(&self, other: &Self) -> bool {
        self.any() == other.any()
    }
}

impl Eq for PrivateParameters {}

/// A public key that is well-formed and safe to use.
#[derive(Debug, Clone)]
pub struct PublicKey {
    key: Key,
    thumbprint: KeyThumbprint,
    /// The one algorithm that it is for, where it names one.
    only: Option<Algorithm>,
}

#[derive(Debug, Clone)]
enum Key {
    P256(p256::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
    Rsa(Box<rsa::PublicKey>),
}

impl JsonWebKey {
    /// Checks it.
    ///
    /// # Errors
    /// [`JwkError`].
    pub fn to_public_key(&self) -> Result<PublicKey, JwkError> {
        if self.private.any() || self.kty == "oct" {
            return Err(JwkError::Private);
        }
        let (key, thumbprint) = match (self.kty.as_str(), self.crv.as_deref()) {
            ("EC", Some("P-256")) => self.p256()?,
            ("OKP", Some("Ed25519")) => self.ed25519()?,
            ("RSA", _) => self.rsa()?,
            _ => return Err(JwkError::Type),
        };
        let only = match &self.alg {
            None => None,
            Some(name) => Some(
                Algorithm::parse(name)
                    .filter(|algorithm| key.suits(*algorithm))
                    .ok_or(JwkError::Use)?,
            ),
        };
        let signs = self.key_use.as_deref().is_none_or(|word| word == "sig");
        let verifies = |words: &Vec<String>| words.iter().any(|word| word == "verify");
        if !signs || !self.key_ops.as_ref().is_none_or(verifies) {
            return Err(JwkError::Use);
        }
        Ok(PublicKey {
            key,
            thumbprint,
            only,
        })
    }

    fn p256(&self) -> Result<(Key, KeyThumbprint), JwkError> {
        let (x_text, x) = coordinate("x", self.x.as_ref())?;
        let (y_text, y) = coordinate("y", self.y.as_ref())?;
        let mut point = Vec::with_capacity(1 + 2 * COORDINATE_LENGTH);
        // The mark of an uncompressed point (SEC 1, section 2.3.3).
        point.push(4);
        point.extend(x);
        point.extend(y);
        let key =
            p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).map_err(|_| JwkError::Point)?;
        let thumbprint = KeyThumbprint::of(&format!(
            r#"{{"crv":"P-256","kty":"EC","x":"{x_text}","y":"{y_text}"}}"#
        ));
        Ok((Key::P256(key), thumbprint))
    }

    fn ed25519(&self) -> Result<(Key, KeyThumbprint), JwkError> {
        let (x_text, x) = coordinate("x", self.x.as_ref())?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&x).map_err(|_| JwkError::Point)?;
        let thumbprint = KeyThumbprint::of(&format!(
            r#"{{"crv":"Ed25519","kty":"OKP","x":"{x_text}"}}"#
        ));
        Ok((Key::Ed25519(key), thumbprint))
    }

    fn rsa(&self) -> Result<(Key, KeyThumbprint), JwkError> {
        let (n_text, n) = number("n", self.n.as_ref())?;
        let (e_text, e) = number("e", self.e.as_ref())?;
        // Told apart before anything is reckoned with it.
        if n.len() > RSA_BITS.end() / 8 {
            return Err(JwkError::RsaSize);
        }
        let (n, e) = (
            BoxedUint::from_be_slice_vartime(&n),
            BoxedUint::from_be_slice_vartime(&e),
        );
        let key =
            rsa::PublicKey::new_with_size_limits(n, e, RSA_BITS).map_err(|error| match error {
                rsa::Error::ModulusTooSmall | rsa::Error::ModulusTooLarge => JwkError::RsaSize,
                rsa::Error::PublicExponentTooSmall | rsa::Error::PublicExponentTooLarge => {
                    JwkError::Parameter("e")
                }
                _ => JwkError::Parameter("n"),
            })?;
        let thumbprint =
            KeyThumbprint::of(&format!(r#"{{"e":"{e_text}","kty":"RSA","n":"{n_text}"}}"#));
        Ok((Key::Rsa(Box::new(key)), thumbprint))
    }
}

/// A coordinate, as text and as bytes.
fn coordinate<'a>(
    name: &'static str,
    text: Option<&'a String>,
) -> Result<(&'a str, [u8; COORDINATE_LENGTH]), JwkError> {
    let (text, bytes) = decode(name, text)?;
    let bytes = bytes.try_into().map_err(|_| JwkError::Parameter(name))?;
    Ok((text, bytes))
}

/// A whole number without leading zeros (RFC 7518, section 2), as text and as
/// bytes.
fn number<'a>(
    name: &'static str,
    text: Option<&'a String>,
) -> Result<(&'a str, Vec<u8>), JwkError> {
    let (text, bytes) = decode(name, text)?;
    match bytes.first() {
        None | Some(0) => Err(JwkError::Parameter(name)),
        Some(_) => Ok((text, bytes)),
    }
}

/// The text is canonical: there is one for each sequence of bytes, so each key
/// has one thumbprint.
fn decode<'a>(
    name: &'static str,
    text: Option<&'a String>,
) -> Result<(&'a str, Vec<u8>), JwkError> {
    let text = text.ok_or(JwkError::Parameter(name))?;
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| JwkError::Parameter(name))?;
    Ok((text, bytes))
}

impl Key {
    const fn suits(&self, algorithm: Algorithm) -> bool {
        match algorithm {
            Algorithm::Es256 => matches!(self, Self::P256(_)),
            Algorithm::Ed25519 | Algorithm::EdDsa => matches!(self, Self::Ed25519(_)),
            Algorithm::Ps256 | Algorithm::Rs256 => matches!(self, Self::Rsa(_)),
        }
    }
}

impl PublicKey {
    #[must_use]
    pub const fn thumbprint(&self) -> &KeyThumbprint {
        &self.thumbprint
    }

    /// Whether this key's owner signed the message by this algorithm. False
    /// also for an algorithm of another type of key.
    #[must_use]
    pub fn has_signed(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if self.only.is_some_and(|only| only != algorithm) {
            return false;
        }
        match (&self.key, algorithm) {
            (Key::P256(key), Algorithm::Es256) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            (Key::Ed25519(key), Algorithm::Ed25519 | Algorithm::EdDsa) => {
                // Strict: a key of small order would verify anything.
                ed25519_dalek::Signature::from_slice(signature)
                    .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
            }
            (Key::Rsa(key), Algorithm::Ps256) => {
                let digest = Sha256::digest(message);
                key.verify(Pss::<Sha256>::new(), &digest, signature).is_ok()
            }
            (Key::Rsa(key), Algorithm::Rs256) => {
                let digest = Sha256::digest(message);
                key.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, signature)
                    .is_ok()
            }
            (Key::P256(_) | Key::Ed25519(_) | Key::Rsa(_), _) => false,
        }
    }
}

#[cfg(test)]
mod tests;
