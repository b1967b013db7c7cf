//! The command line: one command, one file.
//!
//! The core's commands are known here; a plugin's come from its manifest, and
//! are added where a configuration enables it.

mod audit;
mod dbupdate;
mod init;
mod keys;
mod operator;
mod plugin_command;
mod plugins;
mod purge;
mod serve;
mod user;

#[cfg(feature = "testing")]
pub use plugin_command::invocation as plugin_invocation;

use std::{
    ffi::OsString,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::{
    config::{Config, Log, LogFormat, LogLevel},
    diagnostic::{Diagnostic, Diagnostics},
    logging,
    startup::{self, Started},
    watchdog::Watchdog,
};

/// The configuration that is taken where no other is named.
pub const DEFAULT_CONFIG: &str = "hob.toml";

/// The first words that are the core's own. Compared with the parser in a
/// test.
pub const CORE_COMMANDS: &[&str] = &[
    "init", "serve", "dbupdate", "user", "plugins", "audit", "keys", "help",
];

/// A self-hosted site for publishing photographs, whose features are plugins.
#[derive(Parser)]
#[command(
    name = "hob",
    version,
    arg_required_else_help = true,
    after_help = "Examples:\n  hob init\n  hob dbupdate\n  hob user add alice --email alice@example.org\n  hob serve"
)]
struct Cli {
    /// The configuration file
    #[arg(long, global = true, default_value = DEFAULT_CONFIG, value_name = "FILE")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Init),
    Serve(serve::Serve),
    Dbupdate(dbupdate::Dbupdate),
    User(user::User),
    Plugins(plugins::Plugins),
    Audit(audit::Audit),
    Keys(keys::Keys),
}

/// What a command answers the shell.
type Outcome = Result<ExitCode, Diagnostics>;

/// Runs the command line. 0: done; 1: it failed; 2: it was not understood.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(diagnostics) => {
            diagnostics.print();
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[OsString]) -> Outcome {
    let file = config_file(arguments);
    // A configuration that can't be read is an error of the commands that need
    // it; `hob init` and `hob --help` do not.
    let config = Config::load(&file);
    let extensions = config
        .as_ref()
        .map(plugin_command::available)
        .unwrap_or_default();
    let mut parser = Cli::command();
    for extension in &extensions {
        parser = parser.subcommand(extension.parser());
    }
    let matches = match parser.try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return unparsed(error, Some((config, arguments))),
    };
    if let Some((name, inner)) = matches.subcommand()
        && let Some(extension) = extensions.iter().find(|extension| extension.id() == name)
    {
        return extension.run(&config?, inner);
    }
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return unparsed(error, None),
    };
    match cli.command {
        Command::Init(command) => command.run(&cli.config),
        Command::Serve(command) => command.run(&config?),
        Command::Dbupdate(command) => command.run(&config?),
        Command::User(command) => command.run(&config?),
        Command::Plugins(command) => command.run(&config?),
        Command::Audit(command) => command.run(&config?),
        Command::Keys(command) => command.run(&config?),
    }
}

/// Help and version are answers; the rest is misunderstanding. A first word that
/// is not known may be a plugin's, which can't be used.
fn unparsed(
    error: clap::Error,
    asked: Option<(Result<Config, Diagnostics>, &[OsString])>,
) -> Outcome {
    use clap::error::{ContextKind, ContextValue, ErrorKind};

    if error.kind() == ErrorKind::InvalidSubcommand
        && let Some((config, arguments)) = asked
        && let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand)
        && first_word(arguments) == Some(name.as_str())
        && let Some(problems) = plugin_command::missing(&config?, name)
    {
        return Err(problems);
    }
    // A closed pipe is the reader's choice.
    let _ = error.print();
    Ok(match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    })
}

