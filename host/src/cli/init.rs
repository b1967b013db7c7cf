//! `hob init`: writes a configuration to begin with.

use std::{
    fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::Path, process::ExitCode,
};

use super::{Outcome, print};
use crate::{config::Config, diagnostic::Diagnostic};

/// Write a configuration file to begin with
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
        Config::parse(file, text.clone())?;
        let mut options = OpenOptions::new();
        // It may come to hold the database's password.
        options.write(true).create_new(true).mode(0o600);
        let written = options
            .open(file)
            .and_then(|mut handle| handle.write_all(text.as_bytes()));
        match written {
            Ok(()) => {
                let lock = if enabled.is_empty() {
                    ""
                } else {
                    "put the plugins into their folder and run `hob plugins lock`, then "
                };
                print(format!(
                    "Wrote {}. Next: {lock}`hob dbupdate`, then `hob user add NAME --admin`, then \
                     `hob serve`.\n",
                    file.display()
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
