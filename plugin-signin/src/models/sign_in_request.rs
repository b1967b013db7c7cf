//! What was begun at a provider and has not come back yet.

use diesel::{delete, insert_into, prelude::*};
use hob_plugin_sdk::db::{Connection, Timestamp};

use super::schema::signin_requests;
use crate::{events::Purpose, state::Digest};

/// Something that was begun.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signin_requests)]
pub struct SignInRequest {
    pub state_digest: Digest,
    pub visit_digest: Digest,
    /// What the operator calls the provider.
    pub provider: String,
    /// The member who links an account; none where somebody signs in.
    pub member_id: Option<i64>,
    /// A path of the site, to go to afterwards.
    pub next: String,
    pub expires_at: Timestamp,
    /// The member links an account for the site itself.
    pub for_site: bool,
    /// After this somebody has to have shown there who is there; none where it
    /// does not matter when.
    pub anew_since: Option<Timestamp>,
    /// With which request token, of OAuth 1.0a.
    pub arrival: Option<i64>,
}

/// How many expired rows each new one takes along.
const TAKEN_ALONG: i64 = 4;

impl SignInRequest {
    /// What is to come of it.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        match self.member_id {
            Some(_) if self.for_site => Purpose::Site,
            Some(_) => Purpose::Link,
            None => Purpose::SignIn,
        }
    }

    /// Keeps it, and clears away some of what has expired.
    pub fn begin(&self, connection: &mut Connection, now: Timestamp) -> QueryResult<()> {
        let expired: Vec<Digest> = signin_requests::table
            .filter(signin_requests::expires_at.le(now))
            .order(signin_requests::expires_at)
            .limit(TAKEN_ALONG)
            .select(signin_requests::state_digest)
            .load(connection)?;
        if !expired.is_empty() {
            delete(signin_requests::table.filter(signin_requests::state_digest.eq_any(expired)))
                .execute(connection)?;
        }
        insert_into(signin_requests::table)
            .values(self)
            .execute(connection)?;
        Ok(())
    }

    /// Uses it up: once, by the browser in which it was begun, for the provider
    /// at which it was begun, and while it lasts.
    pub fn use_up(
        connection: &mut Connection,
        state: &Digest,
        visit: &Digest,
        provider: &str,
        now: Timestamp,
    ) -> QueryResult<Option<Self>> {
        delete(
            signin_requests::table
                .find(state)
                .filter(signin_requests::visit_digest.eq(visit))
                .filter(signin_requests::provider.eq(provider))
                .filter(signin_requests::expires_at.gt(now)),
        )
        .returning(Self::as_returning())
        .get_result(connection)
        .optional()
    }

    /// Ends what a member began.
    pub fn forget_member(connection: &mut Connection, member_id: i64) -> QueryResult<()> {
        delete(signin_requests::table.filter(signin_requests::member_id.eq(member_id)))
            .execute(connection)?;
        Ok(())
    }
}
