//! A started plugin behind the functions that the host calls.
//!
//! Every entry catches panics and refuses calls after `stop`.

use std::{
    convert::identity,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use abi_stable::{
    library::RootModuleResult,
    prefix_type::PrefixTypeTrait,
    std_types::{ROption, RResult, RStr, RString, RVec},
};
use hob_plugin_manifest::{Manifest, packed};

use crate::{
    CommandError, Declaration, Host, InlinePlugin, Invocation, Plugin, PluginError, Request,
    abi::{
        FfiFuture, FfiFutureExt, PluginHandle, PluginModule, PluginModuleRef, RawContext, RawError,
        RawInterface,
        command::{PluginCommandsV1, RawInvocation, RawOutput},
        db::RawConnection,
        event::{PluginEventsV1, RawMoment, RawRaised, RawSubscription},
        host::HostHandle,
        http::{PluginHttpV1, RawRequest, RawResponse},
        job::{PluginJobsV1, RawPeriodicJob},
        log::LogV1,
    },
    completeness,
    db::Connection,
    declaration::EventHandler,
    host,
    http::BoundRoute,
    logging,
    panic::{Guarded, guard, guard_or},
};

struct Runtime<P> {
    plugin: Arc<P>,
    declaration: Declaration<P>,
    /// The manifest's line for each of the declaration's routes.
    routes: Vec<BoundRoute>,
    offers: Vec<(&'static str, u32, RawInterface)>,
    interfaces: Vec<(&'static str, u32, RawInterface)>,
    stopped: AtomicBool,
}

/// A plugin with what its build script packed; [`crate::export_plugin!`]
/// implements it.
pub trait Packaged: Plugin {
    /// The bytes of the library's section.
    fn packed() -> &'static [u8];
}

/// Makes the library's root module: its one function.
pub extern "C" fn root_module_of<P: Packaged>() -> PluginModuleRef {
    PluginModule {
        init: init_loaded::<P>,
    }
    .leak_into_prefix()
}

/// As the library's header wants it.
#[must_use]
pub fn root_module<P: Packaged>() -> RootModuleResult {
    abi_stable::library::__call_root_module_loader(|| -> PluginModuleRef { root_module_of::<P>() })
}

/// Starts a plugin that was loaded as a library.
extern "C" fn init_loaded<P: Packaged>(handle: HostHandle) -> RResult<PluginHandle, RawError> {
    guard(|| {
        let log = host::interface::<LogV1>(&handle).map_err(failed)?;
        logging::install(log, &handle.plugin_id);
        init::<P>(handle, packed_manifest::<P>()?)
    })
}

/// Starts a plugin that is linked into the program.
pub extern "C" fn init_linked<P: Packaged>(handle: HostHandle) -> RResult<PluginHandle, RawError> {
    guard(|| init::<P>(handle, packed_manifest::<P>()?))
}

/// Starts a plugin whose manifest is a constant of its type.
pub extern "C" fn init_inline<P: InlinePlugin>(
    handle: HostHandle,
) -> RResult<PluginHandle, RawError> {
    guard(|| init::<P>(handle, Manifest::parse(P::MANIFEST).map_err(failed)?))
}

fn packed_manifest<P: Packaged>() -> Result<Manifest, RawError> {
    Ok(packed::unpack(P::packed()).map_err(failed)?.manifest)
}

fn failed(error: impl ToString) -> RawError {
    RawError {
        kind: RawError::KIND_FAILED,
        message: error.to_string().into(),
    }
}

fn init<P: Plugin>(handle: HostHandle, manifest: Manifest) -> Result<PluginHandle, RawError> {
    let config = serde_json::from_str(&handle.config)
        .map_err(|error| failed(format!("its configuration: {error}")))?;
    let mut declaration = Declaration::default();
    P::declare(&mut declaration);
    // As long-lived as the plugin, which is never unloaded.
    let manifest: &'static Manifest = Box::leak(Box::new(manifest));
    let lines = completeness::check(&declaration, manifest).map_err(failed)?;
    let host = Host::new(handle, manifest).map_err(failed)?;
    let routes = lines
        .into_iter()
        .map(|line| BoundRoute::new(line, host.words_table()))
        .collect();
    let plugin = Arc::new(P::start(host, config).map_err(RawError::from)?);
    let offers = declaration
        .offers
        .iter()
        .map(|(id, version, table)| (*id, *version, table(plugin.clone())))
        .collect();
    let runtime: &'static mut Runtime<P> = Box::leak(Box::new(Runtime {
        plugin,
        declaration,
        routes,
        offers,
        interfaces: Vec::new(),
        stopped: AtomicBool::new(false),
    }));
    let context: RawContext = std::ptr::from_mut(runtime).cast_const().cast();
    runtime.interfaces = interfaces::<P>(context);
    Ok(PluginHandle {
        context,
        interface: interface::<P>,
        stop: stop::<P>,
    })
}

