//! One SQLite connection with all that it keeps between jobs.

use std::{path::Path, sync::Arc, time::Duration};

use hob_plugin_sdk::abi::db::{
    Cell, RawConnection, RawDbError, RawReading, RawRows, RawSavepoint, RawStatement,
};
use rusqlite::{OpenFlags, config::DbConfig, ffi};

use super::{
    callbacks::{Callbacks, Touched},
    changes::{Changes, Commit, Tables},
    errors,
    log_index::{LogIndex, Mark},
    readers::LetGo,
    statement::Statement,
};
use crate::db::{
    error::refused, interning, job::Deadline, lending::Session, rows::RowBuffer, words,
};

/// A commit is ordered for a power cut, and the syncer puts it on the disk. The
/// writer thread itself folds the log into the database. A group of writes
/// changes many pages, which are kept in memory until it is committed.
const WRITER_SETTINGS: &str = "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; \
     PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 0; \
     PRAGMA cache_size = -4096";

/// The inner pages of a large table's index stay in memory. It is taken as it
/// is needed, for each thread that reads.
const READER_SETTINGS: &str = "PRAGMA cache_size = -8192";

/// A connection, its prepared statements and its row buffer.
pub(super) struct SqliteSession {
    /// By interned number; number 0 holds the last one that wasn't interned.
    statements: Vec<Option<Statement>>,
    /// The driver's own, by [`Word`].
    words: Vec<Option<Statement>>,
    rows: RowBuffer,
    callbacks: Arc<Callbacks>,
    changes: Arc<Changes>,
    /// What the job of a reader has touched so far, or the transaction of a
    /// writer.
    touched: Touched,
    log_index: Option<LogIndex>,
    /// What the log's index held before the snapshot was taken that is still
    /// open.
    snapshot: Option<Mark>,
    /// What it held when the transaction of a writer began.
    began: Option<Mark>,
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
    pub(super) fn open_writer(
        path: &Path,
        busy: Duration,
        changes: Arc<Changes>,
    ) -> rusqlite::Result<Self> {
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
        let session = Self::set_up(connection, changes)?;
        if let Some(mark) = session.mark() {
            session.changes.begin(mark);
        }
        Ok(session)
    }

    /// Opens the file for reading only.
    pub(super) fn open_reader(
        path: &Path,
        busy: Duration,
        changes: Arc<Changes>,
    ) -> rusqlite::Result<Self> {
        let connection = rusqlite::Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.busy_timeout(busy)?;
        connection.execute_batch(READER_SETTINGS)?;
        Self::set_up(connection, changes)
    }

    fn set_up(
        mut connection: rusqlite::Connection,
        changes: Arc<Changes>,
    ) -> rusqlite::Result<Self> {
        // The first read maps the log's index.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        // SAFETY: the log was read, and the connection is the session's last
        // field, so it outlives the index.
        let log_index = unsafe { LogIndex::of(&connection) };
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        let callbacks = Callbacks::install(&mut connection)?;
        Ok(Self {
            statements: Vec::new(),
            words: Vec::new(),
            rows: RowBuffer::default(),
            callbacks,
            changes,
            touched: Touched::default(),
            log_index,
            snapshot: None,
            began: None,
            used: false,
            depth: 0,
            connection,
        })
    }

