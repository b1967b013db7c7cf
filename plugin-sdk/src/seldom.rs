//! What anybody can bring about as often as he likes is told of seldom: once in
//! a while for each thing and address, and never more than so many in all, so
//! that nobody fills the queue of writes or a log by trying on.
//!
//! Kept in memory, by each node for itself.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::{Throttle, db::Timestamp};

/// Says which few of many are told of.
#[derive(Debug)]
pub struct Seldom {
    each: Throttle,
    /// With a count of its own, which no number of names can push out.
    all: Throttle,
    left_out: AtomicU64,
}

impl Seldom {
    /// The same thing from the same address is told of once in `each`; of all
    /// together `most` at a time, and after these one in `one_in`.
    #[must_use]
    pub fn new(each: Duration, most: u32, one_in: Duration) -> Self {
        Self {
            each: Throttle::with_burst(1, each),
            all: Throttle::with_burst(most, one_in),
            left_out: AtomicU64::new(0),
        }
    }

    /// What an audit log can bear of strangers: the same once an hour, and of
    /// all together sixty at a time and then one a minute.
    #[must_use]
    pub fn for_audit_log() -> Self {
        Self::new(Duration::from_secs(3600), 60, Duration::from_secs(60))
    }

    /// Whether this is told of, and then how many were not since the last one
    /// that was. A peer is an address as [`crate::Request::peer`] gives it.
    pub fn tell(&self, what: &str, peer: &str, now: Timestamp) -> Option<u64> {
        let is_first = self.each.take(what, peer, now);
        if is_first && self.all.take("", "", now) {
            return Some(self.left_out.swap(0, Ordering::Relaxed));
        }
        if is_first {
            // It was not told of, so the next one still is the first.
            self.each.succeeded(what, peer);
        }
        self.left_out.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn the_same_is_told_of_once_in_a_while_with_how_many_were_not() {
        let seldom = Seldom::for_audit_log();
        assert_eq!(seldom.tell("a", "192.0.2.1", NOW), Some(0));
        for _ in 0..7 {
            assert_eq!(seldom.tell("a", "192.0.2.1", NOW), None);
        }
        assert_eq!(seldom.tell("a", "192.0.2.2", NOW), Some(7));
        assert_eq!(seldom.tell("b", "192.0.2.1", NOW), Some(0));
        assert_eq!(seldom.tell("a", "192.0.2.1", NOW + HOUR), Some(0));
    }

    /// Whoever takes a new name for each try.
    #[test]
    fn all_together_are_told_of_so_often_and_no_more() {
        let seldom = Seldom::for_audit_log();
        let told = |from: u32, now| {
            let names = from..from + 1000;
            let told = names.filter_map(|name| seldom.tell(&name.to_string(), "192.0.2.1", now));
            told.count()
        };
        assert_eq!(told(0, NOW), 60);
        assert_eq!(told(1000, NOW), 0);
        let minute = Duration::from_secs(60);
        assert_eq!(told(2000, NOW + minute), 1);
        // What was left out is told of as soon as there is room.
        assert_eq!(seldom.tell("999", "192.0.2.1", NOW + 2 * minute), Some(999));
    }
}
