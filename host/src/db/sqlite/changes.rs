//! Which commits changed which tables, so that an answer given on an older
//! snapshot still counts on a newer one where nobody touched what it was read
//! from.
//!
//! The writer says which tables a commit is about to change before it commits,
//! and afterwards how the log's index looks now; by that a reader knows which
//! commit its snapshot is. Commits of other processes have no number. The
//! writer notices them when it begins its next, and takes every table for
//! changed then. This knows neither statements nor transactions.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::log_index::Mark;

/// How many places there are for tables.
const PLACES: usize = 256;
/// How many of the last commits are known by their mark. A reader asks for the
/// newest that it saw, which is seldom more than one behind.
const KNOWN: usize = 8;

/// A set of tables. Each has the place that its name's hash gives it. Two that
/// share a place count as one, which is a change too many and never one too
/// few.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tables([u64; PLACES / 64]);

impl Tables {
    /// Whatever there is.
    pub(super) const ALL: Self = Self([u64::MAX; PLACES / 64]);

    /// The table of this name; all of them for one of SQLite's own, which
    /// change without being named.
    pub(super) fn named(table: &str) -> Self {
        if table
            .get(..7)
            .is_some_and(|head| head.eq_ignore_ascii_case("sqlite_"))
        {
            return Self::ALL;
        }
        let mut hasher = DefaultHasher::new();
        table.to_ascii_lowercase().hash(&mut hasher);
        let place = hasher.finish() as usize % PLACES;
        let mut tables = Self::default();
        tables.0[place / 64] |= 1 << (place % 64);
        tables
    }

    pub(super) fn join(&mut self, others: &Self) {
        for (own, other) in self.0.iter_mut().zip(others.0) {
            *own |= other;
        }
    }

    /// As it crosses.
    pub(super) fn to_bits(self) -> [u64; PLACES / 64] {
        self.0
    }

    pub(super) fn from_bits(bits: [u64; PLACES / 64]) -> Self {
        Self(bits)
    }

    fn places(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(word, bits)| {
            let mut bits = *bits;
            std::iter::from_fn(move || {
                let place = (bits != 0).then(|| word * 64 + bits.trailing_zeros() as usize)?;
                bits &= bits - 1;
                Some(place)
            })
        })
    }
}

/// The number of a commit of this process: 1, for what it found, and upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Commit(u64);

impl Commit {
    pub(super) fn number(self) -> u64 {
        self.0
    }

    /// None for 0.
    pub(super) fn from_number(number: u64) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }
}

/// What all connections of one database know of its commits.
pub(super) struct Changes {
    /// By the place of a table, the last commit that changed it, or is about
    /// to; 0 for none.
    changed: [AtomicU64; PLACES],
    /// The last commits, the newest at the end.
    commits: Mutex<VecDeque<(Commit, Mark)>>,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            changed: std::array::from_fn(|_| AtomicU64::new(0)),
            commits: Mutex::default(),
        }
    }
}

impl Changes {
    /// Holds what there is now for the first commit.
    pub(super) fn begin(&self, mark: Mark) {
        self.commits().push_back((Commit(1), mark));
    }

    /// Which commit made the log's index look so. None where another process did.
    pub(super) fn of_mark(&self, mark: &Mark) -> Option<Commit> {
        let commits = self.commits();
        let mut newest_first = commits.iter().rev();
        newest_first
            .find(|(_, known)| known == mark)
            .map(|(commit, _)| *commit)
    }

    /// Whether none of the tables was changed after this commit.
    pub(super) fn none_since(&self, commit: Commit, tables: &Tables) -> bool {
        tables
            .places()
            .all(|place| self.changed[place].load(Ordering::Acquire) <= commit.0)
    }

    /// The writer is about to commit a change of these tables, in a
    /// transaction that began at this mark.
    pub(super) fn announce(&self, tables: &Tables, began: &Mark) {
        let (next, is_known) = {
            let commits = self.commits();
            match commits.back() {
                Some((last, mark)) => (last.0 + 1, mark == began),
                None => (1, false),
            }
        };
        let tables = if is_known { tables } else { &Tables::ALL };
        for place in tables.places() {
            self.changed[place].store(next, Ordering::Release);
        }
    }

    /// What was announced is committed, in a transaction that began and ended
    /// at these marks. A commit of another process in between leaves this one
    /// without a number, so that the next takes every table for changed.
    pub(super) fn committed(&self, began: &Mark, ended: Mark) {
        if !ended.is_one_commit_after(began) {
            return;
        }
        let mut commits = self.commits();
        let next = commits.back().map_or(1, |(last, _)| last.0 + 1);
        if commits.len() == KNOWN {
            commits.pop_front();
        }
        commits.push_back((Commit(next), ended));
    }

    fn commits(&self) -> MutexGuard<'_, VecDeque<(Commit, Mark)>> {
        self.commits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_committed_in_between_leaves_a_commit_without_a_number() {
        let changes = Changes::default();
        let mark = Mark::of_commits;
        changes.begin(mark(7));
        let found = changes.of_mark(&mark(7)).expect("what was found counts");
        changes.announce(&Tables::named("a"), &mark(7));
        changes.committed(&mark(7), mark(8));
        let own = changes.of_mark(&mark(8)).expect("one commit later");
        assert!(own > found);
        assert!(changes.none_since(found, &Tables::named("b")));
        assert!(!changes.none_since(found, &Tables::named("a")));
        // Another process commits before the index is looked at.
        changes.announce(&Tables::named("a"), &mark(8));
        changes.committed(&mark(8), mark(10));
        assert_eq!(changes.of_mark(&mark(10)), None);
        // The next knows of nothing that it did not change.
        changes.announce(&Tables::named("a"), &mark(10));
        changes.committed(&mark(10), mark(11));
        assert!(changes.of_mark(&mark(11)).is_some());
        assert!(!changes.none_since(own, &Tables::named("b")));
    }

    #[test]
    fn of_the_tables_of_sqlite_itself_any_may_be_meant() {
        assert_eq!(Tables::named("SQLITE_schema"), Tables::ALL);
        assert_eq!(Tables::named("Members"), Tables::named("members"));
        assert_eq!(Tables::named("members").places().count(), 1);
        assert_eq!(Tables::ALL.places().count(), PLACES);
    }
}
