//! Why a signed request is refused, and how that is told: by a status (OAuth
//! Core 1.0a, section 10), by the words of the extension for problem reporting
//! (`oauth_problem`), and by a challenge.

use hob_oauth1_signature::{AuthorizationHeader, Parameters, RequestError, SignatureMethod};
use hob_plugin_sdk::{IntoResponse, PluginError, Response, auth::Refusal};

/// Why a signed request is refused.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("the request is not signed")]
    Unsigned,
    #[error("{0}")]
    Request(#[from] RequestError),
    #[error("this site takes no signatures by {0}")]
    MethodOff(SignatureMethod),
    #[error("PLAINTEXT is taken over https alone, since it sends the secrets")]
    PlaintextInTheOpen,
    #[error("this application does not sign by {0}")]
    MethodOfAnother(SignatureMethod),
    /// The bounds, in seconds.
    #[error("oauth_timestamp is too far from this server's clock, which says {now}")]
    Timestamp { now: i64, window: i64 },
    #[error("this timestamp and nonce were used before")]
    NonceUsed,
    #[error("no application has this consumer key")]
    ConsumerUnknown,
    #[error("the operator has suspended this application")]
    ConsumerSuspended,
    #[error("the signature is wrong")]
    Signature,
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    #[error("this parameter has no business here: {0}")]
    Rejected(String),
    #[error("{0}")]
    Callback(&'static str),
    #[error("{0}")]
    Scope(String),
    #[error("the token is unknown, was used before, was taken back, or is of another application")]
    TokenRejected,
    #[error("the token has expired")]
    TokenExpired,
    #[error("the member has not decided yet")]
    NotDecided,
    #[error("oauth_verifier is not the one that the member brought back")]
    Verifier,
    #[error("the token does not allow this")]
    NotAllowed,
    #[error("too much is asked for from this address; wait {0} s")]
    Throttled(u64),
    /// In the plugin's own words.
    #[error("a plugin of this site refuses it: {0}")]
    Refused(String),
    #[error(transparent)]
    Plugin(PluginError),
}

impl From<PluginError> for Problem {
    fn from(error: PluginError) -> Self {
        match error.is_forbidden() {
            true => Self::Refused(error.message().to_owned()),
            false => Self::Plugin(error),
        }
    }
}

impl Problem {
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Request(RequestError::UnknownMethod | RequestError::Timestamp)
            | Self::Unsigned
            | Self::MethodOff(_)
            | Self::PlaintextInTheOpen
            | Self::MethodOfAnother(_)
            | Self::Timestamp { .. }
            | Self::NonceUsed
            | Self::ConsumerUnknown
            | Self::ConsumerSuspended
            | Self::Signature
            | Self::TokenRejected
            | Self::TokenExpired
            | Self::NotDecided
            | Self::Verifier => 401,
            Self::Request(_)
            | Self::Missing(_)
            | Self::Rejected(_)
            | Self::Callback(_)
            | Self::Scope(_) => 400,
            Self::NotAllowed | Self::Refused(_) => 403,
            Self::Throttled(_) => 429,
            Self::Plugin(_) => 500,
        }
    }

    /// As it stands in `oauth_problem`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unsigned | Self::Missing(_) | Self::Request(RequestError::Missing(_)) => {
                "parameter_absent"
            }
            Self::Request(RequestError::Version) => "version_rejected",
            Self::Request(RequestError::UnknownMethod)
            | Self::MethodOff(_)
            | Self::PlaintextInTheOpen
            | Self::MethodOfAnother(_) => "signature_method_rejected",
            Self::Request(RequestError::Timestamp) | Self::Timestamp { .. } => "timestamp_refused",
            Self::Request(_) | Self::Rejected(_) | Self::Callback(_) | Self::Scope(_) => {
                "parameter_rejected"
            }
            Self::NonceUsed => "nonce_used",
            Self::ConsumerUnknown => "consumer_key_unknown",
            Self::ConsumerSuspended => "consumer_key_refused",
            Self::Signature => "signature_invalid",
            Self::TokenRejected => "token_rejected",
            Self::TokenExpired => "token_expired",
            Self::NotDecided => "permission_unknown",
            Self::Verifier => "verifier_invalid",
            Self::NotAllowed | Self::Refused(_) => "permission_denied",
            Self::Throttled(_) => "user_refused",
            Self::Plugin(_) => "internal_error",
        }
    }

    /// What the extension wants to be told beside.
    fn more(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Missing(name) | Self::Request(RequestError::Missing(name)) => {
                Some(("oauth_parameters_absent", (*name).to_owned()))
            }
            Self::Unsigned => Some(("oauth_parameters_absent", "oauth_consumer_key".to_owned())),
            Self::Rejected(name) | Self::Request(RequestError::Duplicate(name)) => {
                Some(("oauth_parameters_rejected", name.clone()))
            }
            Self::Callback(_) => Some(("oauth_parameters_rejected", "oauth_callback".to_owned())),
            Self::Scope(_) => Some(("oauth_parameters_rejected", "scope".to_owned())),
            Self::Request(RequestError::Version) => {
                Some(("oauth_acceptable_versions", "1.0-1.0".to_owned()))
            }
            Self::Timestamp { now, window } => Some((
                "oauth_acceptable_timestamps",
                format!("{}-{}", now - window, now + window),
            )),
            _ => None,
        }
    }

    /// What is told of it; nothing of the inside.
    fn advice(&self) -> String {
        match self {
            Self::Plugin(_) => "something went wrong here; it has been logged".to_owned(),
            told => told.to_string(),
        }
    }

    /// The value of `WWW-Authenticate`.
    #[must_use]
    pub fn challenge(&self, realm: &str) -> String {
        challenge(realm, &[("oauth_problem", self.code())])
    }

    /// For whoever has an API behind this.
    #[must_use]
    pub fn refusal(&self, realm: &str) -> Refusal {
        Refusal {
            status: self.status(),
            error: Some(self.code().to_owned()),
            description: self.advice(),
            challenges: vec![self.challenge(realm)],
            headers: Vec::new(),
        }
    }

    /// The answer of an endpoint.
    #[must_use]
    pub fn into_response(self, realm: &str) -> Response {
        if let Self::Plugin(error) = self {
            return error.into_response();
        }
        let mut told = Parameters::default();
        told.push("oauth_problem", self.code());
        if let Some((name, value)) = self.more() {
            told.push(name, value);
        }
        told.push("oauth_problem_advice", self.advice());
        let response = form(self.status(), &told);
        match self {
            Self::Throttled(seconds) => response.with_header("retry-after", seconds.to_string()),
            _ if self.status() == 401 => {
                response.with_header("www-authenticate", self.challenge(realm))
            }
            _ => response,
        }
    }
}

/// The challenge of this scheme.
#[must_use]
pub fn challenge(realm: &str, more: &[(&str, &str)]) -> String {
    let header = AuthorizationHeader {
        realm: Some(realm.to_owned()),
        parameters: more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    header.to_value()
}

/// An answer to an application: parameters, and not stored.
#[must_use]
pub fn form(status: u16, parameters: &Parameters) -> Response {
    let kind = "application/x-www-form-urlencoded";
    Response::bytes(status, kind, parameters.to_form())
        .with_header("cache-control", "no-store")
        .with_header("pragma", "no-cache")
}
