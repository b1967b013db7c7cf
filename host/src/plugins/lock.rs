//! `hob.lock`: the digests of the plugins that the operator trusts.
//!
//! `hob plugins lock` writes it; nothing is loaded whose SHA-256 differs from
//! what stands there.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use toml::Spanned;

use super::file::PluginFile;
use crate::diagnostic::{Diagnostic, Place};

const HEADING: &str = "\
# Written by `hob plugins lock`. Hob loads only the plugins whose files have
# these digests.
";

/// A lock file as it was read.
#[derive(Debug)]
pub struct Lock {
    file: PathBuf,
    text: String,
    plugins: Vec<LockedPlugin<Spanned<String>>>,
}

/// One entry. Read, its digest knows its place.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LockedPlugin<Sha256> {
    id: String,
    version: String,
    sha256: Sha256,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content<Sha256> {
    #[serde(default = "Vec::new", rename = "plugin")]
    plugins: Vec<LockedPlugin<Sha256>>,
}

impl Lock {
    /// Reads a lock file.
    ///
    /// # Errors
    /// It is not there, can't be read or is no lock file.
    pub fn read(file: &Path) -> Result<Self, Diagnostic> {
        let text = fs::read_to_string(file).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                Diagnostic::new("there is no lock file, and without it no plugin is loaded")
                    .at(file)
                    .fix("if you trust the files in the plugins' folder, run `hob plugins lock`")
            }
            _ => Diagnostic::new(format!("the lock file can't be read: {error}"))
                .at(file)
                .fix("let the user who runs Hob read it"),
        })?;
        let content: Content<_> = toml::from_str(&text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            Diagnostic::new(format!("this is no lock file: {}", error.message()))
                .at(Place::in_text(file, &text, offset))
                .fix("if you trust the files in the plugins' folder, run `hob plugins lock`")
        })?;
        Ok(Self {
            file: file.to_owned(),
            plugins: content.plugins,
            text,
        })
    }

    /// Compares a plugin with its entry.
    ///
    /// # Errors
    /// It has none, or another file was locked.
    pub fn check(&self, plugin: &PluginFile) -> Result<(), Diagnostic> {
        let id = &plugin.packed.manifest.id;
        let Some(locked) = self.plugins.iter().find(|locked| locked.id == *id) else {
            return Err(Diagnostic::new(format!("plugin {id} is not locked"))
                .at(Place::from(self.file.as_path()).about(&plugin.path))
                .fix(format!(
                    "if you trust {}, run `hob plugins lock`",
                    plugin.path.display()
                )));
        };
        if *locked.sha256.get_ref() == plugin.sha256 {
            return Ok(());
        }
        let version = if locked.version == plugin.packed.version {
            String::new()
        } else {
            format!(
                "; it was version {}, and is {}",
                locked.version, plugin.packed.version
            )
        };
        Err(Diagnostic::new(format!(
            "plugin {id} is not the file that was locked: its sha256 is {}{version}",
            plugin.sha256
        ))
        .at(Place::in_text(&self.file, &self.text, locked.sha256.span().start).about(&plugin.path))
        .fix("if you changed the plugin, run `hob plugins lock`; if not, install it again"))
    }
}

/// Writes the lock file of these plugins, in one step: whoever reads it
/// meanwhile sees the old one or the new one.
///
/// # Errors
/// The file can't be written.
pub fn write<'a>(
    file: &Path,
    plugins: impl IntoIterator<Item = &'a PluginFile>,
) -> Result<(), Diagnostic> {
    let mut content = Content {
        plugins: plugins
            .into_iter()
            .map(|plugin| LockedPlugin {
                id: plugin.packed.manifest.id.clone(),
                version: plugin.packed.version.clone(),
                sha256: plugin.sha256.clone(),
            })
            .collect(),
    };
    content.plugins.sort_by(|a, b| a.id.cmp(&b.id));
    let entries = toml::to_string(&content).expect("a lock file holds only strings");
    replace(file, &format!("{HEADING}\n{entries}")).map_err(|error| {
        Diagnostic::new(format!("the lock file can't be written: {error}"))
            .at(file)
            .fix("let the user who runs this command write to its folder")
    })
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut temporary = NamedTempFile::new_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    // The service may run as another user than the one who locks.
    let readable = fs::Permissions::from_mode(0o644);
    temporary.as_file().set_permissions(readable)?;
    temporary.as_file().sync_all()?;
    temporary.persist(file)?;
    Ok(())
}
