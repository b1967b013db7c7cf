//! Initial access tokens in the audit log. Nothing is raised: what counts for
//! others is the registration that comes of one.

use hob_plugin_sdk::db::{Connection, DbError};

use super::entry;
use crate::{act::Act, models::InitialAccessToken};

/// # Errors
/// The database's.
pub fn initial_token_issued(
    connection: &mut Connection,
    act: &Act,
    token: &InitialAccessToken,
) -> Result<(), DbError> {
    let entry = entry("initial_token.issued", act)
        .about("initial_token", &token.id.to_string())
        .with_count("uses", token.uses_left.unsigned_abs())
        .with("expires_at", &token.expires_at.to_string());
    connection.note(match &token.note {
        Some(note) => entry.with("note", note),
        None => entry,
    })
}

/// # Errors
/// The database's.
pub fn initial_token_revoked(
    connection: &mut Connection,
    act: &Act,
    id: i64,
) -> Result<(), DbError> {
    let entry = entry("initial_token.revoked", act);
    connection.note(entry.about("initial_token", &id.to_string()))
}
