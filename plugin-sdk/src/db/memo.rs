//! Answers of the database that are given again, for as long as it would give
//! the same.

use std::{fmt, hash::Hash};

use quick_cache::sync::Cache;

use crate::abi::db::{DbV1, RawReading};

/// Remembers what was read, by what it was asked for; see
/// [`Db::read_memoized`](super::Db::read_memoized).
///
/// Where there is no more room, what was asked for least goes first. Memory is
/// taken as answers come.
pub struct Memo<K, V> {
    known: Cache<K, Known<V>>,
}

#[derive(Clone)]
struct Known<V> {
    value: V,
    reading: RawReading,
}

impl<K: Hash + Eq, V: Clone> Memo<K, V> {
    /// One that remembers about so many answers.
    #[must_use]
    pub fn with_capacity(answers: usize) -> Self {
        Self {
            known: Cache::new(answers),
        }
    }

    /// What is known of this, if the database still says so.
    pub(super) fn find(&self, db: &DbV1, key: &K) -> Option<V> {
        let known = self.known.get(key)?;
        (db.holds)(db.context, &known.reading).then_some(known.value)
    }

    /// Remembers this, if the host can tell later whether it holds.
    pub(super) fn keep(&self, key: K, value: V, reading: RawReading) {
        if reading != RawReading::NONE {
            self.known.insert(key, Known { value, reading });
        }
    }
}

impl<K, V> fmt::Debug for Memo<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Memo")
    }
}
