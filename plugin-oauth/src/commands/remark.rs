//! What an operator writes down beside something, on a command line.

use hob_plugin_sdk::{CommandError, Invocation};

use crate::operations::remark;

/// What was given as `--name`; none if that is nothing.
///
/// # Errors
/// It is long, or more than one line.
pub fn given(invocation: &Invocation, name: &str) -> Result<Option<String>, CommandError> {
    remark(invocation.value(name).unwrap_or_default())
        .map_err(|error| CommandError::usage(format!("--{name}: {error}"), "make it shorter"))
}
