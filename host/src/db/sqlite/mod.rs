//! SQLite: reads run inline on the calling thread's own read-only connection,
//! writes on one writer thread that commits them in groups.

mod callbacks;
mod changes;
mod errors;
mod log_index;
mod readers;
mod session;
mod statement;
mod syncer;
mod writer;

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError, mpsc::RecvTimeoutError},
    thread::{self, JoinHandle},
    time::Duration,
};

use hob_plugin_sdk::abi::db::{RawJobOutcome, RawReading};
use tokio::sync::mpsc;

use self::{
    changes::Changes,
    readers::{LetGo, Readers},
    session::{SqliteSession, open_error},
    syncer::Syncer,
};
use super::{
    DatabaseError, DatabaseOptions, EventSink,
    job::{OwnedJob, Queued, abandoned},
};

/// For how long a reader's snapshot may lie idle, at least; twice as long at
/// most.
const IDLE: Duration = Duration::from_millis(500);

pub(super) struct SqliteDatabase {
    readers: Arc<Readers>,
    queue: Mutex<Option<mpsc::Sender<Queued>>>,
    threads: Mutex<Option<Threads>>,
}

struct Threads {
    writer: JoinHandle<()>,
    tidier: JoinHandle<()>,
    /// The tidier ends when this is gone.
    tidy: std::sync::mpsc::Sender<()>,
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
        let changes = Arc::new(Changes::default());
        let session = SqliteSession::open_writer(path, options.busy_timeout, Arc::clone(&changes))
            .map_err(opened)?;
        let syncer = Syncer::start(path, sink).map_err(DatabaseError::Thread)?;
        let readers = Arc::new(Readers::new(
            path.to_owned(),
            options.busy_timeout,
            options.read_budget,
            changes,
        ));
        let (queue, jobs) = mpsc::channel(options.queue_limit.get());
        let writer = {
            let readers = Arc::clone(&readers);
            spawn("hob-db-writer", move || {
                writer::run(session, syncer, jobs, &options, sink, &readers);
            })?
        };
        let (tidy, until) = std::sync::mpsc::channel::<()>();
        let tidier = {
            let readers = Arc::clone(&readers);
            spawn("hob-db-tidier", move || {
                while until.recv_timeout(IDLE) == Err(RecvTimeoutError::Timeout) {
                    readers.let_go(LetGo::Unused);
                }
            })?
        };
        Ok(Self {
            readers,
            queue: Mutex::new(Some(queue)),
            threads: Mutex::new(Some(Threads {
                writer,
                tidier,
                tidy,
            })),
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
    pub(super) fn read(&self, job: OwnedJob) -> RawJobOutcome {
        self.readers.read(job)
    }

    /// Whether what was read would be read the same now; no where that is not
    /// known.
    pub(super) fn holds(&self, reading: &RawReading) -> bool {
        self.readers.holds(reading)
    }

    pub(super) fn shutdown(&self) {
        // The writer closes last, which folds the log into the database.
        self.readers.shutdown();
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let threads = self
            .threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(threads) = threads else { return };
        drop(threads.tidy);
        for (name, thread) in [("tidier", threads.tidier), ("writer", threads.writer)] {
            if thread.join().is_err() {
                tracing::error!("the database's {name} thread had panicked");
            }
        }
    }
}

fn spawn(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, DatabaseError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(DatabaseError::Thread)
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
