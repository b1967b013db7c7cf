//! Notices plugin code that doesn't give its thread back.
//!
//! A busy loop inside this process can't be stopped. It can be named in the
//! log, and `/readyz` can say no, so that a supervisor restarts the site.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use thread_local::ThreadLocal;

/// How long a thread may be in plugin code at a stretch.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often is looked.
const TICK: Duration = Duration::from_secs(1);

/// Who is in plugin code, thread by thread. Entering and leaving cost a store
/// each and no look at a clock: the watching thread counts the ticks.
#[derive(Clone, Default)]
pub struct Watchdog {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    tick: AtomicU64,
    threads: ThreadLocal<Slot>,
    /// The names behind the numbers; only ever appended to.
    names: Mutex<Vec<String>>,
    stuck: AtomicUsize,
}

/// One thread: an [`Entry`], or 0 outside of plugin code.
#[derive(Default)]
struct Slot {
    entry: AtomicU64,
    /// The entry that the log has named.
    reported: AtomicU64,
}

/// Which code was entered and at which tick, in one number, so that who looks
/// never sees a half of it: the code above, the tick and one below.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry(u64);

impl Entry {
    fn new(watched: Watched, tick: u64) -> Self {
        // A tick is a second: 32 bits last longer than any process.
        Self(u64::from(watched.0) << 32 | (tick + 1) & u64::from(u32::MAX))
    }

    /// For how many ticks it lasts; `None` outside of plugin code.
    fn age(self, tick: u64) -> Option<u64> {
        let since = self.0 & u64::from(u32::MAX);
        (since > 0).then(|| tick.saturating_sub(since - 1))
    }

    /// Whether the thread has been in there for too long, at this tick.
    fn is_late(self, tick: u64) -> bool {
        let is_late = |age| age > PATIENCE.as_secs() / TICK.as_secs();
        self.age(tick).is_some_and(is_late)
    }

    fn name(self) -> usize {
        (self.0 >> 32) as usize
    }
}

/// A piece of plugin code that can be named.
#[derive(Clone, Copy, Debug)]
pub struct Watched(u32);

/// Plugin code is left when this is dropped. Code that it was entered from
/// goes on then, and with the time that it began at.
pub struct Inside<'a> {
    slot: &'a Slot,
    before: u64,
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.slot.entry.store(self.before, Ordering::Release);
    }
}

impl Watchdog {
    /// Names a piece of plugin code, once, at start.
    #[must_use]
    pub fn name(&self, name: impl Into<String>) -> Watched {
        let mut names = self.names();
        names.push(name.into());
        // Routes, jobs and the like: nobody has four billion of them.
        Watched((names.len() - 1) as u32)
    }

