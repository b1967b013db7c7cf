//! Which entries are asked for.

use hob_plugin_sdk::db::Timestamp;

/// What an entry has to be, as far as it is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The name of whoever did it.
    pub who: Option<String>,
    /// The id of the member that it is about.
    pub about: Option<i64>,
    /// What the action is called, or what that begins with: `client`.
    pub what: Option<String>,
    pub plugin: Option<String>,
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