/// The tables that every plugin offers the host.
fn interfaces<P: Plugin>(context: RawContext) -> Vec<(&'static str, u32, RawInterface)> {
    fn entry<I: crate::abi::Interface>(table: I) -> (&'static str, u32, RawInterface) {
        let table = RawInterface::new(Box::leak(Box::new(table)) as &'static I);
        (I::ID, I::VERSION, table)
    }
    vec![
        entry(PluginHttpV1 {
            context,
            routes: routes::<P>,
            handle: handle::<P>,
        }),
        entry(PluginCommandsV1 {
            context,
            commands: commands::<P>,
            run: run_command::<P>,
        }),
        entry(PluginEventsV1 {
            context,
            raises: raises::<P>,
            subscriptions: subscriptions::<P>,
            deliver: deliver::<P>,
            deliver_after: deliver_after::<P>,
        }),
        entry(PluginJobsV1 {
            context,
            jobs: jobs::<P>,
            run: run_job::<P>,
        }),
    ]
}

fn runtime<P>(context: RawContext) -> &'static Runtime<P> {
    // SAFETY: `init` made the context from a leaked `Runtime<P>` of this same
    // `P`, and nothing writes to it after `init`.
    unsafe { &*context.cast::<Runtime<P>>() }
}

impl<P> Runtime<P> {
    fn running(&self) -> Result<&Self, RawError> {
        if self.stopped.load(Ordering::Acquire) {
            return Err(RawError {
                kind: RawError::KIND_STOPPED,
                message: "the plugin has been stopped".into(),
            });
        }
        Ok(self)
    }
}

fn missing(what: &str, index: u32) -> RawError {
    failed(format!("there is no {what} of number {index}"))
}

extern "C" fn interface<P: Plugin>(
    context: RawContext,
    id: RStr<'_>,
    version: u32,
) -> ROption<RawInterface> {
    guard_or(ROption::RNone, || {
        let runtime = runtime::<P>(context);
        runtime
            .interfaces
            .iter()
            .chain(&runtime.offers)
            .find(|(own, own_version, _)| *own == id.as_str() && *own_version == version)
            .map(|(_, _, interface)| *interface)
            .into()
    })
}

extern "C" fn stop<P: Plugin>(context: RawContext) {
    guard_or((), || {
        runtime::<P>(context).stopped.store(true, Ordering::Release)
    });
}

extern "C" fn routes<P: Plugin>(context: RawContext) -> RVec<RString> {
    guard_or(RVec::new(), || {
        let routes = &runtime::<P>(context).declaration.routes;
        routes
            .iter()
            .map(|(route, _)| RString::from(*route))
            .collect()
    })
}

extern "C" fn handle<P: Plugin>(
    context: RawContext,
    route: u32,
    raw: RawRequest,
) -> FfiFuture<RResult<RawResponse, RawError>> {
    let begun = guard(|| {
        let runtime = runtime::<P>(context).running()?;
        let at = route as usize;
        let (Some((_, handler)), Some(line)) =
            (runtime.declaration.routes.get(at), runtime.routes.get(at))
        else {
            return Err(missing("route", route));
        };
        Ok(handler(
            runtime.plugin.clone(),
            Request::from_raw(raw, line),
        ))
    });
    match begun {
        RResult::ROk(answer) => answer,
        RResult::RErr(error) => std::future::ready(RResult::RErr(error)).into_ffi(),
    }
}

extern "C" fn commands<P: Plugin>(context: RawContext) -> RVec<RString> {
    guard_or(RVec::new(), || {
        let commands = &runtime::<P>(context).declaration.commands;
        commands
            .iter()
            .map(|(name, _)| RString::from(*name))
            .collect()
    })
}

