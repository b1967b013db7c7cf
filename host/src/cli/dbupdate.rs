//! `hob dbupdate`: brings the database's tables up to date.

use std::process::ExitCode;

use super::{Outcome, print};
use crate::{
    config::Config,
    diagnostic::Diagnostics,
    migrate::{self, MigrateError},
    startup,
};

/// Create and update the tables of the core and of every enabled plugin
#[derive(clap::Args)]
#[command(
    after_help = "Each migration runs in a transaction of its own. Tables of plugins that are not\nenabled stay as they are.\n\nExamples:\n  hob dbupdate\n  hob dbupdate --plan\n  hob dbupdate --status"
)]
pub struct Dbupdate {
    /// Only show what would be applied
    #[arg(long, conflicts_with = "status")]
    plan: bool,
    /// Only show what is applied; ends with 1 if anything is pending
    #[arg(long)]
    status: bool,
}

impl Dbupdate {
    pub fn run(self, config: &Config) -> Outcome {
        let resolved = startup::resolve_plugins(config)?;
        let database = startup::open_database(config)?;
        let owners = startup::owners(resolved.iter().map(|plugin| &plugin.file.packed));
        let failed = |error: MigrateError| Diagnostics::from(startup::migration_failed(&error));
        if self.status {
            let mut settled = true;
            for status in migrate::status(&database, &owners).map_err(failed)? {
                settled &= status.is_up_to_date();
                print(format!(
                    "{}: {} applied, {} pending\n",
                    status.owner,
                    status.applied.len(),
                    status.pending.len()
                ));
                for migration in &status.pending {
                    print(format!("  pending  {migration}\n"));
                }
                for edited in &status.edited {
                    print(format!("  edited   {}\n", edited.migration));
                }
                for migration in &status.unknown {
                    print(format!("  unknown  {migration}\n"));
                }
            }
            return Ok(if settled {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        if self.plan {
            let planned = migrate::plan(&database, &owners).map_err(failed)?;
            for (owner, migration) in &planned {
                print(format!("{owner}: would apply {migration}\n"));
            }
            if planned.is_empty() {
                print("Everything is up to date.\n");
            }
            return Ok(ExitCode::SUCCESS);
        }
        let count = migrate::apply(&database, &owners, |progress| {
            print(format!("{progress}\n"))
        })
        .map_err(failed)?;
        print(match count {
            0 => "Everything was up to date.\n".to_owned(),
            1 => "Done: 1 migration applied.\n".to_owned(),
            count => format!("Done: {count} migrations applied.\n"),
        });
        Ok(ExitCode::SUCCESS)
    }
}
