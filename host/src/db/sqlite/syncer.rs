//! The syncer thread: puts the log on the disk and only then answers the writes
//! that are in it, while the writer goes on with the next ones.
//!
//! SQLite itself would sync inside of COMMIT (`synchronous=FULL`), and the
//! writer would wait. Here it appends to the log without a sync
//! (`synchronous=NORMAL`, which still orders log and database for a power cut),
//! and this thread syncs the log's file: what is answered is as durable, and one
//! sync serves all groups that were committed while the last one ran.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, mpsc},
    thread::JoinHandle,
};

use hob_plugin_sdk::abi::db::{RawDbError, RawJobOutcome};

use crate::db::{EventSink, OwnedEvent, error::unavailable, job::Answer};

/// A job that was run and committed, or that failed, and whoever waits for it.
pub(super) struct Settled {
    pub(super) answer: Answer,
    pub(super) outcome: RawJobOutcome,
    /// What is to be heard after the commit; empty where the job failed.
    pub(super) events: Vec<OwnedEvent>,
}

impl Settled {
    /// Tells how the job ended: as it did itself, unless what it did was lost.
    /// Its events are handed on before: whoever has the answer finds them on
    /// their way.
    pub(super) fn tell(self, lost: Option<&RawDbError>, sink: Option<&EventSink>) {
        let outcome = match (lost, self.outcome) {
            (Some(error), RawJobOutcome::Done) => RawJobOutcome::Failed(error.clone()),
            (_, outcome) => outcome,
        };
        if let (RawJobOutcome::Done, Some(sink)) = (&outcome, sink)
            && !self.events.is_empty()
        {
            sink.committed(self.events);
        }
        self.answer.send(outcome);
    }
}

/// The writer's end of the syncer. Dropping it lets the syncer finish, and waits
/// for that.
pub(super) struct Syncer {
    groups: Option<mpsc::Sender<Vec<Settled>>>,
    thread: Option<JoinHandle<()>>,
    failure: Arc<OnceLock<RawDbError>>,
}

impl Syncer {
    /// Begins to sync the log of the database at `database`, which is open with
    /// a log.
    pub(super) fn start(database: &Path, sink: &'static OnceLock<EventSink>) -> io::Result<Self> {
        let log = log_of(database);
        // Closing a second descriptor of the log frees no lock of SQLite's:
        // those are on the database and on the log's index.
        let file = File::open(&log)?;
        let failure = Arc::new(OnceLock::new());
        let (groups, committed) = mpsc::channel();
        let thread = {
            let failure = Arc::clone(&failure);
            std::thread::Builder::new()
                .name("hob-db-syncer".to_owned())
                .spawn(move || run(&file, &log, &committed, &failure, sink))?
        };
        Ok(Self {
            groups: Some(groups),
            thread: Some(thread),
            failure,
        })
    }

    /// Takes a group that was committed, to sync it and to answer.
    pub(super) fn sync(&self, group: Vec<Settled>) {
        let lost = match &self.groups {
            Some(groups) => groups.send(group).err().map(|unsent| unsent.0),
            None => Some(group),
        };
        if let Some(group) = lost {
            let error = unavailable("the thread that syncs the database's log is gone");
            for settled in group {
                settled.tell(Some(&error), None);
            }
        }
    }

    /// Why nothing more can be written: a sync has failed, and after that no
    /// later one tells what of the log is on the disk.
    pub(super) fn failure(&self) -> Option<&RawDbError> {
        self.failure.get()
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        drop(self.groups.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the database's syncer thread had panicked");
        }
    }
}

fn run(
    file: &File,
    log: &Path,
    committed: &mpsc::Receiver<Vec<Settled>>,
    failure: &OnceLock<RawDbError>,
    sink: &OnceLock<EventSink>,
) {
    while let Ok(mut group) = committed.recv() {
        group.extend(committed.try_iter().flatten());
        if failure.get().is_none()
            && let Err(error) = file.sync_data()
        {
            let message = format!(
                "{} could not be synced: {error}; it is unknown whether this write is stored. \
                 Nothing more is written until the site is started anew: look after the disk first",
                log.display()
            );
            tracing::error!("{message}");
            let _ = failure.set(unavailable(message));
        }
        for settled in group {
            settled.tell(failure.get(), sink.get());
        }
    }
}

fn log_of(database: &Path) -> PathBuf {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

#[cfg(test)]
mod tests {
    use std::os::fd::OwnedFd;

    use hob_plugin_sdk::abi::db::RawDbErrorKind;
    use tokio::sync::oneshot;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::db::job::Asker;

    /// Nobody listens.
    static SINK: OnceLock<EventSink> = OnceLock::new();

    /// A job that was committed, and where its answer arrives.
    fn committed() -> (Settled, oneshot::Receiver<RawJobOutcome>) {
        let (answer, outcome) = oneshot::channel();
        let settled = Settled {
            answer: Answer::new(Asker::Future(answer), TaskTracker::new().token()),
            outcome: RawJobOutcome::Done,
            events: Vec::new(),
        };
        (settled, outcome)
    }

    /// The outcomes of two groups, and why nothing more is to be written.
    fn synced(file: &File) -> ([RawJobOutcome; 2], Option<RawDbError>) {
        let failure = OnceLock::new();
        let outcomes = std::array::from_fn(|_| {
            let (groups, waiting) = mpsc::channel();
            let (settled, outcome) = committed();
            groups.send(vec![settled]).unwrap();
            drop(groups);
            run(file, Path::new("hob.db-wal"), &waiting, &failure, &SINK);
            outcome.blocking_recv().expect("it is answered")
        });
        (outcomes, failure.into_inner())
    }

    #[test]
    fn what_is_synced_is_done() {
        let file = tempfile::tempfile().unwrap();
        let ([first, second], failure) = synced(&file);
        assert!(matches!(first, RawJobOutcome::Done), "{first:?}");
        assert!(matches!(second, RawJobOutcome::Done), "{second:?}");
        assert!(failure.is_none());
    }

    /// After a sync that failed, a later one would answer that all is well
    /// although pages are lost: so nothing is done any more.
    #[test]
    fn what_could_not_be_synced_is_not_said_to_be_stored() {
        // A pipe can't be synced.
        let (_reader, writer) = std::io::pipe().unwrap();
        let ([first, second], failure) = synced(&File::from(OwnedFd::from(writer)));
        for outcome in [first, second] {
            let RawJobOutcome::Failed(error) = outcome else {
                panic!("{outcome:?}");
            };
            assert_eq!(error.kind, RawDbErrorKind::Unavailable);
            assert!(error.message.contains("hob.db-wal could not be synced"));
        }
        assert!(failure.is_some());
    }

    #[test]
    fn the_end_waits_for_what_was_handed_over() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("hob.db");
        std::fs::write(log_of(&database), "a log").unwrap();
        let syncer = Syncer::start(&database, &SINK).unwrap();
        let (settled, mut outcome) = committed();
        syncer.sync(vec![settled]);
        drop(syncer);
        assert!(matches!(outcome.try_recv(), Ok(RawJobOutcome::Done)));
    }
}
