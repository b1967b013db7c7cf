//! When and from where something was last used, as far as it is written down.
//!
//! Each method here is one row's UPDATE, for a transaction of its own: whoever
//! revokes takes many rows at once, in an order of the database's choosing,
//! and two that hold more than one row each could wait for each other.

use std::time::Duration;

use diesel::prelude::*;
use hob_plugin_sdk::db::{Connection, Timestamp};

use super::schema::{oauth_access_tokens, oauth_clients, oauth_consents, oauth_personal_tokens};
use crate::secret::SecretDigest;

/// How often, at most, the use of one secret or token is written down.
const NOTED_EVERY: Duration = Duration::from_secs(3600);

/// Whether a use now ought to be written down, if this is the last that is.
#[must_use]
pub fn is_due(last_noted: Option<Timestamp>, now: Timestamp) -> bool {
    last_noted.is_none_or(|last| now.saturating_duration_since(last) >= NOTED_EVERY)
}

/// A use: when, and from which address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub at: Timestamp,
    pub from: Box<str>,
}

impl Use {
    /// Of an access token, unless a later one is written down.
    pub fn note_of_token(
        &self,
        connection: &mut Connection,
        digest: &SecretDigest,
    ) -> QueryResult<()> {
        use oauth_access_tokens::dsl::{last_used_at, last_used_from};
        let earlier = last_used_at.is_null().or(last_used_at.lt(self.at));
        diesel::update(oauth_access_tokens::table.find(digest).filter(earlier))
            .set((last_used_at.eq(self.at), last_used_from.eq(&*self.from)))
            .execute(connection)?;
        Ok(())
    }

    /// Of a personal token, unless a later one is written down.
    pub fn note_of_personal_token(
        &self,
        connection: &mut Connection,
        digest: &SecretDigest,
    ) -> QueryResult<()> {
        use oauth_personal_tokens::dsl::{last_used_at, last_used_from};
        let earlier = last_used_at.is_null().or(last_used_at.lt(self.at));
        diesel::update(oauth_personal_tokens::table.find(digest).filter(earlier))
            .set((last_used_at.eq(self.at), last_used_from.eq(&*self.from)))
            .execute(connection)?;
        Ok(())
    }

    /// Of what a member allows, unless a later one is written down.
    pub fn note_of_consent(&self, connection: &mut Connection, id: i64) -> QueryResult<()> {
        use oauth_consents::dsl::{last_used_at, last_used_from};
        let earlier = last_used_at.is_null().or(last_used_at.lt(self.at));
        diesel::update(oauth_consents::table.find(id).filter(earlier))
            .set((last_used_at.eq(self.at), last_used_from.eq(&*self.from)))
            .execute(connection)?;
        Ok(())
    }

    /// Of a client, once an hour, however many tokens it has.
    pub fn note_of_client(&self, connection: &mut Connection, client_id: &str) -> QueryResult<()> {
        use oauth_clients::dsl::last_used_at;
        let earlier = last_used_at
            .is_null()
            .or(last_used_at.le(self.at - NOTED_EVERY));
        diesel::update(
            oauth_clients::table
                .filter(oauth_clients::client_id.eq(client_id))
                .filter(earlier),
        )
        .set(last_used_at.eq(self.at))
        .execute(connection)?;
        Ok(())
    }
}
