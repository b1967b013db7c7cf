//! PostgreSQL: some threads, each with a connection of its own, that take jobs
//! from one queue and run each in a transaction.

mod errors;
mod session;
mod values;

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use hob_plugin_sdk::abi::db::{RawDbError, RawDbErrorKind, RawJobOutcome};
use tokio::sync::mpsc;

use self::{errors::from_postgres, session::PostgresSession};
use super::{
    DatabaseError, DatabaseOptions, DatabaseUrl, EventSink,
    error::unavailable,
    job::{CoarseInstant, Kind, Queued, abandoned, hand_over},
    lending::{Terms, lend},
    url::chain,
};

pub(super) struct PostgresDatabase {
    queue: Mutex<Option<mpsc::Sender<Queued>>>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

impl PostgresDatabase {
    /// Connects once, so that a wrong address is told at the start; the other
    /// connections are made when they are needed.
    pub(super) fn open(
        config: &postgres::Config,
        url: &DatabaseUrl,
        options: DatabaseOptions,
        sink: &'static OnceLock<EventSink>,
    ) -> Result<Self, DatabaseError> {
        // The client brings a runtime of its own, which must not be started
        // from within another: hence the thread.
        let first_config = config.clone();
        let mut first = Some(
            thread::spawn(move || PostgresSession::connect(&first_config))
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                .map_err(|error| DatabaseError::ReachPostgres {
                    url: url.to_string(),
                    problem: chain(&error),
                })?,
        );
        let (queue, jobs) = mpsc::channel(options.queue_limit.get());
        let jobs = Arc::new(Mutex::new(jobs));
        let mut workers = Vec::new();
        for number in 1..=options.postgres_connections.get() {
            let jobs = Arc::clone(&jobs);
            let mut worker = Worker {
                config: config.clone(),
                session: first.take(),
                read_budget: options.read_budget,
                write_budget: options.write_budget,
                sink,
            };
            let worker = thread::Builder::new()
                .name(format!("hob-db-{number}"))
                .spawn(move || worker.run(&jobs))
                .map_err(DatabaseError::Thread)?;
            workers.push(worker);
        }
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            workers: Mutex::new(workers),
        })
    }

    /// Hands a job to the workers, or refuses it at once.
    pub(super) fn enqueue(&self, queued: Queued) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match &*queue {
            None => queued.answer.send(abandoned()),
            Some(queue) => hand_over(queue, queued),
        }
    }

    pub(super) fn shutdown(&self) {
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let workers =
            std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        for worker in workers {
            if worker.join().is_err() {
                tracing::error!("a database thread had panicked");
            }
        }
    }
}

struct Worker {
    config: postgres::Config,
    /// `None` until it is needed, and after it broke.
    session: Option<PostgresSession>,
    read_budget: Duration,
    write_budget: Duration,
    sink: &'static OnceLock<EventSink>,
}

impl Worker {
    fn run(&mut self, jobs: &Mutex<mpsc::Receiver<Queued>>) {
        loop {
            // The lock is held while waiting: one idle worker waits for a job,
            // the others for the lock.
            let next = jobs
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .blocking_recv();
            let Some(mut queued) = next else { return };
            let outcome = self.serve(&mut queued);
            queued.answer.send(outcome);
        }
    }

    fn serve(&mut self, queued: &mut Queued) -> RawJobOutcome {
        let budget = match queued.kind {
            Kind::Read => Some(self.read_budget),
            Kind::Write | Kind::Unsynced => Some(self.write_budget),
            Kind::Upkeep => None,
        };
        let mut session = match self.begin(queued.kind, budget) {
            Ok(session) => session,
            Err(error) => return RawJobOutcome::Failed(error),
        };
        let terms = Terms {
            writable: queued.kind != Kind::Read,
            deadline: budget.map(CoarseInstant::after),
            sink: self.sink.get(),
        };
        let outcome = match lend(&mut session, &terms, &mut queued.job) {
            Ok(events) => match session.commit() {
                Ok(()) => {
                    self.session = Some(session);
                    if let (Some(sink), false) = (self.sink.get(), events.is_empty()) {
                        sink.committed(events);
                    }
                    return RawJobOutcome::Done;
                }
                Err(error) => RawJobOutcome::Failed(uncommitted(&session, error)),
            },
            Err(outcome) => outcome,
        };
        if session.roll_back().is_ok() {
            self.session = Some(session);
        }
        outcome
    }

    /// A connection with a transaction begun on it. A connection that broke
    /// since the last job is made anew once.
    fn begin(
        &mut self,
        kind: Kind,
        budget: Option<Duration>,
    ) -> Result<PostgresSession, RawDbError> {
        if let Some(mut session) = self.session.take()
            && !session.is_closed()
        {
            match session.begin(kind, budget) {
                Ok(()) => return Ok(session),
                Err(error) => {
                    tracing::warn!(error = %error.message, "connecting to PostgreSQL anew");
                }
            }
        }
        let mut session = PostgresSession::connect(&self.config).map_err(|error| {
            let described = from_postgres(&error);
            unavailable(format!("can't reach PostgreSQL: {}", described.message))
        })?;
        session.begin(kind, budget)?;
        Ok(session)
    }
}

/// The error of a commit that failed. If the connection broke meanwhile,
/// nobody can say whether the server had stored it.
fn uncommitted(session: &PostgresSession, error: RawDbError) -> RawDbError {
    if error.kind == RawDbErrorKind::Unavailable && session.is_closed() {
        return unavailable(format!(
            "the connection broke during the commit, so it is unknown whether the job is \
             stored: {}",
            error.message
        ));
    }
    error
}
