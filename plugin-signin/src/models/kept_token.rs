//! Tokens of providers, sealed.

use diesel::{delete, dsl::count_star, insert_into, prelude::*, update, upsert::excluded};
use hob_plugin_sdk::{
    db::{Connection, Timestamp},
    sealing::{KeyId, Sealed},
};

use super::schema::signin_tokens;
use crate::tokens::Holder;

/// A token that is kept.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = signin_tokens)]
pub struct KeptToken {
    pub id: i64,
    /// What the operator calls the provider: a token is of one client there.
    pub provider: String,
    pub holder_kind: String,
    pub holder_id: i64,
    pub issuer: String,
    pub subject: String,
    pub name: String,
    pub scope: String,
    pub sealed: Sealed,
    pub expires_at: Option<Timestamp>,
    /// Somebody is refreshing it, and leaves it to others after this.
    pub refreshed_until: Option<Timestamp>,
}

/// A token to be kept.
#[derive(Debug, Insertable)]
#[diesel(table_name = signin_tokens)]
pub struct NewKeptToken<'a> {
    pub provider: &'a str,
    pub holder_kind: &'a str,
    pub holder_id: i64,
    pub issuer: &'a str,
    pub subject: &'a str,
    pub name: &'a str,
    pub scope: &'a str,
    pub sealed: Sealed,
    pub key_id: KeyId,
    pub expires_at: Option<Timestamp>,
    pub updated_at: Timestamp,
}

/// Those whose session never began are forgotten after so long.
const ARRIVAL_LASTS: std::time::Duration = std::time::Duration::from_secs(3600);

impl NewKeptToken<'_> {
    /// Keeps it, in the place of the one that was there. What arrived and never
    /// came in is cleared away.
    pub fn keep(&self, connection: &mut Connection) -> QueryResult<()> {
        delete(
            signin_tokens::table
                .filter(signin_tokens::holder_kind.eq("arrival"))
                .filter(signin_tokens::updated_at.le(self.updated_at - ARRIVAL_LASTS)),
        )
        .execute(connection)?;
        insert_into(signin_tokens::table)
            .values(self)
            .on_conflict((
                signin_tokens::holder_kind,
                signin_tokens::holder_id,
                signin_tokens::provider,
                signin_tokens::subject,
            ))
            .do_update()
            .set((
                signin_tokens::issuer.eq(excluded(signin_tokens::issuer)),
                signin_tokens::name.eq(excluded(signin_tokens::name)),
                signin_tokens::scope.eq(excluded(signin_tokens::scope)),
                signin_tokens::sealed.eq(excluded(signin_tokens::sealed)),
                signin_tokens::key_id.eq(excluded(signin_tokens::key_id)),
                signin_tokens::expires_at.eq(excluded(signin_tokens::expires_at)),
                signin_tokens::updated_at.eq(excluded(signin_tokens::updated_at)),
                signin_tokens::refreshed_until.eq(None::<Timestamp>),
            ))
            .execute(connection)?;
        Ok(())
    }
}

impl KeptToken {
    /// Those of a holder, by provider.
    pub fn of_holder(connection: &mut Connection, holder: Holder) -> QueryResult<Vec<Self>> {
        let (kind, id) = holder.stored();
        signin_tokens::table
            .filter(signin_tokens::holder_kind.eq(kind))
            .filter(signin_tokens::holder_id.eq(id))
            .order((signin_tokens::provider, signin_tokens::id))
            .select(Self::as_select())
            .load(connection)
    }

