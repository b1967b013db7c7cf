//! When and from where something was last used, as the commands print it.

/// "never", or when, and from where as far as that is known.
pub fn in_words(at: Option<&str>, from: Option<&str>) -> String {
    match (at, from) {
        (None, _) => "never".to_owned(),
        (Some(at), None) => at.to_owned(),
        (Some(at), Some(from)) => format!("{at} from {from}"),
    }
}
