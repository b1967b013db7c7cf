//! What a DPoP proof has to say (RFC 9449, section 4).
//!
//! Knows neither HTTP nor the database: whether a proof was used before, and
//! which key a token is bound to, is asked elsewhere.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hob_jose::{JwkError, JwtError, KeyThumbprint, NumericDate, SignedToken};
use hob_plugin_sdk::db::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::Url;

use super::nonce::Nonces;
use crate::models::UsedJwtId;

/// How far the client's clock may be from ours, either way.
pub const TOLERANCE: Duration = Duration::from_secs(60);
/// Bytes of a `jti`.
const LONGEST_JWT_ID: usize = 256;

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DpopError {
    #[error("there is no DPoP proof")]
    Missing,
    #[error("there is more than one DPoP header")]
    Repeated,
    #[error("the DPoP proof can't be read: {0}")]
    Jwt(#[from] JwtError),
    #[error("the DPoP proof's typ has to be dpop+jwt")]
    Type,
    #[error("the DPoP proof carries no jwk")]
    KeyMissing,
    #[error("the DPoP proof's jwk can't be used: {0}")]
    Key(#[from] JwkError),
    #[error("the DPoP proof's htm is not the method of this request")]
    Method,
    #[error("the DPoP proof's htu is not the URL of this request")]
    Url,
    #[error("the DPoP proof's jti is empty or longer than {LONGEST_JWT_ID} bytes")]
    JwtId,
    #[error("the DPoP proof was made more than {} s ago, or will be", TOLERANCE.as_secs())]
    Time,
    #[error("the DPoP proof's ath is not the digest of the access token")]
    AccessToken,
    #[error("the DPoP proof was used before")]
    Replayed,
    /// Not wrong, but made without knowing this nonce.
    #[error("the DPoP proof has to carry the nonce of the header DPoP-Nonce")]
    Nonce(String),
}

/// The request that a proof has to be made for.
pub struct ProvedRequest<'a> {
    pub method: &'a str,
    /// `scheme://host[:port]`, from the site's configuration.
    pub origin: &'a str,
    /// Not decoded, without the query.
    pub path: &'a str,
    /// What comes along, where this is a resource.
    pub access_token: Option<&'a str>,
}

/// A proof that holds for its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Of the key that the sender has.
    pub thumbprint: KeyThumbprint,
    /// What has to be used now, so that the proof holds only once.
    pub jwt_id: UsedJwtId,
    /// For the header `DPoP-Nonce` of the answer.
    pub next_nonce: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: NumericDate,
    ath: Option<String>,
    nonce: Option<String>,
}

impl Proof {
    /// Reads a proof and holds it against the request (RFC 9449, section 4.3).
    /// Where there are nonces, they say how old it is; else its `iat` does.
    ///
    /// # Errors
    /// [`DpopError`], all but the first two and [`DpopError::Replayed`].
    pub fn check(
        text: &str,
        request: &ProvedRequest<'_>,
        nonces: Option<&Nonces>,
        now: Timestamp,
    ) -> Result<Self, DpopError> {
        let token = SignedToken::parse(text)?;
        if !token.is_of_type("dpop+jwt") {
            return Err(DpopError::Type);
        }
        let key = token.key().ok_or(DpopError::KeyMissing)?.to_public_key()?;
        let claims: Claims = token.verify(&key)?;
        if claims.htm != request.method {
            return Err(DpopError::Method);
        }
        let wanted = normalized(&format!("{}{}", request.origin, request.path));
        if wanted.is_none() || normalized(&claims.htu) != wanted {
            return Err(DpopError::Url);
        }
        if claims.jti.is_empty() || claims.jti.len() > LONGEST_JWT_ID {
            return Err(DpopError::JwtId);
        }
        if let Some(access_token) = request.access_token
            && !is_digest_of(claims.ath.as_deref(), access_token)
        {
            return Err(DpopError::AccessToken);
        }
        let good_until = match nonces {
            None => fresh_until(claims.iat.timestamp(), now).ok_or(DpopError::Time)?,
            Some(nonces) => claims
                .nonce
                .and_then(|nonce| nonces.good_until(&nonce, now))
                .ok_or_else(|| DpopError::Nonce(nonces.current(now)))?,
        };
        Ok(Self {
            jwt_id: UsedJwtId::new(
                &["dpop", key.thumbprint().as_str(), &claims.jti],
                good_until,
            ),
            thumbprint: key.thumbprint().clone(),
            next_nonce: nonces.map(|nonces| nonces.current(now)),
        })
    }
}

/// The end of a proof that was made at this time; none where it is not now
/// that it is good.
fn fresh_until(made_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let good_until = made_at + TOLERANCE;
    (now <= good_until && made_at <= now + TOLERANCE).then_some(good_until)
}

/// The claim `ath` (RFC 9449, section 4.2).
fn is_digest_of(claimed: Option<&str>, access_token: &str) -> bool {
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(access_token.as_bytes()));
    claimed.is_some_and(|claimed| claimed.as_bytes().ct_eq(digest.as_bytes()).into())
}

