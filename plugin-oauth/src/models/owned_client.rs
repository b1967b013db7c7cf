//! The applications that a member registered on the site's pages.

use diesel::prelude::*;
use hob_plugin_sdk::db::Connection;

use super::{
    client::{Client, NewClient},
    member_epoch::MemberEpoch,
    schema::oauth_clients,
};
use crate::secret::SecretDigest;

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

    /// Registers one for this member, unless there are `most` already. Whoever
    /// does so for the same member at the same time waits, and then counts
    /// this one too.
    pub fn insert_for_owner(
        connection: &mut Connection,
        owner_id: i64,
        new_client: &NewClient,
        secret: Option<SecretDigest>,
        most: Option<u64>,
    ) -> QueryResult<Option<Self>> {
        if let Some(most) = most {
            MemberEpoch::lock(connection, owner_id, new_client.created_at)?;
            if Self::count_of_owner(connection, owner_id)? >= most {
                return Ok(None);
            }
        }
        Self::insert(connection, new_client, secret).map(Some)
    }
}
