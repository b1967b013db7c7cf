//! Write plugins for Hob in safe, ordinary Rust.
//!
//! A plugin is a `cdylib` crate with three things: a `plugin.toml` that says
//! what it is ([`hob_plugin_manifest::Manifest`]), a build script that packs it
//! ([`hob_plugin_manifest::build::pack`]), and a type that implements
//! [`Plugin`], exported by [`export_plugin!`]:
//!
//! ```ignore
//! use hob_plugin_sdk::prelude::*;
//!
//! struct Hello;
//!
//! impl Plugin for Hello {
//!     type Config = NoConfig;
//!
//!     fn declare(declaration: &mut Declaration<Self>) {
//!         declaration.handle("GET /{name}", greet);
//!     }
//!
//!     fn start(_host: Host, _config: NoConfig) -> Result<Self, PluginError> {
//!         Ok(Self)
//!     }
//! }
//!
//! async fn greet(_plugin: Arc<Hello>, request: Request) -> Response {
//!     Response::text(200, format!("Hello, {}!", request.parameter("name").unwrap_or("you")))
//! }
//!
//! export_plugin!(Hello);
//! ```
//!
//! Futures of a plugin await only what the SDK gives them (the database,
//! services, other sites, [`Host::sleep`]): a plugin has no reactor of its own.

pub mod abi;
mod audit;
pub mod auth;
mod command;
mod completeness;
pub mod connections;
pub mod db;
mod declaration;
mod error;
mod event;
mod export;
mod host;
pub mod http;
pub mod http_client;
mod logging;
pub mod media;
pub mod members;
mod panic;
pub mod pictures;
mod runtime;
pub mod sealing;
mod seldom;
pub mod service;
pub mod sign_in_methods;
pub mod site_path;
mod throttle;
mod words;

pub use abi::who::{Actor, Who};
pub use audit::{AuditEntry, AuditNoted};
pub use command::{CommandError, Invocation, Output};
pub use declaration::{Declaration, NoConfig, Plugin};
pub use error::PluginError;
#[doc(hidden)]
pub use event::raised_by_core;
pub use event::{
    CORE_EVENTS, Channel, Event, EventDescription, FieldDescription, MemberDeleted, MemberDisabled,
    MemberPasswordChanged, MemberRegistered, SessionBegun, SessionEnded,
};
pub use export::{InlinePlugin, StaticPlugin};
pub use hob_plugin_manifest as manifest;
pub use host::{Host, ScopeDescription, Site, TokenRoute};
pub use http::{Fields, IntoResponse, Member, Newcomer, Page, Request, Response};
pub use seldom::Seldom;
pub use service::Service;
pub use throttle::{Throttle, network_of, whole_seconds};
pub use words::{Rich, Said, WordValue, Words};

/// A text that the other side of the boundary made. It can be read as a `&str`
/// wherever it came from; only what has to be a `String` is copied, by `into`.
pub use abi_stable::std_types::RString as Text;

#[doc(hidden)]
pub use export::private;

/// What a plugin's modules usually need.
pub mod prelude {
    pub use std::sync::Arc;

    pub use crate::{
        CommandError, Declaration, Host, IntoResponse, Invocation, NoConfig, Output, Page, Plugin,
        PluginError, Request, Response, export_plugin,
    };
}
