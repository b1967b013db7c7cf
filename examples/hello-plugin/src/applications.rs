//! The table of applications that were introduced, and all queries on it.

use diesel::{dsl::insert_into, prelude::*};
use hob_plugin_sdk::{PluginError, db::Connection};

diesel::table! {
    hello_applications (client_id) {
        client_id -> Text,
        name -> Text,
    }
}

/// An application that was registered on this site.
#[derive(Queryable, Insertable)]
#[diesel(table_name = hello_applications)]
pub struct Application {
    pub client_id: String,
    pub name: String,
}

impl Application {
    /// Keeps it. To do so twice is no error.
    pub fn introduce(&self, connection: &mut Connection) -> Result<(), PluginError> {
        insert_into(hello_applications::table)
            .values(self)
            .on_conflict(hello_applications::client_id)
            .do_nothing()
            .execute(connection)?;
        Ok(())
    }

    /// All of them, by their names.
    pub fn all(connection: &mut Connection) -> Result<Vec<Self>, PluginError> {
        Ok(hello_applications::table
            .order(hello_applications::name)
            .load(connection)?)
    }
}
