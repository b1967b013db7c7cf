//! The table `hob_migrations`: what was applied, of whom, when and with which
//! digest.

use std::time::{SystemTime, UNIX_EPOCH};

use hob_plugin_manifest::Migration;
use hob_plugin_sdk::abi::db::{RawConnection, RawDbError};

use super::{MigrationName, tables};
use crate::db::{Connection, Value};

pub(super) const TABLE: &str = "hob_migrations";

/// Of this application and this purpose, so that no other takes the same.
const LOCK: i64 = 0x686f_625f_6d69_6772;

pub(super) struct Entry {
    pub(super) migration: MigrationName,
    pub(super) sha256: String,
}

/// Waits until no other run is between its lock and its commit. On SQLite the
/// transaction itself is that lock.
pub(super) fn lock(connection: &mut Connection<'_>) -> Result<(), RawDbError> {
    if connection.dialect() == RawConnection::POSTGRES {
        connection.execute("SELECT pg_advisory_xact_lock($1)", &[LOCK.into()])?;
    }
    Ok(())
}

pub(super) fn exists(connection: &mut Connection<'_>) -> Result<bool, RawDbError> {
    Ok(tables::names(connection)?.contains(TABLE))
}

pub(super) fn create(connection: &mut Connection<'_>) -> Result<(), RawDbError> {
    connection.batch(
        "CREATE TABLE IF NOT EXISTS hob_migrations (
            owner TEXT NOT NULL,
            version TEXT NOT NULL,
            name TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            applied_at BIGINT NOT NULL,
            PRIMARY KEY (owner, version)
        )",
    )
}

pub(super) fn entries(
    connection: &mut Connection<'_>,
    owner: &str,
) -> Result<Vec<Entry>, RawDbError> {
    let rows = connection.query(
        "SELECT version, name, sha256 FROM hob_migrations WHERE owner = $1 ORDER BY version",
        &[owner.into()],
    )?;
    let text = |value: &Value| value.as_text().unwrap_or_default().to_owned();
    Ok(rows
        .iter()
        .map(|row| Entry {
            migration: MigrationName {
                version: text(&row[0]),
                name: text(&row[1]),
            },
            sha256: text(&row[2]),
        })
        .collect())
}

pub(super) fn holds(
    connection: &mut Connection<'_>,
    owner: &str,
    version: &str,
) -> Result<bool, RawDbError> {
    let rows = connection.query(
        "SELECT 1 FROM hob_migrations WHERE owner = $1 AND version = $2",
        &[owner.into(), version.into()],
    )?;
    Ok(!rows.is_empty())
}

pub(super) fn insert(
    connection: &mut Connection<'_>,
    owner: &str,
    migration: &Migration,
    sha256: &str,
) -> Result<(), RawDbError> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
        });
    connection.execute(
        "INSERT INTO hob_migrations (owner, version, name, sha256, applied_at) \
         VALUES ($1, $2, $3, $4, $5)",
        &[
            owner.into(),
            migration.version.as_str().into(),
            migration.name.as_str().into(),
            sha256.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// False if it was not there.
pub(super) fn delete(
    connection: &mut Connection<'_>,
    owner: &str,
    version: &str,
) -> Result<bool, RawDbError> {
    let deleted = connection.execute(
        "DELETE FROM hob_migrations WHERE owner = $1 AND version = $2",
        &[owner.into(), version.into()],
    )?;
    Ok(deleted > 0)
}
