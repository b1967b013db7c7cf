//! What an operator writes down beside something: a short line of text.

use hob_plugin_sdk::{CommandError, Invocation};

/// In characters.
pub const LONGEST_REMARK: usize = 200;

/// Why a text is no remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it has at most {LONGEST_REMARK} characters, and no line ends")]
pub struct RemarkError;

/// What was typed, without the blanks around it; none if that is nothing.
///
/// # Errors
/// It is long, or more than one line.
pub fn remark(typed: &str) -> Result<Option<String>, RemarkError> {
    let typed = typed.trim();
    if typed.chars().count() > LONGEST_REMARK || typed.chars().any(char::is_control) {
        return Err(RemarkError);
    }
    Ok(Some(typed.to_owned()).filter(|text| !text.is_empty()))
}

/// What was given on a command line as `--name`; none if that is nothing.
///
/// # Errors
/// It is long, or more than one line.
pub fn given(invocation: &Invocation, name: &str) -> Result<Option<String>, CommandError> {
    remark(invocation.value(name).unwrap_or_default())
        .map_err(|error| CommandError::usage(format!("--{name}: {error}"), "make it shorter"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_is_one_short_line() {
        assert_eq!(
            remark("  Its secret leaked "),
            Ok(Some("Its secret leaked".to_owned()))
        );
        assert_eq!(remark("  "), Ok(None));
        assert!(remark(&"é".repeat(LONGEST_REMARK)).is_ok());
        for bad in [
            "a\nb".to_owned(),
            "a\u{7f}".to_owned(),
            "é".repeat(LONGEST_REMARK + 1),
        ] {
            assert_eq!(remark(&bad), Err(RemarkError), "{bad:?}");
        }
    }
}
