//! Events of tokens.

use hob_oauth_events::{RefreshReused, TokenRevoked};
use hob_plugin_sdk::db::{Connection, DbError};

use super::Events;
use crate::{
    act::Act,
    models::{Ended, RefreshToken},
};

/// Why tokens die before their end, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// One access token was given back (RFC 7009), or named by the operator.
    AccessToken {
        by_operator: bool,
    },
    /// The same with a refresh token, so all that came of one authorization.
    Family {
        by_operator: bool,
    },
    /// A code or a refresh token was used once too often.
    Replayed,
    Consents,
    ClientSuspended,
    ClientDeleted,
    MemberDisabled,
    PasswordChanged,
    MemberDeleted,
}

impl Revoked {
    const fn what(self) -> &'static str {
        match self {
            Self::AccessToken { .. } => "access",
            Self::Family { .. } | Self::Replayed => "family",
            Self::Consents => "consent",
            Self::ClientSuspended | Self::ClientDeleted => "client",
            Self::MemberDisabled | Self::PasswordChanged | Self::MemberDeleted => "member",
        }
    }

    /// As the event says it.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::AccessToken { by_operator } | Self::Family { by_operator } => {
                if by_operator {
                    "operator"
                } else {
                    "given_back"
                }
            }
            Self::Replayed => "replayed",
            Self::Consents => "consent_revoked",
            Self::ClientSuspended => "client_suspended",
            Self::ClientDeleted => "client_deleted",
            Self::MemberDisabled => "member_disabled",
            Self::PasswordChanged => "password_changed",
            Self::MemberDeleted => "member_deleted",
        }
    }
}

impl Events {
    /// Nothing where nothing died. `client_id` is empty where the tokens were
    /// those of several applications.
    ///
    /// # Errors
    /// The database's.
    pub fn tokens_revoked(
        self,
        connection: &mut Connection,
        act: &Act,
        (client_id, member_id): (&str, Option<i64>),
        revoked: Revoked,
        ended: Ended,
    ) -> Result<(), DbError> {
        if ended.tokens() == 0 {
            return Ok(());
        }
        self.token_revoked.raise(connection, || TokenRevoked {
            at: act.at.as_micros(),
            who: act.who.clone(),
            client_id: client_id.into(),
            member_id: member_id.into(),
            what: revoked.what().into(),
            access_tokens: ended.access_tokens,
            refresh_tokens: ended.refresh_tokens,
            reason: revoked.reason().into(),
        })
    }

    /// # Errors
    /// The database's.
    pub fn refresh_reused(
        self,
        connection: &mut Connection,
        act: &Act,
        token: &RefreshToken,
        ended: Ended,
    ) -> Result<(), DbError> {
        self.refresh_reused.raise(connection, || RefreshReused {
            at: act.at.as_micros(),
            who: act.who.clone(),
            client_id: token.client_id.as_str().into(),
            member_id: token.member_id,
            consent_id: token.consent,
            refresh_token: token.digest.name().into(),
            tokens_ended: ended.tokens(),
        })
    }
}
