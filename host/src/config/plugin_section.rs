//! `[plugin.<id>]`, once the manifests are known.

use std::collections::BTreeSet;

use hob_plugin_manifest::{ConfigKey, ConfigSection, ConfigType, Manifest, config::HOST_KEYS};
use serde_json::{Map, Value};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use url::Url;

use super::{Config, document::Section, read::is_loopback};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};

/// What the operator set for one plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginSection {
    /// Where its routes stand: the operator's choice, or the manifest's.
    pub prefix: String,
    /// The host that it has for itself, `host[:port]`, without the scheme's
    /// usual port; none where it stands on the site's.
    pub host: Option<String>,
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
        let [prefix_key, host_key] = HOST_KEYS;
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
        let written = section
            .read(host_key, &host_type(), &mut errors)
            .and_then(|value| value.as_str().map(str::to_owned));
        let host = written.and_then(|written| match self.own_host(&written) {
            Ok(host) => Some(host),
            Err(refusal) => {
                errors.push(section.problem(host_key, refusal.what).fix(refusal.fix));
                None
            }
        });
        let mut values = Map::new();
        for (name, key) in &manifest.config {
            if let Some(value) = section.read(name, key, &mut errors) {
                values.insert(name.clone(), value);
            }
        }
        for (name, declared) in &manifest.sections {
            let mut written = Map::new();
            for (chosen, below) in section.named_sections(name, &mut errors) {
                let values = read_named(below, chosen, declared, &mut errors);
                written.insert(chosen.to_owned(), values.into());
            }
            values.insert(name.clone(), written.into());
        }
        section.finish(&mut errors);
        errors.sort();
        errors.or(PluginSection {
            prefix,
            host,
            values,
        })
    }

    /// Reads `host[:port]`, whose scheme is the site's.
    fn own_host(&self, written: &str) -> Result<String, HostRefusal> {
        let scheme = self.site.url.scheme();
        let name_only = HostRefusal {
            what: "must be a host, with a port or without",
            fix: "write it as \"auth.example.org\"; the scheme is that of `url` in [site]",
        };
        let is_bare = !written.is_empty() && !written.contains(['/', '?', '#', '@', '\\', ' ']);
        let url = is_bare
            .then(|| Url::parse(&format!("{scheme}://{written}")).ok())
            .flatten()
            .filter(Url::has_host)
            .ok_or(name_only)?;
        if url.origin() == self.site.url.origin() {
            return Err(HostRefusal {
                what: "is the site's own host",
                fix: "leave it out: the plugin stands there without it",
            });
        }
        if scheme == "http" && !self.server.allow_plain_http && !is_loopback(&url) {
            return Err(HostRefusal {
                what: "is plain http, as the site is, and not on this machine",
                fix: "write a name under localhost, or an https address as `url` in [site]",
            });
        }
        let origin = url.origin().ascii_serialization();
        Ok(origin[scheme.len() + "://".len()..].to_owned())
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

/// Reads one of the sections that an operator may write several times.
fn read_named(
    mut section: Section<'_>,
    chosen: &str,
    declared: &ConfigSection,
    errors: &mut Diagnostics,
) -> Map<String, Value> {
    if !Manifest::is_section_name(chosen) {
        errors.push(
            section
                .own_problem("has a name that can't stand in an address")
                .fix("use a-z, 0-9 and _, beginning with a letter"),
        );
    }
    let mut values = Map::new();
    for (name, key) in &declared.config {
        if let Some(value) = section.read(name, key, errors) {
            values.insert(name.clone(), value);
        }
    }
    section.finish(errors);
    values
}

/// Why a host is refused, and what would be right.
struct HostRefusal {
    what: &'static str,
    fix: &'static str,
}

fn host_type() -> ConfigKey {
    ConfigKey {
        kind: ConfigType::String,
        default: None,
        required: false,
        min: None,
        max: None,
        values: Vec::new(),
        help: "A host that the plugin has for itself".into(),
    }
}

fn prefix_type(manifest: &Manifest) -> ConfigKey {
    ConfigKey {
        kind: ConfigType::String,
        required: false,
        default: Some(manifest.prefix.clone().into()),
        min: None,
        max: None,
        values: Vec::new(),
        help: "Where the plugin's routes stand".into(),
    }
}
