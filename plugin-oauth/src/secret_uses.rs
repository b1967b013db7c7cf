//! When clients' secrets were last used, until it is written down.
//!
//! A use never costs a transaction of its own: the next issue of tokens, which
//! mostly is that of the same request, takes along what is remembered here,
//! and a job takes what nobody took. Each node remembers its own.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use diesel::QueryResult;
use hob_plugin_sdk::{
    PluginError,
    db::{Connection, Timestamp},
};

use crate::{OAuth, models::ClientSecret, secret::SecretDigest};

/// Uses that are not written down yet: at most one for each secret.
#[derive(Debug, Default)]
pub struct SecretUses {
    remembered: Mutex<BTreeMap<SecretDigest, Timestamp>>,
}

/// Uses that are about to be written down, in the order of their digests, so
/// that no two transactions wait for each other.
#[derive(Debug)]
pub struct TakenUses(BTreeMap<SecretDigest, Timestamp>);

impl SecretUses {
    /// Remembers a use, if it is to be written down at all.
    pub fn remember(&self, secret: &ClientSecret, now: Timestamp) {
        if secret.wants_use_noted(now) {
            self.remembered().insert(secret.digest, now);
        }
    }

    /// Takes what is remembered. Should it not come to be written down, the
    /// next use is remembered all the same.
    pub fn take(&self) -> TakenUses {
        TakenUses(std::mem::take(&mut *self.remembered()))
    }

    fn remembered(&self) -> MutexGuard<'_, BTreeMap<SecretDigest, Timestamp>> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl TakenUses {
    /// Writes them down.
    pub fn note(&self, connection: &mut Connection) -> QueryResult<()> {
        self.0
            .iter()
            .try_for_each(|(digest, used_at)| ClientSecret::note_use(connection, digest, *used_at))
    }
}

/// The job: for clients that issue nothing, such as resource servers.
///
/// # Errors
/// The database's.
pub async fn note(oauth: Arc<OAuth>) -> Result<(), PluginError> {
    let uses = oauth.secret_uses().take();
    if uses.0.is_empty() {
        return Ok(());
    }
    oauth.write(move |connection| uses.note(connection)).await
}
