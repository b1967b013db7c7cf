//! One SQLite connection with all that it keeps between jobs.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use hob_plugin_sdk::abi::db::{
    Cell, RawConnection, RawDbError, RawRows, RawSavepoint, RawStatement,
};
use rusqlite::{
    OpenFlags,
    config::DbConfig,
    ffi,
    hooks::{AuthAction, AuthContext, Authorization},
};

use super::{
    errors,
    log_index::{LogIndex, Mark},
    memo::{self, Memo},
    readers::LetGo,
    statement::Statement,
};
use crate::db::{
    error::refused,
    interning,
    job::{CoarseInstant, Deadline},
    lending::Session,
    rows::RowBuffer,
    words,
};

/// Virtual machine steps between two looks at the clock.
const STEPS_PER_LOOK: i32 = 4_000;

const NO_DEADLINE: u64 = u64::MAX;

/// A commit is ordered for a power cut, and the syncer puts it on the disk. The
/// writer thread itself folds the log into the database. A group of writes
/// changes many pages, which are kept in memory until it is committed.
const WRITER_SETTINGS: &str = "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; \
     PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 0; \
     PRAGMA cache_size = -16384";

/// The inner pages of a large table's index stay in memory. It is taken as it
/// is needed, for each thread that reads.
const READER_SETTINGS: &str = "PRAGMA cache_size = -8192";

/// What the connection's callbacks look at.
#[derive(Default)]
struct Watch {
    /// Whether the driver itself speaks, so that transaction words pass.
    driver_speaks: AtomicBool,
    /// In microseconds of the [`CoarseInstant`].
    deadline: AtomicU64,
    /// Whether what is prepared may answer otherwise on the same snapshot.
    is_volatile: AtomicBool,
}

/// A connection, its prepared statements and its row buffer.
pub(super) struct SqliteSession {
    /// By interned number; number 0 holds the last one that wasn't interned.
    statements: Vec<Option<Statement>>,
    /// The driver's own, by [`Word`].
    words: Vec<Option<Statement>>,
    rows: RowBuffer,
    /// What the snapshot has answered already.
    memo: Memo,
    watch: Arc<Watch>,
    log_index: Option<LogIndex>,
    /// What the log's index held before the snapshot was taken that is still
    /// open.
    snapshot: Option<Mark>,
    /// Whether a job has used the snapshot since that was last asked.
    used: bool,
    /// Savepoints that are open.
    depth: u32,
    /// The last field: its statements must be gone before it.
    connection: rusqlite::Connection,
}

/// What the driver itself says to SQLite.
#[derive(Clone, Copy)]
pub(super) enum Word {
    BeginRead,
    BeginWrite,
    Commit,
    RollBack,
    /// Opens, releases or rolls back to the savepoint of this depth; a job's
    /// own is 0.
    Open(u32),
    Release(u32),
    RollBackTo(u32),
}

impl Word {
    fn place(self) -> usize {
        let savepoint = |offset, depth: u32| 4 + 3 * depth as usize + offset;
        match self {
            Self::BeginRead => 0,
            Self::BeginWrite => 1,
            Self::Commit => 2,
            Self::RollBack => 3,
            Self::Open(depth) => savepoint(0, depth),
            Self::Release(depth) => savepoint(1, depth),
            Self::RollBackTo(depth) => savepoint(2, depth),
        }
    }

    fn sql(self) -> String {
        match self {
            Self::BeginRead => "BEGIN".to_owned(),
            Self::BeginWrite => "BEGIN IMMEDIATE".to_owned(),
            Self::Commit => "COMMIT".to_owned(),
            Self::RollBack => "ROLLBACK".to_owned(),
            Self::Open(depth) => format!("SAVEPOINT hob_{depth}"),
            Self::Release(depth) => format!("RELEASE hob_{depth}"),
            Self::RollBackTo(depth) => format!("ROLLBACK TO hob_{depth}"),
        }
    }
}

impl SqliteSession {
    /// Opens the file for reading and writing, and sets what is set in the
    /// file itself.
    pub(super) fn open_writer(path: &Path, busy: Duration) -> rusqlite::Result<Self> {
        let connection = rusqlite::Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.busy_timeout(busy)?;
        let mode: String =
            connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if !mode.eq_ignore_ascii_case("wal") {
            return Err(rusqlite::Error::SqliteFailure(
                ffi::Error::new(ffi::SQLITE_CANTOPEN),
                Some(format!(
                    "the file system allows no write-ahead log (journal mode {mode}); put the \
                     database on a local disk"
                )),
            ));
        }
        connection.execute_batch(WRITER_SETTINGS)?;
        Self::set_up(connection)
    }

