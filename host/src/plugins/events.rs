//! Who hears of which event: inside its transaction, and after the commit.
//!
//! The subscriptions stand in the manifests, so that it is known before any
//! plugin starts which events are heard at all (`Heard`). Once all have
//! started, `EventMap` holds their types against each other.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use abi_stable::{std_types::RStr, type_layout::TypeLayout};
use hob_plugin_manifest::Manifest;
use hob_plugin_sdk::{
    AuditNoted, Event,
    abi::{
        RawContext, RawError,
        db::RawConnection,
        event::{EventsV1, PluginEventsV1, RawEvent, RawMoment, RawRaised, RawSubscription},
        interface::{check_layouts, gist},
    },
};
use tokio::sync::mpsc;
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

use super::running::StartError;
use crate::{
    audit,
    db::{Lender, OwnedEvent},
    watchdog::{Watchdog, Watched},
};

/// Events that may wait to be delivered after their commit; more are let fall.
const MOST_WAITING: usize = 8192;

/// Which events somebody hears of, by the manifests.
pub(super) struct Heard {
    events: HashMap<String, Vec<u32>>,
}

impl Heard {
    pub(super) fn new<'a>(manifests: impl Iterator<Item = &'a Manifest>) -> &'static Self {
        let mut events: HashMap<String, Vec<u32>> = HashMap::new();
        for manifest in manifests {
            for (name, version) in manifest.subscribes.iter().chain(&manifest.subscribes_after) {
                events.entry(name.clone()).or_default().push(*version);
            }
        }
        // An interface lives as long as the process.
        Box::leak(Box::new(Self { events }))
    }

    pub(super) fn interface(&'static self) -> &'static EventsV1 {
        Box::leak(Box::new(EventsV1 {
            context: std::ptr::from_ref(self).cast(),
            is_heard,
        }))
    }
}

extern "C" fn is_heard(context: RawContext, name: RStr<'_>, version: u32) -> bool {
    // SAFETY: `interface` made the context of a leaked `Heard`.
    let heard = unsafe { &*context.cast::<Heard>() };
    heard
        .events
        .get(name.as_str())
        .is_some_and(|versions| versions.contains(&version))
}

/// The subscriptions of enabled plugins to events that none of them raises,
/// and that the core does not: who, and to what.
pub fn never_raised<'a>(
    manifests: &[&'a Manifest],
    core: &[(&str, u32)],
) -> Vec<(&'a str, &'a str, u32)> {
    let raised = |name: &str, version: u32| {
        core.contains(&(name, version))
            || manifests
                .iter()
                .any(|manifest| manifest.raises.get(name) == Some(&version))
    };
    let heard: BTreeSet<_> = manifests
        .iter()
        .flat_map(|manifest| {
            let heard = manifest.subscribes.iter().chain(&manifest.subscribes_after);
            heard.map(|(name, version)| (manifest.id.as_str(), name.as_str(), *version))
        })
        .filter(|(_, name, version)| !raised(name, *version))
        .collect();
    heard.into_iter().collect()
}

/// What one plugin raises and hears of, as it told at its start.
pub(super) struct PluginEvents {
    pub(super) id: String,
    pub(super) table: &'static PluginEventsV1,
    pub(super) raises: Vec<RawRaised>,
    pub(super) subscriptions: Vec<RawSubscription>,
}

/// All events that may be raised, each with those who hear of it in the order
/// in which they were started.
pub(super) struct EventMap {
    events: HashMap<String, Vec<Known>>,
    after: AfterQueue,
    watchdog: Watchdog,
}

struct Known {
    raised: RawRaised,
    /// What the core does of it, before any plugin hears of it.
    core: Option<CoreSubscriber>,
    inside: Vec<Subscriber>,
    after: Vec<Subscriber>,
    /// The addresses of layouts that were found to be the declared one.
    equal: RwLock<Vec<usize>>,
}

/// # Safety
/// The payload has to be of the type that the core knows under this name.
type CoreSubscriber = unsafe fn(*const (), &mut RawConnection) -> Result<(), RawError>;

impl Known {
    /// Whether a payload of this layout is what was declared. Each library has
    /// a description of its own of the core's types, so what was found equal
    /// once is not compared again.
    fn compare(&self, layout: &'static TypeLayout) -> Result<(), String> {
        let address = std::ptr::from_ref(layout).addr();
        let is_known = |equal: &Vec<usize>| equal.contains(&address);
        if is_known(&self.equal.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(());
        }
        check_layouts(self.raised.layout, layout)?;
        let mut equal = self.equal.write().unwrap_or_else(PoisonError::into_inner);
        equal.push(address);
        Ok(())
    }
}

