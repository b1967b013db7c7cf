//! Members who come by themselves, where the site lets them. A plugin vouches
//! for each, such as one that knows an account of another site.

use hob_plugin_sdk::{
    AuditEntry, MemberRegistered, Who,
    db::{Connection, Timestamp},
};

use super::{Member, MemberError, NewMember, Username};
use crate::audit;

/// Whether strangers may make accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Only the operator makes them.
    Closed,
    /// A plugin may, for whomever it vouches.
    Open,
}

/// Somebody who has no account yet.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// As typed.
    pub username: String,
    /// As the plugin knows it; empty where it doesn't.
    pub display_name: String,
    /// Which plugin vouches.
    pub plugin: String,
    /// By what the plugin knows the newcomer again.
    pub reference: String,
}

/// Characters of a name for people.
pub const LONGEST_NAME: usize = 60;

impl Newcomer {
    /// Makes the account: one without a password. The plugin hears of it in
    /// this transaction, and keeps what belongs to the new member.
    ///
    /// # Errors
    /// The username can't be one or is taken, or a plugin refuses.
    pub fn register(
        self,
        connection: &mut Connection,
        who: impl FnOnce(&Member) -> Who,
        now: Timestamp,
    ) -> Result<Member, MemberError> {
        let username = Username::parse(&self.username)?;
        let name: String = self
            .display_name
            .trim()
            .chars()
            .take(LONGEST_NAME)
            .collect();
        let new = NewMember {
            username: username.as_str().to_owned(),
            display_name: match name.is_empty() {
                true => username.as_str().to_owned(),
                false => name,
            },
            // Whose address a provider says it is, nobody here has verified.
            email: String::new(),
            email_verified: false,
            password_hash: Member::NO_PASSWORD.to_owned(),
            administrator: false,
            uploader: true,
            created_at: now,
        };
        let member = Member::create(connection, new)?;
        let entry = AuditEntry::new(audit::CORE, "member.registered", &who(&member), now);
        connection.note(entry.about_member(member.id).with("by", &self.plugin))?;
        connection.raise(&MemberRegistered {
            member_id: member.id,
            username: member.username.as_str().into(),
            plugin: self.plugin.into(),
            reference: self.reference.into(),
        })?;
        Ok(member)
    }
}
