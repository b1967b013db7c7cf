//! What a browser carries to the provider and back, and what is derived of it.
//!
//! The state is a secret of this browser's journey (RFC 6749, section 10.12);
//! only its digest is stored. The code verifier and the nonce are derived of it
//! together with the name by which the browser is known again. That name comes
//! from a cookie and stands in no address: who reads the addresses of the dance
//! can make neither.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Binary,
};
use hob_plugin_sdk::db::{Hob, Value};
use rand::TryRng;
use sha2::{Digest as _, Sha256};

/// The state of one request: 256 random bits, or in OAuth 1.0a the request token
/// that the provider made.
#[derive(Clone, PartialEq, Eq)]
pub struct State(String);

/// What is stored of a secret.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct Digest(Vec<u8>);

impl State {
    /// A fresh one.
    ///
    /// # Panics
    /// The operating system has no random numbers: nothing can be safe then.
    #[must_use]
    pub fn generate() -> Self {
        let mut bytes = [0; 32];
        rand::rngs::SysRng
            .try_fill_bytes(&mut bytes)
            .expect("the operating system has random numbers");
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// One that a browser brings.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As it stands in the address.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// The code verifier of PKCE (RFC 7636, section 4.1), for the browser that
    /// is known by this name.
    #[must_use]
    pub fn code_verifier(&self, visit: &str) -> String {
        self.derive("code_verifier", visit)
    }

    /// The code challenge of that verifier, by S256 (section 4.2).
    #[must_use]
    pub fn code_challenge(&self, visit: &str) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.code_verifier(visit)))
    }

    /// The nonce that an ID token has to carry (OpenID Connect Core, section
    /// 3.1.2.1).
    #[must_use]
    pub fn nonce(&self, visit: &str) -> String {
        self.derive("nonce", visit)
    }

    fn derive(&self, purpose: &str, visit: &str) -> String {
        let mut hasher = Sha256::new();
        for part in [purpose, visit, &self.0] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        URL_SAFE_NO_PAD.encode(hasher.finalize())
    }
}

impl Digest {
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret).to_vec())
    }
}

impl fmt::Debug for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("State(…)")
    }
}

impl ToSql<Binary, Hob> for Digest {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(&self.0[..]);
        Ok(IsNull::No)
    }
}

impl FromSql<Binary, Hob> for Digest {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        <Vec<u8> as FromSql<Binary, Hob>>::from_sql(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_derived_differs_by_state_by_browser_and_by_purpose() {
        let (one, two) = (State::generate(), State::generate());
        let mut all = vec![one.reveal().to_owned(), two.reveal().to_owned()];
        for state in [&one, &two] {
            for visit in ["a", "b"] {
                all.push(state.code_verifier(visit));
                all.push(state.code_challenge(visit));
                all.push(state.nonce(visit));
            }
        }
        assert!(all.iter().all(|text| text.len() == 43), "{all:?}");
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 14);
    }

    #[test]
    fn the_challenge_is_that_of_the_verifier() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let state = State::presented("s");
        let own = URL_SAFE_NO_PAD.encode(Sha256::digest(state.code_verifier("v")));
        assert_eq!(state.code_challenge("v"), own);
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", State::presented("s3cret")), "State(…)");
    }
}
