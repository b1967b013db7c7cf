//! Accounts of other sites, and the members whom they open.

use diesel::{delete, insert_into, prelude::*, update};
use hob_plugin_sdk::db::{Connection, Timestamp};

use super::schema::signin_accounts;
use crate::identity::Identity;

/// An account of another site that opens a member's.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = signin_accounts)]
pub struct LinkedAccount {
    pub id: i64,
    pub issuer: String,
    pub subject: String,
    pub member_id: i64,
    /// What the provider calls it for people; empty if it does not say.
    pub name: String,
    pub created_at: Timestamp,
    /// When it last signed somebody in.
    pub last_used_at: Option<Timestamp>,
}

/// An account to be linked.
#[derive(Debug, Insertable)]
#[diesel(table_name = signin_accounts)]
pub struct NewLinkedAccount<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
    pub member_id: i64,
    pub name: &'a str,
    pub created_at: Timestamp,
}

impl LinkedAccount {
    /// The one account that is this identity's.
    pub fn find(connection: &mut Connection, identity: &Identity) -> QueryResult<Option<Self>> {
        signin_accounts::table
            .filter(signin_accounts::issuer.eq(&identity.issuer))
            .filter(signin_accounts::subject.eq(&identity.subject))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// A member's, the oldest first.
    pub fn of_member(connection: &mut Connection, member_id: i64) -> QueryResult<Vec<Self>> {
        signin_accounts::table
            .filter(signin_accounts::member_id.eq(member_id))
            .order(signin_accounts::id)
            .select(Self::as_select())
            .load(connection)
    }

    /// Keeps that it signed somebody in, and what the provider calls it now.
    pub fn use_by(
        &self,
        connection: &mut Connection,
        name: &str,
        now: Timestamp,
    ) -> QueryResult<()> {
        update(signin_accounts::table.find(self.id))
            .set((
                signin_accounts::name.eq(name),
                signin_accounts::last_used_at.eq(Some(now)),
            ))
            .execute(connection)?;
        Ok(())
    }

    /// Takes one of a member's away, and answers with it.
    pub fn unlink(
        connection: &mut Connection,
        member_id: i64,
        id: i64,
    ) -> QueryResult<Option<Self>> {
        delete(
            signin_accounts::table
                .find(id)
                .filter(signin_accounts::member_id.eq(member_id)),
        )
        .returning(Self::as_returning())
        .get_result(connection)
        .optional()
    }

    /// Holds all of a member's until the transaction ends, so that none goes
    /// meanwhile, and answers with how many there are: a row that is written
    /// waits for whoever wrote it before. One more may come.
    pub fn hold_of_member(connection: &mut Connection, member_id: i64) -> QueryResult<usize> {
        update(signin_accounts::table.filter(signin_accounts::member_id.eq(member_id)))
            .set(signin_accounts::member_id.eq(member_id))
            .execute(connection)
    }

    /// Takes all of a member's away.
    pub fn forget_member(connection: &mut Connection, member_id: i64) -> QueryResult<()> {
        delete(signin_accounts::table.filter(signin_accounts::member_id.eq(member_id)))
            .execute(connection)?;
        Ok(())
    }
}

impl NewLinkedAccount<'_> {
    /// Links it. False if it is linked already, whoever's it is.
    pub fn link(&self, connection: &mut Connection) -> QueryResult<bool> {
        let inserted = insert_into(signin_accounts::table)
            .values(self)
            .on_conflict((signin_accounts::issuer, signin_accounts::subject))
            .do_nothing()
            .execute(connection)?;
        Ok(inserted == 1)
    }
}
