//! The host's database, which plugins reach as `hob.db`.
//!
//! One face ([`DbV1`]) over two drivers: `sqlite` and `postgres`. A job is
//! a closure; the driver picks the thread, opens the transaction, lends the
//! connection and settles. This knows nothing of tables, plugins or Diesel.

#![allow(
    clippy::result_large_err,
    reason = "the error crosses as it is, and is the rare case"
)]

mod connection;
mod error;
mod events;
pub(crate) mod interning;
mod job;
mod lending;
mod postgres;
mod rows;
mod sqlite;
mod url;
mod words;

use std::{
    num::NonZeroUsize,
    sync::{OnceLock, mpsc},
    time::Duration,
};

use abi_stable::std_types::RStr;
use hob_plugin_sdk::abi::{
    FfiFuture, FfiFutureExt, RawContext,
    db::{DbV1, RawJob, RawJobOutcome, RawReading},
};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

#[cfg(feature = "testing")]
pub(crate) use self::lending::STATEMENTS;
pub use self::{
    connection::{Connection, JobFailed, Value},
    error::DatabaseError,
    events::{DeliverEvents, EventSink, Lender, OwnedEvent},
    url::DatabaseUrl,
};
use self::{
    job::{Answer, Asker, Kind, OwnedJob, Queued, Watch, abandoned},
    postgres::PostgresDatabase,
    sqlite::SqliteDatabase,
};
use crate::watchdog::Watchdog;

/// What an operator may set. The defaults suit a small site.
#[derive(Clone, Debug)]
pub struct DatabaseOptions {
    /// How long a job that reads may take before it is interrupted.
    pub read_budget: Duration,
    /// How long a job that writes may take before it is interrupted.
    pub write_budget: Duration,
    /// How long SQLite waits for another process's lock.
    pub busy_timeout: Duration,
    /// How many pages SQLite's log may hold before it is folded into the
    /// database. A page is written often before that, and folded once.
    pub sqlite_log_pages: u32,
    /// Connections to PostgreSQL, each with its thread.
    pub postgres_connections: NonZeroUsize,
    /// Jobs that may wait; more are refused at once.
    pub queue_limit: NonZeroUsize,
}

impl Default for DatabaseOptions {
    fn default() -> Self {
        Self {
            read_budget: Duration::from_secs(5),
            write_budget: Duration::from_secs(5),
            busy_timeout: Duration::from_secs(5),
            sqlite_log_pages: 8192,
            postgres_connections: const { NonZeroUsize::new(8).unwrap() },
            queue_limit: const { NonZeroUsize::new(8192).unwrap() },
        }
    }
}

/// The open database. Dropping it finishes what is queued.
pub struct Database {
    shared: &'static Shared,
    interface: &'static DbV1,
}

/// What jobs reach; it outlives the [`Database`], as the interfaces do.
struct Shared {
    driver: Driver,
    sink: &'static OnceLock<EventSink>,
    /// Jobs that wait or run, and what is still to be heard of them.
    under_way: TaskTracker,
}

impl Shared {
    /// Where the outcome of a job goes that begins to be under way.
    fn answer(&self, to: Asker) -> Answer {
        Answer::new(to, self.under_way.token())
    }
}

/// What an interface points to: the database, and who uses it. Leaked, since an
/// interface is valid for the life of the process.
struct Lent {
    shared: &'static Shared,
    reads: Option<Watch>,
    writes: Option<Watch>,
}

enum Driver {
    Sqlite(SqliteDatabase),
    Postgres(PostgresDatabase),
}

