//! Which entries are asked for.

use std::time::Duration;

use hob_plugin_manifest::config::parse_duration;
use hob_plugin_sdk::db::Timestamp;

/// What an entry has to be, as far as it is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The name of whoever did it.
    pub who: Option<String>,
    /// The id of the member that it is about.
    pub about: Option<i64>,
    /// The id of what it was done to, such as an application.
    pub subject: Option<String>,
    /// What it was done to, such as `client`: two kinds may have the same ids.
    pub subject_kind: Option<String>,
    /// What the action is called, or what that begins with: `client`.
    pub what: Option<String>,
    pub plugin: Option<String>,
    /// The address that it came from.
    pub from: Option<String>,
    pub since: Option<Timestamp>,
    /// And before this.
    pub until: Option<Timestamp>,
}

impl Filter {
    /// Actions that begin with `what`, as a range from and to.
    pub(super) fn what_range(&self) -> Option<(String, String)> {
        let from = self.what.clone()?;
        let mut to = from.clone();
        // Names of actions are ASCII, and this comes after all of it.
        to.push('\u{7f}');
        Some((from, to))
    }
}

/// A time as operators write it: so long before `now` (`7d`), a day in UTC, or
/// a time with its offset (RFC 3339). None of what is none of these.
#[must_use]
pub fn read_time(typed: &str, now: Timestamp) -> Option<Timestamp> {
    let ago = parse_duration(typed).ok();
    if let Some(seconds) = ago.and_then(|seconds| u64::try_from(seconds).ok()) {
        return Some(now - Duration::from_secs(seconds));
    }
    typed
        .parse()
        .or_else(|_| format!("{typed}T00:00:00Z").parse())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_three_ways() {
        let now: Timestamp = "2026-03-08T12:00:00Z".parse().unwrap();
        let read = |typed| read_time(typed, now).map(|time| time.to_string());
        assert_eq!(read("7d").unwrap(), "2026-03-01T12:00:00Z");
        assert_eq!(read("2026-01-31").unwrap(), "2026-01-31T00:00:00Z");
        assert_eq!(
            read("2026-01-31T06:00:00Z").unwrap(),
            "2026-01-31T06:00:00Z"
        );
        for bad in ["yesterday", "", "2026-13-01"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
