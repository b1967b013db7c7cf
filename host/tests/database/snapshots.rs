//! SQLite: a reader's snapshot is kept after its job, and is never an old one.

use std::{
    fs,
    time::{Duration, Instant},
};

use hob::db::{Database, DatabaseOptions, DatabaseUrl, Value};
use tempfile::TempDir;

use crate::driver::{count, must};

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