/// Finds `--config` before the parser exists: plugins' commands depend on it.
fn config_file(arguments: &[OsString]) -> PathBuf {
    let mut rest = arguments.iter().skip(1);
    while let Some(argument) = rest.next() {
        let Some(text) = argument.to_str() else {
            continue;
        };
        if text == "--" {
            break;
        }
        if text == "--config" {
            if let Some(file) = rest.next() {
                return PathBuf::from(file);
            }
        } else if let Some(file) = text.strip_prefix("--config=") {
            return PathBuf::from(file);
        }
    }
    Path::new(DEFAULT_CONFIG).to_owned()
}

/// The first word that is no option, nor the value of one.
fn first_word(arguments: &[OsString]) -> Option<&str> {
    let mut rest = arguments.iter().skip(1);
    while let Some(argument) = rest.next() {
        match argument.to_str() {
            Some("--config") => drop(rest.next()),
            Some(option) if option.starts_with('-') => {}
            word => return word,
        }
    }
    None
}

/// Writes to standard output; a closed pipe is the reader's choice.
fn print(text: impl AsRef<str>) {
    let _ = std::io::stdout().write_all(text.as_ref().as_bytes());
}

/// Starts the site for a command that does one thing with it. What goes wrong
/// in a plugin is logged, and nothing else: the command's own words count.
fn start(config: &Config) -> Result<Started, Diagnostics> {
    let level = match config.log.level {
        LogLevel::Error => LogLevel::Error,
        _ => LogLevel::Warn,
    };
    logging::install(&Log {
        format: LogFormat::Text,
        level,
    });
    let watchdog = Watchdog::default();
    watch(
        &watchdog,
        "if the command does not end, stop it with Ctrl-C",
    );
    startup::start(config, &watchdog)
}

/// Has plugin code named that does not give its thread back.
fn watch(watchdog: &Watchdog, consequence: &'static str) {
    if let Err(error) = watchdog.watch(consequence) {
        tracing::warn!(%error, "no thread watches for plugins that block");
    }
}

/// A runtime for commands that have something to await.
fn runtime() -> Result<tokio::runtime::Runtime, Diagnostics> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Diagnostic::new(format!("no threads can be started: {error}"))
                .fix(
                    "let the user who runs Hob have more of them (`ulimit -u`, `TasksMax=` of a \
                     systemd unit, the limit of the container), or stop what has them all",
                )
                .into()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parser_is_sound_and_the_list_of_commands_is_its_own() {
        let mut parser = Cli::command();
        parser.build();
        parser.clone().debug_assert();
        let own: Vec<&str> = parser
            .get_subcommands()
            .map(clap::Command::get_name)
            .collect();
        assert_eq!(own, CORE_COMMANDS);
    }

    #[test]
    fn every_command_shows_an_example() {
        fn check(command: &clap::Command) {
            let leaf = command
                .get_subcommands()
                .all(|sub| sub.get_name() == "help");
            if leaf && command.get_name() != "help" {
                let shown = command.get_after_help().map(ToString::to_string);
                assert!(
                    shown.is_some_and(|text| text.contains("hob ")),
                    "{} has no example",
                    command.get_name()
                );
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    #[test]
    fn the_first_word_is_no_option() {
        for (line, word) in [
            ("hob hello", Some("hello")),
            ("hob --config a hello b", Some("hello")),
            ("hob --config=a -v hello", Some("hello")),
            ("hob plugins hello", Some("plugins")),
            ("hob --config hello", None),
            ("hob", None),
        ] {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(first_word(&arguments), word, "{line}");
        }
    }

    #[test]
    fn the_configuration_is_found_before_parsing() {
        let found = |arguments: &[&str]| {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            config_file(&arguments)
        };
        assert_eq!(found(&["hob", "serve"]), Path::new("hob.toml"));
        assert_eq!(found(&["hob", "--config", "a", "serve"]), Path::new("a"));
        assert_eq!(found(&["hob", "serve", "--config=b"]), Path::new("b"));
        assert_eq!(
            found(&["hob", "x", "--", "--config=b"]),
            Path::new("hob.toml")
        );
    }
}
