//! The plugins' folder: which plugins are installed, known by their manifests.
//!
//! Every `*.so` directly in the folder is looked at. One that can't be used is
//! kept with its reason: it stops nothing until a plugin is enabled that can't
//! be found.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use hob_plugin_manifest::{ABI_VERSION, Identity};

use super::{
    file::{self, PluginFile, Unusable},
    ownership,
};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// What a folder holds.
#[derive(Debug, Clone, Default)]
pub struct InstalledPlugins {
    /// The usable plugins, by id.
    pub plugins: Vec<PluginFile>,
    /// Sound plugins for another ABI, by id.
    pub other_abi: Vec<(PathBuf, Identity)>,
    /// Several files that hold one plugin, none of which is used.
    pub ambiguous: BTreeMap<String, Vec<PathBuf>>,
    /// The files that can't be used, and why.
    pub refused: Vec<Diagnostic>,
    /// Why the folder as a whole can't be used.
    pub folder_problem: Option<Diagnostic>,
}

impl InstalledPlugins {
    /// Reads a folder. It never fails: what is wrong is part of the result.
    #[must_use]
    pub fn scan(folder: &Path) -> Self {
        let files = match libraries(folder) {
            Ok(files) => files,
            Err(problem) => {
                return Self {
                    folder_problem: Some(problem),
                    ..Self::default()
                };
            }
        };
        let mut installed = Self::default();
        let mut by_id: BTreeMap<String, Vec<PluginFile>> = BTreeMap::new();
        for path in files {
            match file::inspect(&path) {
                Ok(plugin) => by_id
                    .entry(plugin.packed.manifest.id.clone())
                    .or_default()
                    .push(plugin),
                Err(Unusable::OtherAbi(identity)) => installed.other_abi.push((path, identity)),
                Err(Unusable::Refused(diagnostic)) => installed.refused.push(diagnostic),
            }
        }
        for (id, mut files) in by_id {
            if files.len() > 1 {
                let paths = files.into_iter().map(|file| file.path).collect();
                installed.ambiguous.insert(id, paths);
            } else {
                installed.plugins.append(&mut files);
            }
        }
        installed
    }

    /// What is wrong with files of the folder, whether a plugin that is wanted
    /// is among them or not.
    #[must_use]
    pub fn problems(&self) -> Diagnostics {
        let other_abi = self.other_abi.iter().map(|(path, identity)| {
            Diagnostic::new(format!(
                "plugin {} {} needs ABI {}; this Hob supports {ABI_VERSION}",
                identity.id, identity.version, identity.abi
            ))
            .at(path.as_path())
            .fix(format!(
                "build {} against this Hob's SDK, or install a Hob that supports its ABI",
                identity.id
            ))
        });
        let ambiguous = self.ambiguous.iter().map(|(id, paths)| {
            paths.iter().fold(
                Diagnostic::new(format!("several files hold the plugin {id}"))
                    .fix("leave one of them in the folder"),
                |diagnostic, path| diagnostic.at(path.as_path()),
            )
        });
        let refused = self.refused.iter().cloned();
        refused.chain(other_abi).chain(ambiguous).collect()
    }

    /// The usable plugin of an id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&PluginFile> {
        self.plugins
            .iter()
            .find(|plugin| plugin.packed.manifest.id == id)
    }

    /// All ids for which there is a file, usable or not.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.plugins
            .iter()
            .map(|plugin| plugin.packed.manifest.id.as_str())
            .chain(
                self.other_abi
                    .iter()
                    .map(|(_, identity)| identity.id.as_str()),
            )
            .chain(self.ambiguous.keys().map(String::as_str))
    }
}

fn libraries(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Diagnostic::new("the plugins' folder is not there")
            .at(folder)
            .fix("make it and put the plugins into it, or set `dir` in [plugins]"),
        _ => Diagnostic::new(format!("the plugins' folder can't be read: {error}"))
            .at(folder)
            .fix("let the user who runs Hob read it, or set another `dir` in [plugins]"),
    };
    let entries = fs::read_dir(folder).map_err(failed)?;
    ownership::check_folder(folder)?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension() == Some(OsStr::new("so")) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
