//! Which tables and views the database has.

use std::collections::BTreeSet;

use hob_plugin_sdk::abi::db::{RawConnection, RawDbError};

use crate::db::Connection;

/// Names of all tables and views, without those that the database keeps for
/// itself.
pub(super) fn names(connection: &mut Connection<'_>) -> Result<BTreeSet<String>, RawDbError> {
    let sql = if connection.dialect() == RawConnection::SQLITE {
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') \
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    } else {
        "SELECT c.relname FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    };
    Ok(connection
        .query(sql, &[])?
        .iter()
        .filter_map(|row| row[0].as_text().map(str::to_owned))
        .collect())
}
