//! What a plugin says of itself: `plugin.toml`, its migrations and its
//! words.
//!
//! A plugin's build script packs them into one section of its library
//! ([`build::pack`]); the host reads them from there ([`packed::unpack`])
//! without running a line of the plugin. This crate knows the format and
//! nothing of libraries, databases or the network.

pub mod build;
pub mod config;
pub mod locale;
pub mod migration;
pub mod packed;
mod schema;

pub use config::ConfigRefusal;
pub use locale::{Locale, LocaleError};
pub use migration::{Migration, MigrationSql};
pub use packed::{Identity, PackError, Packed, SECTION, UnpackError};
pub use schema::{
    Argument, Authentication, Body, Command, ConfigKey, ConfigSection, ConfigType, Manifest,
    ManifestError, MenuAudience, MenuEntry, Route, Scope,
};

/// The version of the ABI that this SDK speaks; see `hob_plugin_sdk::abi`.
pub const ABI_VERSION: u32 = 1;
