//! What can be wrong with a call, and the one shape in which a client reads
//! it:
//!
//! ```json
//! {"error": {"code": "invalid_request", "message": "…", "field": "limit"}}
//! ```
//!
//! 400 is said where the request's shape is wrong, 422 where its shape is
//! right and a value in it is not accepted.

use hob_plugin_sdk::{IntoResponse, PluginError, Response, auth::Refusal, http::FieldError};
use schemars::JsonSchema;
use serde::Serialize;

/// Seconds after which a client may ask again when a verifier has failed.
const RETRY_AFTER_SECONDS: &str = "5";

/// Why an endpoint does not answer with what was asked for. Each message is
/// written for the client, except that of [`Self::Internal`].
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request's shape is wrong.
    #[error("{message}")]
    Invalid {
        field: Option<String>,
        message: String,
    },
    /// The body is of another media type than the route takes.
    #[error("Send the body as {expected}.")]
    WrongMediaType { expected: &'static str },
    /// A value is not accepted.
    #[error("{message}")]
    Unprocessable {
        field: Option<&'static str>,
        message: String,
    },
    #[error("{message}")]
    TooLarge { message: String },
    /// No verifier let the caller in.
    #[error("{}", .0.description)]
    Refused(Refusal),
    /// A verifier failed, so that nobody knows whether the caller may.
    #[error("Your credentials can't be checked at the moment; try again shortly.")]
    VerifierUnavailable,
    /// The token is a client's own.
    #[error("This acts for a member, and the token belongs to a client alone.")]
    NoMember,
    /// The member lacks a privilege, or this is another member's.
    #[error("{message}")]
    Forbidden { message: String },
    /// Not there, or not for this caller's eyes.
    #[error("{what} is not here, or you may not see it.")]
    NotFound { what: &'static str },
    /// The fault is on this side.
    #[error("Something went wrong here. It has been logged.")]
    Internal(#[source] PluginError),
}

/// The body of every error.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorBody {
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorDetail {
    /// For programs. Where credentials were refused, the code of their own
    /// scheme, e.g. `invalid_token` or `insufficient_scope`.
    pub code: String,
    /// For people.
    pub message: String,
    /// The parameter, part or member of the body that is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl ApiError {
    /// There is no such medium, or not for this caller.
    pub const NO_MEDIUM: Self = Self::NotFound { what: "The medium" };
    /// The medium has no file of this size, or not yet.
    pub const NO_FILE: Self = Self::NotFound { what: "The file" };

    /// The shape of a field is wrong.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid {
            field: Some(field.into()),
            message: message.into(),
        }
    }

    /// What the host says of a medium, in the client's terms.
    pub fn from_host(error: PluginError) -> Self {
        let message = error.message().to_owned();
        if error.is_invalid() {
            Self::Unprocessable {
                field: None,
                message,
            }
        } else if error.is_not_found() {
            Self::NO_MEDIUM
        } else if error.is_forbidden() {
            Self::Forbidden { message }
        } else if error.is_too_large() {
            Self::TooLarge { message }
        } else {
            Self::Internal(error)
        }
    }

    /// The status and the code that a client sees.
    fn status_and_code(&self) -> (u16, &str) {
        match self {
            Self::Invalid { .. } => (400, "invalid_request"),
            Self::Refused(refusal) => (
                refusal.status,
                refusal.error.as_deref().unwrap_or("unauthorized"),
            ),
            Self::NoMember => (403, "member_required"),
            Self::Forbidden { .. } => (403, "forbidden"),
            Self::NotFound { .. } => (404, "not_found"),
            Self::TooLarge { .. } => (413, "too_large"),
            Self::WrongMediaType { .. } => (415, "unsupported_media_type"),
            Self::Unprocessable { .. } => (422, "unprocessable"),
            Self::Internal(_) => (500, "server_error"),
            Self::VerifierUnavailable => (503, "temporarily_unavailable"),
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Invalid { field, .. } => field.clone(),
            Self::Unprocessable { field, .. } => field.map(ToOwned::to_owned),
            _ => None,
        }
    }

    fn body(&self) -> ErrorBody {
        ErrorBody {
            error: ErrorDetail {
                code: self.status_and_code().1.to_owned(),
                message: self.to_string(),
                field: self.field(),
            },
        }
    }
}

impl From<PluginError> for ApiError {
    fn from(error: PluginError) -> Self {
        Self::Internal(error)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<FieldError> for ApiError {
    fn from(error: FieldError) -> Self {
        let field = match &error {
            FieldError::Repeated(field) => Some(field.clone()),
            FieldError::Missing(field) => Some((*field).to_owned()),
            FieldError::Encoding => None,
        };
        Self::Invalid {
            field,
            message: format!("In the query, {error}."),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let response = Response::json(self.status_and_code().0, &self.body());
        match self {
            Self::Refused(refusal) => {
                let challenges = refusal
                    .challenges
                    .into_iter()
                    .map(|challenge| ("www-authenticate".to_owned(), challenge));
                challenges
                    .chain(refusal.headers)
                    .fold(response, |response, (name, value)| {
                        response.with_header(name, value)
                    })
            }
            Self::VerifierUnavailable => response.with_header("retry-after", RETRY_AFTER_SECONDS),
            Self::Internal(error) => {
                tracing::error!(error = error.message(), "an API call failed");
                response
            }
            _ => response,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_one_shape_and_names_the_field_only_where_there_is_one() {
        let with_field = ApiError::invalid("limit", "`limit` is a number from 1 to 100.");
        assert_eq!(
            serde_json::to_value(with_field.body()).unwrap(),
            serde_json::json!({"error": {
                "code": "invalid_request",
                "message": "`limit` is a number from 1 to 100.",
                "field": "limit",
            }})
        );
        assert_eq!(
            serde_json::to_value(ApiError::NO_MEDIUM.body()).unwrap(),
            serde_json::json!({"error": {
                "code": "not_found",
                "message": "The medium is not here, or you may not see it.",
            }})
        );
    }

    #[test]
    fn an_internal_error_says_nothing_of_the_inside() {
        let error = ApiError::from_host(PluginError::new("no such table: core_media"));
        assert_eq!(error.status_and_code(), (500, "server_error"));
        let body = serde_json::to_string(&error.body()).unwrap();
        assert!(!body.contains("core_media"), "{body}");
    }

    #[test]
    fn a_refusal_keeps_its_schemes_own_code_and_status() {
        let refusal = |error: Option<&str>, status| {
            ApiError::from(Refusal {
                status,
                error: error.map(ToOwned::to_owned),
                description: String::new(),
                challenges: Vec::new(),
                headers: Vec::new(),
            })
        };
        assert_eq!(
            refusal(Some("insufficient_scope"), 403).status_and_code(),
            (403, "insufficient_scope")
        );
        assert_eq!(refusal(None, 401).status_and_code(), (401, "unauthorized"));
    }
}
