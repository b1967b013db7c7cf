//! What every handler is given.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use hob_plugin_manifest::MenuAudience;

use crate::{
    plugins::{running::Plugins, worded::MenuEntry},
    site::{Address, Site},
    watchdog::Watchdog,
};

/// The running application. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    site: Arc<Site>,
    plugins: Plugins,
    menu: Vec<MenuEntry>,
    stopping: Arc<AtomicBool>,
}

impl App {
    /// Puts the site and its plugins together.
    #[must_use]
    pub fn new(site: Arc<Site>, plugins: Plugins) -> Self {
        Self::with(site, plugins, Arc::default())
    }

    /// The same application as visitors of another of its hosts see it.
    #[must_use]
    pub fn at(&self, address: Address) -> Self {
        let site = Site {
            address,
            ..(**self.site()).clone()
        };
        let Inner {
            plugins, stopping, ..
        } = &*self.inner;
        Self::with(Arc::new(site), plugins.clone(), stopping.clone())
    }

    fn with(site: Arc<Site>, plugins: Plugins, stopping: Arc<AtomicBool>) -> Self {
        let menu = plugins.menu_at(&site.address);
        Self {
            inner: Arc::new(Inner {
                site,
                plugins,
                menu,
                stopping,
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

    /// What plugins have pages for, beside what every site has: those for
    /// members stand in the menu, those for administrators on the page of
    /// administration.
    pub fn menu(&self, audience: MenuAudience) -> impl Iterator<Item = &MenuEntry> {
        let entries = self.inner.menu.iter();
        entries.filter(move |entry| entry.audience == audience)
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
