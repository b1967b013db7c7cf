//! The plugins of a running site: started in order, asked by the rest.

mod starting;

use std::{
    sync::{Arc, RwLock},
    time::Duration,
};

use hob_plugin_manifest::Manifest;
use hob_plugin_sdk::abi::{
    Interface, PluginHandle, RawError,
    command::{PluginCommandsV1, RawInvocation, RawOutput},
    event::RawEvent,
    http::PluginHttpV1,
    job::{PluginJobsV1, RawPeriodicJob},
    sealing::SealedV1,
    words::WordsV1,
};

pub use starting::{PluginSource, Start, StartError};

use self::starting::{Starting, ask};
use super::{
    events::{EventMap, PluginEvents},
    host_interfaces::SharedInterfaces,
};
use crate::{
    connections::ConnectionProvider,
    db::{Database, DeliverEvents, Lender, OwnedEvent},
    diagnostic::Diagnostic,
    sealing::SealedProvider,
    sign_in_methods::SignInProvider,
    site::{Address, Site},
    watchdog::{Watchdog, Watched},
};

/// One started plugin.
pub struct RunningPlugin {
    pub id: String,
    pub version: String,
    pub manifest: Manifest,
    /// Where its routes stand, without the address's own base.
    pub prefix: String,
    /// The site's, or that of its own host.
    pub address: Address,
    /// What its pages say.
    pub(super) words: &'static WordsV1,
    /// The languages that it has words in.
    pub(super) languages: Vec<String>,
    handle: &'static PluginHandle,
    pub http: &'static PluginHttpV1,
    pub commands: &'static PluginCommandsV1,
    jobs: Vec<PeriodicJob>,
    run_job: &'static PluginJobsV1,
    watchdog: Watchdog,
}

/// What a plugin wants done at intervals.
struct PeriodicJob {
    raw: RawPeriodicJob,
    index: u32,
    watched: Watched,
}

/// All started plugins, in the order of their start.
#[derive(Clone)]
pub struct Plugins {
    running: Arc<Vec<RunningPlugin>>,
    events: Arc<EventMap>,
    /// How long a subscriber may take after the commit.
    patience: Duration,
    connection_providers: Arc<Vec<ConnectionProvider>>,
    sign_in_methods: Arc<Vec<SignInProvider>>,
    watchdog: Watchdog,
}

/// The providers of services, in the operator's order; filled as plugins start.
#[derive(Default)]
pub struct Registry {
    providers: RwLock<Vec<Provider>>,
}

pub(super) struct Provider {
    pub(super) place: usize,
    pub(super) id: String,
    pub(super) handle: &'static PluginHandle,
    pub(super) offers: Vec<(String, u32)>,
}

impl Registry {
    pub(super) fn providers<T>(&self, body: impl FnOnce(&[Provider]) -> T) -> T {
        body(&self.providers.read().expect("nothing panics with the lock"))
    }

    fn add(&self, provider: Provider) {
        let mut providers = self
            .providers
            .write()
            .expect("nothing panics with the lock");
        providers.push(provider);
        providers.sort_by_key(|provider| provider.place);
    }
}

