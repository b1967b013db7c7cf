//! The service `hob.auth.token_verifier` 1 for Bearer tokens (RFC 6750).
//!
//! One indexed read and no cache, so that a revocation counts at once. What
//! would need a second read (a member disabled, a client suspended) is settled
//! when it happens: the tokens are deleted then.

use std::fmt::Write;

use hob_plugin_sdk::{
    PluginError,
    auth::{Grant, Refusal, TokenRequest, TokenVerifier, Verdict, Wanted},
    http::Fields,
};

use crate::{
    OAuth,
    models::AccessToken,
    secret::{SecretDigest, SecretKind},
};

/// Why a request gets no access (RFC 6750, section 3.1; RFC 9700).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BearerError {
    /// Malformed, or the token is there more than once.
    InvalidRequest,
    InvalidToken,
    InsufficientScope,
}

impl BearerError {
    const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }

    const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::InvalidToken => 401,
            Self::InsufficientScope => 403,
        }
    }

    fn refusal(self, issuer: &str, description: &str, wanted: Wanted<'_>) -> Refusal {
        Refusal {
            status: self.status(),
            error: Some(self.code().to_owned()),
            description: description.to_owned(),
            challenges: vec![challenge(issuer, Some((self, description)), wanted)],
            headers: Vec::new(),
        }
    }
}

/// What the headers hold.
#[derive(Debug, PartialEq, Eq)]
enum Presented<'a> {
    /// Nothing of this scheme.
    Nothing,
    /// One token, in the one place where it belongs.
    Token(&'a str),
    /// Something that can't be read, or more than one.
    Malformed(&'static str),
}

/// A token counts in the header only. One in the query or in the form is not
/// looked at, and beside one in the header it is an error (RFC 6750, 2).
fn presented<'a>(request: &TokenRequest<'a>) -> Presented<'a> {
    let mut tokens = request
        .authorization
        .iter()
        .filter_map(|header| bearer_token(header));
    let Some(token) = tokens.next() else {
        return Presented::Nothing;
    };
    if request.authorization.len() > 1 {
        return Presented::Malformed("there is more than one Authorization header");
    }
    let carries_token = |data: &[u8]| match Fields::parse(data) {
        Ok(fields) => fields.contains("access_token"),
        Err(_) => false,
    };
    let in_query = !request.query.is_empty() && carries_token(request.query.as_bytes());
    if in_query || request.form.is_some_and(carries_token) {
        return Presented::Malformed("the access token is there in more than one way");
    }
    if token.is_empty() {
        return Presented::Malformed("the Authorization header holds no token");
    }
    Presented::Token(token)
}

