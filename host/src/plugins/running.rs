//! The plugins of a running site: started in order, asked by the rest.

use std::{
    collections::BTreeSet,
    sync::{Arc, RwLock},
    time::Duration,
};

use hob_plugin_manifest::{Manifest, Packed};
use hob_plugin_sdk::abi::{
    Interface, InterfaceError, PluginHandle, RawError,
    command::{PluginCommandsV1, RawInvocation, RawOutput},
    connections::ConnectionsV1,
    event::{PluginEventsV1, RawEvent, RawMoment, RawSubscription},
    host::HostHandle,
    http::PluginHttpV1,
    job::{PluginJobsV1, RawPeriodicJob},
    words::WordsV1,
};

use super::{
    events::{EventMap, PluginEvents},
    host_interfaces::{HostContext, Place, SharedInterfaces},
};
use crate::{
    connections::ConnectionProvider,
    db::{Database, DeliverEvents, Lender, OwnedEvent},
    diagnostic::Diagnostic,
    site::{Address, Site},
    watchdog::{Watchdog, Watched},
};

/// A plugin that may be started: loaded as a library, or linked in by a test.
pub struct PluginSource {
    pub packed: Packed,
    /// Where its routes stand, without the site's own base.
    pub prefix: String,
    /// The host that it has for itself, `host[:port]`.
    pub host: Option<String>,
    /// Its section of the configuration, checked, as JSON.
    pub config: String,
    /// Starts it: in a library that was opened, or in this program.
    pub start: Start,
}

/// Starts a plugin, once.
pub type Start = Box<dyn FnOnce(HostHandle) -> Result<PluginHandle, Diagnostic> + Send>;

/// What is wrong with a plugin that did start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("plugin {plugin} can't be used: {source}")]
    Interface {
        plugin: String,
        source: InterfaceError,
    },
    #[error("plugin {plugin}: its manifest declares {kind} {name:?}, and no function answers it")]
    Unanswered {
        plugin: String,
        kind: &'static str,
        name: String,
    },
    #[error(
        "plugin {plugin}: a function answers {kind} {name:?}, which its manifest does not declare"
    )]
    Undeclared {
        plugin: String,
        kind: &'static str,
        name: String,
    },
    #[error(
        "plugin {plugin} subscribes to {event} v{version}, whose layout here is another: {difference}"
    )]
    Event {
        plugin: String,
        event: String,
        version: u32,
        difference: String,
    },
}

