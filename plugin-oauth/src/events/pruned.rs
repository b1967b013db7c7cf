//! What an operator prunes, in the audit log. Each consent and each application
//! that goes with it has an event of its own.

use hob_plugin_sdk::db::{Connection, DbError};

use super::entry;
use crate::{act::Act, housekeeping::Pruned};

/// # Errors
/// The database's.
pub fn pruned(connection: &mut Connection, act: &Act, pruned: Pruned) -> Result<(), DbError> {
    let applications = pruned.unused_applications as u64;
    let entry = entry("pruned", act)
        .with_count("expired_rows", pruned.expired_rows as u64)
        .with_count("unused_applications", applications);
    connection.note(entry)
}
