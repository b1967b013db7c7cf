//! The plugin loader: from `[plugins]` in `hob.toml` to running plugins.
//!
//! 1. [`InstalledPlugins::scan`] reads the manifests of all files in the
//!    folder; no code of a plugin runs.
//! 2. [`resolve`] settles which of them are enabled, checks each section of
//!    the configuration, the plugins against each other and the files against
//!    `hob.lock`, and puts them in order. All errors are reported at once.
//! 3. [`ResolvedPlugin::open`] opens the library and compares layouts, and
//!    [`running::Plugins::start`] starts all of them.
//!
//! The loader knows nothing of what plugins do.

pub mod claims;
pub mod elf;
pub mod events;
pub mod file;
pub mod folder;
pub mod graph;
mod host_interfaces;
pub mod load;
pub mod lock;
mod log;
pub mod ownership;
mod resolve;
pub mod running;
pub mod worded;

pub use file::PluginFile;
pub use folder::InstalledPlugins;
pub use graph::Core;
pub use load::OpenedPlugin;
pub use resolve::{ResolvedPlugin, resolve};

use crate::config::Config;

/// Reads the plugins' folder of a configuration.
#[must_use]
pub fn discover(config: &Config) -> InstalledPlugins {
    InstalledPlugins::scan(&config.plugins.folder)
}
