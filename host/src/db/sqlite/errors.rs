//! SQLite's result codes in the words of the interface.

use std::ffi::CStr;

use abi_stable::std_types::RString;
use hob_plugin_sdk::abi::db::{RawDbError, RawDbErrorKind};
use rusqlite::ffi;

use crate::db::error::failure;

/// The error that the last call on this handle left behind.
///
/// # Safety
/// `handle` is an open connection that no other thread uses now.
pub(super) unsafe fn last(handle: *mut ffi::sqlite3) -> RawDbError {
    // SAFETY: the caller's promise; the message is copied before another call.
    let (code, message) = unsafe {
        (
            ffi::sqlite3_extended_errcode(handle),
            CStr::from_ptr(ffi::sqlite3_errmsg(handle)).to_string_lossy(),
        )
    };
    describe(code, &message)
}

/// The error of a call that rusqlite made.
pub(super) fn from_rusqlite(error: &rusqlite::Error) -> RawDbError {
    match error {
        rusqlite::Error::SqliteFailure(failed, message) => describe(
            failed.extended_code,
            message
                .as_deref()
                .unwrap_or(ffi::code_to_str(failed.extended_code)),
        ),
        other => failure(RawDbErrorKind::Other, other.to_string()),
    }
}

fn describe(code: i32, message: &str) -> RawDbError {
    let kind = match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_ROWID => RawDbErrorKind::UniqueViolation,
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => RawDbErrorKind::ForeignKeyViolation,
        ffi::SQLITE_CONSTRAINT_NOTNULL => RawDbErrorKind::NotNullViolation,
        ffi::SQLITE_CONSTRAINT_CHECK => RawDbErrorKind::CheckViolation,
        ffi::SQLITE_BUSY_SNAPSHOT => RawDbErrorKind::SerializationFailure,
        ffi::SQLITE_READONLY => RawDbErrorKind::ReadOnlyTransaction,
        _ => match code & 0xff {
            ffi::SQLITE_INTERRUPT => RawDbErrorKind::Interrupted,
            ffi::SQLITE_AUTH => RawDbErrorKind::Refused,
            ffi::SQLITE_BUSY
            | ffi::SQLITE_LOCKED
            | ffi::SQLITE_FULL
            | ffi::SQLITE_IOERR
            | ffi::SQLITE_CORRUPT
            | ffi::SQLITE_NOTADB
            | ffi::SQLITE_CANTOPEN
            | ffi::SQLITE_NOMEM
            | ffi::SQLITE_READONLY
            | ffi::SQLITE_PROTOCOL => RawDbErrorKind::Unavailable,
            _ => RawDbErrorKind::Other,
        },
    };
    let mut error = failure(
        kind,
        match kind {
            RawDbErrorKind::Interrupted => "the job ran past its time budget",
            RawDbErrorKind::Refused => {
                "the statement is refused: it would change the transaction or the connection, \
                 which the host owns"
            }
            _ => message,
        },
    );
    // "UNIQUE constraint failed: table.column, table.other" names the columns;
    // "… failed: index 'name'" and "CHECK constraint failed: name" the rest.
    if let Some((_, culprit)) = message.split_once("constraint failed: ") {
        let first = culprit.split(", ").next().unwrap_or_default();
        if let Some(index) = culprit.strip_prefix("index ") {
            error.constraint = RString::from(index.trim_matches('\''));
        } else if kind == RawDbErrorKind::CheckViolation {
            error.constraint = RString::from(culprit);
        } else if let Some((table, column)) = first.split_once('.') {
            error.table = RString::from(table);
            error.column = RString::from(column);
        }
    }
    error
}
