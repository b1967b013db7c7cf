//! The writer thread: takes all writes that wait, runs each inside a savepoint
//! of its own, commits them together, and hands them to the syncer, which
//! answers. Now and then it folds the log into the database.

use std::{
    collections::VecDeque,
    sync::OnceLock,
    time::{Duration, Instant},
};

use hob_plugin_sdk::abi::db::{RawDbError, RawDbErrorKind, RawJobOutcome};
use tokio::sync::mpsc;

use super::{
    readers::{LetGo, Readers},
    session::{SqliteSession, Word},
    syncer::{Settled, Syncer},
};
use crate::db::{
    DatabaseOptions, EventSink, OwnedEvent,
    error::{failure, unavailable},
    job::{CoarseInstant, Kind, Queued},
    lending::{Terms, lend},
};

/// Jobs that share one commit, at most.
const GROUP_LIMIT: usize = 256;

/// Once jobs of a group have run for so long, it is committed and the rest
/// waits for the next: what is done need not wait for a slow neighbour.
const GROUP_TIME: Duration = Duration::from_millis(20);

/// How long a group waits for company, at most, and how long for each that
/// comes.
const LONGEST_WAIT: Duration = Duration::from_millis(2);
const STEP: Duration = Duration::from_micros(50);

/// The group before: how many jobs it had, and how long its commit took.
#[derive(Clone, Copy, Default)]
struct Group {
    jobs: usize,
    commit: Duration,
}

pub(super) fn run(
    mut session: SqliteSession,
    syncer: Syncer,
    mut jobs: mpsc::Receiver<Queued>,
    options: &DatabaseOptions,
    sink: &'static OnceLock<EventSink>,
    readers: &Readers,
) {
    let mut taken = Vec::with_capacity(GROUP_LIMIT);
    let mut waiting = VecDeque::with_capacity(GROUP_LIMIT);
    let mut before = Group::default();
    while jobs.blocking_recv_many(&mut taken, GROUP_LIMIT) > 0 {
        gather(&mut jobs, &mut taken, before);
        waiting.extend(taken.drain(..));
        while !waiting.is_empty() {
            before = write_group(
                &mut session,
                &syncer,
                &mut waiting,
                options.write_budget,
                sink,
            );
            if session.log_pages() > options.sqlite_log_pages {
                fold(&mut session, readers);
            }
        }
    }
}

/// Lets a group grow. Those that were answered together come back one after the
/// other; a commit for the first of them would make all others wait for it. A
/// writer without company does not wait, and nobody longer than a commit takes.
fn gather(jobs: &mut mpsc::Receiver<Queued>, taken: &mut Vec<Queued>, before: Group) {
    if before.jobs < 2 {
        return;
    }
    let until = Instant::now() + before.commit.min(LONGEST_WAIT);
    while taken.len() < before.jobs && Instant::now() < until {
        std::thread::sleep(STEP);
        let Ok(next) = jobs.try_recv() else { return };
        taken.push(next);
        while taken.len() < GROUP_LIMIT
            && let Ok(next) = jobs.try_recv()
        {
            taken.push(next);
        }
    }
}

/// Folds the log into the database, so that the next write begins it anew.
/// Where a reader at work keeps an older snapshot, the rest is left for the
/// next time.
fn fold(session: &mut SqliteSession, readers: &Readers) {
    // Older snapshots would hold pages of the log back from being folded,
    // newer ones the log from being begun anew.
    readers.let_go(LetGo::All);
    if let Err(error) = session.checkpoint() {
        tracing::warn!(
            error = %error.message,
            "the database's log could not be folded into it; it is tried again"
        );
    }
    readers.let_go(LetGo::All);
}

