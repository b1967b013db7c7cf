//! SQLite: a reader's snapshot is kept after its job, and is never an old one.

use std::{
    collections::BTreeSet,
    fs,
    sync::mpsc,
    time::{Duration, Instant},
};

use hob::db::{Database, DatabaseOptions, DatabaseUrl, Value};
use hob_plugin_sdk::abi::db::{
    Cell, RawConnection, RawJobOutcome, RawSavepoint, RawStatement, RawVerdict,
};
use tempfile::TempDir;

use crate::driver::{block_on, count, execute, job, must, savepoint};

fn open(folder: &TempDir, options: DatabaseOptions) -> Database {
    let url = DatabaseUrl::Sqlite(folder.path().join("hob.db"));
    Database::open(&url, options).unwrap()
}

const COUNT: &str = "SELECT count(*) FROM a";

#[test]
fn a_commit_counts_for_the_next_read_whoever_made_it() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder, DatabaseOptions::default());
    must(database.interface(), |c| {
        c.batch("CREATE TABLE a (id BIGINT)")
    });
    // As another process would.
    let other = open(&folder, DatabaseOptions::default());
    for round in 0..100 {
        let writer = if round % 2 == 0 { &other } else { &database };
        assert_eq!(count(database.interface(), COUNT), round);
        assert_eq!(count(database.interface(), COUNT), round);
        must(writer.interface(), |c| c.batch("INSERT INTO a VALUES (1)"));
        assert_eq!(count(database.interface(), COUNT), round + 1);
    }
}

/// The first value that an interned query gives for these numbers.
fn ask(database: &Database, sql: &str, numbers: &[i64]) -> i64 {
    let db = database.interface();
    let statement = (db.intern)(db.context, sql.into());
    let cells: Vec<(u32, u64)> = numbers
        .iter()
        .map(|number| (Cell::BIG_INT, number.cast_unsigned()))
        .collect();
    let (sender, answer) = mpsc::channel();
    let outcome = block_on((db.read)(
        db.context,
        job(move |raw| {
            let cell = |(kind, data)| Cell { kind, len: 0, data };
            let cells: Vec<Cell> = cells.into_iter().map(cell).collect();
            let statement = RawStatement {
                id: statement,
                sql: "".into(),
            };
            // SAFETY: the context is the connection's own, the rows are looked
            // at before another call.
            let first = unsafe {
                let rows = (raw.query)(raw.context, statement, cells.as_slice().into())
                    .into_result()
                    .unwrap();
                *rows.cells
            };
            sender.send(first.data.cast_signed()).unwrap();
            RawVerdict::Commit
        }),
    ));
    assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
    answer.recv().unwrap()
}

#[test]
fn a_question_asked_again_is_answered_from_the_newest_commit() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder, DatabaseOptions::default());
    must(database.interface(), |c| {
        c.batch("CREATE TABLE a (id BIGINT)")
    });
    let other = open(&folder, DatabaseOptions::default());
    let of_one = "SELECT count(*) FROM a WHERE id = $1";
    for round in 0..100 {
        let writer = if round % 2 == 0 { &other } else { &database };
        for _ in 0..3 {
            assert_eq!(ask(&database, of_one, &[1]), round);
            assert_eq!(ask(&database, of_one, &[2]), 0);
        }
        must(writer.interface(), |c| c.batch("INSERT INTO a VALUES (1)"));
    }
    must(other.interface(), |c| {
        c.batch("ALTER TABLE a RENAME TO b; CREATE TABLE a (x TEXT, id BIGINT)")
    });
    assert_eq!(ask(&database, of_one, &[1]), 0);
}

#[test]
fn what_depends_on_more_than_the_snapshot_is_asked_each_time() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder, DatabaseOptions::default());
    for sql in [
        "SELECT random()",
        "SELECT abs(random())",
        "SELECT (SELECT abs(random()))",
    ] {
        let answers: BTreeSet<i64> = (0..8).map(|_| ask(&database, sql, &[])).collect();
        assert!(answers.len() > 1, "{sql}");
    }
}

#[test]
fn what_a_reader_writes_for_itself_counts_at_once() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder, DatabaseOptions::default());
    let db = database.interface();
    let count = (db.intern)(db.context, "SELECT count(*) FROM temp.own".into());
    let add = (db.intern)(db.context, "INSERT INTO temp.own VALUES (1)".into());
    let outcome = block_on((db.read)(
        db.context,
        job(move |raw| {
            let context = raw.context;
            let rows = |raw: &RawConnection| {
                let statement = RawStatement {
                    id: count,
                    sql: "".into(),
                };
                // SAFETY: as in `ask`.
                unsafe {
                    let rows = (raw.query)(context, statement, (&[][..]).into());
                    (*rows.into_result().unwrap().cells).data
                }
            };
            // SAFETY: the context is the connection's own.
            let made = unsafe { (raw.batch)(context, "CREATE TEMP TABLE own (id BIGINT)".into()) };
            if made.is_err() {
                return RawVerdict::Commit;
            }
            assert_eq!((rows(raw), rows(raw)), (0, 0));
            savepoint(raw, RawSavepoint::Open, 1).unwrap();
            execute(raw, add, "", &[]).unwrap();
            assert_eq!((rows(raw), rows(raw)), (1, 1));
            savepoint(raw, RawSavepoint::RollBack, 1).unwrap();
            assert_eq!(rows(raw), 0);
            RawVerdict::Commit
        }),
    ));
    assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
}

#[test]
fn the_log_is_folded_although_readers_keep_snapshots() {
    let options = DatabaseOptions {
        sqlite_log_pages: 64,
        ..DatabaseOptions::default()
    };
    let folder = TempDir::new().unwrap();
    let database = open(&folder, options);
    must(database.interface(), |c| {
        c.batch("CREATE TABLE a (id BIGINT, b BYTEA)")
    });
    let (mut largest, mut written) = (0, 0);
    for round in 0..200 {
        let block = vec![7_u8; 32 * 1024];
        written += block.len() as u64;
        must(database.interface(), move |c| {
            c.execute(
                "INSERT INTO a VALUES ($1, $2)",
                &[Value::Integer(round), Value::Binary(block)],
            )
        });
        // Its snapshot is the newest, and stays open.
        assert_eq!(count(database.interface(), COUNT), round + 1);
        largest = largest.max(
            fs::metadata(folder.path().join("hob.db-wal"))
                .unwrap()
                .len(),
        );
    }
    assert!(
        largest * 8 < written,
        "the log grew to {largest} of {written} bytes"
    );
}

#[test]
fn an_idle_reader_lets_its_snapshot_go() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder, DatabaseOptions::default());
    must(database.interface(), |c| {
        c.batch("CREATE TABLE a (id BIGINT)")
    });
    assert_eq!(count(database.interface(), COUNT), 0);
    let other = rusqlite::Connection::open(folder.path().join("hob.db")).unwrap();
    let emptied = || {
        other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            row.get::<_, i64>(0)
        }) == Ok(0)
    };
    // A backup's program can't empty the log for as long as it is needed.
    let started = Instant::now();
    while !emptied() {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "the snapshot is kept for ever"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(count(database.interface(), COUNT), 0);
}
