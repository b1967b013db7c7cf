//! What can go wrong when an application registers itself or looks after its
//! registration, and what it is told (RFC 7591, section 3.2.2; RFC 7592,
//! section 2; RFC 6750, section 3).

use std::time::Duration;

use hob_jose::KeySetError;
use hob_plugin_sdk::{IntoResponse, PluginError, Response, whole_seconds};

use super::metadata::{LONGEST_TEXT, LONGEST_URL, MOST_CONTACTS};
use crate::{
    error::{ErrorCode, error_response},
    registration::RegistrationError,
    scope::ScopeSyntaxError,
};

/// Why a request to register, or to manage a registration, is refused.
#[derive(Debug, thiserror::Error)]
pub enum DynamicRegistrationError {
    #[error("applications can't register themselves here; ask the operator of this site")]
    Closed,
    #[error("the body has to be application/json")]
    MediaType,
    #[error("there is more than one Authorization header")]
    Header,
    #[error("an access token is needed, as Authorization: Bearer")]
    TokenMissing,
    #[error("{0}")]
    Token(#[from] RegistrationTokenError),
    #[error("the operator has suspended this client")]
    Suspended,
    #[error("{0}")]
    Metadata(#[from] ClientMetadataError),
    #[error("too many requests from this address; wait {} s", whole_seconds(*.0))]
    Throttled(Duration),
    /// In the plugin's own words.
    #[error("{0}")]
    RefusedByPlugin(String),
    #[error(transparent)]
    Plugin(PluginError),
}

impl From<PluginError> for DynamicRegistrationError {
    fn from(error: PluginError) -> Self {
        if error.is_forbidden() {
            Self::RefusedByPlugin(error.message().to_owned())
        } else {
            Self::Plugin(error)
        }
    }
}

/// Why a token is not believed. To the client it is all one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationTokenError {
    #[error("the initial access token is unknown, has expired, or was used up")]
    Initial,
    #[error("the registration access token is not this client's, or there is no such client")]
    Registration,
}

/// What is wrong with the metadata, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ClientMetadataError {
    #[error("the body has to be a JSON object with client metadata")]
    NoObject,
    #[error("the body is no client metadata: {0}")]
    Json(#[from] serde_json::Error),
    #[error("redirect_uris: {0}")]
    RedirectUris(RegistrationError),
    #[error(
        "redirect_uris: out-of-band is not for applications that register themselves; use a \
         loopback address"
    )]
    OutOfBand,
    #[error("client_name: {0}")]
    Name(RegistrationError),
    #[error("client_uri: {0}")]
    Website(RegistrationError),
    #[error("{0} has to be an https or http address of at most {LONGEST_URL} characters")]
    Address(&'static str),
    #[error("{0} has at most {LONGEST_TEXT} characters, and no line ends")]
    Text(&'static str),
    #[error("contacts: at most {MOST_CONTACTS} can be kept")]
    Contacts,
    #[error(
        "there is no token_endpoint_auth_method {0}; there are: client_secret_basic, \
         client_secret_post, private_key_jwt, none"
    )]
    AuthMethod(String),
    #[error("jwks has to be there for private_key_jwt, with the public keys themselves")]
    KeysMissing,
    #[error("jwks: {0}")]
    Keys(#[from] KeySetError),
    #[error("grant_types: {0}")]
    GrantTypes(RegistrationError),
    #[error("grant_types: only the operator of this site can give the grant {0}")]
    GrantByOperator(&'static str),
    #[error("grant_types: name at least one, or leave it out for authorization_code")]
    NoGrant,
    #[error("response_types: the only one is code, and it goes with the grant authorization_code")]
    ResponseTypes,
    #[error("scope: {0}")]
    ScopeSyntax(#[from] ScopeSyntaxError),
    #[error(
        "scope: {word} is not for applications that register themselves; these can have: {allowed}"
    )]
    ScopeNotAllowed { word: String, allowed: String },
    #[error("scope: there is nothing that an application that registers itself may ask for here")]
    NoScope,
    #[error("required_scope: {0}")]
    RequiredScope(RegistrationError),
    #[error("{0} is not fetched here: this server opens no connections; leave it out")]
    Fetched(&'static str),
    #[error("client_id has to be there, and to be this client's")]
    ClientId,
    #[error("{0} is for the server to say; leave it out")]
    ServersOwn(&'static str),
    #[error("client_secret is not this client's; it can't be chosen, so leave it out")]
    ClientSecret,
}

impl DynamicRegistrationError {
    /// The code that a client is told.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Closed => ErrorCode::NotFound,
            Self::MediaType | Self::Header => ErrorCode::InvalidRequest,
            Self::TokenMissing | Self::Token(_) => ErrorCode::InvalidToken,
            Self::Suspended => ErrorCode::AccessDenied,
            Self::Metadata(
                ClientMetadataError::RedirectUris(_) | ClientMetadataError::OutOfBand,
            ) => ErrorCode::InvalidRedirectUri,
            Self::Metadata(_) | Self::RefusedByPlugin(_) => ErrorCode::InvalidClientMetadata,
            Self::Throttled(_) => ErrorCode::SlowDown,
            Self::Plugin(_) => ErrorCode::ServerError,
        }
    }

    const fn status(&self) -> u16 {
        match self {
            // The request is well-formed, and the media type is not ours.
            Self::MediaType => 415,
            // Who asks is known, and may not (RFC 7592, section 2.1).
            Self::Suspended => 403,
            Self::Throttled(_) => 429,
            told => told.code().status(),
        }
    }
}

impl IntoResponse for DynamicRegistrationError {
    fn into_response(self) -> Response {
        if let Self::Plugin(error) = &self {
            tracing::error!(%error, "the registration endpoint failed");
        }
        let description = match &self {
            Self::Plugin(_) => "something went wrong here; it has been logged".to_owned(),
            told => told.to_string(),
        };
        let response = error_response(self.status(), self.code(), &description);
        match &self {
            // Without credentials there is no error to name (RFC 6750, 3.1).
            Self::TokenMissing => {
                response.with_header("www-authenticate", "Bearer realm=\"registration\"")
            }
            Self::Token(_) => response.with_header(
                "www-authenticate",
                "Bearer realm=\"registration\", error=\"invalid_token\"",
            ),
            Self::Throttled(wait) => {
                response.with_header("retry-after", whole_seconds(*wait).to_string())
            }
            _ => response,
        }
    }
}