impl From<StartError> for Diagnostic {
    fn from(error: StartError) -> Self {
        Self::new(error.to_string())
            .fix("this is a fault of the plugin: tell its author, and remove it from `enabled`")
    }
}

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
        let events = EventMap::new(hob_plugin_sdk::raised_by_core(), &events, watchdog)
            .inspect_err(|_| stop_all(&running))?;
        let connection_providers = starting
            .connection_providers(&running)
            .inspect_err(|_| stop_all(&running))?;
        Ok(Self {
            running: Arc::new(running),
            events: Arc::new(events),
            patience: site.limits.time,
            connection_providers: Arc::new(connection_providers),
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

    /// Begins to deliver events to those who hear of them after the commit,
    /// until the runtime ends.
    pub fn run_events(&self) {
        let (events, patience) = (self.events.clone(), self.patience);
        tokio::spawn(async move { events.run(patience).await });
    }

    /// Waits until the events of all that is committed have been delivered.
    pub async fn finish_events(&self) {
        self.run_events();
        self.events.settled().await;
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

/// What the start of every plugin needs.
struct Starting<'a> {
    site: &'a Arc<Site>,
    database: &'a Database,
    watchdog: &'a Watchdog,
    registry: Arc<Registry>,
    shared: Arc<SharedInterfaces>,
    enabled: &'a [String],
}

impl Starting<'_> {
    fn start(&self, source: PluginSource) -> Result<(RunningPlugin, PluginEvents), Diagnostic> {
        let manifest = source.packed.manifest;
        let packed_languages = source.packed.locales.into_iter();
        let packed_languages = packed_languages.map(|locale| locale.language).collect();
        let id = manifest.id.clone();
        let who = format!("plugin {id}");
        let db = self.database.watched_interface(self.watchdog, &who);
        let address = match &source.host {
            Some(host) => self.site.address.on_host(host),
            None => self.site.address.clone(),
        };
        let context = HostContext::new(
            self.site,
            &self.registry,
            &self.shared,
            db,
            &id,
            Place {
                address: address.clone(),
                prefix: source.prefix.clone(),
            },
        );
        let host = context.handle(&id, &source.config);
        let its_start = self.watchdog.name(format!("{who}, its start"));
        let inside = self.watchdog.enter(its_start);
        let handle = (source.start)(host)?;
        drop(inside);
        let handle: &'static PluginHandle = Box::leak(Box::new(handle));
        let http = ask::<PluginHttpV1>(&id, handle)?;
        let commands = ask::<PluginCommandsV1>(&id, handle)?;
        let events = ask::<PluginEventsV1>(&id, handle)?;
        let jobs = ask::<PluginJobsV1>(&id, handle)?;
        let routes = (http.routes)(http.context);
        let declared = manifest.routes.iter().map(|route| route.route.clone());
        same_names(&id, "route", declared, routes.into_iter().map(String::from))?;
        let answered = (commands.commands)(commands.context);
        let declared = manifest
            .commands
            .iter()
            .map(|command| command.command.clone());
        same_names(
            &id,
            "command",
            declared,
            answered.into_iter().map(String::from),
        )?;
        for (service, version) in &manifest.offers {
            let offered = (handle.interface)(handle.context, service.as_str().into(), *version);
            if offered.is_none() {
                return Err(StartError::Unanswered {
                    plugin: id,
                    kind: "service",
                    name: format!("{service} v{version}"),
                }
                .into());
            }
        }
        let events = its_events(&manifest, events)?;
        let periodic = (0_u32..)
            .zip((jobs.jobs)(jobs.context))
            .map(|(index, raw)| PeriodicJob {
                watched: self
                    .watchdog
                    .name(format!("{who}, the periodic job {}", raw.name)),
                raw,
                index,
            })
            .collect();
        self.registry.add(Provider {
            place: self
                .enabled
                .iter()
                .position(|name| *name == id)
                .unwrap_or(self.enabled.len()),
            id: id.clone(),
            handle,
            offers: manifest.offers.clone().into_iter().collect(),
        });
        let plugin = RunningPlugin {
            words: self.shared.words(&id),
            id,
            version: source.packed.version,
            manifest,
            prefix: source.prefix,
            address,
            languages: packed_languages,
            handle,
            http,
            commands,
            jobs: periodic,
            run_job: jobs,
            watchdog: self.watchdog.clone(),
        };
        Ok((plugin, events))
    }
}

/// What a plugin raises and hears of, held against its manifest: by that the
/// others were told who listens.
fn its_events(
    manifest: &Manifest,
    table: &'static PluginEventsV1,
) -> Result<PluginEvents, StartError> {
    let id = manifest.id.clone();
    let raises: Vec<_> = (table.raises)(table.context).into_iter().collect();
    let subscriptions: Vec<RawSubscription> =
        (table.subscriptions)(table.context).into_iter().collect();
    let line = |name: &str, version: u32| format!("{name} v{version}");
    let declared = manifest.raises.iter().map(|(name, of)| line(name, *of));
    let answered = raises
        .iter()
        .map(|raised| line(&raised.name, raised.version));
    same_names(&id, "the raised event", declared, answered)?;
    for (moment, kind, declared) in [
        (
            RawMoment::Inside,
            "the event heard inside",
            &manifest.subscribes,
        ),
        (
            RawMoment::After,
            "the event heard after",
            &manifest.subscribes_after,
        ),
    ] {
        let declared = declared.iter().map(|(name, of)| line(name, *of));
        let answered = subscriptions
            .iter()
            .filter(|heard| heard.moment == moment)
            .map(|heard| line(&heard.name, heard.version));
        same_names(&id, kind, declared, answered)?;
    }
    Ok(PluginEvents {
        id,
        table,
        raises,
        subscriptions,
    })
}

impl Starting<'_> {
    /// Those of the started that offer what they let in, in the operator's
    /// order.
    fn connection_providers(
        &self,
        running: &[RunningPlugin],
    ) -> Result<Vec<ConnectionProvider>, StartError> {
        let offer = (ConnectionsV1::ID.to_owned(), ConnectionsV1::VERSION);
        let mut ids = Vec::new();
        self.registry.providers(|providers| {
            let offering = providers.iter().filter(|one| one.offers.contains(&offer));
            ids.extend(offering.map(|one| one.id.clone()));
        });
        let plugins = ids
            .iter()
            .filter_map(|id| running.iter().find(|plugin| plugin.id == *id));
        plugins
            .map(|plugin| {
                let table = ask::<ConnectionsV1>(&plugin.id, plugin.handle)?;
                let (id, title) = (plugin.id.clone(), plugin.manifest.title.clone());
                Ok(ConnectionProvider::new(id, title, table, self.watchdog))
            })
            .collect()
    }
}

fn ask<I: Interface>(id: &str, handle: &PluginHandle) -> Result<&'static I, StartError> {
    let failed = |source| StartError::Interface {
        plugin: id.to_owned(),
        source,
    };
    (handle.interface)(handle.context, I::ID.into(), I::VERSION)
        .into_option()
        .ok_or_else(|| {
            failed(InterfaceError::NotOffered {
                id: I::ID.to_owned(),
                version: I::VERSION,
            })
        })?
        .checked::<I>()
        .map_err(failed)
}

fn same_names(
    plugin: &str,
    kind: &'static str,
    declared: impl Iterator<Item = String>,
    answered: impl Iterator<Item = String>,
) -> Result<(), StartError> {
    let declared: BTreeSet<String> = declared.collect();
    let answered: BTreeSet<String> = answered.collect();
    if let Some(name) = declared.difference(&answered).next() {
        return Err(StartError::Unanswered {
            plugin: plugin.to_owned(),
            kind,
            name: name.clone(),
        });
    }
    if let Some(name) = answered.difference(&declared).next() {
        return Err(StartError::Undeclared {
            plugin: plugin.to_owned(),
            kind,
            name: name.clone(),
        });
    }
    Ok(())
}