/// Runs jobs from the front of the queue in one transaction, and sees to it that
/// those that it ran are answered. Runs at least one.
fn write_group(
    session: &mut SqliteSession,
    syncer: &Syncer,
    waiting: &mut VecDeque<Queued>,
    budget: Duration,
    sink: &'static OnceLock<EventSink>,
) -> Group {
    let is_upkeep = waiting.front().is_some_and(|job| job.kind == Kind::Upkeep);
    let begun = match syncer.failure() {
        Some(error) => Err(error.clone()),
        None => begin(session, is_upkeep),
    };
    if let Err(error) = begun {
        for queued in waiting.drain(..) {
            queued.answer.send(RawJobOutcome::Failed(error.clone()));
        }
        return Group::default();
    }
    let began = Instant::now();
    let mut ran: Vec<Settled> = Vec::with_capacity(waiting.len());
    let mut unsynced: Vec<Settled> = Vec::new();
    let mut lost = None;
    while let Some(mut queued) = waiting.pop_front() {
        let deadline = (queued.kind != Kind::Upkeep).then(|| CoarseInstant::after(budget));
        let terms = Terms {
            writable: true,
            deadline,
            sink: sink.get(),
        };
        let (outcome, events) = write_one(session, &terms, &mut queued);
        let to = match queued.kind {
            Kind::Unsynced => &mut unsynced,
            Kind::Read | Kind::Write | Kind::Upkeep => &mut ran,
        };
        to.push(Settled {
            answer: queued.answer,
            outcome,
            events,
        });
        if session.is_autocommit() {
            lost = Some(unavailable(
                "a write that shared the transaction ran into a fatal error, and SQLite rolled \
                 all of it back; nothing of this job is stored",
            ));
            break;
        }
        let next_is_upkeep = waiting.front().is_some_and(|job| job.kind == Kind::Upkeep);
        if is_upkeep || next_is_upkeep || began.elapsed() > GROUP_TIME {
            break;
        }
    }
    let ready = Instant::now();
    if lost.is_none() {
        lost = session.commit().err();
    }
    let group = Group {
        jobs: ran.len() + unsynced.len(),
        commit: ready.elapsed(),
    };
    if !session.is_autocommit()
        && let Err(error) = session.say(Word::RollBack)
    {
        tracing::error!(error = %error.message, "a failed transaction could not be rolled back");
    }
    if lost.is_some() {
        unsynced.append(&mut ran);
    }
    for settled in unsynced {
        settled.tell(lost.as_ref(), sink.get());
    }
    syncer.sync(ran);
    group
}

/// Upkeep waits for another process that does the same, as long as it takes.
fn begin(session: &mut SqliteSession, patiently: bool) -> Result<(), RawDbError> {
    loop {
        match session.begin_write() {
            Err(_) if patiently && session.was_busy() => {}
            other => return other,
        }
    }
}

/// Runs a job. The events are of one that is [`RawJobOutcome::Done`].
fn write_one(
    session: &mut SqliteSession,
    terms: &Terms<'_>,
    queued: &mut Queued,
) -> (RawJobOutcome, Vec<OwnedEvent>) {
    if let Err(error) = session.say(Word::Open(0)) {
        return (RawJobOutcome::Failed(error), Vec::new());
    }
    session.set_deadline(terms.deadline);
    let mut settled = lend(session, terms, &mut queued.job);
    session.set_deadline(None);
    if session.is_autocommit() {
        // The savepoint is gone with the transaction.
        return (settled.err().unwrap_or(RawJobOutcome::Done), Vec::new());
    }
    if settled.is_ok() && session.has_open_foreign_keys() {
        // Left to the commit, this would fail the whole group.
        settled = Err(RawJobOutcome::Failed(failure(
            RawDbErrorKind::ForeignKeyViolation,
            "FOREIGN KEY constraint failed at the end of the transaction",
        )));
    }
    let settled = match settled {
        Ok(events) => (RawJobOutcome::Done, events),
        Err(outcome) => {
            if let Err(error) = session.say(Word::RollBackTo(0)) {
                return (abandon(session, error), Vec::new());
            }
            (outcome, Vec::new())
        }
    };
    match session.say(Word::Release(0)) {
        Ok(()) => settled,
        Err(error) => (abandon(session, error), Vec::new()),
    }
}

/// A savepoint that can't be ended leaves no way to keep this job apart from
/// the others, so the whole transaction goes.
fn abandon(session: &mut SqliteSession, error: RawDbError) -> RawJobOutcome {
    if let Err(error) = session.say(Word::RollBack) {
        tracing::error!(error = %error.message, "a failed transaction could not be rolled back");
    }
    RawJobOutcome::Failed(error)
}
