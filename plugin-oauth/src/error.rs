//! What can go wrong between a client and the authorization server, and what
//! the client is told.
//!
//! Inside, an error says precisely what happened; outward, one exhaustive
//! match gives it the code and the status of the specifications.

mod code;

use std::time::Duration;

use hob_plugin_sdk::{
    IntoResponse, PluginError, Response, db::DbError, http::FieldError, whole_seconds,
};
use serde::Serialize;

pub use code::ErrorCode;

use crate::{
    client_assertion::{AssertionError, TYPE as ASSERTION_TYPE},
    dpop::DpopError,
    pkce::CodeChallengeError,
    resource::ResourceError,
    scope::ScopeSyntaxError,
};

/// Why a request by a client or through a browser is refused.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    #[error("{0}")]
    Field(#[from] FieldError),
    #[error("{0}")]
    Malformed(&'static str),
    #[error("send this by POST, in the body")]
    OnlyPost,
    #[error("{0}")]
    CodeChallenge(#[from] CodeChallengeError),
    #[error("this client has to send a code_challenge (PKCE, S256)")]
    CodeChallengeRequired,
    #[error("{0}")]
    ScopeSyntax(#[from] ScopeSyntaxError),
    #[error("the scope {0} is unknown here")]
    ScopeUnknown(String),
    #[error("this client is not registered for the scope {0}")]
    ScopeNotRegistered(String),
    #[error("the scope {0} was not granted")]
    ScopeNotGranted(String),
    #[error("{0}")]
    Resource(#[from] ResourceError),
    #[error("the grant is limited to another resource")]
    ResourceNotGranted,
    #[error("the only response_type is code")]
    ResponseType,
    #[error("the parameter request is not supported; send the parameters themselves")]
    RequestObject,
    #[error("a request_uri of the client's own is not supported; send the parameters themselves")]
    RequestUri,
    #[error(
        "redirect_uri is not one of those that the client registered; it is compared letter by letter"
    )]
    RedirectUri,
    #[error("this client has to push its authorization requests and send the request_uri")]
    PushRequired,
    #[error("the operator has suspended this client")]
    ClientSuspended,
    #[error("{0}")]
    ClientAuthentication(#[from] ClientAuthenticationError),
    #[error("too many failures from this address; wait {} s", whole_seconds(*.0))]
    Throttled(Duration),
    #[error("too many requests of public clients from this address; wait {} s", whole_seconds(*.0))]
    TooManyUnproven(Duration),
    #[error("this client may not use this grant")]
    GrantNotAllowed,
    #[error("this grant_type is not supported")]
    GrantType,
    #[error("{0}")]
    Grant(#[from] GrantError),
    #[error("{0}")]
    Device(#[from] DeviceError),
    #[error("{0}")]
    Dpop(#[from] DpopError),
    #[error("this client has to send a DPoP proof")]
    DpopRequired,
    #[error("the request was denied")]
    Denied,
    #[error("nobody is signed in")]
    LoginRequired,
    #[error("the member has to be asked")]
    ConsentRequired,
    /// In the plugin's own words.
    #[error("{0}")]
    RefusedByPlugin(String),
    #[error(transparent)]
    Plugin(PluginError),
}

/// Why a client is not believed to be who it says. All of these are one code
/// and one status, and unknown clients and wrong secrets are one error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientAuthenticationError {
    #[error("the client did not say who it is")]
    Missing,
    #[error("the Authorization header is no HTTP Basic authentication that can be read")]
    Basic,
    #[error("client credentials in the URL are refused; send them in a header or in the body")]
    InUrl,
    #[error("this way of client authentication is not supported")]
    Unsupported,
    #[error("client_assertion_type has to be {ASSERTION_TYPE}")]
    AssertionType,
    #[error("{0}")]
    Assertion(AssertionError),
    #[error("the client is unknown, or its secret or its assertion is wrong")]
    Refused,
    #[error("this is for clients that prove who they are, and not for a public one")]
    Public,
}

/// Why a device that asks gets no tokens yet, or none any longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    #[error("the member has not decided yet; ask again after the interval")]
    Pending,
    #[error("the device asks too often; wait five seconds longer from now on")]
    TooSoon,
    #[error("the device code has expired; begin again")]
    Expired,
}

/// Why a code, a refresh token or a password is not redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    #[error("it is unknown, or it was revoked")]
    Unknown,
    #[error("it has expired")]
    Expired,
    #[error("it was issued to another client")]
    OtherClient,
    #[error("this client is suspended")]
    ClientSuspended,
    #[error("the username or the password is wrong")]
    Password,
    #[error("redirect_uri is not the one of the authorization request")]
    RedirectUri,
    #[error("code_verifier is missing")]
    CodeVerifierMissing,
    #[error("code_verifier does not go with the code_challenge")]
    CodeVerifierWrong,
    #[error("there is a code_verifier, and there was no code_challenge")]
    CodeVerifierUnasked,
    #[error("the code was used before; what it gave is revoked")]
    CodeReplayed,
    #[error("the refresh token was superseded; all that came from it is revoked")]
    RefreshTokenReused,
    #[error("it is bound to a key, and the DPoP proof of that key is missing")]
    ProofMissing,
    #[error("it is bound to another key than that of the DPoP proof")]
    OtherKey,
    #[error("the refresh token was used too often at once; use one of its successors")]
    TooManySiblings,
}

impl OAuthError {
    /// The code that a client is told.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Field(_)
            | Self::Malformed(_)
            | Self::OnlyPost
            | Self::CodeChallenge(_)
            | Self::CodeChallengeRequired
            | Self::RedirectUri
            | Self::PushRequired
            | Self::DpopRequired => ErrorCode::InvalidRequest,
            Self::ScopeSyntax(_)
            | Self::ScopeUnknown(_)
            | Self::ScopeNotRegistered(_)
            | Self::ScopeNotGranted(_) => ErrorCode::InvalidScope,
            Self::Resource(_) | Self::ResourceNotGranted => ErrorCode::InvalidTarget,
            Self::ResponseType => ErrorCode::UnsupportedResponseType,
            Self::RequestObject => ErrorCode::RequestNotSupported,
            Self::RequestUri => ErrorCode::RequestUriNotSupported,
            Self::ClientAuthentication(_) => ErrorCode::InvalidClient,
            Self::Throttled(_) | Self::TooManyUnproven(_) => ErrorCode::SlowDown,
            Self::GrantNotAllowed | Self::ClientSuspended => ErrorCode::UnauthorizedClient,
            Self::GrantType => ErrorCode::UnsupportedGrantType,
            Self::Grant(_) => ErrorCode::InvalidGrant,
            Self::Device(DeviceError::Pending) => ErrorCode::AuthorizationPending,
            Self::Device(DeviceError::TooSoon) => ErrorCode::SlowDown,
            Self::Device(DeviceError::Expired) => ErrorCode::ExpiredToken,
            Self::Dpop(DpopError::Nonce(_)) => ErrorCode::UseDpopNonce,
            Self::Dpop(_) => ErrorCode::InvalidDpopProof,
            Self::Denied | Self::RefusedByPlugin(_) => ErrorCode::AccessDenied,
            Self::LoginRequired => ErrorCode::LoginRequired,
            Self::ConsentRequired => ErrorCode::ConsentRequired,
            Self::Plugin(_) => ErrorCode::ServerError,
        }
    }

    /// The status of an answer that carries it in its body. A device that asks
    /// too often is told so by a 400 (RFC 8628, section 3.5), whoever guesses
    /// or fills the tables by a 429.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Throttled(_) | Self::TooManyUnproven(_) => 429,
            Self::OnlyPost => 405,
            other => other.code().status(),
        }
    }

    /// What a client is told beside the code: nothing of the inside, and only
    /// the characters that RFC 6749 lets stand there.
    #[must_use]
    pub fn description(&self) -> String {
        match self {
            Self::Plugin(_) => "something went wrong here; it has been logged".to_owned(),
            told => printable(&told.to_string()),
        }
    }
}

