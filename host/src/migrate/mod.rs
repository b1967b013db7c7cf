//! Migrations: brings the database's tables to the state that this binary and
//! its plugins know, and keeps a ledger of what was applied.
//!
//! The order of owners (core, then plugins by their requirements) is the
//! caller's work. This reads no files and prints nothing.

#![allow(
    clippy::result_large_err,
    reason = "the error crosses as it is, and is the rare case"
)]

mod error;
mod ledger;
mod status;
mod tables;

use hob_plugin_manifest::{Migration, MigrationSql};
use hob_plugin_sdk::abi::db::RawConnection;

pub use error::MigrateError;
pub use status::{Edited, MigrationName, OwnerStatus, Progress};

use crate::db::{Connection, Database};

/// Whose tables: the core, or a plugin.
#[derive(Clone, Debug)]
pub struct Owner {
    /// `core`, or the plugin's id. The ledger keeps it.
    pub name: String,
    /// What the names of its tables begin with; `None` lets any pass.
    pub table_prefix: Option<String>,
    /// Oldest first.
    pub migrations: Vec<Migration>,
}

/// Where each owner's tables stand. Changes nothing. Owners that the ledger
/// knows and the caller doesn't name (a plugin that is not enabled) are left
/// out. Blocks; not for an async context.
///
/// # Errors
/// The database can't be asked.
pub fn status(database: &Database, owners: &[Owner]) -> Result<Vec<OwnerStatus>, MigrateError> {
    let owners = owners.to_vec();
    database.maintain(move |connection| {
        owners
            .iter()
            .map(|owner| owner_status(connection, owner))
            .collect()
    })
}

/// What [`apply`] would do, in its order, or what would keep it from it.
///
/// # Errors
/// As [`apply`], as far as it can be known without running SQL.
pub fn plan(
    database: &Database,
    owners: &[Owner],
) -> Result<Vec<(String, MigrationName)>, MigrateError> {
    let statuses = status(database, owners)?;
    let mut planned = Vec::new();
    for status in statuses {
        if let Some(problem) = status.problem() {
            return Err(problem);
        }
        planned.extend(
            status
                .pending
                .into_iter()
                .map(|migration| (status.owner.clone(), migration)),
        );
    }
    Ok(planned)
}

