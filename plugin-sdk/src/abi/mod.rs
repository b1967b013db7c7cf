//! Everything that crosses between the host and a plugin, and nothing else.
//!
//! Both sides are compiled apart, perhaps by different compilers, so only
//! `#[repr(C)]` types whose layout [`abi_stable`] can compare are used here.
//!
//! **Nothing in this module is ever extended.** A struct that gains a field is
//! a new struct under a new interface version; the host keeps offering the old
//! one. What stands here is written down in `layouts.txt`, and the plugins that
//! were released with it are tried in every run of the tests (`tests/golden`).
//!
//! Plugin authors never need this module: the rest of the SDK is its safe face.

pub mod auth;
pub mod command;
pub mod connections;
pub mod db;
pub mod event;
pub mod host;
pub mod http;
pub mod http_client;
pub mod interface;
pub mod job;
pub mod layouts;
pub mod log;
pub mod media;
pub mod members;
pub mod pictures;
pub mod plugin;
pub mod resource_metadata;
pub mod sealing;
pub mod sign_in_methods;
pub mod site;
pub mod tasks;
pub mod who;
pub mod words;

pub use interface::{Interface, InterfaceError, RawInterface};
pub use plugin::{PluginHandle, PluginModule, PluginModuleRef};

use abi_stable::{
    StableAbi,
    std_types::{RString, RVec},
};

pub use abi_stable;
pub use async_ffi::{BorrowingFfiFuture, FfiFuture, FutureExt as FfiFutureExt};

/// The version of this ABI. A plugin's manifest names the one it was built
/// for, and the host refuses any other before it opens the library.
pub const ABI_VERSION: u32 = hob_plugin_manifest::ABI_VERSION;

/// An opaque pointer to the state behind a table of functions. Only the side
/// that made it looks behind it; it stays valid for the life of the process.
pub type RawContext = *const ();

/// An error on its way across the boundary.
#[repr(C)]
#[derive(StableAbi, Debug, Clone)]
pub struct RawError {
    /// One of the `KIND_…` constants.
    pub kind: u32,
    /// What went wrong, for the log. Never shown to a client of the site.
    pub message: RString,
}

impl RawError {
    /// The callee failed.
    pub const KIND_FAILED: u32 = 0;
    /// The callee panicked; the panic was caught on its side.
    pub const KIND_PANICKED: u32 = 1;
    /// The callee has been stopped and takes no more calls.
    pub const KIND_STOPPED: u32 = 2;
    /// What was asked for does not exist.
    pub const KIND_NOT_FOUND: u32 = 3;
    /// The caller's input was refused; the message may be shown.
    pub const KIND_INVALID: u32 = 4;
    /// The caller may not do this; the message may be shown.
    pub const KIND_FORBIDDEN: u32 = 5;
    /// Too large for the limits the operator set; the message may be shown.
    pub const KIND_TOO_LARGE: u32 = 6;
}

/// A name with its value: a header, a field, an argument.
#[repr(C)]
#[derive(StableAbi, Debug, Clone, PartialEq, Eq)]
pub struct RawPair {
    pub name: RString,
    pub value: RString,
}

/// Shorthand for a list of pairs.
pub type RawPairs = RVec<RawPair>;
