//! What each write does beside: it keeps the tables bounded. Expired rows go a
//! few at a time, and all by an hourly job.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use hob_plugin_sdk::{
    PluginError,
    db::{Connection, DbError, Timestamp},
};
use serde::Serialize;

use crate::{
    OAuth1,
    act::Act,
    events::{Deletion, Events},
    models::{Consumer, delete_expired},
};

/// Every so many writes, one of them deletes.
const EVERY: u32 = 16;
/// At most so many rows of each table: more than the writes before it added.
const ROWS: i64 = 64;
/// The job deletes so many at a time, so that others can write in between.
const ROWS_OF_JOB: i64 = 1000;

/// Counts writes.
#[derive(Debug, Default)]
pub struct Housekeeping {
    writes: AtomicU32,
}

/// One write's part of the work: mostly none.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    due: bool,
    events: Events,
}

impl Housekeeping {
    /// The part of the write that is about to be made.
    pub fn share(&self, events: Events) -> Share {
        Share {
            events,
            due: self.writes.fetch_add(1, Ordering::Relaxed) % EVERY == EVERY - 1,
        }
    }
}

impl Share {
    /// Does it.
    ///
    /// # Errors
    /// The database's.
    pub fn run(self, connection: &mut Connection, now: Timestamp) -> Result<(), DbError> {
        if self.due {
            let act = Act::of_site("prune", now);
            delete_and_tell(connection, self.events, &act, now, ROWS)?;
        }
        Ok(())
    }
}

/// Deletes expired rows, and tells others of those that they want to hear of.
fn delete_and_tell(
    connection: &mut Connection,
    events: Events,
    act: &Act,
    now: Timestamp,
    most: i64,
) -> Result<usize, DbError> {
    let expired = delete_expired(connection, now, most, events.hears_expiry())?;
    events.tokens_expired(connection, act, &expired.access_tokens)?;
    Ok(expired.rows)
}

/// What was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pruned {
    pub expired_rows: usize,
    pub unused_applications: usize,
}

/// The hourly job.
///
/// # Errors
/// The database's.
pub async fn run_hourly(oauth1: Arc<OAuth1>) -> Result<(), PluginError> {
    let act = Act::of_site("prune", oauth1.now());
    prune(&oauth1, &act).await.map(drop)
}

/// Deletes all that is of no use any longer. Two at it at once only find less
/// to do.
///
/// # Errors
/// The database's.
pub async fn prune(oauth1: &OAuth1, act: &Act) -> Result<Pruned, PluginError> {
    Ok(Pruned {
        expired_rows: delete_all_expired(oauth1, act).await?,
        unused_applications: delete_unused(oauth1, act).await?,
    })
}

async fn delete_all_expired(oauth1: &OAuth1, act: &Act) -> Result<usize, PluginError> {
    let mut all = 0;
    loop {
        let now = oauth1.now();
        let (events, act) = (oauth1.events(), act.clone());
        let deleted = oauth1
            .change(move |connection| delete_and_tell(connection, events, &act, now, ROWS_OF_JOB))
            .await?;
        if deleted == 0 {
            return Ok(all);
        }
        all += deleted;
    }
}

/// Applications that registered themselves and that no member allows.
async fn delete_unused(oauth1: &OAuth1, act: &Act) -> Result<usize, PluginError> {
    let Some(lifetime) = oauth1.settings().unused_registration_lifetime() else {
        return Ok(0);
    };
    let before = oauth1.now() - lifetime;
    let mut all = 0;
    loop {
        let (events, act) = (oauth1.events(), act.clone());
        let deleted = oauth1
            .change(move |connection| {
                let mut deleted = 0;
                for id in Consumer::unused(connection, before, ROWS_OF_JOB)? {
                    let Some(consumer) = Consumer::delete_if_unused(connection, id)? else {
                        continue;
                    };
                    let reason = Deletion::Unused;
                    events.consumer_deleted(connection, &act, &consumer, reason, 0)?;
                    deleted += 1;
                }
                Ok(deleted)
            })
            .await?;
        if deleted == 0 {
            return Ok(all);
        }
        all += deleted;
    }
}
