//! Events of tokens.

use hob_oauth_events::{RefreshReused, TokenExpired, TokenIssued, TokenRefreshed, TokenRevoked};
use hob_plugin_sdk::{
    Actor,
    db::{Connection, DbError},
};

use super::{Events, entry};
use crate::{
    act::Act,
    models::{AccessToken, Ended, EndedToken, RefreshToken},
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
    /// The member took a part of the consent back.
    Narrowed,
    /// All of an application, by the operator.
    ClientTokens,
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
            Self::Consents | Self::Narrowed => "consent",
            Self::ClientTokens | Self::ClientSuspended | Self::ClientDeleted => "client",
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
            Self::ClientTokens => "operator",
            Self::Replayed => "replayed",
            Self::Consents => "consent_revoked",
            Self::Narrowed => "consent_narrowed",
            Self::ClientSuspended => "client_suspended",
            Self::ClientDeleted => "client_deleted",
            Self::MemberDisabled => "member_disabled",
            Self::PasswordChanged => "password_changed",
            Self::MemberDeleted => "member_deleted",
        }
    }
}

/// Tokens that are about to be given out. Made only where somebody listens.
pub struct Issued {
    pub act: Act,
    pub grant_type: &'static str,
    /// The resource's identifier (RFC 8707).
    pub audience: String,
}

impl Events {
    /// Whether anybody listens to what this grant gives.
    pub fn hears_tokens_of(self, is_refresh: bool) -> bool {
        if is_refresh {
            self.token_refreshed.is_heard()
        } else {
            self.token_issued.is_heard()
        }
    }

    /// # Errors
    /// A plugin refuses, in words for the application.
    pub fn token_issued(
        self,
        connection: &mut Connection,
        issued: &Issued,
        token: &AccessToken,
        refresh: bool,
    ) -> Result<(), DbError> {
        self.token_issued.raise(connection, || TokenIssued {
            at: issued.act.at.as_micros(),
            who: issued.act.who.clone(),
            client_id: token.client_id.as_str().into(),
            member_id: token.member_id.into(),
            consent_id: token.consent.into(),
            token_id: token.digest.name().into(),
            grant_type: issued.grant_type.into(),
            scope: token.scope.to_string().into(),
            resource: issued.audience.as_str().into(),
            expires_at: token.expires_at.as_micros(),
            refresh,
            bound: token.key_thumbprint.is_some(),
        })
    }

    /// # Errors
    /// The database's.
    pub fn token_refreshed(
        self,
        connection: &mut Connection,
        issued: &Issued,
        token: &AccessToken,
    ) -> Result<(), DbError> {
        // What is refreshed is a member's.
        let (Some(member_id), Some(consent_id)) = (token.member_id, token.consent) else {
            return Ok(());
        };
        self.token_refreshed.raise(connection, || TokenRefreshed {
            at: issued.act.at.as_micros(),
            who: issued.act.who.clone(),
            client_id: token.client_id.as_str().into(),
            member_id,
            consent_id,
            token_id: token.digest.name().into(),
            scope: token.scope.to_string().into(),
            resource: issued.audience.as_str().into(),
            expires_at: token.expires_at.as_micros(),
            bound: token.key_thumbprint.is_some(),
        })
    }

    pub fn hears_expiry(self) -> bool {
        self.token_expired.is_heard()
    }

    /// One event for each.
    ///
    /// # Errors
    /// The database's.
    pub fn tokens_expired(
        self,
        connection: &mut Connection,
        act: &Act,
        kind: &'static str,
        tokens: &[EndedToken],
    ) -> Result<(), DbError> {
        tokens.iter().try_for_each(|token| {
            self.token_expired.raise(connection, || TokenExpired {
                at: act.at.as_micros(),
                who: act.who.clone(),
                token_id: token.digest.name().into(),
                kind: kind.into(),
                client_id: token.client_id.as_str().into(),
                member_id: token.member_id.into(),
                expired_at: token.expires_at.as_micros(),
            })
        })
    }

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
        if act.who.kind != Actor::Client {
            let entry = entry("token.revoked", act)
                .with("what", revoked.what())
                .with("reason", revoked.reason())
                .with_count("tokens_ended", ended.tokens());
            let entry = match client_id {
                "" => entry,
                client_id => entry.about("client", client_id),
            };
            connection.note(match member_id {
                Some(member_id) => entry.about_member(member_id),
                None => entry,
            })?;
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
        let entry = entry("refresh.reused", act)
            .about("client", &token.client_id)
            .about_member(token.member_id)
            .with_count("tokens_ended", ended.tokens());
        connection.note(entry)?;
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
