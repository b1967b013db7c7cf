//! Whether all that is a member's has died since somebody looked.
//!
//! A code and a refresh token are rows that die with what they stand for, and
//! a remembered consent has its revision. A password that was just checked is
//! none of these: between the check, which takes long, and the issue, the
//! member may be disabled or change the password. So the epoch is read before
//! the check, and has to be the same when the tokens are stored.

use diesel::prelude::*;
use hob_plugin_sdk::db::{Connection, Timestamp};

use super::schema::oauth_member_epochs::dsl;

/// A member's epoch, as it was read. Where there is no row it is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberEpoch(i64);

impl MemberEpoch {
    /// The one that counts now.
    pub fn of(connection: &mut Connection, member_id: i64) -> QueryResult<Self> {
        let epoch = dsl::oauth_member_epochs
            .find(member_id)
            .select(dsl::epoch)
            .first(connection)
            .optional()?;
        Ok(Self(epoch.unwrap_or(0)))
    }

    /// Whether it still counts. Until the transaction ends, whatever would
    /// begin a new one waits.
    pub fn hold(
        self,
        connection: &mut Connection,
        member_id: i64,
        now: Timestamp,
    ) -> QueryResult<bool> {
        if self.0 == 0 {
            insert(connection, member_id, now)?;
        }
        let touched = diesel::update(
            dsl::oauth_member_epochs
                .find(member_id)
                .filter(dsl::epoch.eq(self.0)),
        )
        .set(dsl::touched_at.eq(now))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Lets others who do the same for this member wait until the transaction
    /// ends, whatever the epoch.
    pub fn lock(connection: &mut Connection, member_id: i64, now: Timestamp) -> QueryResult<()> {
        insert(connection, member_id, now)?;
        diesel::update(dsl::oauth_member_epochs.find(member_id))
            .set(dsl::touched_at.eq(now))
            .execute(connection)?;
        Ok(())
    }

    /// Begins a new one.
    pub fn advance(connection: &mut Connection, member_id: i64, now: Timestamp) -> QueryResult<()> {
        insert(connection, member_id, now)?;
        diesel::update(dsl::oauth_member_epochs.find(member_id))
            .set((dsl::epoch.eq(dsl::epoch + 1), dsl::touched_at.eq(now)))
            .execute(connection)?;
        Ok(())
    }
}

/// Makes the row, unless it is there.
fn insert(connection: &mut Connection, member_id: i64, now: Timestamp) -> QueryResult<()> {
    diesel::insert_into(dsl::oauth_member_epochs)
        .values((
            dsl::member_id.eq(member_id),
            dsl::epoch.eq(0),
            dsl::touched_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}