impl From<PluginError> for OAuthError {
    fn from(error: PluginError) -> Self {
        if error.is_forbidden() {
            Self::RefusedByPlugin(error.message().to_owned())
        } else {
            Self::Plugin(error)
        }
    }
}

impl From<DbError> for OAuthError {
    fn from(error: DbError) -> Self {
        PluginError::from(error).into()
    }
}

/// The text with whatever RFC 6749 forbids in `error_description` replaced.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '"' => '\'',
            '\\' => '/',
            ' '..='~' => letter,
            _ => '?',
        })
        .collect()
}

#[derive(Serialize)]
struct ErrorResponse<'a> {
    error: &'a str,
    error_description: &'a str,
}

/// An error as JSON that nobody on its way keeps. Of the description, whatever
/// may not stand there is replaced.
pub(crate) fn error_response(status: u16, code: ErrorCode, description: &str) -> Response {
    Response::json(
        status,
        &ErrorResponse {
            error: code.as_str(),
            error_description: &printable(description),
        },
    )
    .with_header("cache-control", "no-store")
    .with_header("pragma", "no-cache")
}

/// As the token endpoint answers (RFC 6749, section 5.2), and those like it. Not for the
/// authorization endpoint, which redirects or shows a page.
impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        if let Self::Plugin(error) = &self {
            tracing::error!(%error, "an endpoint of the back channel failed");
        }
        let code = self.code();
        let response = error_response(self.status(), code, &self.description());
        match &self {
            Self::Throttled(wait) | Self::TooManyUnproven(wait) => {
                response.with_header("retry-after", whole_seconds(*wait).to_string())
            }
            Self::Dpop(DpopError::Nonce(nonce)) => {
                response.with_header("dpop-nonce", nonce.clone())
            }
            // RFC 9110, section 15.5.6.
            Self::OnlyPost => response.with_header("allow", "POST"),
            _ if code == ErrorCode::InvalidClient => response.with_header(
                "www-authenticate",
                "Basic realm=\"oauth\", charset=\"UTF-8\"",
            ),
            _ => response,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inside_is_not_told() {
        let error = OAuthError::from(PluginError::new("database: the disk is full"));
        assert_eq!(error.code(), ErrorCode::ServerError);
        assert!(!error.description().contains("disk"));
    }

    #[test]
    fn a_refusal_of_a_plugin_is_told_in_its_words() {
        let error = OAuthError::from(PluginError::refusal("Not on Sundays."));
        assert_eq!(error.code(), ErrorCode::AccessDenied);
        assert_eq!(error.description(), "Not on Sundays.");
    }

    #[test]
    fn a_description_has_only_what_the_rfc_allows() {
        let error = OAuthError::from(FieldError::Repeated("\"é\\\r\n".to_owned()));
        assert_eq!(error.description(), "the parameter '?/?? is repeated");
    }
}
