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
    db::RawConnection,
    event::{PluginEventsV1, RawEvent, RawSubscription},
    host::HostHandle,
    http::PluginHttpV1,
    interface::check_layouts,
    job::{PluginJobsV1, RawPeriodicJob},
};

use super::host_interfaces::{HostContext, SharedInterfaces};
use crate::{
    db::Database,
    diagnostic::Diagnostic,
    http::views::MenuLink,
    site::Site,
    watchdog::{Watchdog, Watched},
};

/// A plugin that may be started: loaded as a library, or linked in by a test.
pub struct PluginSource {
    pub packed: Packed,
    /// Where its routes stand, without the site's own base.
    pub prefix: String,
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
    /// Where its routes stand, without the site's own base.
    pub prefix: String,
    handle: &'static PluginHandle,
    pub http: &'static PluginHttpV1,
    pub commands: &'static PluginCommandsV1,
    jobs: Vec<PeriodicJob>,
    run_job: &'static PluginJobsV1,
    events: &'static PluginEventsV1,
    subscriptions: Vec<Subscription>,
    watchdog: Watchdog,
}

/// What a plugin wants done at intervals.
struct PeriodicJob {
    raw: RawPeriodicJob,
    index: u32,
    watched: Watched,
}

/// An event that a plugin hears of.
struct Subscription {
    raw: RawSubscription,
    watched: Watched,
}

/// All started plugins, in the order of their start.
#[derive(Clone)]
pub struct Plugins {
    running: Arc<Vec<RunningPlugin>>,
    menu: Arc<Vec<MenuLink>>,
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
        let starting = Starting {
            site,
            database,
            watchdog,
            registry: Arc::new(Registry::default()),
            shared: SharedInterfaces::new(site, &sources),
            enabled,
        };
        let mut running: Vec<RunningPlugin> = Vec::new();
        for source in sources {
            match starting.start(source) {
                Ok(plugin) => running.push(plugin),
                Err(error) => {
                    stop_all(&running);
                    return Err(error);
                }
            }
        }
        let menu = running
            .iter()
            .flat_map(|plugin| {
                plugin.manifest.menu.iter().map(|link| MenuLink {
                    url: site
                        .address
                        .path(&format!("{}{}", plugin.prefix, link.path)),
                    text: link.text.clone(),
                })
            })
            .collect();
        Ok(Self {
            running: Arc::new(running),
            menu: Arc::new(menu),
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

    /// What plugins add to a signed-in member's menu.
    #[must_use]
    pub fn menu(&self) -> &[MenuLink] {
        &self.menu
    }

    /// Delivers an event to all that subscribed to it, inside the transaction
    /// of `connection`. The first refusal ends it.
    ///
    /// # Errors
    /// A subscriber refuses, panicked, or takes the event for another.
    pub fn deliver(
        &self,
        event: RawEvent<'_>,
        connection: &mut RawConnection,
    ) -> Result<(), RawError> {
        for plugin in self.running.iter() {
            for (index, subscription) in (0_u32..).zip(&plugin.subscriptions) {
                let Subscription { raw, watched } = subscription;
                let fits = raw.name.as_str() == event.name.as_str() && raw.version == event.version;
                if !fits {
                    continue;
                }
                check_layouts(raw.layout, event.layout).map_err(|difference| RawError {
                    kind: RawError::KIND_FAILED,
                    message: format!(
                        "plugin {} takes {} for another event: {difference}",
                        plugin.id, event.name
                    )
                    .into(),
                })?;
                let _inside = self.watchdog.enter(*watched);
                // SAFETY: the payload is of the layout that the subscriber
                // compiled, and outlives the call.
                let delivered = unsafe {
                    (plugin.events.deliver)(plugin.events.context, index, event.payload, connection)
                };
                delivered.into_result().map_err(|error| RawError {
                    kind: error.kind,
                    message: format!("plugin {}: {}", plugin.id, error.message).into(),
                })?;
            }
        }
        Ok(())
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
    fn start(&self, source: PluginSource) -> Result<RunningPlugin, Diagnostic> {
        let manifest = source.packed.manifest;
        let id = manifest.id.clone();
        let who = format!("plugin {id}");
        let db = self.database.watched_interface(self.watchdog, &who);
        let context = HostContext::new(self.site, &self.registry, &self.shared, db, &source.prefix);
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
        let subscriptions: Vec<RawSubscription> =
            (events.subscriptions)(events.context).into_iter().collect();
        check_core_events(&id, &subscriptions)?;
        let subscriptions = subscriptions
            .into_iter()
            .map(|raw| Subscription {
                watched: self.watchdog.name(format!("{who}, the event {}", raw.name)),
                raw,
            })
            .collect();
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
        Ok(RunningPlugin {
            id,
            version: source.packed.version,
            manifest,
            prefix: source.prefix,
            handle,
            http,
            commands,
            jobs: periodic,
            run_job: jobs,
            events,
            subscriptions,
            watchdog: self.watchdog.clone(),
        })
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

/// What a plugin takes the core's events for is compared at its start, and
/// not when somebody changes a password.
fn check_core_events(id: &str, subscriptions: &[RawSubscription]) -> Result<(), StartError> {
    use abi_stable::StableAbi;
    use hob_plugin_sdk::{Event, MemberDeleted, MemberDisabled, MemberPasswordChanged};

    let core = [
        (
            MemberDisabled::NAME,
            MemberDisabled::VERSION,
            MemberDisabled::LAYOUT,
        ),
        (
            MemberPasswordChanged::NAME,
            MemberPasswordChanged::VERSION,
            MemberPasswordChanged::LAYOUT,
        ),
        (
            MemberDeleted::NAME,
            MemberDeleted::VERSION,
            MemberDeleted::LAYOUT,
        ),
    ];
    for subscription in subscriptions {
        for (name, version, layout) in core {
            if subscription.name.as_str() != name || subscription.version != version {
                continue;
            }
            check_layouts(subscription.layout, layout).map_err(|difference| StartError::Event {
                plugin: id.to_owned(),
                event: name.to_owned(),
                version,
                difference,
            })?;
        }
    }
    Ok(())
}
