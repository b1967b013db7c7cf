//! `hob.toml`: what the operator wrote, as typed values.
//!
//! Reading is strict. Unknown keys, wrong types and values out of range are
//! all reported, at once and each with its line and column; nothing is
//! guessed. The core's sections are read first ([`Config::load`]); a plugin's
//! section can be checked only once its manifest has been read from the
//! plugins' folder ([`Config::plugin_section`]).
//!
//! Relative paths count from the folder of the file.

mod document;
mod example;
mod plugin_section;
mod read;
mod sections;

use std::{
    fs,
    path::{Path, PathBuf},
};

pub use plugin_section::PluginSection;
pub use sections::{
    Audit, Database, DatabaseUrl, EnabledPlugin, HttpClient, Log, LogFormat, LogLevel, Media,
    Plugins, Sealing, Server, Site, Store,
};

use crate::diagnostic::{Diagnostic, Diagnostics};
use document::Document;

/// A configuration in which every value is valid.
#[derive(Debug, Clone)]
pub struct Config {
    pub site: Site,
    pub server: Server,
    pub database: Database,
    pub media: Media,
    pub http_client: HttpClient,
    pub plugins: Plugins,
    pub log: Log,
    pub audit: Audit,
    pub sealing: Sealing,
    document: Document,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn load(file: &Path) -> Result<Self, Diagnostics> {
        let text = fs::read_to_string(file).map_err(|error| {
            let diagnostic = match error.kind() {
                std::io::ErrorKind::NotFound => {
                    Diagnostic::new("there is no configuration file here")
                        .fix("write one with `hob init`, or name another with `--config <file>`")
                }
                std::io::ErrorKind::InvalidData => {
                    Diagnostic::new("the configuration file is not text in UTF-8")
                        .fix("save it as UTF-8")
                }
                std::io::ErrorKind::IsADirectory => {
                    let inside = file.join("hob.toml");
                    Diagnostic::new("this is a folder, and no configuration file").fix(format!(
                        "name the file in it: `--config {}`",
                        inside.display()
                    ))
                }
                _ => Diagnostic::new(format!("the configuration file can't be read: {error}"))
                    .fix("let the user who runs Hob read it"),
            };
            diagnostic.at(file)
        })?;
        Self::parse(file, text)
    }

    /// Reads a text, as if it stood in `file`.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn parse(file: &Path, text: impl Into<String>) -> Result<Self, Diagnostics> {
        read::config(Document::parse(file, text.into())?)
    }

    /// What `hob init` writes: every setting with its default and a comment,
    /// and these plugins enabled.
    #[must_use]
    pub fn default_toml(enabled: &[&str]) -> String {
        example::text(enabled)
    }

    /// The file that this was read from.
    #[must_use]
    pub fn file(&self) -> &Path {
        self.document.file()
    }

    /// `hob.lock`, beside `hob.toml`; it has the name of the configuration
    /// file, so that two sites can share a folder.
    #[must_use]
    pub fn lock_file(&self) -> PathBuf {
        self.file().with_extension("lock")
    }
}

#[cfg(test)]
mod any_text;
#[cfg(test)]
mod tests;
