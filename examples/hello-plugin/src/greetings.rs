//! The table of greetings, and all queries on it.

use diesel::{
    QueryDsl, RunQueryDsl,
    deserialize::Queryable,
    dsl::{delete, insert_into},
    prelude::*,
};
use hob_plugin_sdk::{PluginError, db::Connection};

diesel::table! {
    hello_greetings (member_id) {
        member_id -> BigInt,
        times -> BigInt,
    }
}

/// How often one member was greeted.
#[derive(Queryable)]
pub struct Greetings {
    pub member_id: i64,
    pub times: i64,
}

impl Greetings {
    /// The row of all who are not signed in; no member has this id.
    pub const VISITORS: i64 = 0;

    /// Counts one more greeting and answers how many there are now.
    pub fn count_one(
        connection: &mut Connection,
        member_id: Option<i64>,
    ) -> Result<i64, PluginError> {
        use hello_greetings::dsl;
        let counted = insert_into(dsl::hello_greetings)
            .values((
                dsl::member_id.eq(member_id.unwrap_or(Self::VISITORS)),
                dsl::times.eq(1),
            ))
            .on_conflict(dsl::member_id)
            .do_update()
            .set(dsl::times.eq(dsl::times + 1))
            .returning(dsl::times)
            .get_result(connection)?;
        Ok(counted)
    }

    /// All rows.
    pub fn all(connection: &mut Connection) -> Result<Vec<Self>, PluginError> {
        Ok(hello_greetings::table.load(connection)?)
    }

    /// Deletes what is known of a member.
    pub fn forget(connection: &mut Connection, member_id: i64) -> Result<(), PluginError> {
        delete(hello_greetings::table.find(member_id)).execute(connection)?;
        Ok(())
    }
}
