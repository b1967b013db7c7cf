//! `[plugin.<id>]`, once the manifests are known.

use std::collections::BTreeSet;

use hob_plugin_manifest::{ConfigKey, ConfigType, Manifest, config::HOST_KEYS};
use serde_json::{Map, Value};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Config;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};

/// What the operator set for one plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginSection {
    /// Where its routes stand: the operator's choice, or the manifest's.
    pub prefix: String,
    /// What the plugin reads: checked against the manifest and completed with
    /// its defaults. Durations are whole seconds.
    pub values: Map<String, Value>,
}

impl Config {
    /// Checks a plugin's section against its manifest. A section that is not
    /// there reads as empty.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn plugin_section(&self, manifest: &Manifest) -> Result<PluginSection, Diagnostics> {
        let mut errors = Diagnostics::none();
        let title = format!("plugin.{}", manifest.id);
        let parent = self.plugin_sections();
        let mut section = self
            .document
            .section(&parent, &title, &manifest.id, &mut errors);
        let [prefix_key] = HOST_KEYS;
        let prefix = section
            .read(prefix_key, &prefix_type(manifest), &mut errors)
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default();
        if !Manifest::is_prefix(&prefix) {
            errors.push(
                section
                    .problem(prefix_key, "must begin with / and not end in it")
                    .fix(format!("write it as \"/{}\"", manifest.id)),
            );
        }
        let mut values = Map::new();
        for (name, key) in &manifest.config {
            if let Some(value) = section.read(name, key, &mut errors) {
                values.insert(name.clone(), value);
            }
        }
        section.finish(&mut errors);
        errors.sort();
        errors.or(PluginSection { prefix, values })
    }

    /// Reports the sections of plugins that are not among `installed`.
    pub(crate) fn refuse_unknown_plugin_sections(
        &self,
        installed: &BTreeSet<&str>,
        errors: &mut Diagnostics,
    ) {
        for key in self.plugin_sections().keys() {
            let id = key.get_ref().as_ref();
            if !installed.contains(id) {
                let hint = did_you_mean(id, installed.iter().copied());
                errors.push(
                    Diagnostic::new(format!(
                        "[plugin.{id}] is the section of a plugin that is not installed{hint}"
                    ))
                    .at(self.document.place(key))
                    .fix(format!("remove the section, or install {id}")),
                );
            }
        }
    }

    fn plugin_sections(&self) -> DeTable<'_> {
        match self
            .document
            .root()
            .remove("plugin")
            .map(Spanned::into_inner)
        {
            Some(DeValue::Table(sections)) => sections,
            _ => DeTable::new(),
        }
    }
}

fn prefix_type(manifest: &Manifest) -> ConfigKey {
    ConfigKey {
        kind: ConfigType::String,
        default: Some(manifest.prefix.clone().into()),
        min: None,
        max: None,
        values: Vec::new(),
        help: "Where the plugin's routes stand".into(),
    }
}
