//! A plugin's commands on the host's command line.

use serde::Serialize;

use crate::{
    PluginError,
    abi::command::{RawInvocation, RawOutput},
};

/// A command with its arguments, parsed by the host as the manifest says.
#[derive(Debug, Clone)]
pub struct Invocation {
    user: String,
    arguments: Vec<(String, Vec<String>)>,
}

impl Invocation {
    pub(crate) fn from_raw(raw: RawInvocation) -> Self {
        Self {
            user: raw.user.into(),
            arguments: raw
                .arguments
                .into_iter()
                .map(|argument| {
                    let values = argument.values.into_iter().map(String::from).collect();
                    (argument.name.into(), values)
                })
                .collect(),
        }
    }

    /// Whoever runs it, as the machine calls that user.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Whether the argument or flag was given.
    #[must_use]
    pub fn given(&self, name: &str) -> bool {
        self.arguments.iter().any(|(given, _)| given == name)
    }

    /// The first value of an argument.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values(name).first().map(String::as_str)
    }

    /// All values of an argument.
    #[must_use]
    pub fn values(&self, name: &str) -> &[String] {
        self.arguments
            .iter()
            .find(|(given, _)| given == name)
            .map_or(&[], |(_, values)| values)
    }
}

/// What a command prints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    stdout: String,
    stderr: String,
    exit_code: u8,
}

impl Output {
    /// Text on standard output.
    pub fn text(stdout: impl Into<String>) -> Self {
        Self {
            stdout: stdout.into(),
            ..Self::default()
        }
    }

    /// JSON on standard output, for programs.
    ///
    /// # Errors
    /// The value can't be written as JSON.
    pub fn json(value: &impl Serialize) -> Result<Self, CommandError> {
        let text = serde_json::to_string_pretty(value).map_err(PluginError::from)?;
        Ok(Self::text(text + "\n"))
    }

    /// Adds a note on standard error.
    #[must_use]
    pub fn with_note(mut self, note: impl AsRef<str>) -> Self {
        self.stderr.push_str(note.as_ref());
        self
    }

    /// Ends with this code and not with 0.
    #[must_use]
    pub fn with_exit_code(mut self, exit_code: u8) -> Self {
        self.exit_code = exit_code;
        self
    }

    pub(crate) fn into_raw(self) -> RawOutput {
        RawOutput {
            stdout: self.stdout.into(),
            stderr: self.stderr.into(),
            exit_code: self.exit_code,
        }
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The operator's input is wrong: what, and what would be right.
    #[error("{problem}")]
    Usage { problem: String, fix: String },
    #[error(transparent)]
    Plugin(#[from] PluginError),
}

impl CommandError {
    pub fn usage(problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Usage {
            problem: problem.into(),
            fix: fix.into(),
        }
    }
}
