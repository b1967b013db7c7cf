//! What each issue of tokens does beside: it keeps the tables bounded, and
//! writes down which secrets were used. Expired rows go a few at each issue,
//! and all by an hourly job, which also deletes registrations that nobody uses.

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
    OAuth,
    act::Act,
    events::{Deletion, Events},
    models::{ClientRegistration, Ended, delete_expired},
    secret_uses::TakenUses,
};

/// Every so many issues, one of them deletes.
const EVERY: u32 = 16;
/// At most so many rows of each table: more than the issues before it added.
const ROWS: i64 = 64;
/// The job deletes so many at a time, so that others can write in between.
const ROWS_OF_JOB: i64 = 1000;

/// Counts issues.
#[derive(Debug, Default)]
pub struct Housekeeping {
    issues: AtomicU32,
}

/// One issue's part of the work: mostly none.
#[derive(Debug)]
pub struct Share {
    due: bool,
    secret_uses: TakenUses,
    events: Events,
}

impl Housekeeping {
    /// The part of the issue that is about to be made.
    pub fn share(&self, secret_uses: TakenUses, events: Events) -> Share {
        Share {
            secret_uses,
            events,
            due: self.issues.fetch_add(1, Ordering::Relaxed) % EVERY == EVERY - 1,
        }
    }
}

impl Share {
    /// Does it.
    ///
    /// # Errors
    /// The database's.
    pub fn run(self, connection: &mut Connection, now: Timestamp) -> Result<(), DbError> {
        self.secret_uses.note(connection)?;
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
    events.tokens_expired(connection, act, "access_token", &expired.access_tokens)?;
    events.tokens_expired(connection, act, "refresh_token", &expired.refresh_tokens)?;
    events.consents_expired(connection, act, &expired.consents)?;
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
pub async fn run_hourly(oauth: Arc<OAuth>) -> Result<(), PluginError> {
    let act = Act::of_site("prune", oauth.now());
    prune(&oauth, &act).await.map(drop)
}

/// Deletes all that is of no use any longer. Two at it at once only find less
/// to do.
///
/// # Errors
/// The database's.
pub async fn prune(oauth: &OAuth, act: &Act) -> Result<Pruned, PluginError> {
    Ok(Pruned {
        expired_rows: delete_all_expired(oauth, act).await?,
        unused_applications: delete_unused_registrations(oauth, act).await?,
    })
}

/// Clients that registered themselves and that nobody uses.
async fn delete_unused_registrations(oauth: &OAuth, act: &Act) -> Result<usize, PluginError> {
    let Some(lifetime) = oauth.settings().unused_registration_lifetime() else {
        return Ok(0);
    };
    let before = oauth.now() - lifetime;
    let mut all = 0;
    loop {
        let (events, act) = (oauth.events(), act.clone());
        let deleted = oauth
            .change(move |connection| {
                let gone = ClientRegistration::delete_unused(connection, before, ROWS_OF_JOB)?;
                let (reason, ended) = (Deletion::Unused, Ended::default());
                for client in &gone {
                    let named = (client.client_id.as_str(), client.name.as_str());
                    events.client_deleted(connection, &act, named, reason, 0, ended)?;
                }
                Ok(gone.len())
            })
            .await?;
        if deleted == 0 {
            return Ok(all);
        }
        all += deleted;
        tracing::info!(
            deleted,
            "applications that registered themselves and were not used for long were deleted"
        );
    }
}

async fn delete_all_expired(oauth: &OAuth, act: &Act) -> Result<usize, PluginError> {
    let mut all = 0;
    loop {
        let now = oauth.now();
        let (events, act) = (oauth.events(), act.clone());
        let deleted = oauth
            .change(move |connection| delete_and_tell(connection, events, &act, now, ROWS_OF_JOB))
            .await?;
        if deleted == 0 {
            return Ok(all);
        }
        all += deleted;
        tracing::debug!(deleted, "expired rows were deleted");
    }
}
