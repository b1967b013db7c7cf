//! The start of each plugin, held against its manifest.

use std::{collections::BTreeSet, sync::Arc};

use hob_plugin_manifest::{Manifest, Packed};
use hob_plugin_sdk::abi::{
    Interface, InterfaceError, PluginHandle,
    command::PluginCommandsV1,
    connections::ConnectionsV1,
    event::{PluginEventsV1, RawMoment, RawSubscription},
    host::HostHandle,
    http::PluginHttpV1,
    job::PluginJobsV1,
    sign_in_methods::SignInMethodsV1,
};

use super::{PeriodicJob, Provider, Registry, RunningPlugin};
use crate::{
    connections::ConnectionProvider,
    db::Database,
    diagnostic::Diagnostic,
    plugins::{
        events::PluginEvents,
        host_interfaces::{HostContext, Place, SharedInterfaces},
    },
    sign_in_methods::SignInProvider,
    site::Site,
    watchdog::Watchdog,
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

/// What the start of every plugin needs.
pub(super) struct Starting<'a> {
    pub(super) site: &'a Arc<Site>,
    pub(super) database: &'a Database,
    pub(super) watchdog: &'a Watchdog,
    pub(super) registry: Arc<Registry>,
    pub(super) shared: Arc<SharedInterfaces>,
    pub(super) enabled: &'a [String],
}

impl Starting<'_> {
    pub(super) fn start(
        &self,
        source: PluginSource,
    ) -> Result<(RunningPlugin, PluginEvents), Diagnostic> {
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
            &manifest,
            Place {
                address: address.clone(),
                prefix: source.prefix.clone(),
            },
            self.watchdog,
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
    /// Those of the started that offer an interface, in the operator's order.
    fn offering<'r, I: Interface>(
        &self,
        running: &'r [RunningPlugin],
    ) -> Result<Vec<(&'r RunningPlugin, &'static I)>, StartError> {
        let offer = (I::ID.to_owned(), I::VERSION);
        let mut ids = Vec::new();
        self.registry.providers(|providers| {
            let offering = providers.iter().filter(|one| one.offers.contains(&offer));
            ids.extend(offering.map(|one| one.id.clone()));
        });
        ids.iter()
            .filter_map(|id| running.iter().find(|plugin| plugin.id == *id))
            .map(|plugin| Ok((plugin, ask::<I>(&plugin.id, plugin.handle)?)))
            .collect()
    }

    pub(super) fn connection_providers(
        &self,
        running: &[RunningPlugin],
    ) -> Result<Vec<ConnectionProvider>, StartError> {
        let offering = self.offering::<ConnectionsV1>(running)?.into_iter();
        let provider = |(plugin, table): (&RunningPlugin, _)| {
            let (id, title) = (plugin.id.clone(), plugin.manifest.title.clone());
            ConnectionProvider::new(id, title, table, self.watchdog)
        };
        Ok(offering.map(provider).collect())
    }

    pub(super) fn sign_in_methods(
        &self,
        running: &[RunningPlugin],
    ) -> Result<Vec<SignInProvider>, StartError> {
        let offering = self.offering::<SignInMethodsV1>(running)?.into_iter();
        let provider = |(plugin, table): (&RunningPlugin, _)| {
            let place = (plugin.address.clone(), plugin.prefix.clone());
            let named = (plugin.id.as_str(), plugin.manifest.title.as_str());
            SignInProvider::new(named, table, self.watchdog, place)
        };
        Ok(offering.map(provider).collect())
    }
}

pub(super) fn ask<I: Interface>(id: &str, handle: &PluginHandle) -> Result<&'static I, StartError> {
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
