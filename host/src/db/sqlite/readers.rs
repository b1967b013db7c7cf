//! The connections that read: one for each thread, on which its jobs run
//! inline.
//!
//! A connection keeps its snapshot after a job, and the next job takes it over
//! if nothing was committed since, in this process or another: that spares
//! SQLite's locks, which are system calls. An idle snapshot would keep the log
//! from being folded into the database, so it is let go when that is to
//! happen, and after a while in any case.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hob_plugin_sdk::abi::db::{RawJobOutcome, RawReading};
use thread_local::ThreadLocal;

use super::{
    changes::Changes,
    session::{SqliteSession, open_error},
};
use crate::db::{
    error::{refused, unavailable},
    job::{CoarseInstant, OwnedJob, abandoned},
    lending::{Terms, lend},
};

pub(super) struct Readers {
    path: PathBuf,
    busy_timeout: Duration,
    budget: Duration,
    changes: Arc<Changes>,
    is_shut: AtomicBool,
    /// Each is used by its own thread, and by others only while it is idle.
    sessions: ThreadLocal<Mutex<Option<SqliteSession>>>,
}

impl Readers {
    pub(super) fn new(
        path: PathBuf,
        busy_timeout: Duration,
        budget: Duration,
        changes: Arc<Changes>,
    ) -> Self {
        Self {
            path,
            busy_timeout,
            budget,
            changes,
            is_shut: AtomicBool::new(false),
            sessions: ThreadLocal::new(),
        }
    }

    /// Runs a job on this thread, in one snapshot of the database.
    pub(super) fn read(&self, mut job: OwnedJob) -> RawJobOutcome {
        let mut reader = match self.own_session() {
            Ok(reader) => reader,
            Err(outcome) => return outcome,
        };
        let session = match &mut *reader {
            Some(session) => session,
            none => match SqliteSession::open_reader(
                &self.path,
                self.busy_timeout,
                Arc::clone(&self.changes),
            ) {
                Ok(session) => none.insert(session),
                Err(error) => {
                    return RawJobOutcome::Failed(unavailable(format!(
                        "can't open the database {} for reading: {}",
                        self.path.display(),
                        open_error(&error).message
                    )));
                }
            },
        };
        let (outcome, keep) = match self.read_on(session, &mut job) {
            Ok(()) => (RawJobOutcome::Done, true),
            Err(outcome) => (outcome, false),
        };
        if session.end_read(keep).is_err() {
            *reader = None;
        }
        outcome
    }

    /// Whether what was read would be read the same now. No is no more than a
    /// doubt: a thread that has not read yet, or reads, knows nothing.
    pub(super) fn holds(&self, reading: &RawReading) -> bool {
        let Some(own) = self.sessions.get() else {
            return false;
        };
        own.try_lock().is_ok_and(|session| {
            session
                .as_ref()
                .is_some_and(|session| session.holds(reading))
        })
    }

    fn own_session(&self) -> Result<MutexGuard<'_, Option<SqliteSession>>, RawJobOutcome> {
        let own = self.sessions.get_or_default();
        loop {
            match own.try_lock() {
                Ok(_) | Err(TryLockError::Poisoned(_)) if self.is_shut.load(Ordering::SeqCst) => {
                    return Err(abandoned());
                }
                Ok(reader) => return Ok(reader),
                Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) if READING.get() => {
                    return Err(RawJobOutcome::Failed(refused(
                        "a job that reads can't wait for another on the same thread; use the \
                         connection that it was lent",
                    )));
                }
                // Another thread is letting the snapshot go: a moment.
                Err(TryLockError::WouldBlock) => std::thread::yield_now(),
            }
        }
    }

    fn read_on(
        &self,
        session: &mut SqliteSession,
        job: &mut OwnedJob,
    ) -> Result<(), RawJobOutcome> {
        session.begin_read().map_err(RawJobOutcome::Failed)?;
        let deadline = Some(CoarseInstant::after(self.budget));
        session.set_deadline(deadline);
        let terms = Terms {
            writable: false,
            deadline,
            sink: None,
        };
        let reading = Reading::begin();
        // What only reads raises nothing.
        let outcome = lend(session, &terms, job).map(drop);
        drop(reading);
        session.set_deadline(None);
        outcome
    }

    /// Lets the snapshots of idle connections go: all of them, or those that
    /// no job has used since the last call of this kind.
    pub(super) fn let_go(&self, which: LetGo) {
        for reader in &self.sessions {
            // One that is at work is no obstacle for long.
            let Ok(mut reader) = reader.try_lock() else {
                continue;
            };
            if let Some(session) = &mut *reader
                && session.let_go(which).is_err()
            {
                *reader = None;
            }
        }
    }

    /// Refuses new jobs, waits for those at work and closes all connections.
    pub(super) fn shutdown(&self) {
        // In this order: a session that is made later sees the mark.
        self.is_shut.store(true, Ordering::SeqCst);
        for reader in &self.sessions {
            *reader.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

/// Whose snapshots are to be let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LetGo {
    All,
    Unused,
}

thread_local! {
    /// Whether a job that reads runs on this thread.
    static READING: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Marks this thread for as long as it lives, whatever the job does.
struct Reading(bool);

impl Reading {
    fn begin() -> Self {
        Self(READING.replace(true))
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        READING.set(self.0);
    }
}
