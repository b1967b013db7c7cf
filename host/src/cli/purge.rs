//! `hob plugins purge`: takes a plugin's tables away, and all that is in them.

use std::process::ExitCode;

use super::{Outcome, print};
use crate::{
    config::Config,
    diagnostic::{Diagnostic, Diagnostics},
    migrate,
    plugins::{self, lock::Lock},
    startup,
};

/// Takes back every migration of a plugin that is not enabled.
pub fn purge(config: &Config, id: &str, yes: bool) -> Outcome {
    let enabled = config.plugins.enabled.iter().find(|one| one.id == id);
    if let Some(enabled) = enabled {
        let what = format!("plugin {id} is enabled, and would lose its tables while it runs");
        return Err(Diagnostic::new(what)
            .at(enabled.place.clone())
            .fix("remove it from `enabled` and restart Hob first")
            .into());
    }
    let installed = plugins::discover(config);
    let Some(file) = installed.find(id) else {
        return Err(Diagnostic::new(format!(
            "no plugin {id} is installed, and only its file knows how to take its tables away"
        ))
        .at(config.plugins.folder.as_path())
        .fix("`hob plugins list` names those that are")
        .into());
    };
    // What it says is run in the database.
    Lock::read(&config.lock_file())?.check(file)?;
    let database = startup::open_database(config)?;
    let failed = |error| Diagnostics::from(startup::migration_failed(&error));
    let owner = startup::owner(&file.packed);
    let applied = migrate::status(&database, std::slice::from_ref(&owner))
        .map_err(failed)?
        .iter()
        .map(|status| status.applied.len())
        .sum();
    if applied > 0 && !yes {
        return Err(Diagnostic::new(format!(
            "this deletes the tables {}* of plugin {id}, with all that is in them, for good",
            file.packed.manifest.tables
        ))
        .at(file.path.as_path())
        .fix("make a backup, then say it once more with --yes")
        .into());
    }
    migrate::revert(&database, &owner, applied, |progress| {
        print(format!("{progress}\n"));
    })
    .map_err(failed)?;
    print(match applied {
        0 => format!("There was nothing of {id} in the database.\n"),
        1 => "Done: 1 migration taken back.\n".to_owned(),
        applied => format!("Done: {applied} migrations taken back.\n"),
    });
    Ok(ExitCode::SUCCESS)
}
