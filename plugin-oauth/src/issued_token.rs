//! Tokens that a client shows to the server that issued them.
//!
//! A token says by its prefix what it is, so one lookup finds it. This module
//! does not know what the client wants of it.

use diesel::QueryResult;
use hob_plugin_sdk::{auth::TokenId, db::Connection};

use crate::{
    models::{AccessToken, RefreshToken, revoke_family},
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

    /// Ends it: an access token alone, a refresh token with all tokens that
    /// came of the same authorization.
    ///
    /// # Errors
    /// The database's.
    pub fn revoke(&self, connection: &mut Connection) -> QueryResult<()> {
        match self {
            Self::Access(token) => token.revoke(connection),
            Self::Refresh(token) => revoke_family(connection, token.consent, token.family),
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
