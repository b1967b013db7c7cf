//! Proof Key for Code Exchange, method S256 only (RFC 7636).
//!
//! `plain` proves nothing to whoever reads the front channel, so there is no
//! type for it and no way down to it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};
use hob_plugin_sdk::db::{Hob, Value};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What is wrong with a challenge and its method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeChallengeError {
    #[error("code_challenge has 43 to 128 characters of A-Z a-z 0-9 - . _ ~")]
    Syntax,
    #[error("code_challenge_method has to be S256")]
    Method,
    #[error("code_challenge_method is there without a code_challenge")]
    Missing,
}

/// A code challenge of method S256.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads the parameters `code_challenge` and `code_challenge_method`.
    ///
    /// # Errors
    /// [`CodeChallengeError`]. A challenge without a method is refused too:
    /// the method would be `plain` then (RFC 7636, section 4.3).
    pub fn from_parameters(
        challenge: Option<&str>,
        method: Option<&str>,
    ) -> Result<Option<Self>, CodeChallengeError> {
        match (challenge, method) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(CodeChallengeError::Missing),
            (Some(challenge), Some("S256")) if is_pkce_text(challenge) => {
                Ok(Some(Self(challenge.to_owned())))
            }
            (Some(_), Some("S256")) => Err(CodeChallengeError::Syntax),
            (Some(_), _) => Err(CodeChallengeError::Method),
        }
    }

    /// Whether `verifier` is well-formed and is the one behind this challenge.
    #[must_use]
    pub fn is_answered_by(&self, verifier: &str) -> bool {
        let answer = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        is_pkce_text(verifier) && answer.as_bytes().ct_eq(self.0.as_bytes()).into()
    }
}

/// RFC 7636, sections 4.1 and 4.2: 43 to 128 unreserved characters.
fn is_pkce_text(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

impl ToSql<Text, Hob> for CodeChallenge {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<Text, Hob> for CodeChallenge {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        Ok(Self(<String as FromSql<Text, Hob>>::from_sql(value)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn parse(challenge: &str, method: &str) -> Result<Option<CodeChallenge>, CodeChallengeError> {
        CodeChallenge::from_parameters(Some(challenge), Some(method))
    }

    #[test]
    fn the_example_of_the_rfc_verifies() {
        let challenge = parse(CHALLENGE, "S256").unwrap().unwrap();
        assert!(challenge.is_answered_by(VERIFIER));
        assert!(!challenge.is_answered_by(CHALLENGE));
        assert!(!challenge.is_answered_by(&VERIFIER.to_lowercase()));
        assert!(!challenge.is_answered_by(""));
    }

    #[test]
    fn a_verifier_that_is_too_short_fails_though_its_digest_fits() {
        let short = "short";
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(short.as_bytes()));
        let challenge = parse(&digest, "S256").unwrap().unwrap();
        assert!(!challenge.is_answered_by(short));
    }

    #[test]
    fn only_s256_is_a_method() {
        assert_eq!(parse(CHALLENGE, "plain"), Err(CodeChallengeError::Method));
        assert_eq!(parse(CHALLENGE, "s256"), Err(CodeChallengeError::Method));
        assert_eq!(
            CodeChallenge::from_parameters(Some(CHALLENGE), None),
            Err(CodeChallengeError::Method)
        );
        assert_eq!(
            CodeChallenge::from_parameters(None, Some("S256")),
            Err(CodeChallengeError::Missing)
        );
        assert_eq!(CodeChallenge::from_parameters(None, None), Ok(None));
    }

    #[test]
    fn length_and_letters_are_checked() {
        assert!(parse(&"a".repeat(43), "S256").is_ok());
        assert!(parse(&"a".repeat(128), "S256").is_ok());
        for bad in [
            "a".repeat(42),
            "a".repeat(129),
            "a".repeat(42) + "=",
            "a".repeat(42) + "+",
        ] {
            assert_eq!(
                parse(&bad, "S256"),
                Err(CodeChallengeError::Syntax),
                "{bad}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_verifier_makes_it_panic(verifier in ".{0,200}") {
            let challenge = parse(CHALLENGE, "S256").unwrap().unwrap();
            prop_assert_eq!(challenge.is_answered_by(&verifier), verifier == VERIFIER);
        }
    }
}