impl Plugins {
    /// Starts plugins in the order given, which puts requirements first.
    /// `enabled` is the operator's order, in which services are asked.
    ///
    /// # Errors
    /// The first plugin that does not start, and why; those before it have
    /// been stopped again.
    pub fn start(
        site: &Arc<Site>,
        database: &Database,
        watchdog: &Watchdog,
        sources: Vec<PluginSource>,
        enabled: &[String],
    ) -> Result<Self, Diagnostic> {
        let mut addresses = vec![site.address.clone()];
        for host in sources.iter().filter_map(|source| source.host.as_deref()) {
            let address = site.address.on_host(host);
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        let starting = Starting {
            site,
            database,
            watchdog,
            registry: Arc::new(Registry::default()),
            shared: SharedInterfaces::new(site, &addresses, &sources)?,
            enabled,
        };
        let mut running: Vec<RunningPlugin> = Vec::new();
        let mut events: Vec<PluginEvents> = Vec::new();
        for source in sources {
            match starting.start(source) {
                Ok((plugin, its_events)) => {
                    running.push(plugin);
                    events.push(its_events);
                }
                Err(error) => {
                    stop_all(&running);
                    return Err(error);
                }
            }
        }
        let core = hob_plugin_sdk::raised_by_core();
        let events = EventMap::new(core, &events, watchdog, database.under_way())
            .inspect_err(|_| stop_all(&running))?;
        let connection_providers = starting
            .connection_providers(&running)
            .inspect_err(|_| stop_all(&running))?;
        let sign_in_methods = starting
            .sign_in_methods(&running)
            .inspect_err(|_| stop_all(&running))?;
        Ok(Self {
            running: Arc::new(running),
            events: Arc::new(events),
            patience: site.limits.time,
            connection_providers: Arc::new(connection_providers),
            sign_in_methods: Arc::new(sign_in_methods),
            watchdog: watchdog.clone(),
        })
    }

    pub fn iter(&self) -> impl Iterator<Item = &RunningPlugin> {
        self.running.iter()
    }

    #[must_use]
    pub fn find(&self, id: &str) -> Option<&RunningPlugin> {
        self.running.iter().find(|plugin| plugin.id == id)
    }

    /// Notices plugin code that blocks a thread.
    #[must_use]
    pub fn watchdog(&self) -> &Watchdog {
        &self.watchdog
    }

    /// Those that let programs use members' accounts, in the operator's order.
    #[must_use]
    pub fn connection_providers(&self) -> &[ConnectionProvider] {
        &self.connection_providers
    }

    /// Those that sign members in at this address of the site, in the
    /// operator's order. A session belongs to one host, so what stands on
    /// another begins none here.
    pub fn sign_in_methods<'a>(
        &'a self,
        address: &'a Address,
    ) -> impl Iterator<Item = &'a SignInProvider> {
        let all = self.sign_in_methods.iter();
        all.filter(move |provider| provider.is_at(address))
    }

    /// Those that keep secrets sealed, in the order of their start.
    ///
    /// # Errors
    /// What one of them offers is another interface.
    pub fn sealed_providers(&self) -> Result<Vec<SealedProvider<'_>>, StartError> {
        let offer = (SealedV1::ID, SealedV1::VERSION);
        let offering = self.running.iter().filter(|plugin| {
            let offers = &plugin.manifest.offers;
            offers
                .get(offer.0)
                .is_some_and(|version| *version == offer.1)
        });
        offering
            .map(|plugin| {
                Ok(SealedProvider {
                    id: &plugin.id,
                    table: ask::<SealedV1>(&plugin.id, plugin.handle)?,
                })
            })
            .collect()
    }

    /// Begins to deliver events to those who hear of them after the commit,
    /// until the runtime ends.
    pub fn run_events(&self) {
        let (events, patience) = (self.events.clone(), self.patience);
        tokio::spawn(async move { events.run(patience).await });
    }

    /// Waits until the queued jobs of the database are done and the events of
    /// all that is committed have been delivered, with what comes of them.
    pub async fn finish_events(&self) {
        self.run_events();
        self.events.settled().await;
    }

    /// How many committed events nobody has begun to deliver.
    #[must_use]
    pub fn waiting_events(&self) -> usize {
        self.events.waiting()
    }

    /// Starts the periodic jobs, which run until the runtime ends.
    pub fn run_jobs(&self) {
        for (at, plugin) in self.running.iter().enumerate() {
            for index in 0..plugin.jobs.len() {
                let running = self.running.clone();
                tokio::spawn(async move {
                    let plugin = &running[at];
                    plugin.run_again_and_again(&plugin.jobs[index]).await;
                });
            }
        }
    }

    /// Stops them all; calls after this are refused.
    pub fn stop(&self) {
        stop_all(&self.running);
    }
}

impl DeliverEvents for Plugins {
    fn deliver(
        &self,
        event: &RawEvent<'_>,
        lender: &dyn Lender,
    ) -> Result<Option<OwnedEvent>, RawError> {
        self.events.deliver(event, lender)
    }

    fn committed(&self, events: Vec<OwnedEvent>) {
        self.events.committed(events);
    }
}

impl RunningPlugin {
    /// Runs one of its periodic jobs once, if there is one of this name.
    pub async fn run_job(&self, name: &str) -> Option<Result<(), RawError>> {
        let job = self.jobs.iter().find(|job| job.raw.name.as_str() == name)?;
        Some(self.run(job).await)
    }

    async fn run(&self, job: &PeriodicJob) -> Result<(), RawError> {
        let table = self.run_job;
        let run = async { (table.run)(table.context, job.index).await };
        self.watchdog.inside(job.watched, run).await.into_result()
    }

    async fn run_again_and_again(&self, job: &PeriodicJob) {
        let every = Duration::from_secs(job.raw.every_seconds.max(1));
        loop {
            tokio::time::sleep(every).await;
            if let Err(error) = self.run(job).await {
                tracing::error!(
                    plugin = self.id,
                    job = job.raw.name.as_str(),
                    error = error.message.as_str(),
                    "a periodic job failed"
                );
            }
        }
    }

    /// Runs one of its commands.
    ///
    /// # Errors
    /// The command failed; its own refusals are an [`RawOutput`].
    pub async fn run_command(&self, invocation: RawInvocation) -> Result<RawOutput, RawError> {
        let name = format!("plugin {}, the command {}", self.id, invocation.command);
        let run = async { (self.commands.run)(self.commands.context, invocation).await };
        let watched = self.watchdog.name(name);
        self.watchdog.inside(watched, run).await.into_result()
    }
}

fn stop_all(running: &[RunningPlugin]) {
    for plugin in running.iter().rev() {
        (plugin.handle.stop)(plugin.handle.context);
    }
}