    /// One by its id.
    pub fn find(connection: &mut Connection, id: i64) -> QueryResult<Option<Self>> {
        signin_tokens::table
            .find(id)
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Takes what somebody arrived with.
    pub fn take_arrival(connection: &mut Connection, arrival: i64) -> QueryResult<Option<Self>> {
        let (kind, id) = Holder::Arrival(arrival).stored();
        delete(
            signin_tokens::table
                .filter(signin_tokens::holder_kind.eq(kind))
                .filter(signin_tokens::holder_id.eq(id)),
        )
        .returning(Self::as_returning())
        .get_result(connection)
        .optional()
    }

    /// Whether somebody is refreshing it now.
    #[must_use]
    pub fn is_being_refreshed(&self, now: Timestamp) -> bool {
        self.refreshed_until.is_some_and(|until| now < until)
    }

    /// Takes on to refresh it, if it is still what was read and nobody else is
    /// at it: on this node or another. From then on it is for whoever did so to
    /// [`Self::renew`], [`Self::forget`] or [`Self::release`] it, for as long as
    /// `refreshed_until` says the same: what a key seals anew meanwhile changes
    /// nothing of that, and what is linked anew ends it.
    pub fn claim(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        until: Timestamp,
    ) -> QueryResult<bool> {
        let nobody_is_at_it = signin_tokens::refreshed_until
            .is_null()
            .or(signin_tokens::refreshed_until.le(now));
        let claimed = update(
            signin_tokens::table
                .find(self.id)
                .filter(signin_tokens::sealed.eq(&self.sealed))
                .filter(nobody_is_at_it),
        )
        .set(signin_tokens::refreshed_until.eq(Some(until)))
        .execute(connection)?;
        Ok(claimed == 1)
    }

    /// Leaves it to others to refresh it, if it is still claimed until then.
    pub fn release(&self, connection: &mut Connection, until: Timestamp) -> QueryResult<()> {
        update(
            signin_tokens::table
                .find(self.id)
                .filter(signin_tokens::refreshed_until.eq(until)),
        )
        .set(signin_tokens::refreshed_until.eq(None::<Timestamp>))
        .execute(connection)?;
        Ok(())
    }

    /// Puts others in their place, if it is still claimed until then.
    pub fn renew(
        &self,
        connection: &mut Connection,
        until: Timestamp,
        sealed: Sealed,
        (scope, expires_at): (&str, Option<Timestamp>),
        now: Timestamp,
    ) -> QueryResult<bool> {
        let renewed = update(
            signin_tokens::table
                .find(self.id)
                .filter(signin_tokens::refreshed_until.eq(until)),
        )
        .set((
            signin_tokens::key_id.eq(sealed.key().unwrap_or_default()),
            signin_tokens::sealed.eq(sealed),
            signin_tokens::scope.eq(scope),
            signin_tokens::expires_at.eq(expires_at),
            signin_tokens::updated_at.eq(now),
            signin_tokens::refreshed_until.eq(None::<Timestamp>),
        ))
        .execute(connection)?;
        Ok(renewed == 1)
    }

    /// Forgets one that is of no use any more, if it is still claimed until then.
    pub fn forget(&self, connection: &mut Connection, until: Timestamp) -> QueryResult<bool> {
        let forgotten = delete(
            signin_tokens::table
                .find(self.id)
                .filter(signin_tokens::refreshed_until.eq(until)),
        )
        .execute(connection)?;
        Ok(forgotten == 1)
    }

    /// Forgets all of a holder's.
    pub fn forget_holder(connection: &mut Connection, holder: Holder) -> QueryResult<()> {
        let (kind, id) = holder.stored();
        delete(
            signin_tokens::table
                .filter(signin_tokens::holder_kind.eq(kind))
                .filter(signin_tokens::holder_id.eq(id)),
        )
        .execute(connection)?;
        Ok(())
    }

    /// Forgets the site's own at a provider, and answers with the account that
    /// it was.
    pub fn forget_site(connection: &mut Connection, provider: &str) -> QueryResult<Option<Self>> {
        let (kind, _) = Holder::Site.stored();
        delete(
            signin_tokens::table
                .filter(signin_tokens::holder_kind.eq(kind))
                .filter(signin_tokens::provider.eq(provider)),
        )
        .returning(Self::as_returning())
        .get_result(connection)
        .optional()
    }

    /// Forgets all of an account elsewhere that members hold, and answers with
    /// them: it opens nobody's any longer.
    pub fn forget_account(
        connection: &mut Connection,
        issuer: &str,
        subject: &str,
    ) -> QueryResult<Vec<Self>> {
        delete(
            signin_tokens::table
                .filter(signin_tokens::issuer.eq(issuer))
                .filter(signin_tokens::subject.eq(subject))
                .filter(signin_tokens::holder_kind.ne("site")),
        )
        .returning(Self::as_returning())
        .get_results(connection)
    }

    /// How many are sealed under which key.
    pub fn count_by_key(connection: &mut Connection) -> QueryResult<Vec<(KeyId, i64)>> {
        signin_tokens::table
            .group_by(signin_tokens::key_id)
            .select((signin_tokens::key_id, count_star()))
            .load(connection)
    }

    /// Some that another key than this sealed, by their ids.
    pub fn sealed_otherwise(
        connection: &mut Connection,
        key: KeyId,
        after: i64,
        at_most: i64,
    ) -> QueryResult<Vec<Self>> {
        signin_tokens::table
            .filter(signin_tokens::key_id.ne(key))
            .filter(signin_tokens::id.gt(after))
            .order(signin_tokens::id)
            .limit(at_most)
            .select(Self::as_select())
            .load(connection)
    }

    /// The same secret, sealed anew, if it is still what was read.
    pub fn reseal(&self, connection: &mut Connection, sealed: Sealed) -> QueryResult<bool> {
        let resealed = update(
            signin_tokens::table
                .find(self.id)
                .filter(signin_tokens::sealed.eq(&self.sealed)),
        )
        .set((
            signin_tokens::key_id.eq(sealed.key().unwrap_or_default()),
            signin_tokens::sealed.eq(sealed),
        ))
        .execute(connection)?;
        Ok(resealed == 1)
    }
}
