//! Signed JSON Web Tokens that strangers send (RFC 7515, RFC 7519), with the
//! advice of RFC 8725.
//!
//! Claims come out when the signature has been verified; what is read before
//! that is called unverified. What claims mean is for whoever asks.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hob_plugin_sdk::db::Timestamp;
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::jwk::{Algorithm, JsonWebKey, PublicKey};

/// Bytes of a token: enough for an RSA key of 4096 bits in its header and a
/// signature by it.
const LONGEST: usize = 8192;

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    #[error("it is too long")]
    Length,
    #[error("it is no JSON Web Token in the compact serialization")]
    Syntax,
    #[error("its header is malformed")]
    Header,
    #[error("its alg is not one of those that are supported")]
    Algorithm,
    #[error("its header has extensions that have to be understood")]
    Critical,
    #[error("its signature does not fit")]
    Signature,
    #[error("its claims are malformed, or one is missing")]
    Claims,
}

/// A token of which nothing is known to be true yet.
#[derive(Debug, PartialEq)]
pub struct SignedToken {
    header: Header,
    algorithm: Algorithm,
    /// What is signed.
    message: String,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// The parameters that count here; a repeated one makes the header malformed.
#[derive(Debug, PartialEq, Deserialize)]
struct Header {
    typ: Option<String>,
    alg: String,
    kid: Option<String>,
    jwk: Option<JsonWebKey>,
    crit: Option<IgnoredAny>,
}

impl SignedToken {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`JwtError`], all but the last two.
    pub fn parse(text: &str) -> Result<Self, JwtError> {
        Self::parse_at_most(text, LONGEST)
    }

    /// As [`Self::parse`], for tokens that may have so many bytes.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_at_most(text: &str, longest: usize) -> Result<Self, JwtError> {
        if text.len() > longest {
            return Err(JwtError::Length);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(JwtError::Syntax)?;
        let (header, payload) = message.split_once('.').ok_or(JwtError::Syntax)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtError::Syntax);
        // One dot too many is no base64url.
        let (payload, signature) = (decode(payload)?, decode(signature)?);
        let header: Header =
            serde_json::from_slice(&decode(header)?).map_err(|_| JwtError::Header)?;
        if header.crit.is_some() {
            return Err(JwtError::Critical);
        }
        Ok(Self {
            algorithm: Algorithm::parse(&header.alg).ok_or(JwtError::Algorithm)?,
            header,
            message: message.to_owned(),
            payload,
            signature,
        })
    }

    /// Whether it says that it is of this type (RFC 8725, section 3.11). The
    /// prefix `application/` may be left out (RFC 7515, section 4.1.9).
    #[must_use]
    pub fn is_of_type(&self, wanted: &str) -> bool {
        self.media_type()
            .is_some_and(|own| own.eq_ignore_ascii_case(wanted))
    }

    /// Its type, without the prefix.
    #[must_use]
    pub fn media_type(&self) -> Option<&str> {
        let typ = self.header.typ.as_deref()?;
        let prefix = "application/";
        match typ.get(..prefix.len()) {
            Some(start) if start.eq_ignore_ascii_case(prefix) => Some(&typ[prefix.len()..]),
            _ => Some(typ),
        }
    }

    /// Which key it says that it is signed by.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// The key that it brings along. It proves only that whoever sent it has
    /// the private one.
    #[must_use]
    pub const fn key(&self) -> Option<&JsonWebKey> {
        self.header.jwk.as_ref()
    }

    /// Its claims, if this key signed them.
    ///
    /// # Errors
    /// [`JwtError::Signature`] and [`JwtError::Claims`].
    pub fn verify<C: DeserializeOwned>(&self, key: &PublicKey) -> Result<C, JwtError> {
        if !key.has_signed(self.algorithm, self.message.as_bytes(), &self.signature) {
            return Err(JwtError::Signature);
        }
        self.unverified()
    }

    /// Its claims, whoever signed them: no more than what it says of itself,
    /// by which to find the key.
    ///
    /// # Errors
    /// [`JwtError::Claims`].
    pub fn unverified<C: DeserializeOwned>(&self) -> Result<C, JwtError> {
        serde_json::from_slice(&self.payload).map_err(|_| JwtError::Claims)
    }
}

/// Seconds since 1970, which may have a fraction (RFC 7519, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct NumericDate(f64);

