//! Slows guessing down: failures are counted for each account (a client's or a
//! member's) and address. Where anybody may do something, each time counts as
//! one. The site's own sign-in uses it, and so may plugins.
//!
//! Only failures count, so whoever is busy with the right secret is never held up,
//! and who is attacked from elsewhere is not locked out. The count is
//! kept in memory, by each node for itself.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::db::Timestamp;

/// Failures that are free, where nothing else is said.
const BURST: u32 = 10;
/// How long it takes until one of them is forgiven, where nothing else is said.
const FORGIVEN_AFTER: Duration = Duration::from_secs(30);
/// Pairs that are remembered at most.
const MOST_PAIRS: usize = 50_000;

/// What is counted as one peer: an IPv4 address, or the network (/64) of an IPv6
/// address, since whoever has one of it has all.
#[must_use]
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & (u128::MAX << 64)).into(),
        address => address,
    }
}

/// Who tries what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Pair {
    account: String,
    network: String,
}

impl Pair {
    /// Long names are cut: nobody chooses how much is remembered.
    fn new(account: &str, peer: &str) -> Self {
        let network = match peer.parse() {
            Ok(address) => network_of(address).to_string(),
            Err(_) => peer.chars().take(64).collect(),
        };
        Self {
            account: account.chars().take(64).collect(),
            network,
        }
    }
}

/// When all failures of each pair will be forgiven.
type Pairs = HashMap<Pair, Timestamp>;

/// What `Retry-After` says of a wait: whole seconds, rounded up (RFC 9110,
/// section 10.2.3).
#[must_use]
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// The failures so far: ten are free, and one is forgiven each half minute,
/// or as said. A peer is an address as [`crate::Request::peer`] gives it. For
/// each pair the time at which all will be forgiven, which is all that a leaky
/// bucket (GCRA) has to remember.
#[derive(Debug)]
pub struct Throttle {
    forgiven_at: Mutex<Pairs>,
    burst: u32,
    forgiven_after: Duration,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::forgiving_one_each(FORGIVEN_AFTER)
    }
}

impl Throttle {
    /// One that forgives a failure each time that this has passed.
    #[must_use]
    pub fn forgiving_one_each(forgiven_after: Duration) -> Self {
        Self::with_burst(BURST, forgiven_after)
    }

    /// As [`Self::forgiving_one_each`], where so many are free, one at least.
    #[must_use]
    pub fn with_burst(burst: u32, forgiven_after: Duration) -> Self {
        Self {
            forgiven_at: Mutex::default(),
            burst: burst.max(1),
            forgiven_after,
        }
    }

    /// How long this pair has to wait before it may try again, if it has to.
    pub fn wait(&self, account: &str, peer: &str, now: Timestamp) -> Option<Duration> {
        self.wait_among(&self.pairs(), &Pair::new(account, peer), now)
    }

    fn wait_among(&self, pairs: &Pairs, pair: &Pair, now: Timestamp) -> Option<Duration> {
        let owed = pairs.get(pair)?.saturating_duration_since(now);
        let free = self.forgiven_after * (self.burst - 1);
        let wait = owed.saturating_sub(free);
        (!wait.is_zero()).then_some(wait)
    }

    /// Counts one if it is free, and answers whether it was. Of many at once,
    /// no more are than the burst has.
    pub fn take(&self, account: &str, peer: &str, now: Timestamp) -> bool {
        let mut pairs = self.pairs();
        let pair = Pair::new(account, peer);
        let is_free = self.wait_among(&pairs, &pair, now).is_none();
        if is_free {
            self.count_among(&mut pairs, pair, now);
        }
        is_free
    }

    /// Counts a failure.
    pub fn failed(&self, account: &str, peer: &str, now: Timestamp) {
        self.count_among(&mut self.pairs(), Pair::new(account, peer), now);
    }

    fn count_among(&self, pairs: &mut Pairs, pair: Pair, now: Timestamp) {
        if pairs.len() >= MOST_PAIRS {
            pairs.retain(|_, forgiven_at| *forgiven_at > now);
        }
        if pairs.len() >= MOST_PAIRS {
            tracing::warn!("too many failures to remember; starting anew");
            pairs.clear();
        }
        let forgiven_at = pairs.entry(pair).or_insert(now);
        *forgiven_at = (*forgiven_at).max(now) + self.forgiven_after;
    }