    /// From now on statements are interrupted at this time.
    pub(super) fn set_deadline(&self, deadline: Deadline) {
        self.callbacks.set_deadline(deadline);
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
        let now = self.mark();
        self.used = true;
        self.touched = Touched::default();
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

    fn mark(&self) -> Option<Mark> {
        self.log_index.as_ref().map(LogIndex::mark)
    }

    /// Whether what was read would be read the same now.
    pub(super) fn holds(&self, reading: &RawReading) -> bool {
        let Some(commit) = Commit::from_number(reading.commit) else {
            return false;
        };
        let tables = Tables::from_bits(reading.tables);
        // Without a number, the newest commit may have changed anything.
        self.mark()
            .is_some_and(|now| self.changes.of_mark(&now).is_some())
            && self.changes.none_since(commit, &tables)
    }

    /// Begins a transaction that writes.
    pub(super) fn begin_write(&mut self) -> Result<(), RawDbError> {
        self.say(Word::BeginWrite)?;
        // From here to this one's end nobody else commits.
        self.began = self.mark();
        self.touched = Touched::default();
        Ok(())
    }

    /// Commits it, and says which tables it changed.
    pub(super) fn commit(&mut self) -> Result<(), RawDbError> {
        let Some(began) = self.began.take() else {
            // Without marks nobody knows which commit a snapshot is.
            return self.say(Word::Commit);
        };
        self.changes.announce(&self.touched.changes, &began);
        self.say(Word::Commit)?;
        if let Some(ended) = self.mark() {
            self.changes.committed(&began, ended);
        }
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
        let callbacks = Arc::clone(&self.callbacks);
        callbacks.during_own_words(|| self.say_now(word))
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
        // What a batch or a refused statement has left.
        let _ = self.callbacks.take_touched();
        // SAFETY: as in `say_now`.
        let prepared = unsafe { Statement::prepare(self.connection.handle(), sql, kept) }?;
        let mut first = prepared
            .statement
            .ok_or_else(|| refused("the text holds no statement"))?;
        if let Some(touched) = self.callbacks.take_touched() {
            first.touches(&touched);
        }
        if first.reads_only() {
            let reads = if kept { self.tables_read(sql) } else { None };
            first.touches(&Touched::reading(reads.unwrap_or(Tables::ALL)));
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
}

impl SqliteSession {
    /// The tables that a statement reads from, as SQLite's own program for it
    /// says: its authorizer does not hear of all (not of one that is joined by
    /// USING and gives no column). None where it can't be asked.
    fn tables_read(&self, sql: &str) -> Option<Tables> {
        const USED: &str = "SELECT coalesce(schema.tbl_name, used.name) \
             FROM tables_used(?1) AS used \
             LEFT JOIN sqlite_schema AS schema ON schema.name = used.name";
        self.callbacks.during_own_words(|| {
            let mut used = self.connection.prepare_cached(USED).ok()?;
            let names = used.query_map([sql], |row| row.get::<_, String>(0));
            let mut tables = Tables::default();
            for name in names.ok()? {
                tables.join(&Tables::named(&name.ok()?));
            }
            Some(tables)
        })
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
        let statement = prepared(&mut self.statements, place);
        let before = self.connection.total_changes();
        let executed = statement.execute(parameters);
        let idle = executed.is_ok() && self.connection.total_changes() == before;
        note(&self.callbacks, statement, idle, &mut self.touched);
        executed
    }

    fn query(
        &mut self,
        statement: RawStatement<'_>,
        parameters: &[Cell],
    ) -> Result<RawRows, RawDbError> {
        let place = self.prepare(statement)?;
        let statement = prepared(&mut self.statements, place);
        let before = self.connection.total_changes();
        let queried = statement.query(parameters, &mut self.rows);
        let idle = queried.is_ok() && self.connection.total_changes() == before;
        note(&self.callbacks, statement, idle, &mut self.touched);
        Ok(self.rows.lend(queried?, statement.names()))
    }

    fn batch(&mut self, sql: &str) -> Result<(), RawDbError> {
        check_text(sql)?;
        self.touched = Touched::ALL;
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

    /// Where the snapshot's commit is not known, the answer is one that never
    /// holds.
    fn reading(&self) -> RawReading {
        // The snapshot may be newer than its mark, never older: then it counts
        // as the older.
        let taken = self.snapshot.filter(|_| !self.touched.is_volatile);
        let commit = taken.and_then(|taken| self.changes.of_mark(&taken));
        commit.map_or(RawReading::NONE, |commit| RawReading {
            commit: commit.number(),
            tables: self.touched.reads.to_bits(),
        })
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
                self.say(Word::RollBackTo(depth))?;
                self.say(Word::Release(depth))?;
            }
        }
        self.depth = depth - 1;
        Ok(())
    }
}

/// The statement at this place, which `prepare` has just filled.
fn prepared(statements: &mut [Option<Statement>], place: usize) -> &mut Statement {
    statements[place].as_mut().expect("it is prepared")
}

/// Notes what a statement has touched that was just run: only then is it known
/// whether SQLite prepared it again. An idle one has changed no row, its
/// triggers and foreign keys included.
fn note(callbacks: &Callbacks, statement: &mut Statement, idle: bool, all: &mut Touched) {
    if let Some(touched) = callbacks.take_touched() {
        statement.touches(&touched);
        // Of what it reads now, only a part was named.
        statement.touches(&Touched::reading(Tables::ALL));
    }
    let touched = statement.touched();
    all.join(&match idle {
        true => touched.of_idle(),
        false => *touched,
    });
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

/// rusqlite's error as it crosses.
pub(super) fn open_error(error: &rusqlite::Error) -> RawDbError {
    errors::from_rusqlite(error)
}
