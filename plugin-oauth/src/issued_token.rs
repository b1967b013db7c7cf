//! Tokens that a client shows to the server that issued them.
//!
//! A token says by its prefix what it is, so one lookup finds it. This module
//! does not know what the client wants of it.

use diesel::QueryResult;
use hob_jose::KeyThumbprint;
use hob_plugin_sdk::{
    auth::TokenId,
    db::{Connection, DbError, Timestamp},
};

use crate::{
    act::Act,
    events::{Events, PersonalTokenEnd, Revoked},
    models::{
        AccessToken, Client, Consents, LiveAccessToken, PersonalToken, RefreshToken, revoke_family,
    },
    resource::{Resource, WHOLE_SITE},
    scope::Scope,
    secret::{SecretDigest, SecretKind},
};

/// A token that may have been issued here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IssuedToken {
    Access(SecretDigest),
    Refresh(SecretDigest),
    Personal(SecretDigest),
}

/// A token that was.
#[derive(Debug, Clone)]
pub enum FoundToken {
    Access(AccessToken),
    Refresh(RefreshToken),
    /// Whose maker is its only client.
    Personal(PersonalToken),
}

/// What every token says, whichever it is.
#[derive(Debug, Clone, Copy)]
pub struct TokenTerms<'a> {
    /// As RFC 7009, section 2.1, calls it, or `personal_token`.
    pub kind: &'static str,
    pub digest: &'a SecretDigest,
    /// Whom it was issued to; none of a personal token.
    pub client_id: Option<&'a str>,
    /// What its member calls a personal token.
    pub name: Option<&'a str>,
    /// None where a client acts for itself.
    pub member_id: Option<i64>,
    pub scope: &'a Scope,
    pub resource: &'a Resource,
    /// Of the key whose owner alone may use it.
    pub key_thumbprint: Option<&'a KeyThumbprint>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// To the hour. None too of a refresh token that counts, for its use ends
    /// it.
    pub last_used_at: Option<Timestamp>,
}

/// A token that counts, with what only people want to know of it.
#[derive(Debug, Clone)]
pub struct LiveToken {
    pub token: FoundToken,
    /// The address that the last use came from.
    pub last_used_from: Option<String>,
}

impl IssuedToken {
    /// None for what can't have been issued here as a token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digest = |kind| SecretDigest::of_issued(kind, text);
        digest(SecretKind::AccessToken)
            .map(Self::Access)
            .or_else(|| digest(SecretKind::RefreshToken).map(Self::Refresh))
            .or_else(|| digest(SecretKind::PersonalToken).map(Self::Personal))
    }

    /// One indexed read. Also one that was consumed or has expired.
    ///
    /// # Errors
    /// The database's.
    pub fn find(self, connection: &mut Connection) -> QueryResult<Option<FoundToken>> {
        Ok(match self {
            Self::Access(digest) => AccessToken::find(connection, &digest)?.map(FoundToken::Access),
            Self::Refresh(digest) => {
                RefreshToken::find(connection, &digest)?.map(FoundToken::Refresh)
            }
            Self::Personal(digest) => {
                PersonalToken::find(connection, &digest)?.map(FoundToken::Personal)
            }
        })
    }
}

impl FoundToken {
    /// The one that logs and commands call by this name.
    ///
    /// # Errors
    /// The database's.
    pub fn named(connection: &mut Connection, token_id: TokenId) -> QueryResult<Option<Self>> {
        if let Some(token) = AccessToken::named(connection, token_id)? {
            return Ok(Some(Self::Access(token)));
        }
        if let Some(token) = RefreshToken::named(connection, token_id)? {
            return Ok(Some(Self::Refresh(token)));
        }
        Ok(PersonalToken::named(connection, token_id)?.map(Self::Personal))
    }

