//! What every handler is given.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{plugins::running::Plugins, site::Site, watchdog::Watchdog};

/// The running application. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    site: Arc<Site>,
    plugins: Plugins,
    stopping: AtomicBool,
}

impl App {
    /// Puts the site and its plugins together.
    #[must_use]
    pub fn new(site: Arc<Site>, plugins: Plugins) -> Self {
        Self {
            inner: Arc::new(Inner {
                site,
                plugins,
                stopping: AtomicBool::new(false),
            }),
        }
    }

    #[must_use]
    pub fn site(&self) -> &Arc<Site> {
        &self.inner.site
    }

    #[must_use]
    pub fn plugins(&self) -> &Plugins {
        &self.inner.plugins
    }

    /// Notices plugin code that blocks a thread.
    #[must_use]
    pub fn watchdog(&self) -> &Watchdog {
        self.inner.plugins.watchdog()
    }

    /// From now on `/readyz` says no, so that a balancer sends nothing new.
    pub fn begin_stopping(&self) {
        self.inner.stopping.store(true, Ordering::Release);
    }

    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.inner.stopping.load(Ordering::Acquire)
    }
}