    /// Opens the file for reading only.
    pub(super) fn open_reader(path: &Path, busy: Duration) -> rusqlite::Result<Self> {
        let connection = rusqlite::Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.busy_timeout(busy)?;
        connection.execute_batch(READER_SETTINGS)?;
        Self::set_up(connection)
    }

    fn set_up(mut connection: rusqlite::Connection) -> rusqlite::Result<Self> {
        // The first read maps the log's index.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        // SAFETY: the log was read, and the connection is the session's last
        // field, so it outlives the index.
        let log_index = unsafe { LogIndex::of(&connection) };
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        let watch = Arc::new(Watch {
            driver_speaks: AtomicBool::new(false),
            deadline: AtomicU64::new(NO_DEADLINE),
            is_volatile: AtomicBool::new(false),
        });
        let guard = Arc::clone(&watch);
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            if is_volatile(&context.action) {
                guard.is_volatile.store(true, Ordering::Relaxed);
            }
            if guard.driver_speaks.load(Ordering::Relaxed) || is_harmless(&context.action) {
                Authorization::Allow
            } else {
                Authorization::Deny
            }
        }))?;
        let clock = Arc::clone(&watch);
        connection.progress_handler(
            STEPS_PER_LOOK,
            Some(move || {
                let deadline = clock.deadline.load(Ordering::Relaxed);
                deadline != NO_DEADLINE && CoarseInstant::now().as_micros() > deadline
            }),
        )?;
        Ok(Self {
            statements: Vec::new(),
            words: Vec::new(),
            rows: RowBuffer::default(),
            memo: Memo::default(),
            watch,
            log_index,
            snapshot: None,
            used: false,
            depth: 0,
            connection,
        })
    }

    /// From now on statements are interrupted at this time.
    pub(super) fn set_deadline(&self, deadline: Deadline) {
        let microseconds = deadline.map_or(NO_DEADLINE, CoarseInstant::as_micros);
        self.watch.deadline.store(microseconds, Ordering::Relaxed);
    }

    /// Whether no transaction is open: none was begun, or SQLite gave it up.
    pub(super) fn is_autocommit(&self) -> bool {
        self.connection.is_autocommit()
    }

    /// Whether the last error was another process's lock.
    pub(super) fn was_busy(&self) -> bool {
        // SAFETY: the connection is open and used by this thread only.
        unsafe { ffi::sqlite3_errcode(self.connection.handle()) == ffi::SQLITE_BUSY }
    }

    /// Whether the transaction has foreign keys left to be put right, so that
    /// its commit would fail.
    pub(super) fn has_open_foreign_keys(&self) -> bool {
        let (mut open, mut highest) = (0, 0);
        // SAFETY: the connection is open and used by this thread only.
        unsafe {
            ffi::sqlite3_db_status(
                self.connection.handle(),
                ffi::SQLITE_DBSTATUS_DEFERRED_FKS,
                &raw mut open,
                &raw mut highest,
                0,
            );
        }
        open != 0
    }

    /// Gives the next job the newest snapshot of the database: the one that is
    /// open, if nothing was committed since it was taken.
    pub(super) fn begin_read(&mut self) -> Result<(), RawDbError> {
        let now = self.log_index.as_ref().map(LogIndex::mark);
        self.used = true;
        if now.is_some() && self.snapshot == now && self.depth == 0 && !self.is_autocommit() {
            return Ok(());
        }
        self.end_snapshot()?;
        self.say(Word::BeginRead)?;
        // The index was looked at before the first read takes the snapshot, so
        // a commit in between makes this mark too old, and never too new.
        self.snapshot = now;
        Ok(())
    }

    /// Ends a job. A snapshot that is kept is there for the next.
    pub(super) fn end_read(&mut self, keep: bool) -> Result<(), RawDbError> {
        if keep && self.depth == 0 && self.snapshot.is_some() {
            return Ok(());
        }
        self.end_snapshot()
    }

    /// Ends the snapshot that an idle reader has kept.
    pub(super) fn let_go(&mut self, which: LetGo) -> Result<(), RawDbError> {
        let used = std::mem::take(&mut self.used);
        if which == LetGo::Unused && used {
            return Ok(());
        }
        self.end_snapshot()
    }

    fn end_snapshot(&mut self) -> Result<(), RawDbError> {
        self.snapshot = None;
        self.memo.clear();
        self.depth = 0;
        if self.is_autocommit() {
            return Ok(());
        }
        self.say(Word::RollBack)
    }

    /// The pages that the write-ahead log holds.
    pub(super) fn log_pages(&self) -> u32 {
        self.log_index
            .as_ref()
            .map_or(0, |index| index.mark().pages())
    }

    /// Folds as much of the log into the database as no reader still needs.
    pub(super) fn checkpoint(&mut self) -> Result<(), RawDbError> {
        // SAFETY: the connection is open and used by this thread only; nothing
        // is asked for beside the code.
        let code = unsafe {
            ffi::sqlite3_wal_checkpoint_v2(
                self.connection.handle(),
                c"main".as_ptr(),
                ffi::SQLITE_CHECKPOINT_PASSIVE,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            )
        };
        match code {
            // Busy is another process that does the same.
            ffi::SQLITE_OK | ffi::SQLITE_BUSY => Ok(()),
            // SAFETY: as above.
            _ => Err(unsafe { errors::last(self.connection.handle()) }),
        }
    }

    /// Says one of the driver's own words.
    pub(super) fn say(&mut self, word: Word) -> Result<(), RawDbError> {
        let deadline = self.watch.deadline.swap(NO_DEADLINE, Ordering::Relaxed);
        self.watch.driver_speaks.store(true, Ordering::Relaxed);
        let said = self.say_now(word);
        self.watch.driver_speaks.store(false, Ordering::Relaxed);
        self.watch.deadline.store(deadline, Ordering::Relaxed);
        said
    }

    fn say_now(&mut self, word: Word) -> Result<(), RawDbError> {
        let place = word.place();
        if self.words.len() <= place {
            self.words.resize_with(place + 1, || None);
        }
        let slot = &mut self.words[place];
        if slot.is_none() {
            // SAFETY: the connection is used by this thread only, and drops
            // after its statements.
            *slot = unsafe { Statement::prepare(self.connection.handle(), &word.sql(), true) }?
                .statement;
        }
        slot.as_mut()
            .ok_or_else(|| refused("no statement"))?
            .execute(&[])
            .map(drop)
    }

    /// The prepared statement, from the connection's store if it is there.
    fn prepare(&mut self, statement: RawStatement<'_>) -> Result<usize, RawDbError> {
        let kept = interning::is_worth_keeping(statement.id);
        let place = if kept { statement.id as usize } else { 0 };
        if kept && self.statements.get(place).is_some_and(Option::is_some) {
            return Ok(place);
        }
        let interned;
        let sql = if statement.sql.is_empty() && statement.id != 0 {
            interned = interning::text(statement.id)
                .ok_or_else(|| refused(format!("no statement has the number {}", statement.id)))?;
            &*interned
        } else {
            statement.sql.as_str()
        };
        words::check_head(sql)?;
        check_text(sql)?;
        self.watch.is_volatile.store(!kept, Ordering::Relaxed);
        // SAFETY: as in `say_now`.
        let prepared = unsafe { Statement::prepare(self.connection.handle(), sql, kept) }?;
        let mut first = prepared
            .statement
            .ok_or_else(|| refused("the text holds no statement"))?;
        if self.watch.is_volatile.load(Ordering::Relaxed) {
            first.forbid_repeating();
        }
        let tail = &sql[prepared.length..];
        if !tail.trim_matches([' ', '\t', '\n', '\r', ';']).is_empty() {
            // What is left may be a comment, which SQLite tells best.
            // SAFETY: as in `say_now`.
            let second = unsafe { Statement::prepare(self.connection.handle(), tail, false) }?;
            if second.statement.is_some() {
                return Err(refused(
                    "the text holds several statements; run them one by one, or as a batch",
                ));
            }
        }
        if self.statements.len() <= place {
            self.statements.resize_with(place + 1, || None);
        }
        self.statements[place] = Some(first);
        Ok(place)
    }

    fn prepared(&mut self, place: usize) -> &mut Statement {
        self.statements[place]
            .as_mut()
            .expect("`prepare` has just filled this place")
    }
}