    /// Takes a failure back that was counted before its outcome was known.
    pub fn succeeded(&self, account: &str, peer: &str) {
        if let Some(forgiven_at) = self.pairs().get_mut(&Pair::new(account, peer)) {
            *forgiven_at -= self.forgiven_after;
        }
    }

    fn pairs(&self) -> std::sync::MutexGuard<'_, Pairs> {
        self.forgiven_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    #[test]
    fn ten_failures_are_free_and_are_forgiven_one_by_one() {
        let throttle = Throttle::default();
        for _ in 0..BURST {
            assert_eq!(throttle.wait("a", "192.0.2.1", NOW), None);
            throttle.failed("a", "192.0.2.1", NOW);
        }
        let wait = throttle.wait("a", "192.0.2.1", NOW);
        assert_eq!(wait, Some(FORGIVEN_AFTER));
        let later = NOW + FORGIVEN_AFTER;
        assert_eq!(throttle.wait("a", "192.0.2.1", later), None);
        throttle.failed("a", "192.0.2.1", later);
        assert!(throttle.wait("a", "192.0.2.1", later).is_some());
    }

    #[test]
    fn more_are_free_where_more_are_said() {
        let throttle = Throttle::with_burst(3 * BURST, FORGIVEN_AFTER);
        for _ in 0..3 * BURST {
            assert_eq!(throttle.wait("a", "192.0.2.1", NOW), None);
            throttle.failed("a", "192.0.2.1", NOW);
        }
        let wait = throttle.wait("a", "192.0.2.1", NOW);
        assert_eq!(wait, Some(FORGIVEN_AFTER));
    }

    #[test]
    fn a_failure_is_taken_back_once_the_outcome_is_known() {
        let throttle = Throttle::default();
        for _ in 0..5 * BURST {
            throttle.failed("a", "192.0.2.1", NOW);
            throttle.succeeded("a", "192.0.2.1");
        }
        assert_eq!(throttle.wait("a", "192.0.2.1", NOW), None);
        for _ in 0..BURST {
            throttle.failed("a", "192.0.2.1", NOW);
        }
        assert!(throttle.wait("a", "192.0.2.1", NOW).is_some());
    }

    #[test]
    fn what_is_free_is_taken_and_what_is_not_does_not_count() {
        let throttle = Throttle::with_burst(2, FORGIVEN_AFTER);
        let take = |now| throttle.take("a", "192.0.2.1", now);
        assert!(take(NOW) && take(NOW));
        for _ in 0..5 {
            assert!(!take(NOW));
        }
        assert!(take(NOW + FORGIVEN_AFTER));
        assert!(!take(NOW + FORGIVEN_AFTER));
    }

    #[test]
    fn others_are_not_held_up() {
        let throttle = Throttle::default();
        for _ in 0..=BURST {
            throttle.failed("a", "192.0.2.1", NOW);
        }
        assert_eq!(throttle.wait("a", "192.0.2.2", NOW), None);
        assert_eq!(throttle.wait("b", "192.0.2.1", NOW), None);
    }

    #[test]
    fn of_an_ipv6_address_the_network_counts() {
        let throttle = Throttle::default();
        for _ in 0..BURST {
            throttle.failed("a", "2001:db8::1", NOW);
        }
        assert!(throttle.wait("a", "2001:db8::2", NOW).is_some());
        assert_eq!(throttle.wait("a", "2001:db8:0:1::1", NOW), None);
    }

    #[test]
    fn an_ipv4_address_counts_by_itself_however_it_is_written() {
        let throttle = Throttle::default();
        for _ in 0..BURST {
            throttle.failed("a", "::ffff:192.0.2.1", NOW);
        }
        assert!(throttle.wait("a", "192.0.2.1", NOW).is_some());
        assert_eq!(throttle.wait("a", "::ffff:192.0.2.2", NOW), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let throttle = Throttle::default();
        for number in 0..=MOST_PAIRS {
            throttle.failed(&number.to_string(), "192.0.2.1", NOW);
        }
        assert!(throttle.pairs().len() <= MOST_PAIRS);
    }
}
