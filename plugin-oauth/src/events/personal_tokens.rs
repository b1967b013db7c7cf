//! Events of personal access tokens.

use hob_oauth_events::{PersonalTokenMade, PersonalTokenRevoked};
use hob_plugin_sdk::{
    AuditEntry,
    db::{Connection, DbError},
};

use super::{Events, Revoked, entry};
use crate::{act::Act, models::PersonalToken};

/// Why one dies before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonalTokenEnd {
    ByMember,
    ByOperator,
    /// By whoever has it (RFC 7009).
    GivenBack,
    /// With all else that was issued in the member's name.
    With(Revoked),
}

impl PersonalTokenEnd {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ByMember => "member",
            Self::ByOperator => "operator",
            Self::GivenBack => "given_back",
            Self::With(revoked) => revoked.reason(),
        }
    }
}

fn token_entry(action: &str, act: &Act, token: &PersonalToken) -> AuditEntry {
    entry(action, act)
        .about("personal_token", &token.digest.name())
        .about_member(token.member_id)
        .with("name", &token.name)
}

impl Events {
    /// # Errors
    /// A plugin refuses, in words for the member.
    pub fn personal_token_made(
        self,
        connection: &mut Connection,
        act: &Act,
        token: &PersonalToken,
    ) -> Result<(), DbError> {
        let scope = token.scope.to_string();
        connection
            .note(token_entry("personal_token.made", act, token).with("scope", scope.as_str()))?;
        self.personal_token_made
            .raise(connection, || PersonalTokenMade {
                at: act.at.as_micros(),
                who: act.who.clone(),
                token_id: token.digest.name().into(),
                name: token.name.as_str().into(),
                member_id: token.member_id,
                scope: scope.into(),
                expires_at: token.expires_at.as_micros(),
            })
    }

    /// # Errors
    /// The database's.
    pub fn personal_token_revoked(
        self,
        connection: &mut Connection,
        act: &Act,
        token: &PersonalToken,
        why: PersonalTokenEnd,
    ) -> Result<(), DbError> {
        let reason = why.as_str();
        connection
            .note(token_entry("personal_token.revoked", act, token).with("reason", reason))?;
        self.personal_token_revoked
            .raise(connection, || PersonalTokenRevoked {
                at: act.at.as_micros(),
                who: act.who.clone(),
                token_id: token.digest.name().into(),
                name: token.name.as_str().into(),
                member_id: token.member_id,
                reason: reason.into(),
            })
    }
}