impl Session for SqliteSession {
    const DIALECT: u32 = RawConnection::SQLITE;

    fn execute(
        &mut self,
        statement: RawStatement<'_>,
        parameters: &[Cell],
    ) -> Result<u64, RawDbError> {
        let place = self.prepare(statement)?;
        // A reader may have tables of its own, which no commit tells of.
        if !self.prepared(place).reads_only() {
            self.memo.clear();
        }
        self.prepared(place).execute(parameters)
    }

    fn query(
        &mut self,
        statement: RawStatement<'_>,
        parameters: &[Cell],
    ) -> Result<RawRows, RawDbError> {
        let id = statement.id;
        let place = self.prepare(statement)?;
        let statement = self.statements[place]
            .as_mut()
            .expect("`prepare` has just filled this place");
        let repeats = self.snapshot.is_some() && statement.answers_alike();
        if repeats
            // SAFETY: the caller of the interface promises that the parameters
            // live until the call returns.
            && let Some(answer) = unsafe { self.memo.find(id, parameters) }
        {
            return Ok(answer.buffer.lend(answer.rows, statement.names()));
        }
        let rows = statement.query(parameters, &mut self.rows)?;
        if repeats {
            self.memo.keep(rows, &self.rows);
        }
        Ok(self.rows.lend(rows, statement.names()))
    }

