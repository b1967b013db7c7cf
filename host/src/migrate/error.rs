//! Why tables can't be brought up to date.

use hob_plugin_sdk::abi::db::RawDbError;

use super::{Edited, MigrationName};
use crate::db::JobFailed;

/// Why the tables can't be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error(
        "{owner}: the migration {} was edited after it had been applied: the database has {}, \
         this binary {}",
        .edited.migration, .edited.applied, .edited.now
    )]
    Edited { owner: String, edited: Edited },
    #[error(
        "{owner}: the database has the migration {migration}, which this binary does not know: \
         it is older than the schema"
    )]
    Unknown {
        owner: String,
        migration: MigrationName,
    },
    #[error(
        "{owner}: {direction}.sql of the migration {migration} failed: {}; nothing of it is \
         stored", .error.message
    )]
    Statement {
        owner: String,
        migration: MigrationName,
        direction: &'static str,
        error: RawDbError,
    },
    #[error(
        "{owner}: the migration {migration} {verb} the table `{table}`, and the names of its \
         tables begin with `{prefix}`; nothing of it is stored"
    )]
    ForeignTable {
        owner: String,
        migration: MigrationName,
        verb: &'static str,
        table: String,
        prefix: String,
    },
    #[error(
        "{owner}: the migration {migration} touches `hob_migrations`, the ledger itself; nothing of it is stored"
    )]
    LedgerTouched {
        owner: String,
        migration: MigrationName,
    },
    #[error("{owner}: only {applied} migrations are applied, so {asked} can't be taken back")]
    TooFewToRevert {
        owner: String,
        applied: usize,
        asked: usize,
    },
    #[error("the database failed while the ledger of migrations was in use: {}", .0.message)]
    Database(RawDbError),
}

impl From<RawDbError> for MigrateError {
    fn from(error: RawDbError) -> Self {
        Self::Database(error)
    }
}

impl From<JobFailed> for MigrateError {
    fn from(failed: JobFailed) -> Self {
        Self::Database(failed.0)
    }
}
