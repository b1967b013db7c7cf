//! The digests of what confidential clients prove themselves with.

use diesel::prelude::*;
use hob_plugin_sdk::db::{Connection, Hob, Timestamp};

use super::{
    last_use,
    schema::oauth_client_secrets::{self as secrets, dsl},
};
use crate::secret::SecretDigest;

/// A client's secret.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(
    table_name = secrets,
    check_for_backend(Hob),
    treat_none_as_default_value = false
)]
pub struct ClientSecret {
    pub digest: SecretDigest,
    /// The client's row.
    pub client: i64,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

impl ClientSecret {
    /// One that was just made and lives until it is told otherwise.
    #[must_use]
    pub fn new(digest: SecretDigest, client: i64, now: Timestamp) -> Self {
        Self {
            digest,
            client,
            created_at: now,
            expires_at: None,
            last_used_at: None,
        }
    }

    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether a use now ought to be written down.
    #[must_use]
    pub fn wants_use_noted(&self, now: Timestamp) -> bool {
        last_use::is_due(self.last_used_at, now)
    }

    /// Those of a client that count now, the oldest first.
    pub fn live_of_client(
        connection: &mut Connection,
        client: i64,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        let mut secrets: Vec<Self> = secrets::table
            .filter(dsl::client.eq(client))
            .select(Self::as_select())
            .load(connection)?;
        secrets.retain(|secret| secret.is_live(now));
        secrets.sort_by_key(|secret| secret.created_at);
        Ok(secrets)
    }

    /// All that count now.
    pub fn live(connection: &mut Connection, now: Timestamp) -> QueryResult<Vec<Self>> {
        secrets::table
            .filter(dsl::expires_at.is_null().or(dsl::expires_at.gt(now)))
            .order(dsl::created_at)
            .select(Self::as_select())
            .load(connection)
    }

    pub fn insert(&self, connection: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(secrets::table)
            .values(self)
            .execute(connection)?;
        Ok(())
    }

    /// Ends all of a client's that would live longer at `end`, and answers with
    /// which they are.
    pub fn expire_all(
        connection: &mut Connection,
        client: i64,
        end: Timestamp,
    ) -> QueryResult<Vec<SecretDigest>> {
        diesel::update(
            secrets::table
                .filter(dsl::client.eq(client))
                .filter(dsl::expires_at.is_null().or(dsl::expires_at.gt(end))),
        )
        .set(dsl::expires_at.eq(end))
        .returning(dsl::digest)
        .get_results(connection)
    }

    /// Deletes those of a client that have expired.
    pub fn delete_expired(
        connection: &mut Connection,
        client: i64,
        now: Timestamp,
    ) -> QueryResult<()> {
        diesel::delete(
            secrets::table
                .filter(dsl::client.eq(client))
                .filter(dsl::expires_at.le(now)),
        )
        .execute(connection)?;
        Ok(())
    }

    /// Writes down that a secret was used, unless a later use is written down.
    pub fn note_use(
        connection: &mut Connection,
        digest: &SecretDigest,
        used_at: Timestamp,
    ) -> QueryResult<()> {
        diesel::update(
            secrets::table.filter(dsl::digest.eq(digest)).filter(
                dsl::last_used_at
                    .is_null()
                    .or(dsl::last_used_at.lt(used_at)),
            ),
        )
        .set(dsl::last_used_at.eq(used_at))
        .execute(connection)?;
        Ok(())
    }
}
