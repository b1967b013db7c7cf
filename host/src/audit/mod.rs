//! The audit log: who did what, when and from where.
//!
//! Entries come as the event `hob.audit.noted`, from plugins and from the core,
//! and are stored in the transaction of what they tell of. Nothing here knows
//! what is worth an entry.

mod entry;
mod export;
mod filter;

use std::time::Duration;

use hob_plugin_sdk::{
    AuditNoted,
    abi::{RawError, db::RawConnection},
    db::{Connection, Db, DbError, Timestamp},
};

pub use self::{
    entry::Entry,
    export::{EntryJson, Export, Format},
    filter::{Filter, read_time},
};
use crate::clock::Clock;

/// As which plugin the core notes.
pub const CORE: &str = "core";

/// How often is looked for entries that are old enough to go.
const PRUNED_EVERY: Duration = Duration::from_secs(3600);
/// So many go in one transaction, so that others can write in between.
const ROWS: i64 = 1000;

/// Stores an entry with the connection of the transaction that it tells of.
///
/// # Errors
/// The database's.
///
/// # Safety
/// `payload` points to an [`AuditNoted`].
pub(crate) unsafe fn store(
    payload: *const (),
    connection: &mut RawConnection,
) -> Result<(), RawError> {
    // SAFETY: the caller's promise.
    let noted = unsafe { &*payload.cast::<AuditNoted>() };
    Connection::lend(connection, |connection| Entry::insert(connection, noted)).map_err(|error| {
        RawError {
            kind: RawError::KIND_FAILED,
            message: format!("the audit log: {error}").into(),
        }
    })
}

/// Deletes what is older than `keep`. Answers with how many went.
///
/// # Errors
/// The database's.
pub async fn prune(db: &Db, now: Timestamp, keep: Duration) -> Result<u64, DbError> {
    let before = now - keep;
    let mut all = 0;
    loop {
        let gone = db
            .write(move |connection| -> Result<u64, DbError> {
                Ok(Entry::delete_before(connection, before, ROWS)?)
            })
            .await?;
        all += gone;
        if gone < ROWS.unsigned_abs() {
            return Ok(all);
        }
    }
}

/// Prunes until the runtime ends.
pub async fn prune_again_and_again(db: Db, clock: Clock, keep: Duration) {
    loop {
        match prune(&db, clock.now(), keep).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "old entries of the audit log were deleted"),
            Err(error) => tracing::error!(%error, "the audit log could not be pruned"),
        }
        tokio::time::sleep(PRUNED_EVERY).await;
    }
}
