//! Client assertions: `private_key_jwt` (RFC 7523, section 3; OpenID Connect
//! Core, section 9).
//!
//! An assertion says who the client is, and its signature proves it. This
//! module does not know where clients are kept.

use std::time::Duration;

use hob_jose::{JwtError, KeySet, NumericDate, SignedToken};
use hob_plugin_sdk::db::Timestamp;
use serde::Deserialize;

use crate::models::UsedJwtId;

/// The only `client_assertion_type` (RFC 7523, section 2.2).
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far the client's clock may be from ours.
const TOLERANCE: Duration = Duration::from_secs(30);
/// How long an assertion may be good at most: its id is kept as long.
const LONGEST_LIFE: Duration = Duration::from_secs(3600);
/// Bytes of a `jti`.
const LONGEST_JWT_ID: usize = 256;

/// Why an assertion proves nothing. The client is told no more of it than of
/// a wrong secret; the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    #[error("client_assertion can't be read: {0}")]
    Jwt(#[from] JwtError),
    #[error("the assertion's typ is that of another kind of token")]
    Type,
    #[error("sub of the assertion names no client")]
    Subject,
    #[error("the assertion's signature fits none of the client's keys")]
    Key,
    #[error("iss of the assertion has to be the client id, as sub is")]
    Issuer,
    #[error("aud of the assertion is not this server alone")]
    Audience,
    #[error("the assertion has expired")]
    Expired,
    #[error("the assertion is good for longer than an hour")]
    Life,
    #[error("nbf or iat of the assertion lies in the future")]
    Early,
    #[error("the assertion's jti is empty or longer than {LONGEST_JWT_ID} bytes")]
    JwtId,
    #[error("the assertion was used before")]
    Replayed,
}

/// An assertion that was read and not yet verified.
#[derive(Debug, PartialEq)]
pub struct ClientAssertion {
    token: SignedToken,
    client_id: String,
}

/// What says whose keys are to be tried; nothing else of it is believed.
#[derive(Deserialize)]
struct Claimed {
    sub: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: NumericDate,
    nbf: Option<NumericDate>,
    iat: Option<NumericDate>,
    jti: String,
}

/// One or several (RFC 7519, section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// Whether it is this server, by any of its names, and nobody else: who
    /// else is meant could use the assertion here.
    fn is_only(&self, own: &[String]) -> bool {
        match self {
            Self::One(name) => own.contains(name),
            Self::Several(names) => {
                !names.is_empty() && names.iter().all(|name| own.contains(name))
            }
        }
    }
}

impl ClientAssertion {
    /// Takes an assertion apart.
    ///
    /// # Errors
    /// [`AssertionError::Jwt`], [`AssertionError::Type`] and
    /// [`AssertionError::Subject`].
    pub fn parse(text: &str) -> Result<Self, AssertionError> {
        let token = SignedToken::parse(text)?;
        // Absent or general with most libraries; never one of another use.
        let fitting = ["JWT", "client-authentication+jwt"];
        let named = token.media_type().is_some();
        if named && !fitting.iter().any(|typ| token.is_of_type(typ)) {
            return Err(AssertionError::Type);
        }
        let claimed: Claimed = token.unverified().map_err(|_| AssertionError::Subject)?;
        // No database takes a NUL as text.
        if claimed.sub.is_empty() || claimed.sub.contains('\0') {
            return Err(AssertionError::Subject);
        }
        Ok(Self {
            token,
            client_id: claimed.sub,
        })
    }

    /// Whose it claims to be.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Whether it is that client's, for a server of these names, now. What
    /// comes back has to be used up, so that it holds once.
    ///
    /// # Errors
    /// [`AssertionError`].
    pub fn verify(
        &self,
        keys: &KeySet,
        own_names: &[String],
        now: Timestamp,
    ) -> Result<UsedJwtId, AssertionError> {
        self.claims(keys)?.check(&self.client_id, own_names, now)
    }

