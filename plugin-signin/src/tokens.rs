//! Tokens of providers, for requests in members' names: what is kept of them,
//! where, and sealed.
//!
//! It knows no HTTP, and not what a token is for.

use std::fmt;

use hob_plugin_sdk::{
    PluginError,
    db::{Connection, Timestamp},
    sealing::{Resealed, Sealing},
};
use rand::TryRng;
use serde::{Deserialize, Serialize};

use crate::{
    identity::Identity,
    models::{KeptToken, NewKeptToken},
    settings::Keeping,
};

/// What a provider gave.
#[derive(Clone)]
pub struct Granted {
    pub tokens: Tokens,
    /// Divided by spaces.
    pub scope: String,
    /// When the access token ends, as far as the provider says.
    pub expires_at: Option<Timestamp>,
}

/// The tokens themselves, as they are sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: Option<String>,
    /// By which requests are signed, of OAuth 1.0a.
    #[serde(default)]
    pub token_secret: Option<String>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tokens(…)")
    }
}

impl fmt::Debug for Granted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Granted(…)")
    }
}

/// Whose a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A member's, until the account is unlinked.
    Member(i64),
    /// A member's, until this session ends.
    Session(i64),
    /// The site's own.
    Site,
    /// Somebody's whose session is about to begin.
    Arrival(i64),
}

impl Holder {
    /// How it is stored: a word and an id.
    #[must_use]
    pub const fn stored(self) -> (&'static str, i64) {
        match self {
            Self::Member(id) => ("member", id),
            Self::Session(id) => ("session", id),
            Self::Site => ("site", 0),
            Self::Arrival(id) => ("arrival", id),
        }
    }

    /// For somebody who arrives, by a number that nobody else has.
    ///
    /// # Panics
    /// The operating system has no random numbers: nothing can be safe then.
    #[must_use]
    pub fn arrival() -> Self {
        let number = rand::rngs::SysRng
            .try_next_u64()
            .expect("the operating system has random numbers");
        Self::Arrival((number >> 1).cast_signed())
    }

    /// Its number, where it is of somebody who arrives.
    #[must_use]
    pub const fn arrived(self) -> Option<i64> {
        match self {
            Self::Arrival(number) => Some(number),
            Self::Member(_) | Self::Session(_) | Self::Site => None,
        }
    }

    /// Whose the tokens of this member are, who is signed in in this session;
    /// none where a provider's tokens are kept nowhere.
    #[must_use]
    pub const fn of_member(keeping: Keeping, member_id: i64, session_id: i64) -> Option<Self> {
        match keeping {
            Keeping::None => None,
            Keeping::Session => Some(Self::Session(session_id)),
            Keeping::Database => Some(Self::Member(member_id)),
        }
    }
}

/// Where tokens are kept.
#[derive(Clone, Copy)]
pub struct TokenStore {
    sealing: Sealing,
}

/// How many rows are sealed anew in one transaction.
const RESEALED_AT_ONCE: i64 = 200;

impl TokenStore {
    #[must_use]
    pub const fn new(sealing: Sealing) -> Self {
        Self { sealing }
    }

    /// Keeps what a provider gave, in the place of what it gave before.
    ///
    /// # Errors
    /// It can't be sealed, or the database failed.
    pub fn keep(
        self,
        connection: &mut Connection,
        holder: Holder,
        provider: &str,
        identity: &Identity,
        granted: &Granted,
        now: Timestamp,
    ) -> Result<(), PluginError> {
        let (holder_kind, holder_id) = holder.stored();
        let place = place((holder_kind, holder_id), provider, identity_of(identity));
        let sealed = self
            .sealing
            .seal(&serde_json::to_vec(&granted.tokens)?, &place)?;
        let new = NewKeptToken {
            provider,
            holder_kind,
            holder_id,
            issuer: &identity.issuer,
            subject: &identity.subject,
            name: &identity.name,
            scope: &granted.scope,
            key_id: sealed.key().unwrap_or_default(),
            sealed,
            expires_at: granted.expires_at,
            updated_at: now,
        };
        Ok(new.keep(connection)?)
    }

    /// The tokens of a row.
    ///
    /// # Errors
    /// The key is not there, or this was sealed elsewhere.
    pub fn open(self, row: &KeptToken) -> Result<Tokens, PluginError> {
        let opened = self.sealing.open(&row.sealed, &place_of(row))?;
        Ok(serde_json::from_slice(opened.reveal())?)
    }

    /// Gives what somebody arrived with to the session or the member, if there
    /// is a keeper for it.
    ///
    /// # Errors
    /// It can't be opened, or the database failed.
    pub fn adopt(
        self,
        connection: &mut Connection,
        arrival: i64,
        keeper: impl Fn(&KeptToken) -> Option<Holder>,
        now: Timestamp,
    ) -> Result<(), PluginError> {
        let Some(row) = KeptToken::take_arrival(connection, arrival)? else {
            return Ok(());
        };
        let Some(holder) = keeper(&row) else {
            return Ok(());
        };
        let granted = Granted {
            tokens: self.open(&row)?,
            scope: row.scope.clone(),
            expires_at: row.expires_at,
        };
        let identity = Identity {
            issuer: row.issuer,
            subject: row.subject,
            name: row.name,
        };
        self.keep(connection, holder, &row.provider, &identity, &granted, now)
    }

    /// Puts refreshed tokens into a row, if it is still claimed until then.
    ///
    /// # Errors
    /// They can't be sealed, or the database failed.
    pub fn renew(
        self,
        connection: &mut Connection,
        row: &KeptToken,
        until: Timestamp,
        granted: &Granted,
        now: Timestamp,
    ) -> Result<bool, PluginError> {
        let tokens = serde_json::to_vec(&granted.tokens)?;
        let sealed = self.sealing.seal(&tokens, &place_of(row))?;
        let what = (granted.scope.as_str(), granted.expires_at);
        Ok(row.renew(connection, until, sealed, what, now)?)
    }

    /// Seals some anew that another key than the present one sealed, after the
    /// row of this id. None once there are no more.
    ///
    /// # Errors
    /// The database failed.
    pub fn reseal(
        self,
        connection: &mut Connection,
        after: i64,
        counts: &mut Resealed,
    ) -> Result<Option<i64>, PluginError> {
        let key = self.sealing.key();
        let rows = KeptToken::sealed_otherwise(connection, key, after, RESEALED_AT_ONCE)?;
        for row in &rows {
            match self.sealing.reseal(&row.sealed, &place_of(row)) {
                Ok(Some(sealed)) => counts.anew += u64::from(row.reseal(connection, sealed)?),
                Ok(None) => {}
                Err(_) => counts.unopened += 1,
            }
        }
        Ok(rows.last().map(|row| row.id))
    }
}

fn place_of(row: &KeptToken) -> String {
    place(
        (&row.holder_kind, row.holder_id),
        &row.provider,
        (&row.issuer, &row.subject),
    )
}

fn identity_of(identity: &Identity) -> (&str, &str) {
    (&identity.issuer, &identity.subject)
}

/// Where a token is kept: what was sealed for one member opens for no other,
/// and what one issuer gave is never taken for another's.
fn place(
    (holder_kind, holder_id): (&str, i64),
    provider: &str,
    (issuer, subject): (&str, &str),
) -> String {
    format!("token of {holder_kind} {holder_id} at {provider}, issuer {issuer}, account {subject}")
}
