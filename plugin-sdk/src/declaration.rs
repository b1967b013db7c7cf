//! What a plugin is: its type, its configuration, and which function answers
//! which line of its manifest.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use abi_stable::std_types::RResult;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    CommandError, Event, Host, IntoResponse, Invocation, Output, PluginError, Request,
    abi::{
        FfiFuture, FfiFutureExt, Interface, RawError, RawInterface, event::RawRaised,
        http::RawResponse,
    },
    db::Connection,
    event,
    panic::Guarded,
};

/// A plugin.
pub trait Plugin: Send + Sync + Sized + 'static {
    /// Its section of `hob.toml`. The host has checked it against the manifest
    /// and filled in the defaults; durations arrive as whole seconds.
    type Config: DeserializeOwned;

    /// Binds functions to what the manifest declares. Has no side effects.
    fn declare(declaration: &mut Declaration<Self>);

    /// Starts it. The database's tables are there; services it requires have
    /// been started.
    ///
    /// # Errors
    /// The site does not start, and says why.
    fn start(host: Host, config: Self::Config) -> Result<Self, PluginError>;
}

/// The configuration of a plugin that has none.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct NoConfig {}

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
/// Answers in the form that crosses, so that there is one box around the
/// handler's future and not one in another.
pub(crate) type RouteHandler<P> =
    Box<dyn Fn(Arc<P>, Request) -> FfiFuture<RResult<RawResponse, RawError>> + Send + Sync>;
pub(crate) type CommandHandler<P> =
    Box<dyn Fn(Arc<P>, Invocation) -> BoxFuture<Result<Output, CommandError>> + Send + Sync>;
pub(crate) type JobHandler<P> =
    Box<dyn Fn(Arc<P>) -> BoxFuture<Result<(), PluginError>> + Send + Sync>;
/// Hears of a payload inside a transaction.
pub(crate) type InsideHandler<P> =
    Box<dyn Fn(&P, *const (), &mut Connection) -> Result<(), PluginError> + Send + Sync>;
/// Hears of a payload after the commit; the future has a copy of it.
pub(crate) type AfterHandler<P> =
    Box<dyn Fn(Arc<P>, *const ()) -> BoxFuture<Result<(), PluginError>> + Send + Sync>;
pub(crate) type Offer<P> = Box<dyn Fn(Arc<P>) -> RawInterface + Send + Sync>;

pub(crate) struct Subscription<P> {
    pub(crate) name: &'static str,
    pub(crate) version: u32,
    pub(crate) layout: &'static abi_stable::type_layout::TypeLayout,
    pub(crate) handler: EventHandler<P>,
}

pub(crate) enum EventHandler<P> {
    Inside(InsideHandler<P>),
    After(AfterHandler<P>),
}

pub(crate) struct PeriodicJob<P> {
    pub(crate) name: &'static str,
    pub(crate) every: Duration,
    pub(crate) handler: JobHandler<P>,
}

