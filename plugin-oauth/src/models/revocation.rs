//! What dies at once.
//!
//! On PostgreSQL a token may be issued while its consent's tokens are being
//! revoked: whoever issues has consumed a code or a refresh token, and the
//! deletion of that row waits until the issue is committed. The tokens it
//! issued are seen only by a statement that begins after that. So deleting is
//! repeated until there is nothing left to delete. (On SQLite writes follow
//! one another, and the second round finds nothing.)

use diesel::prelude::*;
use hob_plugin_sdk::db::{Connection, Hob, Timestamp};

use super::{
    member_epoch::MemberEpoch,
    schema::{
        oauth_access_tokens, oauth_authorization_codes, oauth_authorization_requests,
        oauth_clients, oauth_consents, oauth_device_authorizations, oauth_refresh_tokens,
    },
};

/// Which consents are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consents {
    /// All that a member gave.
    Member(i64),
    /// All that were given to a client.
    Client(i64),
    /// What this member gave to this client.
    Given(i64, i64),
}

type ConsentIds = oauth_consents::BoxedQuery<'static, Hob, diesel::sql_types::BigInt>;

impl Consents {
    pub(super) fn ids(self) -> ConsentIds {
        let ids = oauth_consents::table
            .select(oauth_consents::id)
            .into_boxed();
        match self {
            Self::Member(member_id) => ids.filter(oauth_consents::member_id.eq(member_id)),
            Self::Client(client) => ids.filter(oauth_consents::client.eq(client)),
            Self::Given(member_id, client) => ids
                .filter(oauth_consents::member_id.eq(member_id))
                .filter(oauth_consents::client.eq(client)),
        }
    }
}

/// Kills all codes, approved devices and tokens under these consents, and those that are being
/// issued. The consents stay.
pub fn revoke_all_under(connection: &mut Connection, consents: Consents) -> QueryResult<()> {
    // First of all, so that from here on no code is issued on the strength of
    // what was read before; see `Consent::mark_used`.
    diesel::update(oauth_consents::table.filter(oauth_consents::id.eq_any(consents.ids())))
        .set(oauth_consents::revision.eq(oauth_consents::revision + 1))
        .execute(connection)?;
    loop {
        let codes = diesel::delete(
            oauth_authorization_codes::table
                .filter(oauth_authorization_codes::consent.eq_any(consents.ids())),
        )
        .execute(connection)?;
        let devices = diesel::delete(
            oauth_device_authorizations::table
                .filter(oauth_device_authorizations::consent.eq_any(consents.ids().nullable())),
        )
        .execute(connection)?;
        let refresh_tokens = diesel::delete(
            oauth_refresh_tokens::table
                .filter(oauth_refresh_tokens::consent.eq_any(consents.ids())),
        )
        .execute(connection)?;
        let access_tokens = diesel::delete(
            oauth_access_tokens::table
                .filter(oauth_access_tokens::consent.eq_any(consents.ids().nullable())),
        )
        .execute(connection)?;
        if codes + devices + refresh_tokens + access_tokens == 0 {
            return Ok(());
        }
    }
}

/// Kills all tokens of a family. Its code stays, so that its replay is still
/// noticed.
pub fn revoke_family(connection: &mut Connection, consent: i64, family: i64) -> QueryResult<()> {
    loop {
        let refresh_tokens = diesel::delete(
            oauth_refresh_tokens::table
                .filter(oauth_refresh_tokens::consent.eq(consent))
                .filter(oauth_refresh_tokens::family.eq(family)),
        )
        .execute(connection)?;
        let access_tokens = diesel::delete(
            oauth_access_tokens::table
                .filter(oauth_access_tokens::consent.eq(consent))
                .filter(oauth_access_tokens::family.eq(family)),
        )
        .execute(connection)?;
        if refresh_tokens + access_tokens == 0 {
            return Ok(());
        }
    }
}

/// Kills the tokens with which a client acts for itself.
pub fn revoke_own_tokens(connection: &mut Connection, client: i64) -> QueryResult<()> {
    diesel::delete(oauth_access_tokens::table.filter(oauth_access_tokens::client.eq(client)))
        .execute(connection)?;
    Ok(())
}

/// Kills a member's undecided authorization requests and devices, then all that was issued
/// in the member's name.
///
/// In this order: whoever decides a request holds its row until the code is
/// there to be found, and whoever issues for a password holds the epoch.
pub fn revoke_all_of_member(
    connection: &mut Connection,
    member_id: i64,
    now: Timestamp,
) -> QueryResult<()> {
    MemberEpoch::advance(connection, member_id, now)?;
    diesel::delete(
        oauth_authorization_requests::table
            .filter(oauth_authorization_requests::member_id.eq(member_id)),
    )
    .execute(connection)?;
    diesel::delete(
        oauth_device_authorizations::table
            .filter(oauth_device_authorizations::member_id.eq(member_id)),
    )
    .execute(connection)?;
    revoke_all_under(connection, Consents::Member(member_id))
}

/// Deletes all rows that refer to a member: consents with all that was issued
/// under them, and the applications that the member registered.
pub fn forget_member(
    connection: &mut Connection,
    member_id: i64,
    now: Timestamp,
) -> QueryResult<()> {
    revoke_all_of_member(connection, member_id, now)?;
    diesel::delete(oauth_consents::table.filter(oauth_consents::member_id.eq(member_id)))
        .execute(connection)?;
    let own_clients: Vec<i64> = oauth_clients::table
        .filter(oauth_clients::owner_id.eq(member_id))
        .select(oauth_clients::id)
        .load(connection)?;
    for client in own_clients {
        revoke_all_under(connection, Consents::Client(client))?;
        diesel::delete(oauth_clients::table.find(client)).execute(connection)?;
    }
    Ok(())
}