struct Subscriber {
    plugin: String,
    table: &'static PluginEventsV1,
    index: u32,
    watched: Watched,
}

impl EventMap {
    /// Compares what each subscriber takes an event for with what is raised,
    /// and not in the transaction of whoever raises it. What waits to be heard
    /// is `under_way`, beside the jobs of the database.
    ///
    /// # Errors
    /// A subscriber's type is another.
    pub(super) fn new(
        core: Vec<RawRaised>,
        plugins: &[PluginEvents],
        watchdog: &Watchdog,
        under_way: &TaskTracker,
    ) -> Result<Self, StartError> {
        let mut events: HashMap<String, Vec<Known>> = HashMap::new();
        let of_plugins = plugins.iter().flat_map(|plugin| plugin.raises.clone());
        for raised in core.into_iter().chain(of_plugins) {
            let known = Known {
                core: (raised.name.as_str() == AuditNoted::NAME).then_some(audit::store as _),
                raised,
                inside: Vec::new(),
                after: Vec::new(),
                equal: RwLock::default(),
            };
            let name = known.raised.name.as_str().to_owned();
            events.entry(name).or_default().push(known);
        }
        for plugin in plugins {
            for (index, subscription) in (0_u32..).zip(&plugin.subscriptions) {
                let name = subscription.name.as_str();
                let versions = events.get_mut(name).map_or(&mut [][..], Vec::as_mut_slice);
                let fits = |known: &&mut Known| known.raised.version == subscription.version;
                // What nobody raises is not heard: see `never_raised`.
                let Some(known) = versions.iter_mut().find(fits) else {
                    continue;
                };
                check_layouts(subscription.layout, known.raised.layout).map_err(|difference| {
                    StartError::Event {
                        plugin: plugin.id.clone(),
                        event: name.to_owned(),
                        version: subscription.version,
                        difference: gist(&difference),
                    }
                })?;
                let subscriber = Subscriber {
                    plugin: plugin.id.clone(),
                    table: plugin.table,
                    index,
                    watched: watchdog.name(format!("plugin {}, the event {name}", plugin.id)),
                };
                match subscription.moment {
                    RawMoment::Inside => known.inside.push(subscriber),
                    RawMoment::After => known.after.push(subscriber),
                }
            }
        }
        Ok(Self {
            events,
            after: AfterQueue::new(MOST_WAITING, under_way),
            watchdog: watchdog.clone(),
        })
    }

    fn find(&self, name: &str, version: u32) -> Option<&Known> {
        self.events
            .get(name)?
            .iter()
            .find(|known| known.raised.version == version)
    }

    /// Delivers an event inside its transaction, and copies it for those who
    /// hear of it afterwards.
    ///
    /// # Errors
    /// It is refused; or nobody has declared that it is raised, or of another
    /// type.
    pub(super) fn deliver(
        &self,
        event: &RawEvent<'_>,
        lender: &dyn Lender,
    ) -> Result<Option<OwnedEvent>, RawError> {
        let name = event.name.as_str();
        let known = self.find(name, event.version).ok_or_else(|| {
            failed(format!(
                "{name} v{} was raised, and no plugin.toml declares it under [raises]",
                event.version
            ))
        })?;
        known.compare(event.layout).map_err(|difference| {
            failed(format!(
                "{name} v{} was raised with another type than was declared: {}",
                event.version,
                gist(&difference)
            ))
        })?;
        if let Some(store) = known.core {
            lender.lend(false, &mut |connection| {
                // SAFETY: the layout is that of the core's own declaration.
                unsafe { store(event.payload, connection) }
            })?;
        }
        for subscriber in &known.inside {
            let heard = lender.lend(!known.raised.may_refuse, &mut |connection| {
                let _inside = self.watchdog.enter(subscriber.watched);
                let table = subscriber.table;
                // SAFETY: the payload is of the layout that the subscriber
                // compiled, and outlives the call.
                unsafe {
                    (table.deliver)(table.context, subscriber.index, event.payload, connection)
                }
                .into_result()
            });
            let Err(error) = heard else { continue };
            if known.raised.may_refuse {
                return Err(RawError {
                    kind: error.kind,
                    message: match error.kind {
                        // Words for whoever is refused.
                        RawError::KIND_FORBIDDEN => error.message,
                        _ => format!("plugin {}: {}", subscriber.plugin, error.message).into(),
                    },
                });
            }
            tracing::error!(
                plugin = subscriber.plugin,
                event = name,
                error = error.message.as_str(),
                "a plugin failed over an event, and what it did is rolled back"
            );
        }
        if known.after.is_empty() {
            return Ok(None);
        }
        OwnedEvent::copy(event).map(Some)
    }

