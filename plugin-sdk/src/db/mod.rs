//! The site's database, in typed Diesel.
//!
//! The host owns the database, and it may be SQLite or PostgreSQL; a plugin is
//! compiled once and runs on both. Queries are written in [`diesel`]'s query
//! builder, in closures that the host runs where it likes:
//!
//! ```ignore
//! let client = db.read(move |connection| Client::find(connection, id)).await?;
//! db.write(move |connection| client.suspend(connection)).await?;
//! ```
//!
//! **What the dialect has**: `Bool`, `SmallInt`, `Integer`, `BigInt`, `Double`,
//! `Text`, `Binary`, and `Nullable` of each; [`Timestamp`] in a `BigInt` and
//! [`Json`] in a `Text` column; RETURNING, ON CONFLICT, batch inserts, joins,
//! aliases, boxed queries, subselects, UNION, INTERSECT, EXCEPT, GROUP BY,
//! CASE, window functions, savepoints by `connection.transaction`, and
//! `sql_query` with `$1`, `$2`… as parameters.
//!
//! **What it lacks**, because one of the databases does: DEFAULT as a keyword
//! (a `None` leaves out its column, and rows inserted together must leave out
//! the same ones or are refused),
//! ILIKE (see [`contains`]), `FOR UPDATE`, DISTINCT ON, CAST, arrays, dates
//! and decimals, hence sums of `BigInt` and averages; NUL in a text. Raw SQL
//! says neither BEGIN nor COMMIT.

mod backend;
mod bind;
mod connection;
mod error;
#[cfg(test)]
mod fake;
mod fragment;
mod insert;
mod job;
mod json;
mod memo;
mod row;
mod search;
mod statement;
mod timestamp;
mod transaction;
mod value;

use std::{fmt, future::Future, hash::Hash};

pub use backend::{Hob, OnConflict, SqlBuilder, SqlKind};
pub use bind::{BindValue, Binds, CollectedBinds};
pub use connection::{Connection, Dialect};
pub use error::DbError;
pub use insert::{InsertedColumns, LeaveColumnsOut};
pub use json::Json;
pub use memo::Memo;
pub use row::{Field, Row, Rows};
pub use search::{TextType, contains, lower};
pub use timestamp::Timestamp;
pub use transaction::Savepoints;
pub use value::Value;

use crate::abi::db::DbV1;

/// The site's database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    table: &'static DbV1,
}

impl Db {
    /// For the host, whose own tables go the same way as a plugin's.
    #[doc(hidden)]
    #[must_use]
    pub fn from_abi(table: &'static DbV1) -> Self {
        Self { table }
    }

    /// Runs a closure that only reads; a write in it is an error. All of its
    /// queries see one state of the database.
    ///
    /// The closure blocks a thread that serves requests: it queries, and does
    /// nothing else that takes time.
    ///
    /// # Errors
    /// The closure's own; or, as a [`DbError`], that it panicked or could not
    /// be run.
    pub fn read<F, T, E>(&self, work: F) -> impl Future<Output = Result<T, E>> + Send + use<F, T, E>
    where
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        job::run(self.table, self.table.read, work)
    }

    /// As [`read`](Self::read), for what is asked again and again: the value
    /// that the memo has for this key is given without running the closure, if
    /// running it would give the same. Any commit that changed a table from
    /// which it was read makes it run again, on whichever node or process, so
    /// that this is never behind [`read`](Self::read).
    ///
    /// The value must depend on the key and the database alone: not on the
    /// time, and not on what else the closure captures. Where the host can't
    /// tell what still holds (PostgreSQL), the closure runs each time.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn read_memoized<K, V, F, E>(
        &self,
        memo: &Memo<K, V>,
        key: K,
        work: F,
    ) -> Result<V, E>
    where
        K: Hash + Eq + Send + 'static,
        V: Clone + Send + 'static,
        F: FnOnce(&mut Connection, &K) -> Result<V, E> + Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        if let Some(value) = memo.find(self.table, &key) {
            return Ok(value);
        }
        let read = self.read(move |connection| {
            let value = work(connection, &key)?;
            Ok::<_, E>((key, value, connection.reading()))
        });
        let (key, value, reading) = read.await?;
        memo.keep(key, value.clone(), reading);
        Ok(value)
    }

    /// Runs a closure in a transaction, which is committed if it returns `Ok`
    /// and rolled back otherwise. Once this answers `Ok`, all of it is durable.
    ///
    /// Writes wait for each other: nothing else that takes time belongs into
    /// the closure. One that is queued runs even if nobody waits for it any
    /// longer.
    ///
    /// # Errors
    /// The closure's own; or, as a [`DbError`], that it panicked, could not be
    /// run or could not be committed. Nothing of it is stored then.
    pub fn write<F, T, E>(
        &self,
        work: F,
    ) -> impl Future<Output = Result<T, E>> + Send + use<F, T, E>
    where
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        job::run(self.table, self.table.write, work)
    }

    /// Like [`write`](Self::write), but answers as soon as the transaction is
    /// committed, and does not wait until it is on the disk: an asynchronous
    /// commit. Everybody sees it, and no crash of the site undoes it; a power
    /// cut or a crash of the whole machine may undo the last fraction of a
    /// second.
    ///
    /// For what is short-lived and harmless to lose, such as an authorization
    /// code: whoever has one that was lost begins anew. Never for what takes
    /// something away (a revocation, the use of something that can be used
    /// once) or what somebody was told that they can count on.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_unsynced<F, T, E>(
        &self,
        work: F,
    ) -> impl Future<Output = Result<T, E>> + Send + use<F, T, E>
    where
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        job::run(self.table, self.table.write_unsynced, work)
    }

    /// Queues a write, and waits for nothing: for what is noted beside
    /// something else. It is written after all that is queued already, and is
    /// lost where the site ends in a crash. The closure's own error is logged.
    pub fn write_later<F>(&self, work: F)
    where
        F: FnOnce(&mut Connection) -> Result<(), DbError> + Send + 'static,
    {
        job::queue(self.table, self.table.write, move |connection| {
            work(connection).inspect_err(|error| {
                tracing::error!(%error, "a write that nobody waits for failed");
            })
        });
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Db")
    }
}
