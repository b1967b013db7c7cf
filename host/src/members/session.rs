//! Sessions: a cookie's secret, of which only the digest is stored.

use std::{cmp::Reverse, time::Duration};

use diesel::{delete, insert_into, prelude::*, update};
use hob_plugin_sdk::{
    SessionEnded,
    db::{Connection, Timestamp},
    http::is_recent,
};

use super::Member;
use crate::{
    schema::{members, sessions},
    secret::Secret,
};

/// A place where a member is signed in.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct Session {
    pub id: i64,
    pub member_id: i64,
    pub user_agent: String,
    pub peer: String,
    pub created_at: Timestamp,
    /// When the member last gave the password, or showed elsewhere who is there;
    /// 1970 where nobody can say when.
    pub authenticated_at: Timestamp,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A session to be begun.
#[derive(Debug, Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSession {
    pub member_id: i64,
    pub digest: Vec<u8>,
    pub user_agent: String,
    pub peer: String,
    pub created_at: Timestamp,
    pub authenticated_at: Timestamp,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A session with its member.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub session: Session,
    pub member: Member,
}

impl Session {
    /// How long a session lives after its last use.
    pub const LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
    /// How often, at most, its last use is written down.
    const TOUCHED_EVERY: Duration = Duration::from_secs(3600);

    /// Begins a session of a member who showed then who is there, and answers
    /// with its id. Those that have expired end.
    ///
    /// # Errors
    /// The database failed.
    pub fn begin(
        connection: &mut Connection,
        member_id: i64,
        secret: &Secret,
        (user_agent, peer): (&str, &str),
        authenticated_at: Timestamp,
        now: Timestamp,
    ) -> QueryResult<i64> {
        let expired = delete(sessions::table.filter(sessions::expires_at.lt(now)))
            .returning(Ended::as_returning())
            .get_results(connection)?;
        Ended::tell(connection, expired)?;
        insert_into(sessions::table)
            .values(NewSession {
                member_id,
                digest: secret.digest(),
                user_agent: user_agent.chars().take(300).collect(),
                peer: peer.to_owned(),
                created_at: now,
                authenticated_at: authenticated_at.min(now),
                last_used_at: now,
                expires_at: now + Self::LIFETIME,
            })
            .returning(sessions::id)
            .get_result(connection)
    }

    /// The session behind a cookie, with its member, unless that is disabled:
    /// one indexed read. Also one that has expired.
    ///
    /// # Errors
    /// The database failed.
    pub fn find(connection: &mut Connection, digest: &[u8]) -> QueryResult<Option<SignedIn>> {
        Ok(sessions::table
            .inner_join(members::table)
            .filter(sessions::digest.eq(digest))
            .filter(members::disabled_at.is_null())
            .select((Self::as_select(), Member::as_select()))
            .first(connection)
            .optional()?
            .map(|(session, member)| SignedIn { session, member }))
    }

    /// Whether it has not expired.
    #[must_use]
    pub fn lives(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Whether the member has shown a moment ago who is there.
    #[must_use]
    pub fn is_recent(&self, now: Timestamp) -> bool {
        is_recent(self.authenticated_at, now)
    }

    /// Whether its last use ought to be written down again.
    #[must_use]
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        self.last_used_at + Self::TOUCHED_EVERY < now
    }

    /// Writes down that it is used, and lengthens its life.
    ///
    /// # Errors
    /// The database failed.
    pub fn touch(connection: &mut Connection, id: i64, now: Timestamp) -> QueryResult<()> {
        update(sessions::table.find(id))
            .set((
                sessions::last_used_at.eq(now),
                sessions::expires_at.eq(now + Self::LIFETIME),
            ))
            .execute(connection)?;
        Ok(())
    }

    /// A member's living sessions, the last used first.
    ///
    /// # Errors
    /// The database failed.
    pub fn of_member(
        connection: &mut Connection,
        member_id: i64,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        let mut living: Vec<Self> = sessions::table
            .filter(sessions::member_id.eq(member_id))
            .filter(sessions::expires_at.gt(now))
            .select(Self::as_select())
            .load(connection)?;
        living.sort_by_key(|session| Reverse(session.last_used_at));
        Ok(living)
    }

    /// Ends one session of a member.
    ///
    /// # Errors
    /// The database failed.
    pub fn end(connection: &mut Connection, member_id: i64, id: i64) -> QueryResult<bool> {
        let ended = delete(
            sessions::table
                .find(id)
                .filter(sessions::member_id.eq(member_id)),
        )
        .returning(Ended::as_returning())
        .get_results(connection)?;
        let was_there = !ended.is_empty();
        Ended::tell(connection, ended)?;
        Ok(was_there)
    }

    /// Ends all sessions of a member, apart from one.
    ///
    /// # Errors
    /// The database failed.
    pub fn end_all(
        connection: &mut Connection,
        member_id: i64,
        except: Option<i64>,
    ) -> QueryResult<()> {
        let ended = delete(
            sessions::table
                .filter(sessions::member_id.eq(member_id))
                .filter(sessions::id.ne(except.unwrap_or(-1))),
        )
        .returning(Ended::as_returning())
        .get_results(connection)?;
        Ended::tell(connection, ended)
    }
}

/// A session that is over.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Ended {
    id: i64,
    member_id: i64,
}

impl Ended {
    /// Tells plugins of these, in the transaction that ends them.
    fn tell(connection: &mut Connection, all: Vec<Self>) -> QueryResult<()> {
        for ended in all {
            connection.raise(&SessionEnded {
                session_id: ended.id,
                member_id: ended.member_id,
            })?;
        }
        Ok(())
    }
}