/// What follows the word `Bearer`, in any case. None for another scheme.
fn bearer_token(header: &str) -> Option<&str> {
    let header = header.trim();
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A value of `WWW-Authenticate` (RFC 6750, section 3; RFC 9728, section 5.1).
fn challenge(issuer: &str, error: Option<(BearerError, &str)>, wanted: Wanted<'_>) -> String {
    let mut challenge = String::with_capacity(160);
    challenge.push_str("Bearer ");
    push_parameter(&mut challenge, "realm", issuer);
    if let Some((error, description)) = error {
        challenge.push_str(", ");
        push_parameter(&mut challenge, "error", error.code());
        challenge.push_str(", ");
        push_parameter(&mut challenge, "error_description", description);
    }
    let names_scope = error.is_none_or(|(error, _)| error == BearerError::InsufficientScope);
    if names_scope && !wanted.scope.is_empty() {
        challenge.push_str(", ");
        push_parameter(&mut challenge, "scope", wanted.scope);
    }
    if let Some(url) = wanted.resource_metadata {
        challenge.push_str(", ");
        push_parameter(&mut challenge, "resource_metadata", url);
    }
    challenge
}

fn push_parameter(challenge: &mut String, name: &str, value: &str) {
    let value = crate::error::printable(value);
    write!(challenge, "{name}=\"{value}\"").expect("writing to a string does not fail");
}

impl TokenVerifier for OAuth {
    async fn verify(&self, request: TokenRequest<'_>) -> Result<Verdict, PluginError> {
        let wanted = request.wanted;
        let refuse = |error: BearerError, description: &str| {
            error.refusal(self.issuer_identifier(), description, wanted)
        };
        let token = match presented(&request) {
            Presented::Nothing => return Ok(Verdict::NotMine),
            Presented::Malformed(why) => {
                return Ok(Verdict::Refused(refuse(BearerError::InvalidRequest, why)));
            }
            Presented::Token(token) => token,
        };
        let unknown = || {
            let why = "the access token is unknown, or it was revoked";
            Verdict::Unknown(refuse(BearerError::InvalidToken, why))
        };
        // What was not issued here as an access token is not looked up.
        let Some(digest) = SecretDigest::of_issued(SecretKind::AccessToken, token) else {
            return Ok(unknown());
        };
        let found = self
            .read(move |connection| AccessToken::find(connection, &digest))
            .await?;
        let Some(token) = found else {
            return Ok(unknown());
        };
        if token.expires_at <= self.now() {
            let why = "the access token has expired";
            return Ok(Verdict::Refused(refuse(BearerError::InvalidToken, why)));
        }
        if !token.resource.admits(wanted.audience) {
            let why = "the access token is for another resource";
            return Ok(Verdict::Refused(refuse(BearerError::InvalidToken, why)));
        }
        if !wanted.scopes().all(|word| token.scope.contains(word)) {
            let why = "the access token does not allow this";
            return Ok(Verdict::Refused(refuse(
                BearerError::InsufficientScope,
                why,
            )));
        }
        let grant = Grant::new(token.client_id, digest.token_id(), token.expires_at)
            .with_member(token.member_id)
            .with_scope(token.scope);
        Ok(Verdict::Granted(grant))
    }

    fn challenges(&self, wanted: Wanted<'_>) -> Vec<String> {
        vec![challenge(self.issuer_identifier(), None, wanted)]
    }

    fn issuer(&self) -> Option<String> {
        Some(self.issuer_identifier().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use hob_plugin_sdk::auth::HeaderValues;

    use super::*;

    const ISSUER: &str = "https://example.org";

    fn request<'a>(
        authorization: &[&'a str],
        query: &'a str,
        form: Option<&'a str>,
    ) -> TokenRequest<'a> {
        TokenRequest {
            method: "GET",
            origin: ISSUER,
            path: "/api/v1/me",
            query,
            authorization: authorization.iter().copied().collect(),
            dpop: HeaderValues::new(),
            form: form.map(str::as_bytes),
            peer: "",
            request_id: "",
            wanted: wanted("profile"),
        }
    }

    fn wanted(scope: &str) -> Wanted<'_> {
        Wanted {
            scope,
            audience: "https://example.org/api/v1",
            resource_metadata: Some("https://example.org/.well-known/x"),
        }
    }

    #[test]
    fn a_token_counts_in_the_header_alone() {
        for header in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(
                presented(&request(&[header], "", None)),
                Presented::Token("abc")
            );
        }
        for nothing in [
            request(&[], "", None),
            request(&[], "access_token=abc", None),
            request(&[], "", Some("access_token=abc")),
            request(&["Basic abc"], "", None),
            request(&["BearerX abc"], "", None),
        ] {
            assert_eq!(presented(&nothing), Presented::Nothing);
        }
        for malformed in [
            request(&["Bearer"], "", None),
            request(&["Bearer "], "", None),
            request(&["Bearer abc", "Bearer abc"], "", None),
            request(&["Bearer abc", "Basic abc"], "", None),
            request(&["Bearer abc"], "x=1&access%5Ftoken=abc", None),
            request(&["Bearer abc"], "", Some("access_token=abc")),
        ] {
            assert!(matches!(presented(&malformed), Presented::Malformed(_)));
        }
    }

    #[test]
    fn a_challenge_without_credentials_has_no_error() {
        assert_eq!(
            challenge(ISSUER, None, wanted("profile media:read")),
            "Bearer realm=\"https://example.org\", scope=\"profile media:read\", \
             resource_metadata=\"https://example.org/.well-known/x\""
        );
    }

    #[test]
    fn too_little_is_403_and_names_the_scope() {
        let refusal = BearerError::InsufficientScope.refusal(ISSUER, "no", wanted("media:write"));
        assert_eq!(refusal.status, 403);
        assert!(refusal.challenges[0].contains("error=\"insufficient_scope\""));
        assert!(refusal.challenges[0].contains("scope=\"media:write\""));
        let refusal = BearerError::InvalidToken.refusal(ISSUER, "no", wanted("media:write"));
        assert_eq!(refusal.status, 401);
        assert!(!refusal.challenges[0].contains("scope="));
    }
}