/// Applies what is pending, owner by owner, each migration in a transaction of
/// its own together with its line in the ledger. Returns how many were
/// applied. Of two runs at once one waits for the other and then finds nothing
/// to do. Blocks; not for an async context.
///
/// # Errors
/// A migration was edited or is unknown: nothing is applied. A
/// statement failed or a table is not the owner's: what came before stays
/// applied, nothing of that migration is stored, and what comes after is not
/// tried.
pub fn apply(
    database: &Database,
    owners: &[Owner],
    mut report: impl FnMut(Progress<'_>),
) -> Result<usize, MigrateError> {
    // Everything is checked before anything is changed.
    plan(database, owners)?;
    let mut count = 0;
    for owner in owners {
        report(Progress::Owner(&owner.name));
        let before = count;
        for migration in &owner.migrations {
            let name = MigrationName::from(migration);
            let (owner, migration) = (without_migrations(owner), migration.clone());
            if database.maintain(move |connection| apply_one(connection, &owner, &migration))? {
                report(Progress::Applied(&name));
                count += 1;
            }
        }
        if count == before {
            report(Progress::UpToDate(&owner.name));
        }
    }
    Ok(count)
}

/// Takes back the last `count` migrations of an owner, newest first, each in a
/// transaction of its own. Blocks; not for an async context.
///
/// # Errors
/// As [`apply`], and when fewer are applied.
pub fn revert(
    database: &Database,
    owner: &Owner,
    count: usize,
    mut report: impl FnMut(Progress<'_>),
) -> Result<(), MigrateError> {
    let status = status(database, std::slice::from_ref(owner))?
        .pop()
        .expect("one owner has one status");
    if let Some(problem) = status.problem() {
        return Err(problem);
    }
    if status.applied.len() < count {
        return Err(MigrateError::TooFewToRevert {
            owner: owner.name.clone(),
            applied: status.applied.len(),
            asked: count,
        });
    }
    for name in status.applied.iter().rev().take(count) {
        let migration = owner
            .migrations
            .iter()
            .find(|migration| migration.version == name.version)
            .expect("`applied` holds only known migrations")
            .clone();
        let owner = without_migrations(owner);
        if database.maintain(move |connection| revert_one(connection, &owner, &migration))? {
            report(Progress::Reverted(name));
        }
    }
    Ok(())
}

fn without_migrations(owner: &Owner) -> Owner {
    Owner {
        migrations: Vec::new(),
        ..owner.clone()
    }
}

fn sql<'a>(connection: &Connection<'_>, migration: &'a Migration) -> &'a MigrationSql {
    if connection.dialect() == RawConnection::SQLITE {
        &migration.sqlite
    } else {
        &migration.postgres
    }
}

fn owner_status(
    connection: &mut Connection<'_>,
    owner: &Owner,
) -> Result<OwnerStatus, MigrateError> {
    let entries = if ledger::exists(connection)? {
        ledger::entries(connection, &owner.name)?
    } else {
        Vec::new()
    };
    let mut status = OwnerStatus {
        owner: owner.name.clone(),
        applied: Vec::new(),
        pending: Vec::new(),
        edited: Vec::new(),
        unknown: Vec::new(),
    };
    for entry in &entries {
        let known = owner
            .migrations
            .iter()
            .find(|migration| migration.version == entry.migration.version);
        match known {
            None => status.unknown.push(entry.migration.clone()),
            Some(migration) => {
                let now = sql(connection, migration).sha256();
                if now == entry.sha256 {
                    status.applied.push(entry.migration.clone());
                } else {
                    status.edited.push(Edited {
                        migration: entry.migration.clone(),
                        applied: entry.sha256.clone(),
                        now,
                    });
                }
            }
        }
    }
    status.pending = owner
        .migrations
        .iter()
        .filter(|migration| {
            !entries
                .iter()
                .any(|entry| entry.migration.version == migration.version)
        })
        .map(MigrationName::from)
        .collect();
    Ok(status)
}

/// Applies one migration, unless another run has done so meanwhile.
fn apply_one(
    connection: &mut Connection<'_>,
    owner: &Owner,
    migration: &Migration,
) -> Result<bool, MigrateError> {
    ledger::lock(connection)?;
    ledger::create(connection)?;
    if ledger::holds(connection, &owner.name, &migration.version)? {
        return Ok(false);
    }
    run(connection, owner, migration, "up")?;
    let sha256 = sql(connection, migration).sha256();
    ledger::insert(connection, &owner.name, migration, &sha256)?;
    Ok(true)
}

fn revert_one(
    connection: &mut Connection<'_>,
    owner: &Owner,
    migration: &Migration,
) -> Result<bool, MigrateError> {
    ledger::lock(connection)?;
    if !ledger::delete(connection, &owner.name, &migration.version)? {
        return Ok(false);
    }
    run(connection, owner, migration, "down")?;
    Ok(true)
}

/// Runs a migration's SQL and checks that it kept to its owner's tables.
fn run(
    connection: &mut Connection<'_>,
    owner: &Owner,
    migration: &Migration,
    direction: &'static str,
) -> Result<(), MigrateError> {
    let before = tables::names(connection)?;
    let sql = sql(connection, migration);
    let sql = if direction == "up" {
        &sql.up
    } else {
        &sql.down
    };
    connection
        .batch(sql)
        .map_err(|error| MigrateError::Statement {
            owner: owner.name.clone(),
            migration: migration.into(),
            direction,
            error,
        })?;
    let after = tables::names(connection)?;
    let created = after.difference(&before).map(|table| ("creates", table));
    let dropped = before.difference(&after).map(|table| ("drops", table));
    for (verb, table) in created.chain(dropped) {
        if table == ledger::TABLE {
            return Err(MigrateError::LedgerTouched {
                owner: owner.name.clone(),
                migration: migration.into(),
            });
        }
        if let Some(prefix) = &owner.table_prefix
            && !table.starts_with(prefix.as_str())
        {
            return Err(MigrateError::ForeignTable {
                owner: owner.name.clone(),
                migration: migration.into(),
                verb,
                table: table.clone(),
                prefix: prefix.clone(),
            });
        }
    }
    Ok(())
}
