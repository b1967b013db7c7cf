//! SQLite: reads run inline on the calling thread's own read-only connection,
//! writes on one writer thread that commits them in groups.

mod errors;
mod session;
mod statement;
mod writer;

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{
        Mutex, OnceLock, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use hob_plugin_sdk::abi::db::RawJobOutcome;
use thread_local::ThreadLocal;
use tokio::sync::mpsc;

use self::session::{SqliteSession, Word, open_error};
use super::{
    DatabaseError, DatabaseOptions, EventSink,
    error::{refused, unavailable},
    job::{CoarseInstant, OwnedJob, Queued, abandoned},
    lending::{Terms, lend},
};

pub(super) struct SqliteDatabase {
    path: PathBuf,
    options: DatabaseOptions,
    /// One for each thread that reads. Locked by its own thread only, except
    /// at the shutdown.
    readers: ThreadLocal<Mutex<Option<SqliteSession>>>,
    is_shut: AtomicBool,
    queue: Mutex<Option<mpsc::Sender<Queued>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl SqliteDatabase {
    pub(super) fn open(
        path: &Path,
        options: DatabaseOptions,
        sink: &'static OnceLock<EventSink>,
    ) -> Result<Self, DatabaseError> {
        create(path)?;
        let opened = |error: rusqlite::Error| DatabaseError::OpenSqlite {
            file: path.to_owned(),
            problem: open_error(&error).message.into_string(),
        };
        let session = SqliteSession::open_writer(path, options.busy_timeout).map_err(opened)?;
        let (queue, jobs) = mpsc::channel(options.queue_limit.get());
        let budget = options.write_budget;
        let writer = thread::Builder::new()
            .name("hob-db-writer".to_owned())
            .spawn(move || writer::run(session, jobs, budget, sink))
            .map_err(DatabaseError::Thread)?;
        Ok(Self {
            path: path.to_owned(),
            options,
            readers: ThreadLocal::new(),
            is_shut: AtomicBool::new(false),
            queue: Mutex::new(Some(queue)),
            writer: Mutex::new(Some(writer)),
        })
    }

    /// Hands a write to the writer, or refuses it at once.
    pub(super) fn enqueue(&self, queued: Queued) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match &*queue {
            None => queued.answer.send(abandoned()),
            Some(queue) => super::job::hand_over(queue, queued),
        }
    }

    /// Runs a read on this thread, in one snapshot of the database.
    pub(super) fn read(&self, mut job: OwnedJob) -> RawJobOutcome {
        let reader = self.readers.get_or_default();
        let mut reader = match reader.try_lock() {
            Ok(reader) => reader,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                if self.is_shut.load(Ordering::SeqCst) {
                    return abandoned();
                }
                return RawJobOutcome::Failed(refused(
                    "a job that reads can't wait for another on the same thread; use the \
                     connection that it was lent",
                ));
            }
        };
        if self.is_shut.load(Ordering::SeqCst) {
            return abandoned();
        }
        let session = match &mut *reader {
            Some(session) => session,
            none => match SqliteSession::open_reader(&self.path, self.options.busy_timeout) {
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
        let outcome = self.read_on(session, &mut job);
        if !session.is_autocommit() && session.say(Word::RollBack).is_err() {
            *reader = None;
        }
        outcome
    }

    fn read_on(&self, session: &mut SqliteSession, job: &mut OwnedJob) -> RawJobOutcome {
        let deadline = Some(CoarseInstant::after(self.options.read_budget));
        if let Err(error) = session.say(Word::BeginRead) {
            return RawJobOutcome::Failed(error);
        }
        session.set_deadline(deadline);
        let terms = Terms {
            writable: false,
            deadline,
            sink: None,
        };
        let outcome = lend(session, &terms, job);
        session.set_deadline(None);
        if let Err(outcome) = outcome {
            return outcome;
        }
        match session.say(Word::Commit) {
            Ok(()) => RawJobOutcome::Done,
            Err(error) => RawJobOutcome::Failed(error),
        }
    }

    pub(super) fn shutdown(&self) {
        // In this order: a reader that is made later sees the mark, and the
        // writer closes last, which folds the log into the database.
        self.is_shut.store(true, Ordering::SeqCst);
        for reader in &self.readers {
            *reader.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if writer.is_some_and(|writer| writer.join().is_err()) {
            tracing::error!("the database's writer thread had panicked");
        }
    }
}

/// Creates the file and its folder where they are missing, so that both
/// survive a power cut: SQLite itself syncs the folder for its log alone.
fn create(file: &Path) -> Result<(), DatabaseError> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    create_folder(folder).map_err(|source| DatabaseError::Folder {
        folder: folder.to_owned(),
        source,
    })?;
    let created = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file);
    match created {
        Ok(created) => created
            .sync_all()
            .and_then(|()| File::open(folder)?.sync_all()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
    .map_err(|source| DatabaseError::Create {
        file: file.to_owned(),
        source,
    })
}

fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_folder(parent)?;
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => File::open(parent)?.sync_all(),
    }
}