extern "C" fn run_command<P: Plugin>(
    context: RawContext,
    raw: RawInvocation,
) -> FfiFuture<RResult<RawOutput, RawError>> {
    let runtime = runtime::<P>(context);
    Guarded::new(
        async move {
            let runtime = runtime.running()?;
            let (_, handler) = runtime
                .declaration
                .commands
                .iter()
                .find(|(name, _)| *name == raw.command.as_str())
                .ok_or_else(|| failed(format!("there is no command {:?}", raw.command)))?;
            match handler(runtime.plugin.clone(), Invocation::from_raw(raw)).await {
                Ok(output) => Ok(output.into_raw()),
                Err(CommandError::Usage { problem, fix }) => Ok(RawOutput {
                    stdout: RString::new(),
                    stderr: format!("error: {problem}\n  fix: {fix}\n").into(),
                    exit_code: 2,
                }),
                Err(CommandError::Plugin(error)) if error.is_forbidden() => Ok(RawOutput {
                    stdout: RString::new(),
                    stderr: format!("error: {error}\n  fix: a plugin refuses it: change its settings, or disable it\n")
                        .into(),
                    exit_code: 1,
                }),
                Err(CommandError::Plugin(error)) => Err(error.into()),
            }
        },
        identity,
    )
    .into_ffi()
}

extern "C" fn raises<P: Plugin>(context: RawContext) -> RVec<RawRaised> {
    guard_or(RVec::new(), || {
        let raises = &runtime::<P>(context).declaration.raises;
        raises.iter().cloned().collect()
    })
}

extern "C" fn subscriptions<P: Plugin>(context: RawContext) -> RVec<RawSubscription> {
    guard_or(RVec::new(), || {
        runtime::<P>(context)
            .declaration
            .subscriptions
            .iter()
            .map(|subscription| RawSubscription {
                name: subscription.name.into(),
                version: subscription.version,
                layout: subscription.layout,
                moment: match subscription.handler {
                    EventHandler::Inside(_) => RawMoment::Inside,
                    EventHandler::After(_) => RawMoment::After,
                },
            })
            .collect()
    })
}

unsafe extern "C" fn deliver<P: Plugin>(
    context: RawContext,
    index: u32,
    payload: *const (),
    connection: &mut RawConnection,
) -> RResult<(), RawError> {
    guard(|| {
        let runtime = runtime::<P>(context).running()?;
        let subscription = runtime.declaration.subscriptions.get(index as usize);
        let Some(EventHandler::Inside(handler)) = subscription.map(|found| &found.handler) else {
            return Err(missing("subscription inside", index));
        };
        Connection::lend(connection, |connection| {
            handler(&runtime.plugin, payload, connection)
        })
        .map_err(RawError::from)
    })
}

unsafe extern "C" fn deliver_after<P: Plugin>(
    context: RawContext,
    index: u32,
    payload: *const (),
) -> FfiFuture<RResult<(), RawError>> {
    let begun = guard(|| {
        let runtime = runtime::<P>(context).running()?;
        let subscription = runtime.declaration.subscriptions.get(index as usize);
        let Some(EventHandler::After(handler)) = subscription.map(|found| &found.handler) else {
            return Err(missing("subscription after", index));
        };
        let heard = handler(runtime.plugin.clone(), payload);
        Ok(Guarded::new(heard, |heard: Result<(), PluginError>| {
            heard.map_err(RawError::from)
        }))
    });
    match begun {
        RResult::ROk(heard) => heard.into_ffi(),
        RResult::RErr(error) => std::future::ready(RResult::RErr(error)).into_ffi(),
    }
}

extern "C" fn jobs<P: Plugin>(context: RawContext) -> RVec<RawPeriodicJob> {
    guard_or(RVec::new(), || {
        runtime::<P>(context)
            .declaration
            .jobs
            .iter()
            .map(|job| RawPeriodicJob {
                name: job.name.into(),
                every_seconds: job.every.as_secs(),
            })
            .collect()
    })
}

extern "C" fn run_job<P: Plugin>(
    context: RawContext,
    index: u32,
) -> FfiFuture<RResult<(), RawError>> {
    let runtime = runtime::<P>(context);
    Guarded::new(
        async move {
            let runtime = runtime.running()?;
            let job = runtime
                .declaration
                .jobs
                .get(index as usize)
                .ok_or_else(|| missing("job", index))?;
            (job.handler)(runtime.plugin.clone())
                .await
                .map_err(|error: PluginError| error.into())
        },
        identity,
    )
    .into_ffi()
}