/// The functions of a plugin, each bound to the line of `plugin.toml` that it
/// answers. A line without a function, or a function without a line, keeps the
/// plugin from starting.
pub struct Declaration<P> {
    pub(crate) routes: Vec<(&'static str, RouteHandler<P>)>,
    pub(crate) commands: Vec<(&'static str, CommandHandler<P>)>,
    pub(crate) raises: Vec<RawRaised>,
    pub(crate) subscriptions: Vec<Subscription<P>>,
    pub(crate) jobs: Vec<PeriodicJob<P>>,
    pub(crate) offers: Vec<(&'static str, u32, Offer<P>)>,
}

impl<P> Default for Declaration<P> {
    fn default() -> Self {
        Self {
            routes: Vec::new(),
            commands: Vec::new(),
            raises: Vec::new(),
            subscriptions: Vec::new(),
            jobs: Vec::new(),
            offers: Vec::new(),
        }
    }
}

impl<P: Plugin> Declaration<P> {
    /// Binds a route, written as in the manifest: `GET /media/{id}`.
    pub fn handle<H, F>(&mut self, route: &'static str, handler: H) -> &mut Self
    where
        H: Fn(Arc<P>, Request) -> F + Send + Sync + 'static,
        F: Future + Send + 'static,
        F::Output: IntoResponse,
    {
        self.routes.push((
            route,
            Box::new(move |plugin, request| {
                let answer = |output: F::Output| Ok(output.into_response().into_raw());
                Guarded::new(handler(plugin, request), answer).into_ffi()
            }),
        ));
        self
    }

    /// Binds a command, written as in the manifest: `client add`.
    pub fn command<H, F>(&mut self, command: &'static str, handler: H) -> &mut Self
    where
        H: Fn(Arc<P>, Invocation) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Output, CommandError>> + Send + 'static,
    {
        self.commands.push((
            command,
            Box::new(move |plugin, invocation| Box::pin(handler(plugin, invocation))),
        ));
        self
    }

    /// Says that this plugin raises an event, which the manifest names under
    /// `[raises]`.
    pub fn raises<E: Event>(&mut self) -> &mut Self {
        self.raises.push(event::raised::<E>());
        self
    }

    /// Hears of an event inside the transaction that it tells of; the manifest
    /// names it under `[subscribes]`. Where [`Event::MAY_REFUSE`], an error
    /// refuses what is being done; make it by [`PluginError::refusal`], whose
    /// words are shown to whoever is refused. Where not, an error rolls back
    /// what this subscriber wrote, and is logged.
    pub fn subscribe<E: Event>(
        &mut self,
        handler: impl Fn(&P, &E, &mut Connection) -> Result<(), PluginError> + Send + Sync + 'static,
    ) -> &mut Self {
        self.subscriptions.push(Subscription {
            name: E::NAME,
            version: E::VERSION,
            layout: E::LAYOUT,
            handler: EventHandler::Inside(Box::new(move |plugin, payload, connection| {
                // SAFETY: the host delivers to this subscription only payloads
                // whose layout it has found equal to `E`'s, and lends them for
                // the length of the call.
                let event = unsafe { &*payload.cast::<E>() };
                handler(plugin, event, connection)
            })),
        });
        self
    }

    /// Hears of an event once what it tells of is stored, at most once: a
    /// crash in between loses it. The manifest names it under
    /// `[subscribes_after]`. What must not be lost belongs into
    /// [`Self::subscribe`].
    pub fn subscribe_after<E, H, F>(&mut self, handler: H) -> &mut Self
    where
        E: Event,
        H: Fn(Arc<P>, E) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), PluginError>> + Send + 'static,
    {
        self.subscriptions.push(Subscription {
            name: E::NAME,
            version: E::VERSION,
            layout: E::LAYOUT,
            handler: EventHandler::After(Box::new(move |plugin, payload| {
                // SAFETY: as in `subscribe`; the future gets a copy.
                let event = unsafe { &*payload.cast::<E>() }.clone();
                Box::pin(handler(plugin, event))
            })),
        });
        self
    }

    /// Work to be done at intervals, on one node at a time or on several: it
    /// has to bear both.
    pub fn every<H, F>(&mut self, name: &'static str, every: Duration, handler: H) -> &mut Self
    where
        H: Fn(Arc<P>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), PluginError>> + Send + 'static,
    {
        self.jobs.push(PeriodicJob {
            name,
            every,
            handler: Box::new(move |plugin| Box::pin(handler(plugin))),
        });
        self
    }

    /// Offers a service that the manifest names under `[offers]`. `table` makes
    /// its function table, e.g. [`crate::auth::token_verifier`].
    pub fn offer<I: Interface>(
        &mut self,
        table: impl Fn(Arc<P>) -> &'static I + Send + Sync + 'static,
    ) -> &mut Self {
        self.offers.push((
            I::ID,
            I::VERSION,
            Box::new(move |plugin| RawInterface::new(table(plugin))),
        ));
        self
    }
}