impl NumericDate {
    /// What is beyond the ends of time is the end of time.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        // Saturates.
        #[allow(clippy::cast_possible_truncation)]
        Timestamp::from_micros((self.0 * 1e6) as i64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{sign, signing_key};

    fn public_key() -> PublicKey {
        let key: JsonWebKey = serde_json::from_value(signing_key().1).unwrap();
        key.to_public_key().unwrap()
    }

    fn read(text: &str) -> Result<Value, JwtError> {
        SignedToken::parse(text)?.verify(&public_key())
    }

    #[test]
    fn the_claims_come_out_as_they_were_signed() {
        let claims = json!({"a": 1});
        let token = sign(&json!({"alg": "ES256", "kid": "k"}), &claims);
        assert_eq!(read(&token), Ok(claims));
        let parsed = SignedToken::parse(&token).unwrap();
        assert_eq!(parsed.key_id(), Some("k"));
        assert!(parsed.key().is_none());
    }

    #[test]
    fn an_algorithm_that_is_not_on_the_list_is_refused() {
        for alg in ["none", "None", "", "HS256", "es256", "ES512", "RS1"] {
            let token = sign(&json!({"alg": alg}), &json!({}));
            assert_eq!(read(&token), Err(JwtError::Algorithm), "{alg}");
        }
        // One of the list that this key is not for.
        for alg in ["RS256", "PS256", "EdDSA", "Ed25519"] {
            let token = sign(&json!({"alg": alg}), &json!({}));
            assert_eq!(read(&token), Err(JwtError::Signature), "{alg}");
        }
        assert_eq!(read(&sign(&json!({}), &json!({}))), Err(JwtError::Header));
    }

    #[test]
    fn whatever_was_changed_afterwards_is_noticed() {
        let token = sign(&json!({"alg": "ES256"}), &json!({"a": 1}));
        let other = sign(&json!({"alg": "ES256"}), &json!({"a": 2}));
        let (message, signature) = token.rsplit_once('.').unwrap();
        let (other_message, _) = other.rsplit_once('.').unwrap();
        let swapped = format!("{other_message}.{signature}");
        assert_eq!(read(&swapped), Err(JwtError::Signature));
        assert_eq!(read(&format!("{message}.")), Err(JwtError::Signature));
        assert_eq!(read(message), Err(JwtError::Syntax));
    }

    #[test]
    fn extensions_that_have_to_be_understood_are_not() {
        let header = json!({"alg": "ES256", "crit": ["b64"], "b64": false});
        assert_eq!(read(&sign(&header, &json!({}))), Err(JwtError::Critical));
        let unknown = json!({"alg": "ES256", "x5t": "x"});
        assert!(read(&sign(&unknown, &json!({}))).is_ok());
    }

    #[test]
    fn what_is_no_compact_token_is_refused() {
        let token = sign(&json!({"alg": "ES256"}), &json!({}));
        assert_eq!(read(""), Err(JwtError::Syntax));
        assert_eq!(read(&format!("{token}=")), Err(JwtError::Syntax));
        assert_eq!(read(&format!("{token} ")), Err(JwtError::Syntax));
        assert_eq!(read(&format!(".{token}")), Err(JwtError::Syntax));
        assert_eq!(read(".e30.AA"), Err(JwtError::Header));
        let long = "a".repeat(LONGEST + 1);
        assert_eq!(read(&long), Err(JwtError::Length));
        let longer = SignedToken::parse_at_most(&long, LONGEST + 1);
        assert_eq!(longer, Err(JwtError::Syntax));
        // Which of two would count is a matter of taste, so neither does.
        let twice = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","alg":"none"}"#);
        assert_eq!(read(&format!("{twice}.e30.")), Err(JwtError::Header));
    }

    #[test]
    fn a_type_is_compared_without_case_and_prefix() {
        for typ in ["dpop+jwt", "DPoP+JWT", "application/dpop+jwt"] {
            let token = sign(&json!({"alg": "ES256", "typ": typ}), &json!({}));
            assert!(SignedToken::parse(&token).unwrap().is_of_type("dpop+jwt"));
        }
        for other in [json!("JWT"), json!("dpop"), Value::Null] {
            let token = sign(&json!({"alg": "ES256", "typ": other}), &json!({}));
            assert!(!SignedToken::parse(&token).unwrap().is_of_type("dpop+jwt"));
        }
    }

    #[test]
    fn a_date_may_have_a_fraction_and_may_be_absurd() {
        let date = |text: &str| {
            serde_json::from_str::<NumericDate>(text)
                .unwrap()
                .timestamp()
        };
        assert_eq!(date("1.5"), Timestamp::from_micros(1_500_000));
        assert_eq!(date("1e300"), Timestamp::from_micros(i64::MAX));
        assert_eq!(date("-1e300"), Timestamp::from_micros(i64::MIN));
        assert!(serde_json::from_str::<NumericDate>("\"1\"").is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,200}") {
            let _ = read(&text);
        }

        #[test]
        fn no_signed_nonsense_makes_the_reader_panic(
            header in "(\\{.{0,40}\\}|\\{\"alg\":\"[A-Za-z0-9]{2,7}\",\"jwk\":\\{.{0,60}\\}\\}|.{0,20})",
            claims in ".{0,60}",
            signature in "[A-Za-z0-9_-]{0,90}",
        ) {
            let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
            let _ = read(&format!("{}.{}.{signature}", part(&header), part(&claims)));
        }

        #[test]
        fn no_key_makes_the_reader_panic(
            kty in "(EC|OKP|RSA|oct|.{0,3})",
            crv in "(P-256|Ed25519|.{0,5})",
            bytes in prop::collection::vec(any::<u8>(), 0..520),
            exponent in prop::collection::vec(any::<u8>(), 0..9),
            algorithm in prop::sample::select(Algorithm::ALL.to_vec()),
        ) {
            let bytes_text = URL_SAFE_NO_PAD.encode(&bytes);
            let key = json!({
                "kty": kty, "crv": crv,
                "x": bytes_text, "y": bytes_text, "n": bytes_text,
                "e": URL_SAFE_NO_PAD.encode(exponent),
            });
            if let Ok(key) = serde_json::from_value::<JsonWebKey>(key).unwrap().to_public_key() {
                // A key out of the air signs nothing.
                prop_assert!(!key.has_signed(algorithm, b"message", &bytes));
            }
        }
    }
}
