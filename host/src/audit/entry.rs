//! The table of entries, and all queries on it.

use diesel::{delete, insert_into, prelude::*};
use hob_plugin_sdk::{
    AuditNoted,
    db::{Connection, Timestamp},
};

use super::Filter;
use crate::schema::hob_audit_entries::{self as entries, dsl};

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = entries)]
pub struct Entry {
    pub id: i64,
    pub at: Timestamp,
    pub plugin: String,
    pub action: String,
    pub who_kind: String,
    pub who_member: Option<i64>,
    pub who_name: String,
    pub peer: String,
    pub request_id: String,
    /// Whose account it is about.
    pub member_id: Option<i64>,
    pub subject_kind: String,
    pub subject: String,
    /// A JSON object.
    pub details: String,
}

/// Bytes of a name or an id in an entry; of a longer one so much is kept, from
/// its beginning. They are whatever a plugin notes, and an index of PostgreSQL
/// refuses what is far longer, together with what the entry tells of.
const LONGEST_NAME: usize = 1024;

/// As it is kept.
fn kept(name: &str) -> &str {
    &name[..name.floor_char_boundary(LONGEST_NAME)]
}

impl Entry {
    /// # Errors
    /// The database's.
    pub fn insert(connection: &mut Connection, noted: &AuditNoted) -> QueryResult<()> {
        let who = &noted.who;
        insert_into(entries::table)
            .values((
                dsl::at.eq(noted.at),
                dsl::plugin.eq(noted.plugin.as_str()),
                dsl::action.eq(kept(&noted.action)),
                dsl::who_kind.eq(who.kind.as_str()),
                dsl::who_member.eq(who.member_id.into_option()),
                dsl::who_name.eq(kept(&who.name)),
                dsl::peer.eq(who.peer.as_str()),
                dsl::request_id.eq(who.request_id.as_str()),
                dsl::member_id.eq(noted.member_id.into_option()),
                dsl::subject_kind.eq(kept(&noted.subject_kind)),
                dsl::subject.eq(kept(&noted.subject)),
                dsl::details.eq(noted.details.as_str()),
            ))
            .execute(connection)?;
        Ok(())
    }

    /// Those that fit, the latest first, and before the entry `before` where
    /// one is given.
    ///
    /// # Errors
    /// The database's.
    pub fn find(
        connection: &mut Connection,
        filter: &Filter,
        before: Option<(Timestamp, i64)>,
        most: i64,
    ) -> QueryResult<Vec<Self>> {
        let mut query = entries::table
            .select(Self::as_select())
            .order((dsl::at.desc(), dsl::id.desc()))
            .limit(most)
            .into_boxed();
        if let Some(who) = &filter.who {
            query = query.filter(dsl::who_name.eq(kept(who)));
        }
        if let Some(member_id) = filter.about {
            query = query.filter(dsl::member_id.eq(member_id));
        }
        if let Some(subject) = &filter.subject {
            query = query.filter(dsl::subject.eq(kept(subject)));
        }
        if let Some(kind) = &filter.subject_kind {
            query = query.filter(dsl::subject_kind.eq(kept(kind)));
        }
        if let Some((from, to)) = filter.what_range() {
            query = query
                .filter(dsl::action.ge(from))
                .filter(dsl::action.lt(to));
        }
        if let Some(plugin) = &filter.plugin {
            query = query.filter(dsl::plugin.eq(plugin));
        }
        if let Some(from) = &filter.from {
            query = query.filter(dsl::peer.eq(from));
        }
        if let Some(since) = filter.since {
            query = query.filter(dsl::at.ge(since));
        }
        if let Some(until) = filter.until {
            query = query.filter(dsl::at.lt(until));
        }
        if let Some((at, id)) = before {
            query = query.filter(dsl::at.lt(at).or(dsl::at.eq(at).and(dsl::id.lt(id))));
        }
        query.load(connection)
    }

    /// How many there are.
    ///
    /// # Errors
    /// The database's.
    pub fn count(connection: &mut Connection) -> QueryResult<i64> {
        entries::table.count().get_result(connection)
    }

    /// Deletes at most `most` that are older. Answers with how many went.
    ///
    /// # Errors
    /// The database's.
    pub fn delete_before(
        connection: &mut Connection,
        before: Timestamp,
        most: i64,
    ) -> QueryResult<u64> {
        let old: Vec<i64> = entries::table
            .filter(dsl::at.lt(before))
            .order((dsl::at, dsl::id))
            .select(dsl::id)
            .limit(most)
            .load(connection)?;
        let gone = delete(entries::table.filter(dsl::id.eq_any(old))).execute(connection)?;
        Ok(gone as u64)
    }
}
