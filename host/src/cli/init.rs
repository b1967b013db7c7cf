//! `hob init`: writes a configuration to begin with, and the first key that
//! seals secrets.

use std::{
    fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::Path, process::ExitCode,
};

use super::{Outcome, print};
use crate::{
    clock::Clock,
    config::Config,
    diagnostic::Diagnostic,
    sealing::{KeyFile, KeyFileError},
};

/// Write a configuration file and a file of keys to begin with
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  hob init\n  hob --config /etc/hob/hob.toml init --enable oauth --enable api"
)]
pub struct Init {
    /// A plugin to enable; may be repeated
    #[arg(long, value_name = "PLUGIN")]
    enable: Vec<String>,
}

impl Init {
    pub fn run(self, file: &Path) -> Outcome {
        let enabled: Vec<&str> = self.enable.iter().map(String::as_str).collect();
        let text = Config::default_toml(&enabled);
        // What would be written has to be readable.
        let config = Config::parse(file, text.clone())?;
        let mut options = OpenOptions::new();
        // It may come to hold the database's password.
        options.write(true).create_new(true).mode(0o600);
        let written = options
            .open(file)
            .and_then(|mut handle| handle.write_all(text.as_bytes()));
        match written {
            Ok(()) => {
                let keys = KeyFile::at(&config.sealing.key_file);
                match keys.create(Clock::system().now()) {
                    // Another configuration's, or of a site that is set up
                    // anew: they may be needed.
                    Ok(_) | Err(KeyFileError::Exists) => {}
                    Err(error) => return Err(keys.diagnostic(&error).into()),
                }
                let lock = if enabled.is_empty() {
                    ""
                } else {
                    "put the plugins into their folder and run `hob plugins lock`, then "
                };
                print(format!(
                    "Wrote {}. Next: {lock}`hob dbupdate`, then `hob user add NAME --admin`, then \
                     `hob serve`.\nSecrets are sealed under the key in {}: keep a copy of it apart \
                     from the backups of the database.\n",
                    file.display(),
                    keys.path().display()
                ));
                Ok(ExitCode::SUCCESS)
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(
                Diagnostic::new("there is a configuration already, which is left as it is")
                    .at(file)
                    .fix("edit it, or move it away first")
                    .into(),
            ),
            Err(error) => Err(Diagnostic::new(format!(
                "the configuration can't be written: {error}"
            ))
            .at(file)
            .fix("let the user who runs this command write to its folder")
            .into()),
        }
    }
}
