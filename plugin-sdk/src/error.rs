//! The one error that a plugin's functions may return to the host.

use std::fmt;

use crate::abi::{InterfaceError, RawError};

/// Something failed inside the plugin, or inside what it called. The message
/// is for the log; a client of the site only ever sees a 500.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginError {
    kind: u32,
    message: String,
}

impl PluginError {
    /// An error with a message for the log: what, where, why.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            kind: RawError::KIND_FAILED,
            message: message.into(),
        }
    }

    /// A refusal, with words for whoever is refused.
    pub fn refusal(words: impl Into<String>) -> Self {
        Self {
            kind: RawError::KIND_FORBIDDEN,
            message: words.into(),
        }
    }

    /// What was asked for does not exist, or not for this caller: with words
    /// for whoever asked.
    pub fn not_found(words: impl Into<String>) -> Self {
        Self {
            kind: RawError::KIND_NOT_FOUND,
            message: words.into(),
        }
    }

    /// Something is wrong with what was asked: with words for whoever asked.
    pub fn invalid(words: impl Into<String>) -> Self {
        Self {
            kind: RawError::KIND_INVALID,
            message: words.into(),
        }
    }

    /// Something is larger than the operator allows: with words for whoever
    /// asked.
    pub fn too_large(words: impl Into<String>) -> Self {
        Self {
            kind: RawError::KIND_TOO_LARGE,
            message: words.into(),
        }
    }

    /// What went wrong. Where [`Self::may_be_shown`], fit for a client's eyes.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The message tells what is wrong with the caller's input.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        self.kind == RawError::KIND_INVALID
    }

    /// What was asked for does not exist, or not for this caller.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.kind == RawError::KIND_NOT_FOUND
    }

    /// The member lacks the privilege, or a plugin refuses.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.kind == RawError::KIND_FORBIDDEN
    }

    /// The input is larger than the operator allows.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.kind == RawError::KIND_TOO_LARGE
    }

    /// The message was written for the client: bad input, not found,
    /// forbidden or too large.
    #[must_use]
    pub fn may_be_shown(&self) -> bool {
        self.is_invalid() || self.is_not_found() || self.is_forbidden() || self.is_too_large()
    }
}

impl fmt::Display for PluginError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for PluginError {}

impl From<RawError> for PluginError {
    fn from(raw: RawError) -> Self {
        Self {
            kind: raw.kind,
            message: raw.message.into(),
        }
    }
}

impl From<PluginError> for RawError {
    fn from(error: PluginError) -> Self {
        Self {
            kind: error.kind,
            message: error.message.into(),
        }
    }
}

impl From<InterfaceError> for PluginError {
    fn from(error: InterfaceError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<serde_json::Error> for PluginError {
    fn from(error: serde_json::Error) -> Self {
        Self::new(format!("JSON: {error}"))
    }
}
