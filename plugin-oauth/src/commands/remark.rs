//! What an operator writes down beside something: a short line of text.

use hob_plugin_sdk::{CommandError, Invocation};

const LONGEST: usize = 200;

/// What was given as `--name`, without the blanks around it; none if that is
/// nothing.
///
/// # Errors
/// It is long, or more than one line.
pub fn given(invocation: &Invocation, name: &str) -> Result<Option<String>, CommandError> {
    let typed = invocation.value(name).unwrap_or_default().trim();
    if typed.chars().count() > LONGEST || typed.chars().any(char::is_control) {
        return Err(CommandError::usage(
            format!("--{name}: a {name} has at most {LONGEST} characters, and no line ends"),
            "make it shorter",
        ));
    }
    Ok(Some(typed.to_owned()).filter(|text| !text.is_empty()))
}
