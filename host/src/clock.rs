//! The time. Everything asks this clock and not the system's, so that tests
//! can move it; a released binary has no way to.

use hob_plugin_sdk::db::Timestamp;

/// A clock. Clones show the same time.
#[derive(Clone, Default)]
pub struct Clock {
    #[cfg(feature = "testing")]
    ahead: std::sync::Arc<std::sync::atomic::AtomicI64>,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// The time, UTC.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let system = jiff::Timestamp::now().as_microsecond();
        #[cfg(feature = "testing")]
        let system = system + self.ahead.load(std::sync::atomic::Ordering::Relaxed);
        Timestamp::from_micros(system)
    }

    /// Moves the clock forward.
    #[cfg(feature = "testing")]
    pub fn advance(&self, duration: std::time::Duration) {
        let micros = i64::try_from(duration.as_micros()).expect("a test moves by less than ages");
        self.ahead
            .fetch_add(micros, std::sync::atomic::Ordering::Relaxed);
    }
}
