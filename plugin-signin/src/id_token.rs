//! ID tokens (OpenID Connect Core, section 2), as they come from the token
//! endpoint.
//!
//! A token that comes straight from the endpoint of its issuer is vouched for
//! by TLS, and its signature need not be verified (section 3.1.3.7, number 6).
//! So this reads none that came by another way, through a browser for
//! instance, and who somebody is the provider is asked besides.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hob_plugin_sdk::db::Timestamp;
use serde::Deserialize;

/// Bytes of a token.
const LONGEST: usize = 16 * 1024;
/// How far clocks may differ, in seconds.
const LEEWAY: i64 = 60;

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    #[error("it is none, or a claim is missing")]
    Malformed,
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

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Expected<'_> {
    /// The subject of a token of which all of this holds.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn subject_of(&self, token: &str) -> Result<String, IdTokenError> {
        let claims = read(token).ok_or(IdTokenError::Malformed)?;
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
        let now = self.now.as_micros() / 1_000_000;
        if claims.exp + LEEWAY <= now || claims.iat - LEEWAY > now {
            return Err(IdTokenError::Expired);
        }
        if claims.nonce.as_deref() != Some(self.nonce) {
            return Err(IdTokenError::Nonce);
        }
        Ok(claims.sub)
    }
}

fn read(token: &str) -> Option<Claims> {
    let mut parts = token.split('.');
    let (Some(_), Some(payload), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    if token.len() > LONGEST {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
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
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("{}.{}.sig", part(&json!({"alg": "RS256"})), part(&claims));
        Expected {
            issuer: "https://login.example",
            client_id: "hob",
            nonce: "n",
            now: Timestamp::from_micros(NOW * 1_000_000),
        }
        .subject_of(&token)
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
            assert_eq!(without, Err(IdTokenError::Malformed), "{missing}");
        }
    }
}
