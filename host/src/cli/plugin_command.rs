//! The commands of plugins: described by their manifests, parsed here, run by
//! the plugin.

use std::{io::Write, process::ExitCode};

use abi_stable::std_types::RString;
use clap::{Arg, ArgAction, ArgMatches};
use hob_plugin_manifest::{Argument, Command, Manifest};
use hob_plugin_sdk::abi::{
    RawError,
    command::{RawArgument, RawInvocation},
};

use super::{Outcome, print, runtime};
use crate::{
    config::Config,
    diagnostic::{Diagnostic, Diagnostics},
    plugins, startup,
};

/// A plugin's branch of the command line.
pub struct Extension {
    manifest: Manifest,
}

/// The branches of all enabled plugins that have commands. Reads manifests
/// and runs no plugin.
pub fn available(config: &Config) -> Vec<Extension> {
    let installed = plugins::discover(config);
    config
        .plugins
        .enabled
        .iter()
        .filter_map(|enabled| installed.find(&enabled.id))
        .map(|file| file.packed.manifest.clone())
        .filter(|manifest| {
            let own = !super::CORE_COMMANDS.contains(&manifest.id.as_str());
            own && !manifest.commands.is_empty()
        })
        .map(|manifest| Extension { manifest })
        .collect()
}

/// Why a plugin's branch of the command line is not there, if there is a plugin
/// of this name: it is not enabled, or something keeps it from being used.
pub fn missing(config: &Config, name: &str) -> Option<Diagnostics> {
    if config.plugins.enabled.iter().any(|own| own.id == name) {
        return startup::resolve_plugins(config).err();
    }
    let installed = plugins::discover(config);
    let manifest = &installed.find(name)?.packed.manifest;
    let has_commands = !manifest.commands.is_empty();
    has_commands.then(|| {
        Diagnostic::new(format!(
            "`hob {name}` belongs to the plugin {name}, which is not enabled"
        ))
        .at(config.file())
        .fix(format!(
            "add {name:?} to `enabled` in [plugins], and run `hob dbupdate`"
        ))
        .into()
    })
}

impl Extension {
    pub fn id(&self) -> &str {
        &self.manifest.id
    }

    /// The parser of this branch: `client add` is the command `add` under
    /// `client`.
    pub fn parser(&self) -> clap::Command {
        let mut root = clap::Command::new(self.manifest.id.clone())
            .about(self.manifest.title.clone())
            .subcommand_required(true)
            .arg_required_else_help(true);
        if let Some(first) = self.manifest.commands.first() {
            root = root.after_help(examples(&first.examples[..first.examples.len().min(1)]));
        }
        for command in &self.manifest.commands {
            root = self.graft(root, &command.command, command);
        }
        root
    }

    /// Puts a command under its words, making the branches on the way: `rest`
    /// are those below `parent`.
    fn graft(&self, parent: clap::Command, rest: &str, command: &Command) -> clap::Command {
        let Some((word, rest)) = rest.split_once(' ') else {
            return parent.subcommand(leaf(rest.to_owned(), command));
        };
        if parent.find_subcommand(word).is_some() {
            return parent.mut_subcommand(word, |branch| self.graft(branch, rest, command));
        }
        let group = &command.command[..command.command.len() - rest.len() - 1];
        let about = self.manifest.command_groups.get(group).cloned();
        let branch = clap::Command::new(word.to_owned())
            .about(about.unwrap_or_default())
            .subcommand_required(true)
            .arg_required_else_help(true)
            .after_help(examples(&command.examples[..command.examples.len().min(1)]));
        parent.subcommand(self.graft(branch, rest, command))
    }