    /// By the first key that it is signed by.
    fn claims(&self, keys: &KeySet) -> Result<Claims, AssertionError> {
        for key in keys.candidates(self.token.key_id()) {
            match self.token.verify(&key) {
                Err(JwtError::Signature) => {}
                claims => return Ok(claims?),
            }
        }
        Err(AssertionError::Key)
    }
}

impl Claims {
    /// RFC 7523, section 3. That `sub` is the client needs no check: it is by
    /// `sub` that the client was found.
    fn check(
        &self,
        client_id: &str,
        own_names: &[String],
        now: Timestamp,
    ) -> Result<UsedJwtId, AssertionError> {
        if self.iss != client_id {
            return Err(AssertionError::Issuer);
        }
        if !self.aud.is_only(own_names) {
            return Err(AssertionError::Audience);
        }
        let good_until = self.exp.timestamp() + TOLERANCE;
        if good_until <= now {
            return Err(AssertionError::Expired);
        }
        // A client whose clock is ahead may still say an hour.
        if good_until > now + LONGEST_LIFE + 2 * TOLERANCE {
            return Err(AssertionError::Life);
        }
        let early = |date: NumericDate| date.timestamp() > now + TOLERANCE;
        if self.nbf.is_some_and(early) || self.iat.is_some_and(early) {
            return Err(AssertionError::Early);
        }
        if self.jti.is_empty() || self.jti.len() > LONGEST_JWT_ID {
            return Err(AssertionError::JwtId);
        }
        Ok(UsedJwtId::new(
            &["client_assertion", client_id, &self.jti],
            good_until,
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use hob_jose::testing::{sign, signing_key};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::bad_input::{json_object, many_cases, text};

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const ISSUER: &str = "https://example.org";

    fn claims() -> Value {
        json!({
            "iss": "app", "sub": "app", "aud": ISSUER, "jti": "1",
            "exp": NOW.as_seconds() + 60,
        })
    }

    fn keys() -> KeySet {
        KeySet::parse(&signing_key().1.to_string()).unwrap()
    }

    fn own_names() -> [String; 2] {
        [ISSUER.to_owned(), format!("{ISSUER}/oauth/token")]
    }

    fn verify_with(header: &Value, claims: &Value) -> Result<UsedJwtId, AssertionError> {
        ClientAssertion::parse(&sign(header, claims))?.verify(&keys(), &own_names(), NOW)
    }

    fn verify(name: &str, value: impl Into<Value>) -> Result<UsedJwtId, AssertionError> {
        let mut claims = claims();
        claims[name] = value.into();
        verify_with(&json!({"alg": "ES256"}), &claims)
    }

    #[test]
    fn the_audience_is_this_server_alone() {
        let token_endpoint = format!("{ISSUER}/oauth/token");
        for own in [
            json!(ISSUER),
            json!(token_endpoint),
            json!([ISSUER]),
            json!([ISSUER, token_endpoint]),
        ] {
            assert!(verify("aud", own.clone()).is_ok(), "{own}");
        }
        for other in [
            json!([]),
            json!(""),
            json!(format!("{ISSUER}/")),
            json!("https://other.example"),
            json!([ISSUER, "https://other.example"]),
        ] {
            let verified = verify("aud", other.clone());
            assert_eq!(verified, Err(AssertionError::Audience), "{other}");
        }
    }

    #[test]
    fn it_is_good_for_an_hour_at_most() {
        let seconds = NOW.as_seconds();
        for good in [seconds - 20, seconds + 60, seconds + 3600] {
            assert!(verify("exp", good).is_ok(), "{good}");
        }
        for past in [seconds - 30, 0, i64::MIN] {
            assert_eq!(verify("exp", past), Err(AssertionError::Expired), "{past}");
        }
        for far in [seconds + 3700, i64::MAX] {
            assert_eq!(verify("exp", far), Err(AssertionError::Life), "{far}");
        }
        for name in ["nbf", "iat"] {
            assert!(verify(name, seconds + 20).is_ok());
            assert!(verify(name, seconds - 20).is_ok());
            assert_eq!(verify(name, seconds + 31), Err(AssertionError::Early));
        }
    }

    #[test]
    fn a_token_of_another_type_is_none() {
        for typ in ["JWT", "jwt", "client-authentication+jwt", "application/jwt"] {
            let header = json!({"alg": "ES256", "typ": typ});
            assert!(verify_with(&header, &claims()).is_ok(), "{typ}");
        }
        for typ in ["dpop+jwt", "at+jwt", ""] {
            let header = json!({"alg": "ES256", "typ": typ});
            let verified = verify_with(&header, &claims());
            assert_eq!(verified, Err(AssertionError::Type), "{typ}");
        }
    }

    #[test]
    fn an_assertion_is_named_by_its_client_and_its_jti() {
        let one = verify("jti", "1").unwrap();
        assert_eq!(verify("jti", "1"), Ok(one.clone()));
        assert_ne!(verify("jti", "2"), Ok(one));
        assert_eq!(verify("jti", ""), Err(AssertionError::JwtId));
        assert_eq!(
            verify("jti", "x".repeat(LONGEST_JWT_ID + 1)),
            Err(AssertionError::JwtId)
        );
        assert_eq!(
            verify("jti", Value::Null),
            Err(AssertionError::Jwt(JwtError::Claims))
        );
    }

    #[test]
    fn a_client_is_named_as_a_database_can_hold_it() {
        for bad in [json!(""), json!("a\0b"), json!(1), Value::Null] {
            let verified = verify("sub", bad.clone());
            assert_eq!(verified, Err(AssertionError::Subject), "{bad}");
        }
        assert_eq!(verify("iss", "other"), Err(AssertionError::Issuer));
        assert_eq!(verify("sub", "other"), Err(AssertionError::Issuer));
    }

    /// Made once, since that takes longer than all else here.
    static KEYS: LazyLock<KeySet> = LazyLock::new(keys);

    const HEADER: [&str; 5] = ["alg", "typ", "kid", "jwk", "crit"];
    const CLAIMS: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

    fn put_together(header: &[u8], claims: &[u8], signature: &str) -> String {
        let part = |bytes| URL_SAFE_NO_PAD.encode(bytes);
        format!("{}.{}.{signature}", part(header), part(claims))
    }

    proptest! {
        #![proptest_config(many_cases())]

        #[test]
        fn no_assertion_makes_its_reader_panic(
            header in prop_oneof![
                2 => json_object(&HEADER),
                2 => Just(br#"{"alg":"ES256"}"#.to_vec()),
                1 => Just(br#"{"alg":"none","typ":"JWT"}"#.to_vec()),
            ],
            claims in json_object(&CLAIMS),
            signature in "[A-Za-z0-9_-]{0,12}",
            raw in prop::option::weighted(0.1, text()),
        ) {
            let sent = raw.unwrap_or_else(|| put_together(&header, &claims, &signature));
            if let Ok(assertion) = ClientAssertion::parse(&sent) {
                prop_assert!(!assertion.client_id().is_empty());
                prop_assert!(!assertion.client_id().contains('\0'));
                // Nobody has signed it.
                prop_assert!(assertion.verify(&KEYS, &own_names(), NOW).is_err());
            }
        }

        #[test]
        fn no_claims_make_their_check_panic(
            wrong in json_object(&CLAIMS),
            seconds in prop_oneof![any::<f64>(), -1e10..1e10],
            date in prop::sample::select(&["exp", "nbf", "iat"][..]),
        ) {
            // What is needed is there, so that what comes after it is read too.
            let mut usual = claims();
            usual[date] = json!(seconds);
            if let Ok(Value::Object(wrong)) = serde_json::from_slice(&wrong) {
                usual.as_object_mut().unwrap().extend(wrong);
            }
            if let Ok(claims) = serde_json::from_value::<Claims>(usual.clone())
                && claims.check("app", &own_names(), NOW).is_ok()
            {
                prop_assert_eq!(&usual["iss"], "app");
                prop_assert!(claims.exp.timestamp() > NOW - TOLERANCE);
                prop_assert!(claims.exp.timestamp() <= NOW + LONGEST_LIFE + TOLERANCE);
            }
        }
    }
}
