//! Answers of the database that are given again, for as long as it would give
//! the same.

use std::{
    fmt,
    hash::{BuildHasher, Hash, RandomState},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use crate::abi::db::{DbV1, RawReading};

/// Remembers what was read, by what it was asked for; see
/// [`Db::read_memoized`](super::Db::read_memoized).
///
/// It has a fixed number of places, each for what its key's hash sends there,
/// the last one counting; they take memory once the first answer comes.
pub struct Memo<K, V> {
    places: OnceLock<Box<[Place<K, V>]>>,
    size: usize,
    hasher: RandomState,
}

type Place<K, V> = Mutex<Option<Known<K, V>>>;

struct Known<K, V> {
    key: K,
    value: V,
    reading: RawReading,
}

impl<K: Hash + Eq, V: Clone> Memo<K, V> {
    /// One with so many places, at least one.
    #[must_use]
    pub fn with_places(size: usize) -> Self {
        Self {
            places: OnceLock::new(),
            size: size.max(1),
            hasher: RandomState::new(),
        }
    }

    /// What is known of this, if the database still says so.
    pub(super) fn find(&self, db: &DbV1, key: &K) -> Option<V> {
        let places = self.places.get()?;
        let place = lock(&places[self.place_of(key)]);
        let known = place.as_ref().filter(|known| known.key == *key)?;
        (db.holds)(db.context, &known.reading).then(|| known.value.clone())
    }

    /// Remembers this, if the host can tell later whether it holds.
    pub(super) fn keep(&self, key: K, value: V, reading: RawReading) {
        if reading == RawReading::NONE {
            return;
        }
        let places = self
            .places
            .get_or_init(|| (0..self.size).map(|_| Mutex::new(None)).collect());
        let place = &places[self.place_of(&key)];
        let known = Known {
            key,
            value,
            reading,
        };
        // What was there is dropped after the lock.
        let before = lock(place).replace(known);
        drop(before);
    }

    fn place_of(&self, key: &K) -> usize {
        // Only the place matters, so the upper bits may go.
        self.hasher.hash_one(key) as usize % self.size
    }
}

fn lock<K, V>(place: &Place<K, V>) -> MutexGuard<'_, Option<Known<K, V>>> {
    // A key or value that panicked in Clone left the place whole.
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K, V> fmt::Debug for Memo<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Memo")
    }
}
