//! `hob plugins`: what is installed, and whether it would load.

use std::{collections::BTreeMap, process::ExitCode};

use hob_plugin_manifest::ConfigKey;

use super::{Outcome, print, purge::purge};
use crate::{
    config::Config,
    diagnostic::Diagnostic,
    plugins::{self, PluginFile, events::never_raised, lock},
    startup,
};

/// List, explain, check, lock and purge the installed plugins
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  hob plugins list\n  hob plugins check")]
pub struct Plugins {
    #[command(subcommand)]
    command: PluginsCommand,
}

#[derive(clap::Subcommand)]
enum PluginsCommand {
    /// List the installed plugins
    #[command(after_help = "Examples:\n  hob plugins list")]
    List,
    /// Explain a plugin: its routes, scopes, settings and commands
    #[command(after_help = "Examples:\n  hob plugins info oauth")]
    Info { plugin: String },
    /// Check everything that is needed to start, without running a plugin
    #[command(after_help = "Examples:\n  hob plugins check")]
    Check,
    /// Write down the digests of the installed plugins: only these will load
    #[command(
        after_help = "Run it when you have put plugins into their folder yourself, and trust them.\n\nExamples:\n  hob plugins lock"
    )]
    Lock,
    /// Delete the tables of a plugin that is not enabled, with all that is in them
    #[command(
        after_help = "Each migration is taken back in a transaction of its own, the newest first. The\nplugin's file has to be there. Enabled again, the plugin begins anew.\n\nExamples:\n  hob plugins purge hello\n  hob plugins purge hello --yes"
    )]
    Purge {
        plugin: String,
        /// Do it
        #[arg(long)]
        yes: bool,
    },
}

impl Plugins {
    pub fn run(self, config: &Config) -> Outcome {
        match self.command {
            PluginsCommand::List => list(config),
            PluginsCommand::Info { plugin } => info(config, &plugin),
            PluginsCommand::Check => check(config),
            PluginsCommand::Lock => write_lock(config),
            PluginsCommand::Purge { plugin, yes } => purge(config, &plugin, yes),
        }
    }
}

fn is_enabled(config: &Config, id: &str) -> bool {
    config.plugins.enabled.iter().any(|plugin| plugin.id == id)
}

fn list(config: &Config) -> Outcome {
    let installed = plugins::discover(config);
    let problems = installed.problems();
    if let Some(problem) = installed.folder_problem {
        return Err(problem.into());
    }
    for file in &installed.plugins {
        let manifest = &file.packed.manifest;
        let state = if is_enabled(config, &manifest.id) {
            "enabled"
        } else {
            "installed"
        };
        print(format!(
            "{:<12} {:<10} {state:<10} {}\n",
            manifest.id, file.packed.version, manifest.title
        ));
    }
    problems.print();
    Ok(ExitCode::SUCCESS)
}

fn info(config: &Config, id: &str) -> Outcome {
    let installed = plugins::discover(config);
    let Some(file) = installed.find(id) else {
        return Err(Diagnostic::new(format!("no plugin {id} is installed"))
            .at(config.plugins.folder.as_path())
            .fix("`hob plugins list` names those that are")
            .into());
    };
    print(describe(file));
    Ok(ExitCode::SUCCESS)
}

