//! The site's audit log: who did what, when and from where. Plugins note in
//! it; the host stores it, and operators look.

use abi_stable::std_types::{ROption, RString};
use serde_json::{Map, Value};

use crate::{
    Who,
    db::{Connection, DbError, Timestamp},
    event,
};

event! {
    /// Something was done that an operator may want to find again: an entry of
    /// the audit log. The host stores it in the same transaction.
    pub struct AuditNoted: "hob.audit.noted" 1 {
        /// When, in microseconds since 1970 (UTC).
        at: i64,
        /// Who did it, and from where.
        who: Who,
        /// The plugin's id, or `core`.
        plugin: RString,
        /// What was done: `client.suspended`.
        action: RString,
        /// Whose account it is about, if it is about one.
        member_id: ROption<i64>,
        /// What it was done to: `client`; empty if to nothing beside a member.
        subject_kind: RString,
        /// What that is called: an id that does not change.
        subject: RString,
        /// More of it, as a JSON object. Never a secret.
        details: RString,
    }
}

/// An entry that is being made. It takes ids, names, scopes and counts, and
/// has no place for a secret.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    noted: AuditNoted,
    details: Map<String, Value>,
}

impl AuditEntry {
    /// What somebody did, as a plugin or the core calls it.
    #[must_use]
    pub fn new(plugin: &str, action: &str, who: &Who, at: Timestamp) -> Self {
        Self {
            noted: AuditNoted {
                at: at.as_micros(),
                who: who.clone(),
                plugin: plugin.into(),
                action: action.into(),
                member_id: ROption::RNone,
                subject_kind: RString::new(),
                subject: RString::new(),
                details: RString::new(),
            },
            details: Map::new(),
        }
    }

    /// Whose account it is about.
    #[must_use]
    pub fn about_member(mut self, member_id: i64) -> Self {
        self.noted.member_id = ROption::RSome(member_id);
        self
    }

    /// What it was done to, by an id that does not change.
    #[must_use]
    pub fn about(mut self, kind: &str, id: &str) -> Self {
        self.noted.subject_kind = kind.into();
        self.noted.subject = id.into();
        self
    }

    /// A name, a scope or a reason.
    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.details.insert(name.to_owned(), text.into());
        self
    }

    /// How many.
    #[must_use]
    pub fn with_count(mut self, name: &str, count: u64) -> Self {
        self.details.insert(name.to_owned(), count.into());
        self
    }

    /// How many such acts were not noted since the last one that was, as
    /// [`Seldom::tell`](crate::Seldom::tell) has it. Nothing where it is none.
    #[must_use]
    pub fn with_left_out(self, left_out: u64) -> Self {
        match left_out {
            0 => self,
            some => self.with_count("left_out", some),
        }
    }
}

impl Connection {
    /// Notes an entry in the audit log, in this transaction: what can't be
    /// noted is not done.
    ///
    /// # Errors
    /// It can't be stored, and the transaction has to be rolled back.
    pub fn note(&mut self, entry: AuditEntry) -> Result<(), DbError> {
        let mut noted = entry.noted;
        noted.details = Value::Object(entry.details).to_string().into();
        self.raise(&noted)
    }
}
