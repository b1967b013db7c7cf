//! When and from where access tokens were last used, until it is written down.
//!
//! A check of a token stays a read: it looks at the row that it has read
//! anyway, and only if the last use that is written down there is an hour old
//! does it remember a new one here. A job writes down what is remembered, many
//! at a time. Each node remembers its own, and what a node that stops had not
//! written down, the next use tells.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicU64, Ordering},
    },
};

use diesel::QueryResult;
use futures_util::future::try_join_all;
use hob_plugin_sdk::{
    PluginError,
    db::{Connection, Timestamp},
};

use crate::{
    OAuth,
    models::{AccessToken, Use, last_use},
    secret::SecretDigest,
};

/// Tokens are kept apart by their digests, so that two that are used at once
/// seldom meet.
const SHARDS: usize = 16;
/// Of each shard; what comes beyond waits for another use of that token.
const MOST: usize = 4096;
/// So many rows are handed to the database together.
const BATCH: usize = 64;

type Shard = BTreeMap<SecretDigest, TokenUse>;

/// Uses that are not written down yet: at most one for each token.
#[derive(Debug, Default)]
pub struct TokenUses {
    shards: [Mutex<Shard>; SHARDS],
    /// How many found no place.
    left_out: AtomicU64,
}

/// A use of a token, and whose it is.
#[derive(Debug)]
struct TokenUse {
    /// None of a personal token.
    client_id: Option<String>,
    consent: Option<i64>,
    used: Use,
}

impl TokenUses {
    /// Remembers a use, if it is to be written down at all. It waits for
    /// nobody: where another thread is at it, the next use tells.
    pub fn remember(&self, token: &AccessToken, peer: &str, now: Timestamp) {
        if !last_use::is_due(token.last_used_at, now) {
            return;
        }
        let mut shard = match self.shards[shard_of(&token.digest)].try_lock() {
            Ok(shard) => shard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let is_full = shard.len() >= MOST;
        match shard.entry(token.digest) {
            Entry::Occupied(_) => {}
            Entry::Vacant(_) if is_full => {
                self.left_out.fetch_add(1, Ordering::Relaxed);
            }
            Entry::Vacant(place) => {
                place.insert(TokenUse {
                    client_id: (!token.is_personal()).then(|| token.client_id.clone()),
                    consent: token.consent,
                    used: Use {
                        at: now,
                        from: peer.into(),
                    },
                });
            }
        }
    }

    /// Takes what is remembered. Should it not come to be written down, the
    /// next use is remembered all the same.
    fn take(&self) -> Shard {
        let left_out = self.left_out.swap(0, Ordering::Relaxed);
        if left_out > 0 {
            tracing::debug!(left_out, "more tokens were used than could be remembered");
        }
        let mut all = Shard::new();
        for shard in &self.shards {
            all.append(&mut locked(shard));
        }
        all
    }
}

fn locked(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn shard_of(digest: &SecretDigest) -> usize {
    // The remainder is below the number of shards.
    (digest.token_id().0 % SHARDS as u64) as usize
}

/// The last use of each key.
fn latest<K: Ord>(uses: impl Iterator<Item = (K, Use)>) -> BTreeMap<K, Use> {
    let mut latest = BTreeMap::new();
    for (key, used) in uses {
        match latest.entry(key) {
            Entry::Vacant(place) => {
                place.insert(used);
            }
            Entry::Occupied(mut known) if known.get().at < used.at => {
                known.insert(used);
            }
            Entry::Occupied(_) => {}
        }
    }
    latest
}

/// The job.
///
/// # Errors
/// The database's.
pub async fn note(oauth: Arc<OAuth>) -> Result<(), PluginError> {
    let uses = oauth.token_uses().take();
    let consents = latest(
        uses.values()
            .filter_map(|one| Some((one.consent?, one.used.clone()))),
    );
    let clients = latest(
        uses.values()
            .filter_map(|one| Some((one.client_id.clone()?, one.used.clone()))),
    );
    let tokens = uses
        .into_iter()
        .map(|(digest, one)| ((digest, one.client_id.is_none()), one.used));
    note_each(
        &oauth,
        tokens,
        |connection, (digest, is_personal), used| match is_personal {
            true => used.note_of_personal_token(connection, digest),
            false => used.note_of_token(connection, digest),
        },
    )
    .await?;
    note_each(&oauth, consents.into_iter(), |connection, id, used| {
        used.note_of_consent(connection, *id)
    })
    .await?;
    note_each(
        &oauth,
        clients.into_iter(),
        |connection, client_id, used| used.note_of_client(connection, client_id),
    )
    .await
}

/// Writes them down, many at a time and each for itself: on SQLite a batch is
/// one commit, and on PostgreSQL none holds more than one row.
async fn note_each<K: Send + 'static>(
    oauth: &OAuth,
    mut uses: impl Iterator<Item = (K, Use)>,
    note: NoteUse<K>,
) -> Result<(), PluginError> {
    loop {
        let batch: Vec<_> = uses
            .by_ref()
            .take(BATCH)
            .map(|(key, used)| oauth.write(move |connection| note(connection, &key, &used)))
            .collect();
        if batch.is_empty() {
            return Ok(());
        }
        try_join_all(batch).await?;
    }
}

type NoteUse<K> = fn(&mut Connection, &K, &Use) -> QueryResult<()>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        resource::Resource,
        scope::Scope,
        secret::{PlainSecret, SecretKind, operating_system_randomness},
    };

    fn token(kind: SecretKind) -> AccessToken {
        let now = Timestamp::from_seconds(1_000_000);
        let secret = PlainSecret::generate(kind, now, &mut operating_system_randomness());
        AccessToken {
            digest: secret.digest(),
            client_id: "4f1x".to_owned(),
            member_id: Some(1),
            consent: Some(1),
            client: None,
            family: 0,
            scope: Scope::default(),
            resource: Resource::default(),
            created_at: now,
            expires_at: now,
            key_thumbprint: None,
            last_used_at: None,
        }
    }

    /// Whoever has many tokens used at once fills no memory.
    #[test]
    fn what_is_remembered_is_bounded_and_each_token_is_remembered_once() {
        let (uses, now) = (TokenUses::default(), Timestamp::from_seconds(1_000_000));
        let twice = token(SecretKind::AccessToken);
        uses.remember(&twice, "192.0.2.1", now);
        uses.remember(&twice, "192.0.2.2", now);
        assert_eq!(uses.take().len(), 1);
        for _ in 0..SHARDS * MOST * 11 / 10 {
            uses.remember(&token(SecretKind::AccessToken), "192.0.2.1", now);
        }
        assert!(uses.left_out.load(Ordering::Relaxed) > 0);
        assert_eq!(uses.take().len(), SHARDS * MOST);
        uses.remember(&twice, "192.0.2.1", now);
        assert_eq!(uses.take().len(), 1, "there is room again");
    }

    fn used(at: &str) -> Use {
        Use {
            at: at.parse().unwrap(),
            from: at.into(),
        }
    }

    #[test]
    fn of_several_uses_the_last_is_told() {
        let (morning, noon) = (used("2027-01-01T08:00:00Z"), used("2027-01-01T12:00:00Z"));
        for order in [[&morning, &noon], [&noon, &morning]] {
            let uses = order.map(|one| (7, one.clone())).into_iter();
            let latest = latest(uses.chain([(8, morning.clone())]));
            assert_eq!((&latest[&7], &latest[&8]), (&noon, &morning));
        }
    }
}
