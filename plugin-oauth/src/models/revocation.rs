//! What dies at once.
//!
//! On PostgreSQL a token may be issued while its consent's tokens are being
//! revoked: whoever issues has consumed a code or a refresh token, and the
//! deletion of that row waits until the issue is committed. The tokens it
//! issued are seen only by a statement that begins after that. So deleting is
//! repeated until there is nothing left to delete. (On SQLite writes follow
//! one another, and the second round finds nothing.)

use std::ops::AddAssign;

use diesel::prelude::*;
use hob_plugin_sdk::db::{Connection, Hob, Timestamp};

use super::{
    client::Client,
    consent::EndedConsent,
    member_epoch::MemberEpoch,
    personal_token::PersonalToken,
    schema::{
        oauth_access_tokens, oauth_authorization_codes, oauth_authorization_requests,
        oauth_consents, oauth_device_authorizations, oauth_refresh_tokens,
    },
};

/// What died, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ended {
    pub access_tokens: u64,
    pub refresh_tokens: u64,
}

impl Ended {
    /// Of either kind.
    #[must_use]
    pub const fn tokens(self) -> u64 {
        self.access_tokens + self.refresh_tokens
    }

    fn of(access_tokens: usize, refresh_tokens: usize) -> Self {
        Self {
            access_tokens: access_tokens as u64,
            refresh_tokens: refresh_tokens as u64,
        }
    }
}

impl AddAssign for Ended {
    fn add_assign(&mut self, other: Self) {
        self.access_tokens += other.access_tokens;
        self.refresh_tokens += other.refresh_tokens;
    }
}

/// Which consents are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consents {
    /// All that a member gave.
    Member(i64),
    /// All that were given to a client.
    Client(i64),
    /// What this member gave to this client.
    Given(i64, i64),
    /// This one.
    One(i64),
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
            Self::One(id) => ids.filter(oauth_consents::id.eq(id)),
        }
    }
}

/// Kills all codes, approved devices and tokens under these consents, and those that are being
/// issued. The consents stay.
pub fn revoke_all_under(connection: &mut Connection, consents: Consents) -> QueryResult<Ended> {
    // First of all, so that from here on no code is issued on the strength of
    // what was read before; see `Consent::hold`.
    diesel::update(oauth_consents::table.filter(oauth_consents::id.eq_any(consents.ids())))
        .set(oauth_consents::revision.eq(oauth_consents::revision + 1))
        .execute(connection)?;
    let mut ended = Ended::default();
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
            return Ok(ended);
        }
        ended += Ended::of(access_tokens, refresh_tokens);
    }
}

/// Kills all tokens of a family. Its code stays, so that its replay is still
/// noticed.
pub fn revoke_family(connection: &mut Connection, consent: i64, family: i64) -> QueryResult<Ended> {
    let mut ended = Ended::default();
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
            return Ok(ended);
        }
        ended += Ended::of(access_tokens, refresh_tokens);
    }
}

/// Kills the tokens with which a client acts for itself.
pub fn revoke_own_tokens(connection: &mut Connection, client: i64) -> QueryResult<Ended> {
    let own = oauth_access_tokens::table.filter(oauth_access_tokens::client.eq(client));
    Ok(Ended::of(diesel::delete(own).execute(connection)?, 0))
}

/// Kills a member's undecided authorization requests and devices, then all that was issued
/// in the member's name.
///
/// In this order: whoever decides a request holds its row until the code is
/// there to be found, and whoever issues for a password or makes a personal
/// token holds the epoch.
pub fn revoke_all_of_member(
    connection: &mut Connection,
    member_id: i64,
    now: Timestamp,
) -> QueryResult<(Ended, Vec<PersonalToken>)> {
    MemberEpoch::advance(connection, member_id, now)?;
    let personal_tokens = PersonalToken::revoke_all_of_member(connection, member_id)?;
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
    let ended = revoke_all_under(connection, Consents::Member(member_id))?;
    Ok((ended, personal_tokens))
}

/// What went with a member.
#[derive(Debug)]
pub struct Forgotten {
    pub ended: Ended,
    pub personal_tokens: Vec<PersonalToken>,
    pub consents: Vec<EndedConsent>,
    /// The member's own applications, each with how many members had allowed
    /// it and what died with it.
    pub clients: Vec<(Client, u64, Ended)>,
}

/// Deletes all rows that refer to a member: consents with all that was issued
/// under them, and the applications that the member registered.
pub fn forget_member(
    connection: &mut Connection,
    member_id: i64,
    now: Timestamp,
) -> QueryResult<Forgotten> {
    let (ended, personal_tokens) = revoke_all_of_member(connection, member_id, now)?;
    let consents = EndedConsent::delete(connection, Consents::Member(member_id))?;
    let mut clients = Vec::new();
    for client in Client::of_owner(connection, member_id)? {
        let (members, ended) = client.delete(connection, now)?;
        clients.push((client, members, ended));
    }
    Ok(Forgotten {
        ended,
        personal_tokens,
        consents,
        clients,
    })
}
