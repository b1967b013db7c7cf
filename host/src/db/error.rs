//! What can go wrong with the database as a whole, and the small makers of the
//! errors that cross to a plugin.

use std::path::PathBuf;

use abi_stable::std_types::RString;
use hob_plugin_sdk::abi::db::{RawDbError, RawDbErrorKind};

/// Why the database can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("database.url {problem}; {fix}")]
    Url { problem: String, fix: &'static str },
    #[error("can't create the folder {} for the database: {source}; create it, or let the user that runs hob write to its parent", .folder.display())]
    Folder {
        folder: PathBuf,
        source: std::io::Error,
    },
    #[error("can't create the database {}: {source}; let the user that runs hob write to its folder", .file.display())]
    Create {
        file: PathBuf,
        source: std::io::Error,
    },
    #[error("can't open the SQLite database {}: {problem}", .file.display())]
    OpenSqlite { file: PathBuf, problem: String },
    #[error(
        "can't reach PostgreSQL at {url}: {problem}; check that the server runs and that database.url names its host, user and database"
    )]
    ReachPostgres { url: String, problem: String },
    #[error("can't start a database thread: {0}")]
    Thread(std::io::Error),
}

/// An error without table, column and constraint.
pub(crate) fn failure(kind: RawDbErrorKind, message: impl Into<String>) -> RawDbError {
    RawDbError {
        kind,
        message: RString::from(message.into()),
        table: RString::new(),
        column: RString::new(),
        constraint: RString::new(),
    }
}

pub(crate) fn refused(message: impl Into<String>) -> RawDbError {
    failure(RawDbErrorKind::Refused, message)
}

pub(crate) fn unavailable(message: impl Into<String>) -> RawDbError {
    failure(RawDbErrorKind::Unavailable, message)
}
