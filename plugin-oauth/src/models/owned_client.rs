//! The applications that a member registered on the site's pages.

use diesel::prelude::*;
use hob_plugin_sdk::db::{Connection, Timestamp};

use super::{client::Client, member_epoch::MemberEpoch, schema::oauth_clients};

impl Client {
    /// Those that a member registered, the newest first.
    pub fn of_owner(connection: &mut Connection, owner_id: i64) -> QueryResult<Vec<Self>> {
        oauth_clients::table
            .filter(oauth_clients::owner_id.eq(owner_id))
            .order((oauth_clients::created_at.desc(), oauth_clients::id.desc()))
            .select(Self::as_select())
            .load(connection)
    }

    /// One that this member registered.
    pub fn find_of_owner(
        connection: &mut Connection,
        client_id: &str,
        owner_id: i64,
    ) -> QueryResult<Option<Self>> {
        Ok(Self::find(connection, client_id)?.filter(|client| client.owner_id == Some(owner_id)))
    }

    /// How many a member registered.
    pub fn count_of_owner(connection: &mut Connection, owner_id: i64) -> QueryResult<u64> {
        let count: i64 = oauth_clients::table
            .filter(oauth_clients::owner_id.eq(owner_id))
            .count()
            .get_result(connection)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Whether this member may register one more, and has not `most` already.
    /// Whoever asks for the same member at the same time waits until this
    /// transaction ends, and then counts what it registered too.
    pub fn has_room_for_owner(
        connection: &mut Connection,
        owner_id: i64,
        most: Option<u64>,
        now: Timestamp,
    ) -> QueryResult<bool> {
        let Some(most) = most else { return Ok(true) };
        MemberEpoch::lock(connection, owner_id, now)?;
        Ok(Self::count_of_owner(connection, owner_id)? < most)
    }
}
