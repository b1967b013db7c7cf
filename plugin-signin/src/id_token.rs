//! What an ID token says, once its signature has been verified (OpenID Connect
//! Core, section 2).
//!
//! It does not know how a token came here, nor whose key is whose:
//! [`crate::keys`] asks a provider for its keys.

use std::time::Duration;

use hob_jose::{JwtError, NumericDate};
use hob_plugin_sdk::db::Timestamp;
use serde::Deserialize;

/// Bytes of a token: some name all groups that somebody is in.
pub const LONGEST: usize = 16 * 1024;
/// How far clocks may differ.
pub const LEEWAY: Duration = Duration::from_secs(60);

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    #[error("{0}")]
    Token(#[from] JwtError),
    #[error("it was asked for, and is not there")]
    Missing,
    #[error("another issuer made it")]
    Issuer,
    #[error("it is for another client")]
    Audience,
    #[error("it has expired, or is not yet good")]
    Expired,
    #[error("its nonce is another's")]
    Nonce,
}

/// What has to hold of a token (section 3.1.3.7).
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now: Timestamp,
}

/// What a token says.
#[derive(Debug, Deserialize)]
pub struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: NumericDate,
    iat: NumericDate,
    nonce: Option<String>,
    auth_time: Option<NumericDate>,
}

/// What is believed of a token.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub subject: String,
    /// When the provider last had somebody show who is there, as far as it says.
    pub authenticated_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Expected<'_> {
    /// What a token says of which all of this holds.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn said_by(&self, claims: Claims) -> Result<Said, IdTokenError> {
        if claims.iss != self.issuer {
            return Err(IdTokenError::Issuer);
        }
        let (is_for_us, is_for_others) = match &claims.aud {
            Audience::One(one) => (one == self.client_id, false),
            Audience::Many(many) => (
                many.iter().any(|one| one == self.client_id),
                many.iter().any(|one| one != self.client_id),
            ),
        };
        // Numbers 3 to 5: for others too only if it says that it is ours.
        let is_ours = claims.azp.as_deref().map(|azp| azp == self.client_id);
        if !is_for_us || is_ours == Some(false) || is_for_others && is_ours.is_none() {
            return Err(IdTokenError::Audience);
        }
        let (expires, issued) = (claims.exp.timestamp(), claims.iat.timestamp());
        if expires <= self.now - LEEWAY || issued > self.now + LEEWAY {
            return Err(IdTokenError::Expired);
        }
        if claims.nonce.as_deref() != Some(self.nonce) {
            return Err(IdTokenError::Nonce);
        }
        Ok(Said {
            subject: claims.sub,
            authenticated_at: claims.auth_time.map(|at| at.timestamp()),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn subject(change: impl FnOnce(&mut Value)) -> Result<String, IdTokenError> {
        let mut claims = json!({
            "iss": "https://login.example", "sub": "ada", "aud": "hob",
            "exp": NOW + 300, "iat": NOW, "nonce": "n",
        });
        change(&mut claims);
        let claims = serde_json::from_value(claims).map_err(|_| JwtError::Claims)?;
        Expected {
            issuer: "https://login.example",
            client_id: "hob",
            nonce: "n",
            now: Timestamp::from_seconds(NOW),
        }
        .said_by(claims)
        .map(|said| said.subject)
    }

    fn set(name: &str, value: impl Into<Value>) -> Result<String, IdTokenError> {
        subject(|claims| claims[name] = value.into())
    }

    #[test]
    fn what_is_right_is_believed() {
        assert_eq!(subject(|_| ()), Ok("ada".to_owned()));
        assert_eq!(set("aud", json!(["hob"])), Ok("ada".to_owned()));
        assert_eq!(set("azp", "hob"), Ok("ada".to_owned()));
        let many = subject(|claims| {
            claims["aud"] = json!(["other", "hob"]);
            claims["azp"] = "hob".into();
        });
        assert_eq!(many, Ok("ada".to_owned()));
        assert_eq!(set("exp", NOW - 59), Ok("ada".to_owned()));
        assert_eq!(set("iat", NOW + 60), Ok("ada".to_owned()));
    }

    #[test]
    fn what_is_another_s_is_not() {
        assert_eq!(
            set("iss", "https://evil.example"),
            Err(IdTokenError::Issuer)
        );
        assert_eq!(set("aud", "other"), Err(IdTokenError::Audience));
        assert_eq!(
            set("aud", json!(["other", "hob"])),
            Err(IdTokenError::Audience)
        );
        assert_eq!(set("azp", "other"), Err(IdTokenError::Audience));
        assert_eq!(set("exp", NOW - 60), Err(IdTokenError::Expired));
        assert_eq!(set("iat", NOW + 61), Err(IdTokenError::Expired));
        assert_eq!(set("nonce", "m"), Err(IdTokenError::Nonce));
        assert_eq!(set("nonce", Value::Null), Err(IdTokenError::Nonce));
        for missing in ["iss", "sub", "aud", "exp", "iat"] {
            let without = subject(|claims| {
                claims.as_object_mut().unwrap().remove(missing);
            });
            let malformed = Err(IdTokenError::Token(JwtError::Claims));
            assert_eq!(without, malformed, "{missing}");
        }
    }
}