    /// This thread enters it.
    pub fn enter(&self, watched: Watched) -> Inside<'_> {
        let slot = self.inner.threads.get_or_default();
        let tick = self.inner.tick.load(Ordering::Relaxed);
        // Only this thread writes to its slot.
        let before = slot.entry.load(Ordering::Relaxed);
        slot.entry
            .store(Entry::new(watched, tick).0, Ordering::Release);
        Inside { slot, before }
    }

    /// A future of a plugin: whoever polls it is in the plugin's code.
    pub async fn inside<F: Future>(&self, watched: Watched, future: F) -> F::Output {
        let mut future = pin!(future);
        std::future::poll_fn(|context| {
            let _inside = self.enter(watched);
            future.as_mut().poll(context)
        })
        .await
    }

    /// Whether some thread has not come back from plugin code for too long.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.inner.stuck.load(Ordering::Acquire) > 0
    }

    /// Watches from a thread of its own for as long as the process lives.
    /// `consequence` ends the line that names plugin code in the log.
    ///
    /// # Errors
    /// The thread can't be started.
    pub fn watch(&self, consequence: &'static str) -> std::io::Result<()> {
        let watchdog = self.clone();
        std::thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || {
                loop {
                    std::thread::sleep(TICK);
                    for what in watchdog.look() {
                        tracing::error!(
                            what,
                            seconds = PATIENCE.as_secs(),
                            "plugin code does not give its thread back; {consequence}"
                        );
                    }
                }
            })?;
        Ok(())
    }

    /// One tick: looks at every thread, and names each piece of code that is
    /// late, once.
    pub fn look(&self) -> Vec<String> {
        let tick = self.inner.tick.fetch_add(1, Ordering::Relaxed) + 1;
        let (mut stuck, mut fresh) = (0, Vec::new());
        for slot in &self.inner.threads {
            let entry = Entry(slot.entry.load(Ordering::Acquire));
            if !entry.is_late(tick) {
                continue;
            }
            stuck += 1;
            if slot.reported.swap(entry.0, Ordering::Relaxed) != entry.0 {
                fresh.push(self.names()[entry.name()].clone());
            }
        }
        self.inner.stuck.store(stuck, Ordering::Release);
        fresh
    }

    /// The code that was late at the last tick, by its names.
    #[must_use]
    pub fn late(&self) -> Vec<String> {
        let tick = self.inner.tick.load(Ordering::Relaxed);
        let entries = self.inner.threads.iter();
        entries
            .map(|slot| Entry(slot.entry.load(Ordering::Acquire)))
            .filter(|entry| entry.is_late(tick))
            .map(|entry| self.names()[entry.name()].clone())
            .collect()
    }

    fn names(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.inner
            .names
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_stays_too_long_is_named_once_and_who_leaves_is_forgotten() {
        let watchdog = Watchdog::default();
        let route = watchdog.name("plugin x, route GET /busy");
        let inside = watchdog.enter(route);
        for _ in 0..5 {
            assert!(watchdog.look().is_empty());
            assert!(!watchdog.is_stuck());
        }
        assert_eq!(watchdog.look(), ["plugin x, route GET /busy"]);
        assert!(watchdog.is_stuck());
        assert!(watchdog.look().is_empty());
        assert!(watchdog.is_stuck());
        drop(inside);
        watchdog.look();
        assert!(!watchdog.is_stuck());
    }

    #[test]
    fn who_comes_and_goes_is_never_late() {
        let watchdog = Watchdog::default();
        let route = watchdog.name("plugin x, route GET /quick");
        for _ in 0..20 {
            drop(watchdog.enter(route));
            let inside = watchdog.enter(route);
            watchdog.look();
            drop(inside);
            assert!(!watchdog.is_stuck());
        }
    }

    #[test]
    fn what_was_entered_from_other_code_leaves_that_code_s_time_alone() {
        let watchdog = Watchdog::default();
        let route = watchdog.name("plugin x, route GET /busy");
        let read = watchdog.name("plugin x, a read of the database");
        let inside = watchdog.enter(route);
        for _ in 0..5 {
            drop(watchdog.enter(read));
            assert!(watchdog.look().is_empty());
        }
        // The read has only just begun, the route has not.
        let reading = watchdog.enter(read);
        assert!(watchdog.look().is_empty());
        drop(reading);
        assert_eq!(watchdog.look(), ["plugin x, route GET /busy"]);
        drop(inside);
        watchdog.look();
        assert!(!watchdog.is_stuck());
    }

    #[test]
    fn a_future_is_watched_only_while_it_is_polled() {
        let watchdog = Watchdog::default();
        let job = watchdog.name("plugin x, the periodic job tidy");
        let looks = |times| (0..times).flat_map(|_| watchdog.look()).count();
        let mut begun = false;
        let mut future = pin!(watchdog.inside(
            job,
            std::future::poll_fn(|_| {
                if std::mem::replace(&mut begun, true) {
                    assert_eq!(looks(6), 1);
                    return std::task::Poll::Ready(());
                }
                std::task::Poll::Pending
            })
        ));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        assert_eq!(looks(20), 0);
        assert!(future.as_mut().poll(&mut context).is_ready());
    }
}