    /// Ends it: an access token or a personal one alone, a refresh token with
    /// all tokens that came of the same authorization.
    ///
    /// # Errors
    /// The database's.
    pub fn revoke(
        &self,
        connection: &mut Connection,
        events: Events,
        act: &Act,
        by_operator: bool,
    ) -> Result<(), DbError> {
        let (member_id, revoked, ended) = match self {
            Self::Access(token) => (
                token.member_id,
                Revoked::AccessToken { by_operator },
                token.revoke(connection)?,
            ),
            Self::Refresh(token) => (
                Some(token.member_id),
                Revoked::Family { by_operator },
                revoke_family(connection, token.consent, token.family)?,
            ),
            Self::Personal(token) => {
                token.revoke(connection)?;
                let why = if by_operator {
                    PersonalTokenEnd::ByOperator
                } else {
                    PersonalTokenEnd::GivenBack
                };
                return events.personal_token_revoked(connection, act, token, why);
            }
        };
        let client_id = self.terms().client_id.unwrap_or_default();
        events.tokens_revoked(connection, act, (client_id, member_id), revoked, ended)
    }

    #[must_use]
    pub fn terms(&self) -> TokenTerms<'_> {
        match self {
            Self::Access(token) => TokenTerms {
                kind: "access_token",
                digest: &token.digest,
                client_id: Some(&token.client_id),
                name: None,
                member_id: token.member_id,
                scope: &token.scope,
                resource: &token.resource,
                key_thumbprint: token.key_thumbprint.as_ref(),
                created_at: token.created_at,
                expires_at: token.expires_at,
                last_used_at: token.last_used_at,
            },
            Self::Refresh(token) => TokenTerms {
                kind: "refresh_token",
                digest: &token.digest,
                client_id: Some(&token.client_id),
                name: None,
                member_id: Some(token.member_id),
                scope: &token.scope,
                resource: &token.resource,
                key_thumbprint: token.key_thumbprint.as_ref(),
                created_at: token.created_at,
                expires_at: token.expires_at,
                last_used_at: None,
            },
            Self::Personal(token) => TokenTerms {
                kind: "personal_token",
                digest: &token.digest,
                client_id: None,
                name: Some(&token.name),
                member_id: Some(token.member_id),
                scope: &token.scope,
                resource: &WHOLE_SITE,
                key_thumbprint: None,
                created_at: token.created_at,
                expires_at: token.expires_at,
                last_used_at: token.last_used_at,
            },
        }
    }

    /// Whether it was issued to this client.
    #[must_use]
    pub fn is_of(&self, client: &Client) -> bool {
        match self {
            Self::Access(token) => token.client_id == client.client_id,
            Self::Refresh(token) => token.client_id == client.client_id,
            Self::Personal(_) => false,
        }
    }
}

impl LiveToken {
    /// Those under these consents that still count, and of a client that acts
    /// for itself: the access tokens, then the refresh tokens, then what a
    /// member made who is meant with all consents; of each the latest first.
    ///
    /// # Errors
    /// The database's.
    pub fn of(
        connection: &mut Connection,
        consents: Consents,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        let access = LiveAccessToken::of(connection, consents, now)?;
        let refresh = RefreshToken::live(connection, consents, now)?;
        let access = access.into_iter().map(|live| Self {
            token: FoundToken::Access(live.token),
            last_used_from: live.last_used_from,
        });
        let refresh = refresh.into_iter().map(|token| Self {
            token: FoundToken::Refresh(token),
            last_used_from: None,
        });
        let personal = match consents {
            Consents::Member(member_id) => {
                PersonalToken::live_of_member(connection, member_id, now)?
            }
            // They are of no client.
            Consents::Client(_) | Consents::Given(..) | Consents::One(_) => Vec::new(),
        };
        let personal = personal.into_iter().map(|token| Self {
            last_used_from: token.last_used_from.clone(),
            token: FoundToken::Personal(token),
        });
        Ok(access.chain(refresh).chain(personal).collect())
    }
}