    fn invocation(&self, matches: &ArgMatches) -> Result<RawInvocation, Diagnostic> {
        let mut words = Vec::new();
        let mut leaf = matches;
        while let Some((word, inner)) = leaf.subcommand() {
            words.push(word);
            leaf = inner;
        }
        let name = words.join(" ");
        let command = self
            .manifest
            .commands
            .iter()
            .find(|command| command.command == name)
            .ok_or_else(|| {
                let id = self.id();
                Diagnostic::new(format!("there is no command `hob {id} {name}`"))
                    .fix(format!("`hob {id} --help` names those that there are"))
            })?;
        Ok(RawInvocation {
            command: name.into(),
            user: super::operator::user().into(),
            arguments: command
                .arguments
                .iter()
                .filter_map(|argument| raw_argument(argument, leaf))
                .collect(),
        })
    }

    /// Runs the command that was parsed.
    pub fn run(&self, config: &Config, matches: &ArgMatches) -> Outcome {
        let invocation = self.invocation(matches)?;
        let started = super::start(config)?;
        let plugin = started.app.plugins().find(self.id());
        let result = match plugin {
            Some(plugin) => runtime()?.block_on(async {
                let result = plugin.run_command(invocation).await;
                // Whoever hears of it would else never do so: this process
                // ends.
                started.finish_events(config.server.shutdown_timeout).await;
                result
            }),
            None => {
                return Err(
                    Diagnostic::new(format!("plugin {} is not enabled", self.id()))
                        .at(config.file())
                        .fix("add it to `enabled` in [plugins]")
                        .into(),
                );
            }
        };
        started.stop();
        let output = result.map_err(|error| {
            let (id, message) = (self.id(), &error.message);
            let fix = match error.kind {
                RawError::KIND_PANICKED => format!(
                    "this is a fault of the plugin: tell the author of {id}, with the lines above"
                ),
                _ => "see that the database is there and that its disk has room, then run the \
                      same again; the lines above say more"
                    .to_owned(),
            };
            Diagnostics::from(Diagnostic::new(format!("plugin {id}: {message}")).fix(fix))
        })?;
        print(output.stdout);
        let _ = std::io::stderr().write_all(output.stderr.as_bytes());
        Ok(ExitCode::from(output.exit_code))
    }
}

/// A plugin's command from its words, as the shell gives them.
///
/// # Errors
/// They are not understood.
#[cfg(feature = "testing")]
pub fn invocation(manifest: &Manifest, words: &[&str]) -> Result<RawInvocation, String> {
    let extension = Extension {
        manifest: manifest.clone(),
    };
    let matches = extension
        .parser()
        .try_get_matches_from(words)
        .map_err(|error| error.to_string())?;
    extension
        .invocation(&matches)
        .map_err(|error| error.to_string())
}

fn raw_argument(argument: &Argument, matches: &ArgMatches) -> Option<RawArgument> {
    let values: Vec<RString> = if argument.value.is_none() && !argument.positional {
        if !matches.get_flag(&argument.name) {
            return None;
        }
        Vec::new()
    } else {
        matches
            .get_many::<String>(&argument.name)?
            .map(|value| RString::from(value.as_str()))
            .collect()
    };
    Some(RawArgument {
        name: argument.name.as_str().into(),
        values: values.into(),
    })
}

fn leaf(name: String, command: &Command) -> clap::Command {
    let mut parser = clap::Command::new(name)
        .about(command.about.clone())
        .after_help(examples(&command.examples));
    for argument in &command.arguments {
        parser = parser.arg(arg(argument));
    }
    parser
}

fn examples(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
    format!("Examples:\n{}", lines.join("\n"))
}

fn arg(argument: &Argument) -> Arg {
    let mut arg = Arg::new(argument.name.clone())
        .help(argument.help.clone())
        .required(argument.required);
    if !argument.positional {
        arg = arg.long(argument.name.clone());
    }
    match &argument.value {
        Some(value) => arg = arg.value_name(value.clone()),
        None if argument.positional => {}
        None => return arg.action(ArgAction::SetTrue),
    }
    arg.action(if argument.multiple {
        ArgAction::Append
    } else {
        ArgAction::Set
    })
}
