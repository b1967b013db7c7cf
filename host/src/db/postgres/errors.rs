//! PostgreSQL's errors in the words of the interface.

use abi_stable::std_types::RString;
use hob_plugin_sdk::abi::db::{RawDbError, RawDbErrorKind};
use postgres::error::{DbError, ErrorPosition, SqlState};

use crate::db::{
    error::{failure, unavailable},
    url::chain,
};

/// An error of the client: the server's own, or one about the connection.
pub(super) fn from_postgres(error: &postgres::Error) -> RawDbError {
    match error.as_db_error() {
        Some(error) => from_server(error),
        None if error.is_closed() || is_io(error) => unavailable(format!(
            "the connection to PostgreSQL is gone: {}",
            chain(error)
        )),
        None => failure(RawDbErrorKind::Other, chain(error)),
    }
}

fn is_io(error: &postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
}

/// The error of a batch, with the line it stands on.
pub(super) fn in_batch(error: &postgres::Error, sql: &str) -> RawDbError {
    let mut described = from_postgres(error);
    if let Some(ErrorPosition::Original(position)) = error.as_db_error().and_then(DbError::position)
    {
        let line = 1 + sql
            .chars()
            .take((*position as usize).saturating_sub(1))
            .filter(|character| *character == '\n')
            .count();
        described.message = format!("{} (at line {line})", described.message).into();
    }
    described
}

fn from_server(error: &DbError) -> RawDbError {
    let kind = match *error.code() {
        SqlState::UNIQUE_VIOLATION => RawDbErrorKind::UniqueViolation,
        SqlState::FOREIGN_KEY_VIOLATION => RawDbErrorKind::ForeignKeyViolation,
        SqlState::NOT_NULL_VIOLATION => RawDbErrorKind::NotNullViolation,
        SqlState::CHECK_VIOLATION => RawDbErrorKind::CheckViolation,
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
            RawDbErrorKind::SerializationFailure
        }
        SqlState::READ_ONLY_SQL_TRANSACTION => RawDbErrorKind::ReadOnlyTransaction,
        SqlState::QUERY_CANCELED => RawDbErrorKind::Interrupted,
        ref code => match &code.code()[..2] {
            // Connection, resources, operator intervention, system error,
            // damaged data.
            "08" | "53" | "57" | "58" | "XX" => RawDbErrorKind::Unavailable,
            _ => RawDbErrorKind::Other,
        },
    };
    let name = |name: Option<&str>| RString::from(name.unwrap_or_default());
    // The server's detail is left out: it quotes the values of the row.
    RawDbError {
        kind,
        message: if kind == RawDbErrorKind::Interrupted {
            "the job ran past its time budget".into()
        } else {
            error.message().into()
        },
        table: name(error.table()),
        column: name(error.column()),
        constraint: name(error.constraint()),
    }
}
