//! Which installed plugins start, with what configuration, in which order.

use std::collections::BTreeSet;

use hob_plugin_manifest::{Identity, Manifest};
use hob_plugin_sdk::abi::ABI_VERSION;

use super::{
    InstalledPlugins, OpenedPlugin, PluginFile,
    graph::{self, Core, Node},
    lock::Lock,
};
use crate::{
    config::{Config, EnabledPlugin, PluginSection},
    diagnostic::{Diagnostic, Diagnostics, Place, did_you_mean},
};

/// A plugin that may be loaded.
#[derive(Debug, Clone)]
pub struct ResolvedPlugin {
    pub file: PluginFile,
    pub section: PluginSection,
    /// Where the operator enabled it, with its file.
    pub place: Place,
}

impl ResolvedPlugin {
    #[must_use]
    pub fn id(&self) -> &str {
        &self.file.packed.manifest.id
    }

    /// What [`HostHandle::config`](hob_plugin_sdk::abi::host::HostHandle) carries.
    #[must_use]
    pub fn config_json(&self) -> String {
        serde_json::Value::Object(self.section.values.clone()).to_string()
    }

    /// Opens the library; from here on its code runs.
    ///
    /// # Errors
    /// See [`OpenedPlugin::open`].
    pub fn open(&self) -> Result<OpenedPlugin, Diagnostic> {
        OpenedPlugin::open(&self.file, self.place.clone())
    }
}

/// Checks everything that can be checked without running a plugin, and puts
/// the enabled ones into the order of their start. `core` is what the host
/// claims for itself.
///
/// # Errors
/// All that is wrong.
pub fn resolve(
    config: &Config,
    installed: &InstalledPlugins,
    core: &Core<'_>,
) -> Result<Vec<ResolvedPlugin>, Diagnostics> {
    let mut errors = Diagnostics::none();
    if let Some(problem) = &installed.folder_problem {
        if config.plugins.enabled.is_empty() {
            return Ok(Vec::new());
        }
        return Err(problem.clone().into());
    }
    let mut enabled: Vec<(&PluginFile, Place)> = Vec::new();
    for wanted in &config.plugins.enabled {
        match installed.find(&wanted.id) {
            Some(file) => {
                let place = wanted.place.clone().about(&file.path);
                enabled.push((file, place));
            }
            None => errors.push(unavailable(config, installed, wanted)),
        }
    }
    if enabled.len() < config.plugins.enabled.len() {
        errors.extend(installed.refused.iter().cloned());
    }
    let sections = sections(config, installed, &mut errors);
    let plugins: Vec<_> = enabled
        .into_iter()
        .filter_map(|(file, place)| {
            let id = &file.packed.manifest.id;
            let (_, section) = sections.iter().find(|(other, _)| *other == id)?;
            Some(ResolvedPlugin {
                file: file.clone(),
                section: section.clone(),
                place,
            })
        })
        .collect();
    // A plugin that is missing for another reason would only be missed again.
    if !errors.is_empty() {
        return Err(errors);
    }
    let order = errors.keep(order(&plugins, installed, core));
    if !plugins.is_empty()
        && let Some(lock) = errors.keep(Lock::read(&config.lock_file()))
    {
        for plugin in &plugins {
            errors.keep(lock.check(&plugin.file));
        }
    }
    let ordered = order
        .unwrap_or_default()
        .into_iter()
        .map(|index| plugins[index].clone())
        .collect();
    errors.or(ordered)
}

fn order(
    plugins: &[ResolvedPlugin],
    installed: &InstalledPlugins,
    core: &Core<'_>,
) -> Result<Vec<usize>, Diagnostics> {
    let nodes: Vec<_> = plugins
        .iter()
        .map(|plugin| Node {
            manifest: &plugin.file.packed.manifest,
            prefix: &plugin.section.prefix,
            host: plugin.section.host.as_deref(),
            place: plugin.place.clone(),
        })
        .collect();
    let disabled: Vec<&Manifest> = installed
        .plugins
        .iter()
        .map(|file| &file.packed.manifest)
        .filter(|manifest| !plugins.iter().any(|plugin| plugin.id() == manifest.id))
        .collect();
    graph::start_order(&nodes, &disabled, core)
}

/// The sections of all installed plugins. One of a disabled plugin is checked
/// too, since it will be enabled again.
fn sections<'a>(
    config: &Config,
    installed: &'a InstalledPlugins,
    errors: &mut Diagnostics,
) -> Vec<(&'a str, PluginSection)> {
    let mut known: BTreeSet<&str> = installed.ids().collect();
    // What is enabled and not installed is an error already.
    known.extend(
        config
            .plugins
            .enabled
            .iter()
            .map(|plugin| plugin.id.as_str()),
    );
    config.refuse_unknown_plugin_sections(&known, errors);
    installed
        .plugins
        .iter()
        .filter_map(|file| {
            let manifest = &file.packed.manifest;
            let section = errors.keep(config.plugin_section(manifest))?;
            Some((manifest.id.as_str(), section))
        })
        .collect()
}

fn unavailable(
    config: &Config,
    installed: &InstalledPlugins,
    wanted: &EnabledPlugin,
) -> Diagnostic {
    let id = &wanted.id;
    if let Some((path, Identity { version, abi, .. })) = installed
        .other_abi
        .iter()
        .find(|(_, identity)| identity.id == *id)
    {
        return Diagnostic::new(format!(
            "plugin {id} {version} needs ABI {abi}; this Hob supports {ABI_VERSION}"
        ))
        .at(wanted.place.clone().about(path))
        .fix(format!(
            "install a build of {id} for ABI {ABI_VERSION}, or upgrade Hob"
        ));
    }
    if let Some(paths) = installed.ambiguous.get(id) {
        let diagnostic = Diagnostic::new(format!(
            "{} files hold the plugin {id}, and only one may",
            paths.len()
        ))
        .at(wanted.place.clone());
        return paths
            .iter()
            .fold(diagnostic, |diagnostic, path| diagnostic.at(path.as_path()))
            .fix("remove all but one of them");
    }
    let hint = did_you_mean(id, installed.ids());
    let folder = config.plugins.folder.display();
    let fix = if installed.refused.is_empty() {
        format!("put its library into {folder}, or remove it from `enabled`")
    } else {
        format!(
            "repair its library, if it is among the files named here; put it into {folder}; or \
             remove it from `enabled`"
        )
    };
    Diagnostic::new(format!("plugin `{id}` is enabled but not installed{hint}"))
        .at(wanted.place.clone())
        .fix(fix)
}