    fn batch(&mut self, sql: &str) -> Result<(), RawDbError> {
        check_text(sql)?;
        self.memo.clear();
        let mut rest = sql;
        while !rest.is_empty() {
            words::check_head(rest)?;
            let line = || {
                1 + sql[..sql.len() - rest.trim_start().len()]
                    .matches('\n')
                    .count()
            };
            // SAFETY: as in `say_now`.
            let prepared = unsafe { Statement::prepare(self.connection.handle(), rest, false) }
                .map_err(|error| at_line(error, line()))?;
            if let Some(mut statement) = prepared.statement {
                statement
                    .execute(&[])
                    .map_err(|error| at_line(error, line()))?;
            }
            if prepared.length == 0 {
                break;
            }
            rest = &rest[prepared.length..];
        }
        Ok(())
    }

    fn savepoint(&mut self, action: RawSavepoint, depth: u32) -> Result<(), RawDbError> {
        match action {
            RawSavepoint::Open => {
                self.say(Word::Open(depth))?;
                self.depth = depth;
                return Ok(());
            }
            RawSavepoint::Release => self.say(Word::Release(depth))?,
            RawSavepoint::RollBack => {
                self.memo.clear();
                self.say(Word::RollBackTo(depth))?;
                self.say(Word::Release(depth))?;
            }
        }
        self.depth = depth - 1;
        Ok(())
    }
}

fn at_line(mut error: RawDbError, line: usize) -> RawDbError {
    error.message = format!("{} (in the statement at line {line})", error.message).into();
    error
}

/// SQLite would silently stop reading at a NUL.
fn check_text(sql: &str) -> Result<(), RawDbError> {
    if sql.contains('\0') {
        return Err(refused("the statement has a NUL in it"));
    }
    Ok(())
}

/// Whether a statement that does this may answer otherwise, although nothing
/// was committed.
fn is_volatile(action: &AuthAction<'_>) -> bool {
    match action {
        AuthAction::Function { function_name } => !memo::is_pure(function_name),
        AuthAction::Pragma { .. } => true,
        _ => false,
    }
}

/// What anyone may do: all but to change the transaction, the files or the
/// settings. Full-text search asks for the two settings that pass.
fn is_harmless(action: &AuthAction<'_>) -> bool {
    match action {
        AuthAction::Transaction { .. }
        | AuthAction::Savepoint { .. }
        | AuthAction::Attach { .. }
        | AuthAction::Detach { .. } => false,
        AuthAction::Pragma {
            pragma_name,
            pragma_value,
        } => pragma_value.is_none() && ["data_version", "page_size"].contains(pragma_name),
        _ => true,
    }
}

/// rusqlite's error as it crosses.
pub(super) fn open_error(error: &rusqlite::Error) -> RawDbError {
    errors::from_rusqlite(error)
}
