//! What can go wrong with a job for the database.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

use crate::{
    PluginError,
    abi::db::{RawDbError, RawDbErrorKind},
};

/// Why a job's work is not stored.
///
/// It turns into [`diesel::result::Error`] and [`PluginError`], so closures
/// may use either as their error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// A query failed, or the transaction could not be committed.
    #[error(transparent)]
    Query(#[from] Error),
    /// The closure panicked, and was rolled back.
    #[error("a database job panicked: {0}")]
    Panicked(String),
    /// A subscriber refused the event that was raised.
    #[error("event {event} was refused: {reason}")]
    EventRefused {
        event: &'static str,
        reason: PluginError,
    },
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Query(error) => error,
            DbError::Panicked(_) | DbError::EventRefused { .. } => {
                database_error(DatabaseErrorKind::Unknown, error.to_string())
            }
        }
    }
}

impl From<DbError> for PluginError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::EventRefused { reason, .. } => reason,
            DbError::Query(_) | DbError::Panicked(_) => Self::new(format!("database: {error}")),
        }
    }
}

impl From<Error> for PluginError {
    fn from(error: Error) -> Self {
        DbError::from(error).into()
    }
}

/// An error of the SDK itself, in the shape of one from the database.
pub(super) fn database_error(kind: DatabaseErrorKind, message: String) -> Error {
    Error::DatabaseError(kind, Box::new(message))
}

impl From<RawDbError> for Error {
    fn from(raw: RawDbError) -> Self {
        let kind = match raw.kind {
            RawDbErrorKind::UniqueViolation => DatabaseErrorKind::UniqueViolation,
            RawDbErrorKind::ForeignKeyViolation => DatabaseErrorKind::ForeignKeyViolation,
            RawDbErrorKind::NotNullViolation => DatabaseErrorKind::NotNullViolation,
            RawDbErrorKind::CheckViolation => DatabaseErrorKind::CheckViolation,
            RawDbErrorKind::SerializationFailure => DatabaseErrorKind::SerializationFailure,
            RawDbErrorKind::ReadOnlyTransaction => DatabaseErrorKind::ReadOnlyTransaction,
            RawDbErrorKind::Unavailable => DatabaseErrorKind::ClosedConnection,
            RawDbErrorKind::Interrupted | RawDbErrorKind::Refused | RawDbErrorKind::Other => {
                DatabaseErrorKind::Unknown
            }
        };
        Self::DatabaseError(kind, Box::new(Information(raw)))
    }
}

struct Information(RawDbError);

impl Information {
    fn named(name: &str) -> Option<&str> {
        (!name.is_empty()).then_some(name)
    }
}

impl DatabaseErrorInformation for Information {
    fn message(&self) -> &str {
        &self.0.message
    }

    fn details(&self) -> Option<&str> {
        None
    }

    fn hint(&self) -> Option<&str> {
        None
    }

    fn table_name(&self) -> Option<&str> {
        Self::named(&self.0.table)
    }

    fn column_name(&self) -> Option<&str> {
        Self::named(&self.0.column)
    }

    fn constraint_name(&self) -> Option<&str> {
        Self::named(&self.0.constraint)
    }

    fn statement_position(&self) -> Option<i32> {
        None
    }
}
