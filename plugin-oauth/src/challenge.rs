//! How a resource says no: `WWW-Authenticate` for the schemes Bearer (RFC
//! 6750, section 3) and DPoP (RFC 9449, section 7.1).
//!
//! Knows no token; what was wrong is said by `token_verifier`.

use std::fmt::Write;

use hob_jose::Algorithm;
use hob_plugin_sdk::auth::{Refusal, Wanted};

/// How an access token is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Whoever has it may use it (RFC 6750).
    Bearer,
    /// Together with a proof of the key that it is bound to (RFC 9449).
    Dpop,
}

impl Scheme {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }

    /// Reads the word before a token, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Bearer, Self::Dpop]
            .into_iter()
            .find(|scheme| word.eq_ignore_ascii_case(scheme.as_str()))
    }
}

/// Why a request gets no access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessError {
    /// Malformed, or the token is there more than once (RFC 6750, section 3.1).
    InvalidRequest,
    /// Unknown, expired, for another resource, or of another scheme or key
    /// (the same; RFC 9449, section 7.1).
    InvalidToken,
    /// (RFC 6750, section 3.1.)
    InsufficientScope,
    /// The proof does not hold (RFC 9449, section 7.1).
    InvalidDpopProof,
    /// The proof lacks a nonce (RFC 9449, section 9).
    UseDpopNonce,
}

impl AccessError {
    const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
        }
    }

    const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::InvalidToken | Self::InvalidDpopProof | Self::UseDpopNonce => 401,
            Self::InsufficientScope => 403,
        }
    }

    /// The refusal of a token that came by this scheme.
    pub fn refusal(
        self,
        scheme: Scheme,
        issuer: &str,
        description: &str,
        wanted: Wanted<'_>,
    ) -> Refusal {
        Refusal {
            status: self.status(),
            error: Some(self.code().to_owned()),
            description: description.to_owned(),
            challenges: vec![challenge(scheme, issuer, Some((self, description)), wanted)],
            headers: Vec::new(),
        }
    }
}

/// A value of `WWW-Authenticate`, with the resource's own description (RFC
/// 9728, section 5.1).
pub fn challenge(
    scheme: Scheme,
    issuer: &str,
    error: Option<(AccessError, &str)>,
    wanted: Wanted<'_>,
) -> String {
    let mut challenge = String::with_capacity(200);
    challenge.push_str(scheme.as_str());
    let mut separator = " ";
    let mut push = |name: &str, value: &str| {
        let value = crate::error::printable(value);
        write!(challenge, "{separator}{name}=\"{value}\"")
            .expect("writing to a string does not fail");
        separator = ", ";
    };
    push("realm", issuer);
    if let Some((error, description)) = error {
        push("error", error.code());
        push("error_description", description);
    }
    let names_scope = error.is_none_or(|(error, _)| error == AccessError::InsufficientScope);
    if names_scope && !wanted.scope.is_empty() {
        push("scope", wanted.scope);
    }
    if let Some(url) = wanted.resource_metadata {
        push("resource_metadata", url);
    }
    if scheme == Scheme::Dpop {
        push("algs", &Algorithm::NAMES.join(" "));
    }
    challenge
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://example.org";

    fn wanted(scope: &str) -> Wanted<'_> {
        Wanted {
            scope,
            audience: "https://example.org/api/v1",
            resource_metadata: Some("https://example.org/.well-known/x"),
        }
    }

    #[test]
    fn a_challenge_without_credentials_has_no_error() {
        let wanted = wanted("profile media:read");
        assert_eq!(
            challenge(Scheme::Bearer, ISSUER, None, wanted),
            "Bearer realm=\"https://example.org\", scope=\"profile media:read\", \
             resource_metadata=\"https://example.org/.well-known/x\""
        );
        assert_eq!(
            challenge(Scheme::Dpop, ISSUER, None, wanted),
            "DPoP realm=\"https://example.org\", scope=\"profile media:read\", \
             resource_metadata=\"https://example.org/.well-known/x\", \
             algs=\"ES256 Ed25519 EdDSA PS256 RS256\""
        );
    }

    #[test]
    fn too_little_is_403_and_names_the_scope() {
        let refusal =
            |error: AccessError| error.refusal(Scheme::Bearer, ISSUER, "no", wanted("media:write"));
        let too_little = refusal(AccessError::InsufficientScope);
        assert_eq!(too_little.status, 403);
        assert!(too_little.challenges[0].contains("error=\"insufficient_scope\""));
        assert!(too_little.challenges[0].contains("scope=\"media:write\""));
        let invalid = refusal(AccessError::InvalidToken);
        assert_eq!(invalid.status, 401);
        assert!(!invalid.challenges[0].contains("scope="));
    }

    #[test]
    fn a_scheme_is_read_in_any_case() {
        assert_eq!(Scheme::parse("BEARER"), Some(Scheme::Bearer));
        assert_eq!(Scheme::parse("dpop"), Some(Scheme::Dpop));
        assert_eq!(Scheme::parse("Bearerx"), None);
    }
}
