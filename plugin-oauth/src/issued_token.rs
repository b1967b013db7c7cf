//! Tokens that a client shows to the server that issued them.
//!
//! A token says by its prefix what it is, so one lookup finds it. This module
//! does not know what the client wants of it.

use diesel::QueryResult;
use hob_plugin_sdk::{
    auth::TokenId,
    db::{Connection, DbError, Timestamp},
};

use crate::{
    act::Act,
    events::{Events, Revoked},
    key_thumbprint::KeyThumbprint,
    models::{AccessToken, Consents, RefreshToken, revoke_family},
    resource::Resource,
    scope::Scope,
    secret::{SecretDigest, SecretKind},
};

/// A token that may have been issued here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuedToken {
    Access(SecretDigest),
    Refresh(SecretDigest),
}

/// A token that was.
#[derive(Debug, Clone)]
pub enum FoundToken {
    Access(AccessToken),
    Refresh(RefreshToken),
}

/// What every token says, whichever it is.
#[derive(Debug, Clone, Copy)]
pub struct TokenTerms<'a> {
    /// As RFC 7009, section 2.1, calls it.
    pub kind: &'static str,
    pub digest: &'a SecretDigest,
    /// Whom it was issued to.
    pub client_id: &'a str,
    /// None where a client acts for itself.
    pub member_id: Option<i64>,
    pub scope: &'a Scope,
    pub resource: &'a Resource,
    /// Of the key whose owner alone may use it.
    pub key_thumbprint: Option<&'a KeyThumbprint>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

impl IssuedToken {
    /// None for what can't have been issued here as a token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digest = |kind| SecretDigest::of_issued(kind, text);
        digest(SecretKind::AccessToken)
            .map(Self::Access)
            .or_else(|| digest(SecretKind::RefreshToken).map(Self::Refresh))
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
        Ok(RefreshToken::named(connection, token_id)?.map(Self::Refresh))
    }

    /// Those under these consents that still count, and of a client that acts
    /// for itself: the access tokens, and then the refresh tokens; of each the
    /// latest first.
    ///
    /// # Errors
    /// The database's.
    pub fn live(
        connection: &mut Connection,
        consents: Consents,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        let access = AccessToken::live(connection, consents, now)?;
        let refresh = RefreshToken::live(connection, consents, now)?;
        let access = access.into_iter().map(Self::Access);
        Ok(access
            .chain(refresh.into_iter().map(Self::Refresh))
            .collect())
    }

    /// Ends it: an access token alone, a refresh token with all tokens that
    /// came of the same authorization.
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
        };
        events.tokens_revoked(
            connection,
            act,
            (self.client_id(), member_id),
            revoked,
            ended,
        )
    }

    #[must_use]
    pub fn terms(&self) -> TokenTerms<'_> {
        match self {
            Self::Access(token) => TokenTerms {
                kind: "access_token",
                digest: &token.digest,
                client_id: &token.client_id,
                member_id: token.member_id,
                scope: &token.scope,
                resource: &token.resource,
                key_thumbprint: token.key_thumbprint.as_ref(),
                created_at: token.created_at,
                expires_at: token.expires_at,
            },
            Self::Refresh(token) => TokenTerms {
                kind: "refresh_token",
                digest: &token.digest,
                client_id: &token.client_id,
                member_id: Some(token.member_id),
                scope: &token.scope,
                resource: &token.resource,
                key_thumbprint: token.key_thumbprint.as_ref(),
                created_at: token.created_at,
                expires_at: token.expires_at,
            },
        }
    }

    /// Whom it was issued to.
    #[must_use]
    pub fn client_id(&self) -> &str {
        match self {
            Self::Access(token) => &token.client_id,
            Self::Refresh(token) => &token.client_id,
        }
    }
}