fn describe(file: &PluginFile) -> String {
    let manifest = &file.packed.manifest;
    let mut lines = vec![
        format!(
            "{} {}: {}",
            manifest.id, file.packed.version, manifest.title
        ),
        format!("  file      {}", file.path.display()),
        format!("  sha256    {}", file.sha256),
        format!("  ABI       {}", file.packed.abi),
    ];
    let services = |title: &str, services: &BTreeMap<String, u32>| {
        services
            .iter()
            .map(|(id, version)| format!("  {title:<9} {id} v{version}"))
            .collect::<Vec<_>>()
    };
    lines.extend(services("offers", &manifest.offers));
    lines.extend(services("requires", &manifest.requires));
    lines.extend(services("optional", &manifest.optional));
    lines.extend(services("raises", &manifest.raises));
    lines.extend(services("hears", &manifest.subscribes));
    lines.extend(services("hears then", &manifest.subscribes_after));
    if manifest.signs_in {
        lines.push("  signs members in without the site's own password".to_owned());
    }
    if !file.packed.migrations.is_empty() {
        let count = file.packed.migrations.len();
        lines.push(format!(
            "  tables    {}* ({count} migrations)",
            manifest.tables
        ));
    }
    if manifest.seals {
        lines.push("  seals     secrets under the site's keys".to_owned());
    }
    let mut section = |title: &str, entries: Vec<String>| {
        if !entries.is_empty() {
            lines.push(format!("\n{title}"));
            lines.extend(entries.into_iter().map(|entry| format!("  {entry}")));
        }
    };
    let routes = manifest.routes.iter().map(|route| {
        let prefix = if route.root { "" } else { &manifest.prefix };
        let also: Vec<String> = route
            .aliases
            .iter()
            .map(|alias| format!("{prefix}{alias}"))
            .collect();
        let also = if also.is_empty() {
            String::new()
        } else {
            format!(" (also {})", also.join(", "))
        };
        format!("{:<6} {prefix}{}{also}", route.method(), route.path())
    });
    section("Routes", routes.collect());
    let scopes = manifest
        .scopes
        .iter()
        .map(|scope| format!("{:<12} {}", scope.name, scope.sentence));
    section("Scopes", scopes.collect());
    section(
        &format!("Settings in [plugin.{}]", manifest.id),
        settings(&manifest.config),
    );
    for (name, declared) in &manifest.sections {
        let title = format!(
            "{}\nSettings in [plugin.{}.{name}.<name>]",
            declared.help, manifest.id
        );
        section(&title, settings(&declared.config));
    }
    let commands = manifest.commands.iter().map(|command| {
        format!(
            "hob {} {:<16} {}",
            manifest.id, command.command, command.about
        )
    });
    section("Commands", commands.collect());
    lines.join("\n") + "\n"
}

/// What may be set, each with its default and what it is for.
fn settings(keys: &BTreeMap<String, ConfigKey>) -> Vec<String> {
    let line = |(key, setting): (&String, &ConfigKey)| {
        let default = match &setting.default {
            Some(value) => format!(" = {value}"),
            None if setting.required => " (has to be there)".to_owned(),
            None => String::new(),
        };
        format!("{key}{default}\n      {}", setting.help)
    };
    keys.iter().map(line).collect()
}

fn check(config: &Config) -> Outcome {
    let resolved = startup::resolve_plugins(config)?;
    let ids: Vec<&str> = resolved.iter().map(plugins::ResolvedPlugin::id).collect();
    print(match ids.as_slice() {
        [] => "No plugin is enabled.\n".to_owned(),
        ids => format!("These would start, in this order: {}.\n", ids.join(", ")),
    });
    let manifests: Vec<_> = resolved
        .iter()
        .map(|plugin| &plugin.file.packed.manifest)
        .collect();
    for (id, event, version) in never_raised(&manifests, startup::CORE.events) {
        print(format!(
            "Note: {id} listens to {event} v{version}, which no enabled plugin raises.\n"
        ));
    }
    // They stop nothing, and yet somebody put them there.
    plugins::discover(config).problems().print();
    Ok(ExitCode::SUCCESS)
}

fn write_lock(config: &Config) -> Outcome {
    let installed = plugins::discover(config);
    let problems = installed.problems();
    if let Some(problem) = installed.folder_problem {
        return Err(problem.into());
    }
    lock::write(&config.lock_file(), &installed.plugins)?;
    for file in &installed.plugins {
        print(format!("{}  {}\n", file.sha256, file.packed.manifest.id));
    }
    print(format!("Wrote {}.\n", config.lock_file().display()));
    problems.print();
    Ok(ExitCode::SUCCESS)
}