/// A URL as it is compared (RFC 9449, section 4.3, with RFC 3986, sections
/// 6.2.2 and 6.2.3): without query and fragment, the scheme, the host and
/// escapes in one case, no escape that is needless, no default port, no dots.
/// None for what is no such URL.
fn normalized(text: &str) -> Option<String> {
    let mut url = Url::parse(text).ok()?;
    if !url.has_host() {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = with_plain_escapes(url.path());
    url.set_path(&path);
    Some(url.into())
}

fn with_plain_escapes(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        let escape = rest.get(at..at + 3);
        let byte = escape
            .filter(|escape| escape[1..].bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|escape| u8::from_str_radix(&escape[1..], 16).ok());
        match (escape, byte) {
            (_, Some(byte)) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                plain.push(char::from(byte));
                rest = &rest[at + 3..];
            }
            (Some(escape), Some(_)) => {
                plain.push_str(&escape.to_ascii_uppercase());
                rest = &rest[at + 3..];
            }
            (_, None) | (None, Some(_)) => {
                // One that stands for itself never begins an escape.
                plain.push_str("%25");
                rest = &rest[at + 1..];
            }
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use hob_jose::testing::{sign, signing_key};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn request(access_token: Option<&'static str>) -> ProvedRequest<'static> {
        ProvedRequest {
            method: "POST",
            origin: "https://example.org",
            path: "/oauth/token",
            access_token,
        }
    }

    fn header() -> Value {
        json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": signing_key().1})
    }

    fn claims() -> Value {
        json!({
            "jti": "1", "htm": "POST", "htu": "https://example.org/oauth/token",
            "iat": NOW.as_seconds(),
        })
    }

    fn check(header: &Value, claims: &Value) -> Result<Proof, DpopError> {
        Proof::check(&sign(header, claims), &request(None), None, NOW)
    }

    fn check_claim(name: &str, value: impl Into<Value>) -> Result<Proof, DpopError> {
        let mut claims = claims();
        claims[name] = value.into();
        check(&header(), &claims)
    }

    #[test]
    fn a_url_is_compared_as_the_rfc_says() {
        for same in [
            "https://example.org/oauth/token?a=b",
            "https://example.org/oauth/token#a",
            "HTTPS://EXAMPLE.ORG/oauth/token",
            "https://example.org:443/oauth/token",
            "https://example.org/oauth/%74oken",
            "https://example.org/x/../oauth/./token",
        ] {
            assert!(check_claim("htu", same).is_ok(), "{same}");
        }
        for other in [
            "http://example.org/oauth/token",
            "https://example.org:8443/oauth/token",
            "https://example.org./oauth/token",
            "https://user@example.org/oauth/token",
            "https://example.org/oauth/token/",
            "https://example.org/oauth/Token",
            "https://example.org/oauth%2Ftoken",
            "https://example.com/oauth/token",
            "/oauth/token",
            "",
        ] {
            assert_eq!(check_claim("htu", other), Err(DpopError::Url), "{other}");
        }
        assert_eq!(
            normalized("https://a/%c3%A9"),
            normalized("https://a/%C3%a9")
        );
        assert_ne!(normalized("https://a/%2f"), normalized("https://a//"));
        // A percent that begins no escape stands for itself.
        assert_eq!(with_plain_escapes("/100%"), "/100%25");
        assert_eq!(with_plain_escapes("/%é"), "/%25é");
    }

    #[test]
    fn the_time_is_within_a_minute() {
        let seconds = NOW.as_seconds();
        for near in [seconds - 60, seconds, seconds + 60] {
            assert!(check_claim("iat", near).is_ok(), "{near}");
        }
        for far in [0, seconds - 61, seconds + 61, i64::MAX, i64::MIN] {
            assert_eq!(check_claim("iat", far), Err(DpopError::Time), "{far}");
        }
        let malformed = Err(DpopError::Jwt(JwtError::Claims));
        assert_eq!(check_claim("iat", seconds.to_string()), malformed);
        assert_eq!(check_claim("iat", Value::Null), malformed);
    }

    #[test]
    fn an_access_token_is_bound_by_its_digest() {
        let at_resource = |ath: Value| {
            let mut claims = claims();
            claims["ath"] = ath;
            let text = sign(&header(), &claims);
            Proof::check(&text, &request(Some("token")), None, NOW)
        };
        let digest = |text: &str| URL_SAFE_NO_PAD.encode(Sha256::digest(text));
        assert!(at_resource(digest("token").into()).is_ok());
        for wrong in [digest("other").into(), Value::Null, json!("")] {
            assert_eq!(at_resource(wrong), Err(DpopError::AccessToken));
        }
    }

    #[test]
    fn a_proof_is_named_by_its_key_and_its_jti() {
        let one = check_claim("jti", "1").unwrap();
        let again = check_claim("jti", "1").unwrap();
        let another = check_claim("jti", "2").unwrap();
        assert_eq!(one.jwt_id, again.jwt_id);
        assert_ne!(one.jwt_id, another.jwt_id);
        for bad in [String::new(), "x".repeat(LONGEST_JWT_ID + 1)] {
            assert_eq!(check_claim("jti", bad), Err(DpopError::JwtId));
        }
    }

    proptest! {
        #[test]
        fn no_signed_claims_make_it_panic(
            htu in "(https://example.org)?.{0,40}",
            iat in any::<f64>(),
            jti in ".{0,8}",
            nonce in ".{0,8}",
        ) {
            let mut claims = json!({"htm": "POST", "htu": htu, "jti": jti, "nonce": nonce});
            // An infinite number becomes null.
            claims["iat"] = iat.into();
            let _ = check(&header(), &claims);
        }

        #[test]
        fn normalizing_twice_changes_nothing(path in "(/|\\.|%[0-9a-fA-F]{2}|%|[a-z]|é){0,20}") {
            let once = normalized(&format!("https://example.org/{path}"));
            if let Some(once) = &once {
                prop_assert_eq!(&normalized(once).unwrap(), once);
            }
        }
    }
}