impl Database {
    /// Opens the database, and creates it if it is a SQLite file that does not
    /// exist yet. Blocks; not for an async context.
    ///
    /// # Errors
    /// It can't be created, opened or reached; the error says how to mend it.
    pub fn open(url: &DatabaseUrl, options: DatabaseOptions) -> Result<Self, DatabaseError> {
        let sink: &'static OnceLock<EventSink> = Box::leak(Box::default());
        let driver = match url {
            DatabaseUrl::Sqlite(path) => Driver::Sqlite(SqliteDatabase::open(path, options, sink)?),
            DatabaseUrl::Postgres(config) => {
                Driver::Postgres(PostgresDatabase::open(config, url, options, sink)?)
            }
        };
        let shared: &'static Shared = Box::leak(Box::new(Shared {
            driver,
            sink,
            under_way: TaskTracker::new(),
        }));
        // So that it can be waited for; there may be more all the same.
        shared.under_way.close();
        Ok(Self {
            shared,
            interface: lend_to(shared, None, None),
        })
    }

    /// The interface for the host's own Diesel connection. After a shutdown it
    /// answers every job with an error.
    #[must_use]
    pub fn interface(&self) -> &'static DbV1 {
        self.interface
    }

    /// The interface for somebody whose jobs are watched: one that does not
    /// end is reported under the name of `who`. It stays in memory for ever.
    #[must_use]
    pub fn watched_interface(&self, watchdog: &Watchdog, who: &str) -> &'static DbV1 {
        let watchdog: &'static Watchdog = Box::leak(Box::new(watchdog.clone()));
        let watch = |what| {
            Some(Watch {
                watchdog,
                watched: watchdog.name(format!("{who}, {what}")),
            })
        };
        lend_to(
            self.shared,
            watch("a job that reads the database"),
            watch("a job that writes to the database"),
        )
    }

    /// What is under way: jobs that wait or run, on SQLite those that write. A
    /// sink holds a token of it for each event until that is delivered; the
    /// events of a job come before it is over, so that there is no moment
    /// between the two.
    #[must_use]
    pub fn under_way(&self) -> &TaskTracker {
        &self.shared.under_way
    }

    /// Says who delivers events. To be called once, before the first job;
    /// until then events reach nobody.
    ///
    /// # Errors
    /// The sink is given back if there is one already.
    pub fn set_event_sink(&self, sink: EventSink) -> Result<(), EventSink> {
        self.shared.sink.set(sink)
    }

    /// Runs the host's own upkeep (migrations) in a transaction of its own,
    /// without a time budget, and waits for it. Blocks; not for an async
    /// context.
    ///
    /// # Errors
    /// `work`'s own error, after everything was rolled back, or the error of
    /// the database that kept the transaction from being opened or committed.
    pub fn maintain<T, E>(
        &self,
        work: impl FnOnce(&mut Connection<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<JobFailed> + Send + 'static,
    {
        let (job, result) = connection::job(work);
        let (sender, outcome) = mpsc::channel();
        let queued = Queued {
            job: OwnedJob::new(job, None),
            kind: Kind::Upkeep,
            answer: self.shared.answer(Asker::Thread(sender)),
        };
        match &self.shared.driver {
            Driver::Sqlite(sqlite) => sqlite.enqueue(queued),
            Driver::Postgres(postgres) => postgres.enqueue(queued),
        }
        connection::settle(outcome.recv().unwrap_or_else(|_| abandoned()), &result)
    }

    /// Refuses new jobs, finishes what is queued and closes all connections.
    /// Blocks; not for an async context.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        match &self.shared.driver {
            Driver::Sqlite(sqlite) => sqlite.shutdown(),
            Driver::Postgres(postgres) => postgres.shutdown(),
        }
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self.shared.driver {
            Driver::Sqlite(_) => "Database(sqlite)",
            Driver::Postgres(_) => "Database(postgres)",
        })
    }
}

fn lend_to(shared: &'static Shared, reads: Option<Watch>, writes: Option<Watch>) -> &'static DbV1 {
    let lent: &'static Lent = Box::leak(Box::new(Lent {
        shared,
        reads,
        writes,
    }));
    Box::leak(Box::new(DbV1 {
        context: std::ptr::from_ref(lent).cast(),
        read,
        write,
        write_unsynced,
        holds,
        intern,
    }))
}

/// The state behind a table that [`lend_to`] made.
fn lent(context: RawContext) -> &'static Lent {
    // SAFETY: the context of such a table is a leaked `Lent`.
    unsafe { &*context.cast::<Lent>() }
}

extern "C" fn read(context: RawContext, job: RawJob) -> FfiFuture<RawJobOutcome> {
    let lent = lent(context);
    let job = OwnedJob::new(job, lent.reads);
    match &lent.shared.driver {
        Driver::Sqlite(sqlite) => async move { sqlite.read(job) }.into_ffi(),
        Driver::Postgres(postgres) => queue(lent.shared, job, Kind::Read, |queued| {
            postgres.enqueue(queued)
        }),
    }
}

extern "C" fn write(context: RawContext, job: RawJob) -> FfiFuture<RawJobOutcome> {
    queue_write(lent(context), job, Kind::Write)
}

extern "C" fn write_unsynced(context: RawContext, job: RawJob) -> FfiFuture<RawJobOutcome> {
    queue_write(lent(context), job, Kind::Unsynced)
}

fn queue_write(lent: &'static Lent, job: RawJob, kind: Kind) -> FfiFuture<RawJobOutcome> {
    let job = OwnedJob::new(job, lent.writes);
    match &lent.shared.driver {
        Driver::Sqlite(sqlite) => queue(lent.shared, job, kind, |queued| sqlite.enqueue(queued)),
        Driver::Postgres(postgres) => {
            queue(lent.shared, job, kind, |queued| postgres.enqueue(queued))
        }
    }
}

fn queue(
    shared: &Shared,
    job: OwnedJob,
    kind: Kind,
    enqueue: impl FnOnce(Queued),
) -> FfiFuture<RawJobOutcome> {
    let (sender, outcome) = oneshot::channel();
    enqueue(Queued {
        job,
        kind,
        answer: shared.answer(Asker::Future(sender)),
    });
    async move { outcome.await.unwrap_or_else(|_| abandoned()) }.into_ffi()
}

extern "C" fn holds(context: RawContext, reading: &RawReading) -> bool {
    match &lent(context).shared.driver {
        Driver::Sqlite(sqlite) => sqlite.holds(reading),
        Driver::Postgres(_) => false,
    }
}

extern "C" fn intern(_context: RawContext, sql: RStr<'_>) -> u32 {
    interning::intern(sql.as_str())
}
