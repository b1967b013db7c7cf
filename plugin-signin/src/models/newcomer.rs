//! Whose account elsewhere opens none here, and who may make one.

use diesel::{delete, insert_into, prelude::*, upsert::excluded};
use hob_plugin_sdk::db::{Connection, Timestamp};

use super::schema::signin_newcomers;
use crate::{identity::Identity, state::Digest};

/// Somebody who may make an account.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = signin_newcomers)]
pub struct Newcomer {
    pub id: i64,
    /// What the operator calls the provider.
    pub provider: String,
    pub issuer: String,
    pub subject: String,
    /// What the provider calls the account for people; empty if it does not
    /// say.
    pub name: String,
    /// A path of the site, to go to afterwards.
    pub next: String,
    /// With which tokens, where any are kept.
    pub arrival: Option<i64>,
}

/// Somebody who is to be known again by the browser.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = signin_newcomers)]
pub struct NewNewcomer {
    pub visit_digest: Digest,
    pub provider: String,
    pub issuer: String,
    pub subject: String,
    pub name: String,
    pub next: String,
    pub arrival: Option<i64>,
    pub expires_at: Timestamp,
}

/// How many expired rows each new one takes along.
const TAKEN_ALONG: i64 = 4;

impl NewNewcomer {
    /// Keeps it, in the place of whom the browser brought before, and clears
    /// away some of what has expired.
    pub fn keep(&self, connection: &mut Connection, now: Timestamp) -> QueryResult<()> {
        let expired: Vec<i64> = signin_newcomers::table
            .filter(signin_newcomers::expires_at.le(now))
            .order(signin_newcomers::expires_at)
            .limit(TAKEN_ALONG)
            .select(signin_newcomers::id)
            .load(connection)?;
        if !expired.is_empty() {
            delete(signin_newcomers::table.filter(signin_newcomers::id.eq_any(expired)))
                .execute(connection)?;
        }
        insert_into(signin_newcomers::table)
            .values(self)
            .on_conflict(signin_newcomers::visit_digest)
            .do_update()
            .set((
                signin_newcomers::provider.eq(excluded(signin_newcomers::provider)),
                signin_newcomers::issuer.eq(excluded(signin_newcomers::issuer)),
                signin_newcomers::subject.eq(excluded(signin_newcomers::subject)),
                signin_newcomers::name.eq(excluded(signin_newcomers::name)),
                signin_newcomers::next.eq(excluded(signin_newcomers::next)),
                signin_newcomers::arrival.eq(excluded(signin_newcomers::arrival)),
                signin_newcomers::expires_at.eq(excluded(signin_newcomers::expires_at)),
            ))
            .execute(connection)?;
        Ok(())
    }
}

impl Newcomer {
    /// Whom this browser brought.
    pub fn of_visit(
        connection: &mut Connection,
        visit: &Digest,
        now: Timestamp,
    ) -> QueryResult<Option<Self>> {
        signin_newcomers::table
            .filter(signin_newcomers::visit_digest.eq(visit))
            .filter(signin_newcomers::expires_at.gt(now))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Uses one up: it makes one account.
    pub fn use_up(
        connection: &mut Connection,
        id: i64,
        now: Timestamp,
    ) -> QueryResult<Option<Self>> {
        delete(
            signin_newcomers::table
                .find(id)
                .filter(signin_newcomers::expires_at.gt(now)),
        )
        .returning(Self::as_returning())
        .get_result(connection)
        .optional()
    }

    /// The account elsewhere.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity {
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
            name: self.name.clone(),
        }
    }
}