    /// Takes events whose transaction has been committed.
    pub(super) fn committed(&self, events: Vec<OwnedEvent>) {
        for event in events {
            self.after.put(event);
        }
    }

    /// Delivers what is committed, one event after the other, until the
    /// runtime ends. Does nothing where it runs already. A subscriber that
    /// takes longer than `patience` is given up.
    pub(super) async fn run(&self, patience: Duration) {
        let taken = self.after.receiver().take();
        let Some(mut receiver) = taken else { return };
        while let Some((event, _under_way)) = receiver.recv().await {
            self.deliver_after(&event, patience).await;
        }
    }

    /// Waits until no job of the database is under way and all that was
    /// committed has been delivered, with what came of it.
    pub(super) async fn settled(&self) {
        self.after.under_way.wait().await;
    }

    /// How many events wait that nobody has begun to deliver.
    pub(super) fn waiting(&self) -> usize {
        let sender = &self.after.sender;
        sender.max_capacity() - sender.capacity()
    }

    async fn deliver_after(&self, event: &OwnedEvent, patience: Duration) {
        let Some(known) = self.find(&event.name, event.version) else {
            return;
        };
        for subscriber in &known.after {
            let table = subscriber.table;
            let heard = async {
                // SAFETY: the payload was copied by its own type, whose layout
                // is the subscriber's, and outlives the call.
                unsafe { (table.deliver_after)(table.context, subscriber.index, event.payload()) }
                    .await
            };
            let heard = self.watchdog.inside(subscriber.watched, heard);
            let heard = tokio::time::timeout(patience, heard);
            let heard = match event.request {
                Some(request) => request.name(heard).await,
                None => heard.await,
            };
            let problem = match heard {
                Ok(heard) => match heard.into_result() {
                    Ok(()) => continue,
                    Err(error) => String::from(error.message),
                },
                Err(_) => format!("it took longer than {} seconds", patience.as_secs()),
            };
            tracing::error!(
                plugin = subscriber.plugin,
                event = event.name,
                error = problem,
                "a plugin failed over an event that is stored already"
            );
        }
    }
}

fn failed(message: String) -> RawError {
    RawError {
        kind: RawError::KIND_FAILED,
        message: message.into(),
    }
}

/// Events on their way to those who hear of them after the commit.
struct AfterQueue {
    sender: mpsc::Sender<Waiting>,
    /// There until somebody delivers.
    receiver: Mutex<Option<mpsc::Receiver<Waiting>>>,
    under_way: TaskTracker,
    let_fall: AtomicU64,
}

/// An event, and that it is under way until it is delivered.
type Waiting = (OwnedEvent, TaskTrackerToken);

impl AfterQueue {
    /// A queue for so many events. `under_way` may be waited for.
    fn new(most: usize, under_way: &TaskTracker) -> Self {
        let (sender, receiver) = mpsc::channel(most);
        Self {
            sender,
            receiver: Mutex::new(Some(receiver)),
            under_way: under_way.clone(),
            let_fall: AtomicU64::new(0),
        }
    }

    fn receiver(&self) -> std::sync::MutexGuard<'_, Option<mpsc::Receiver<Waiting>>> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, event: OwnedEvent) {
        let Err(refused) = self.sender.try_send((event, self.under_way.token())) else {
            return;
        };
        let (event, _) = refused.into_inner();
        let so_far = self.let_fall.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::error!(
            event = event.name,
            so_far,
            "too many events wait to be delivered after their commit; this one is let fall"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(rest: &str) -> Manifest {
        Manifest::parse(&format!("title = \"t\"\n{rest}")).unwrap()
    }

    #[test]
    fn what_is_heard_stands_in_the_manifests() {
        let hears = manifest(
            "id = \"a\"\n[subscribes]\n\"x.inside\" = 2\n[subscribes_after]\n\"x.after\" = 1",
        );
        let table = Heard::new([&hears].into_iter()).interface();
        let is_heard = |name: &str, version| (table.is_heard)(table.context, name.into(), version);
        assert!(is_heard("x.inside", 2) && is_heard("x.after", 1));
        assert!(!is_heard("x.inside", 1) && !is_heard("x.other", 1));
    }

    #[test]
    fn a_subscription_to_what_nobody_raises_is_found() {
        let hears =
            manifest("id = \"a\"\n[subscribes]\n\"x.one\" = 1\n\"x.two\" = 1\n\"hob.done\" = 1");
        let raises = manifest("id = \"b\"\n[raises]\n\"x.one\" = 1\n\"x.two\" = 2");
        assert_eq!(
            never_raised(&[&hears, &raises], &[("hob.done", 1)]),
            [("a", "x.two", 1)]
        );
    }
}
