//! Initial access tokens: with one, an application may register itself
//! (RFC 7591, section 3).

use diesel::prelude::*;
use hob_plugin_sdk::db::{Connection, Hob, Timestamp};

use super::schema::oauth_initial_access_tokens as tokens;
use crate::secret::SecretDigest;

/// An initial access token, as the operator sees it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tokens, check_for_backend(Hob))]
pub struct InitialAccessToken {
    /// What the operator calls it by.
    pub id: i64,
    pub note: Option<String>,
    pub uses_left: i64,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// One that is to be issued.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = tokens, treat_none_as_default_value = false)]
pub struct NewInitialAccessToken {
    pub digest: SecretDigest,
    pub note: Option<String>,
    pub uses_left: i64,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

impl InitialAccessToken {
    /// All that have not expired, in the order in which they were issued.
    pub fn all(connection: &mut Connection, now: Timestamp) -> QueryResult<Vec<Self>> {
        tokens::table
            .filter(tokens::expires_at.gt(now))
            .order(tokens::id)
            .select(Self::as_select())
            .load(connection)
    }

    pub fn insert(connection: &mut Connection, new: &NewInitialAccessToken) -> QueryResult<Self> {
        diesel::insert_into(tokens::table)
            .values(new)
            .returning(Self::as_returning())
            .get_result(connection)
    }

    /// Whether one of this digest could be used now.
    pub fn is_usable(
        connection: &mut Connection,
        digest: &SecretDigest,
        now: Timestamp,
    ) -> QueryResult<bool> {
        let found: Option<i64> = tokens::table
            .filter(tokens::digest.eq(digest))
            .filter(tokens::uses_left.gt(0))
            .filter(tokens::expires_at.gt(now))
            .select(tokens::id)
            .first(connection)
            .optional()?;
        Ok(found.is_some())
    }

    /// Takes one of its uses. Answers with its id; none if nothing is left of
    /// it, or it is not there any longer.
    pub fn consume(
        connection: &mut Connection,
        digest: &SecretDigest,
        now: Timestamp,
    ) -> QueryResult<Option<i64>> {
        diesel::update(
            tokens::table
                .filter(tokens::digest.eq(digest))
                .filter(tokens::uses_left.gt(0))
                .filter(tokens::expires_at.gt(now)),
        )
        .set(tokens::uses_left.eq(tokens::uses_left - 1))
        .returning(tokens::id)
        .get_result(connection)
        .optional()
    }

    /// Ends one. False if there is none of this id.
    pub fn revoke(connection: &mut Connection, id: i64) -> QueryResult<bool> {
        let deleted = diesel::delete(tokens::table.find(id)).execute(connection)?;
        Ok(deleted == 1)
    }
}
