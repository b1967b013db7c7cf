//! Notices plugin code that doesn't give its thread back.
//!
//! A busy loop inside this process can't be stopped. It can be named in the
//! log, and `/readyz` can say no, so that a supervisor restarts the site.

use std::{
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

/// Who is in plugin code, thread by thread. Entering costs three stores and no
/// look at a clock: the watching thread counts the ticks.
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

#[derive(Default)]
struct Slot {
    /// The tick at which plugin code was entered, and one; 0 outside of it.
    since: AtomicU64,
    name: AtomicUsize,
    reported: AtomicU64,
}

/// A piece of plugin code that can be named.
#[derive(Clone, Copy, Debug)]
pub struct Watched(usize);

/// Plugin code is left when this is dropped.
pub struct Inside<'a>(&'a Slot);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.since.store(0, Ordering::Release);
    }
}

impl Watchdog {
    /// Names a piece of plugin code, once, at start.
    #[must_use]
    pub fn name(&self, name: impl Into<String>) -> Watched {
        let mut names = self.names();
        names.push(name.into());
        Watched(names.len() - 1)
    }

    /// This thread enters it.
    pub fn enter(&self, watched: Watched) -> Inside<'_> {
        let slot = self.inner.threads.get_or_default();
        slot.name.store(watched.0, Ordering::Relaxed);
        let tick = self.inner.tick.load(Ordering::Relaxed);
        slot.since.store(tick + 1, Ordering::Release);
        Inside(slot)
    }

    /// Whether some thread has not come back from plugin code for too long.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.inner.stuck.load(Ordering::Acquire) > 0
    }

    /// Watches from a thread of its own for as long as the process lives.
    ///
    /// # Errors
    /// The thread can't be started.
    pub fn watch(&self) -> std::io::Result<()> {
        let watchdog = self.clone();
        std::thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || {
                loop {
                    std::thread::sleep(TICK);
                    watchdog.look();
                }
            })?;
        Ok(())
    }

    /// One tick: looks at every thread, and reports each that is late, once.
    pub fn look(&self) {
        let tick = self.inner.tick.fetch_add(1, Ordering::Relaxed) + 1;
        let mut stuck = 0;
        for slot in &self.inner.threads {
            let since = slot.since.load(Ordering::Acquire);
            if since == 0 || tick - (since - 1) <= PATIENCE.as_secs() / TICK.as_secs() {
                continue;
            }
            stuck += 1;
            if slot.reported.swap(since, Ordering::Relaxed) != since {
                let name = slot.name.load(Ordering::Relaxed);
                let names = self.names();
                let what = names.get(name).map_or("a plugin", String::as_str);
                tracing::error!(
                    what,
                    seconds = PATIENCE.as_secs(),
                    "plugin code does not give its thread back; the site is no longer ready and \
                     should be restarted"
                );
            }
        }
        self.inner.stuck.store(stuck, Ordering::Release);
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
    fn who_stays_too_long_is_noticed_and_who_leaves_is_forgotten() {
        let watchdog = Watchdog::default();
        let route = watchdog.name("plugin x, route GET /busy");
        let inside = watchdog.enter(route);
        for _ in 0..5 {
            watchdog.look();
            assert!(!watchdog.is_stuck());
        }
        watchdog.look();
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
}
