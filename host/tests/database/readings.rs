//! What was read is taken again for as long as it would be read the same, and
//! never longer.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use diesel::{prelude::*, sql_types::BigInt};
use hob::{
    db::{Database, DatabaseOptions, DatabaseUrl, Value},
    testing::on_each_database,
};
use hob_plugin_sdk::{
    abi::db::{DbV1, RawJobOutcome, RawReading, RawStatement, RawVerdict},
    db::{DbError, Dialect, Memo},
};
use tempfile::TempDir;

use crate::driver::{self, block_on, job, must, rows};

/// Parents, their children, and a list of which a trigger writes.
const TABLES: &str = "\
    CREATE TABLE a (id BIGINT PRIMARY KEY, value BIGINT NOT NULL);
    CREATE TABLE b (id BIGINT PRIMARY KEY, value BIGINT NOT NULL);
    CREATE TABLE child (id BIGINT PRIMARY KEY, parent BIGINT NOT NULL
        REFERENCES a (id) ON DELETE CASCADE);
    CREATE TABLE log (id BIGINT NOT NULL);
    CREATE TRIGGER b_is_logged AFTER UPDATE ON b BEGIN
        INSERT INTO log VALUES (new.id);
    END;
    CREATE VIEW seen AS SELECT a.value FROM a JOIN child USING (id);
    INSERT INTO a VALUES (1, 0);
    INSERT INTO b VALUES (1, 0);
    INSERT INTO child VALUES (1, 1)";

fn open(folder: &TempDir) -> Database {
    let url = DatabaseUrl::Sqlite(folder.path().join("hob.db"));
    Database::open(&url, DatabaseOptions::default()).unwrap()
}

/// A database with those tables, to which this process has written.
fn with_tables() -> (TempDir, Database) {
    let folder = TempDir::new().unwrap();
    let database = open(&folder);
    must(database.interface(), |c| c.batch(TABLES));
    (folder, database)
}

/// What a query reads, on this thread, and its first value.
fn ask(db: &DbV1, sql: &str) -> (RawReading, i64) {
    let statement = (db.intern)(db.context, sql.into());
    let slot = Arc::new(Mutex::new(None));
    let filled = Arc::clone(&slot);
    let outcome = block_on((db.read)(
        db.context,
        job(move |raw| {
            let statement = RawStatement {
                id: statement,
                sql: "".into(),
            };
            // SAFETY: the context is the connection's own, and the rows are
            // looked at before another call.
            let answer = unsafe {
                let rows = (raw.query)(raw.context, statement, [].as_slice().into());
                let rows = rows.into_result().unwrap();
                let first = match rows.rows {
                    0 => 0,
                    _ => (*rows.cells).data.cast_signed(),
                };
                ((raw.reading)(raw.context), first)
            };
            *filled.lock().unwrap() = Some(answer);
            RawVerdict::Commit
        }),
    ));
    assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
    slot.lock().unwrap().expect("it was asked")
}

fn reading(db: &DbV1, sql: &str) -> RawReading {
    ask(db, sql).0
}

fn holds(db: &DbV1, reading: &RawReading) -> bool {
    (db.holds)(db.context, reading)
}

fn execute(database: &Database, sql: &'static str) {
    must(database.interface(), move |c| c.execute(sql, &[]));
}

#[test]
fn a_reading_holds_until_a_table_of_it_is_changed() {
    let (_folder, database) = with_tables();
    let db = database.interface();
    for (query, others, own) in [
        (
            "SELECT value FROM a",
            "UPDATE b SET value = value + 1",
            "UPDATE a SET value = value + 1",
        ),
        (
            "SELECT count(*) FROM b",
            "UPDATE a SET value = 0",
            "INSERT INTO b VALUES (2, 0)",
        ),
        (
            "SELECT a.value FROM a JOIN b USING (id)",
            "INSERT INTO log VALUES (7)",
            "DELETE FROM b WHERE id = 2",
        ),
        (
            "SELECT a.value FROM a NATURAL LEFT JOIN (SELECT id FROM b)",
            "INSERT INTO log VALUES (8)",
            "INSERT INTO b VALUES (1, 7) ON CONFLICT (id) DO UPDATE SET value = 7",
        ),
        (
            "SELECT value FROM seen",
            "UPDATE b SET value = 1",
            "DELETE FROM child WHERE id = 1",
        ),
        (
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM a WHERE value = 77)",
            "UPDATE b SET value = 2",
            "INSERT INTO a VALUES (2, 77) ON CONFLICT (id) DO NOTHING",
        ),
    ] {
        let before = reading(db, query);
        assert!(holds(db, &before), "{query}");
        execute(&database, others);
        assert!(holds(db, &before), "{query} after {others}");
        execute(&database, own);
        assert!(!holds(db, &before), "{query} after {own}");
    }
}

#[test]
fn what_triggers_and_foreign_keys_change_counts() {
    let (_folder, database) = with_tables();
    let db = database.interface();
    let (of_log, of_child) = ("SELECT count(*) FROM log", "SELECT count(*) FROM child");
    let (log, child) = (reading(db, of_log), reading(db, of_child));
    execute(&database, "UPDATE b SET value = 5");
    assert_eq!((holds(db, &log), holds(db, &child)), (false, true));
    let log = reading(db, of_log);
    execute(&database, "DELETE FROM a");
    assert_eq!((holds(db, &log), holds(db, &child)), (true, false));
    assert_eq!(rows(db, of_child), [[Value::Integer(0)]]);
}

#[test]
fn what_changed_no_row_has_changed_no_table() {
    let (_folder, database) = with_tables();
    let db = database.interface();
    let (of_a, of_log) = ("SELECT value FROM a", "SELECT count(*) FROM log");
    let before = reading(db, of_a);
    for idle in [
        "DELETE FROM a WHERE id = 9",
        "UPDATE a SET value = 1 WHERE id = 9",
        "INSERT INTO a VALUES (1, 5) ON CONFLICT (id) DO NOTHING",
    ] {
        execute(&database, idle);
        assert!(holds(db, &before), "after {idle}");
    }
    let returning = |sql: &'static str| must(db, move |c| c.query(sql, &[]).map(drop));
    returning("DELETE FROM a WHERE id = 9 RETURNING id");
    assert!(holds(db, &before));
    returning("UPDATE a SET value = 6 RETURNING id");
    assert!(!holds(db, &before));

    // A trigger may keep the row and change others.
    execute(
        &database,
        "CREATE TRIGGER a_is_kept BEFORE DELETE ON a BEGIN
            INSERT INTO log VALUES (3);
            SELECT RAISE(IGNORE);
        END",
    );
    let log = reading(db, of_log);
    execute(&database, "DELETE FROM a WHERE id = 1");
    assert_eq!(rows(db, of_a), [[Value::Integer(6)]]);
    assert!(!holds(db, &log));
    // Nor is each row counted where all of them go.
    let log = reading(db, of_log);
    execute(&database, "DELETE FROM log");
    assert!(!holds(db, &log));
}

#[test]
fn a_statement_whose_tables_became_more_counts_with_all_of_them() {
    let (_folder, database) = with_tables();
    let db = database.interface();
    let update = "UPDATE a SET value = value + 1";
    let statement = (db.intern)(db.context, update.into());
    let run = || {
        let outcome = block_on((db.write)(
            db.context,
            job(move |raw| {
                driver::execute(raw, statement, "", &[]).unwrap();
                RawVerdict::Commit
            }),
        ));
        assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
    };
    run();
    execute(
        &database,
        "CREATE TRIGGER a_is_logged AFTER UPDATE ON a BEGIN INSERT INTO log VALUES (1); END",
    );
    let log = reading(db, "SELECT count(*) FROM log");
    assert!(holds(db, &log));
    run();
    assert!(!holds(db, &log));
}

#[test]
fn another_process_s_commit_ends_every_reading() {
    let (folder, database) = with_tables();
    let db = database.interface();
    let before = reading(db, "SELECT value FROM a");
    assert!(holds(db, &before));
    // As another process would.
    let other = open(&folder);
    execute(&other, "UPDATE a SET value = 9");
    assert!(!holds(db, &before));
    // Nor after this process has committed something else.
    execute(&database, "UPDATE b SET value = 9");
    assert!(!holds(db, &before));
    let after = reading(db, "SELECT value FROM a");
    assert!(holds(db, &after));
}

#[test]
fn a_change_of_the_schema_ends_every_reading() {
    let (_folder, database) = with_tables();
    let db = database.interface();
    let before = reading(db, "SELECT value FROM a");
    execute(&database, "CREATE TABLE c (id BIGINT)");
    assert!(!holds(db, &before));
}

#[test]
fn what_depends_on_more_than_tables_never_holds() {
    let (_folder, database) = with_tables();
    let db = database.interface();
    for query in [
        "SELECT random()",
        "SELECT value, abs(random()) FROM a",
        "SELECT datetime('now')",
        "SELECT * FROM pragma_data_version",
    ] {
        assert_eq!(reading(db, query), RawReading::NONE, "{query}");
    }
    let pure = reading(db, "SELECT lower('A') FROM a");
    assert!(holds(db, &pure));
    assert!(!holds(db, &RawReading::NONE));
}

#[test]
fn a_reading_is_of_a_job_that_only_reads() {
    let (_folder, database) = with_tables();
    let db = database.interface();
    let slot = Arc::new(Mutex::new(None));
    let filled = Arc::clone(&slot);
    let outcome = block_on((db.write)(
        db.context,
        job(move |raw| {
            let rows = hob::db::Connection::new(raw).query("SELECT value FROM a", &[]);
            assert!(rows.is_ok());
            // SAFETY: the context is the connection's own.
            *filled.lock().unwrap() = Some(unsafe { (raw.reading)(raw.context) });
            RawVerdict::Commit
        }),
    ));
    assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
    assert_eq!(*slot.lock().unwrap(), Some(RawReading::NONE));
}

/// Two processes write, and a third thread takes what it knows for as long as
/// it holds: it is never behind what a writer was told is done.
#[test]
fn what_holds_is_never_older_than_what_was_acknowledged() {
    let (folder, database) = with_tables();
    let other = open(&folder);
    let (done, over) = (AtomicI64::new(0), AtomicBool::new(false));
    let own_turn = Mutex::new(());
    let write = |database: &Database| {
        // Only one at a time may say what the value is by now.
        let _turn = own_turn.lock().unwrap();
        let value = done.load(Ordering::SeqCst) + 1;
        must(database.interface(), move |c| {
            c.execute("UPDATE a SET value = $1", &[Value::Integer(value)])
        });
        done.store(value, Ordering::SeqCst);
    };
    let (mut taken, mut read) = (0, 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let until = Instant::now() + Duration::from_secs(2);
            for round in 0.. {
                if Instant::now() > until {
                    break;
                }
                match round % 8 {
                    0 => write(&database),
                    1 => write(&other),
                    2 | 3 => execute(&other, "UPDATE b SET value = value + 1"),
                    _ => execute(&database, "UPDATE b SET value = value + 1"),
                }
            }
            over.store(true, Ordering::SeqCst);
        });
        let db = database.interface();
        let mut known: Option<(i64, RawReading)> = None;
        while !over.load(Ordering::SeqCst) {
            let at_least = done.load(Ordering::SeqCst);
            if let Some((value, of)) = known
                && holds(db, &of)
            {
                assert!(value >= at_least, "{value} holds after {at_least}");
                taken += 1;
                continue;
            }
            let (of, value) = ask(db, "SELECT value FROM a");
            known = Some((value, of));
            read += 1;
        }
    });
    assert!(
        taken > read,
        "{taken} answers were taken again, {read} read"
    );
}

diesel::table! {
    memo_tried (id) {
        id -> BigInt,
        value -> BigInt,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memo_reads_again_only_where_the_answer_may_be_another() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let db = site.db();
        let made = db.write(|connection| {
            diesel::sql_query("CREATE TABLE memo_tried (id BIGINT PRIMARY KEY, value BIGINT)")
                .execute(connection)
        });
        made.await.unwrap();
        let memo: Memo<i64, Option<i64>> = Memo::with_capacity(16);
        let runs = Arc::new(AtomicUsize::new(0));
        let ask = async |id: i64| {
            let runs = Arc::clone(&runs);
            let answer = db.read_memoized(&memo, id, move |connection, id| {
                runs.fetch_add(1, Ordering::SeqCst);
                memo_tried::table
                    .find(id)
                    .select(memo_tried::value)
                    .first(connection)
                    .optional()
            });
            answer.await.unwrap()
        };
        let put = async |id: i64, value: i64| {
            let put = db.write(move |connection| {
                diesel::insert_into(memo_tried::table)
                    .values((memo_tried::id.eq(id), memo_tried::value.eq(value)))
                    .on_conflict(memo_tried::id)
                    .do_update()
                    .set(memo_tried::value.eq(value))
                    .execute(connection)
            });
            put.await.unwrap();
        };
        assert_eq!(ask(1).await, None);
        put(1, 10).await;
        assert_eq!(ask(1).await, Some(10));
        put(1, 11).await;
        let before = runs.load(Ordering::SeqCst);
        for _ in 0..20 {
            assert_eq!((ask(1).await, ask(2).await), (Some(11), None));
        }
        let ran = runs.load(Ordering::SeqCst) - before;
        let dialect = db.read(|connection| Ok::<_, DbError>(connection.dialect()));
        if dialect.await.unwrap() == Dialect::Sqlite {
            // Once for each key, and once more where a thread had not read
            // before.
            assert!(ran < 20, "{ran}");
        } else {
            assert_eq!(ran, 40, "PostgreSQL tells of no commit");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memo_has_room_for_what_it_was_made_for() {
    on_each_database(async |builder| {
        let site = builder.start().await;
        let db = site.db();
        let memo: Memo<i64, i64> = Memo::with_capacity(1000);
        let runs = Arc::new(AtomicUsize::new(0));
        let ask_for_each = async || {
            for id in 0..500 {
                let runs = Arc::clone(&runs);
                let answer = db.read_memoized(&memo, id, move |connection, id| {
                    runs.fetch_add(1, Ordering::SeqCst);
                    diesel::select(id.into_sql::<BigInt>()).first::<i64>(connection)
                });
                assert_eq!(answer.await.unwrap(), id);
            }
            runs.swap(0, Ordering::SeqCst)
        };
        assert_eq!(ask_for_each().await, 500);
        let ran = ask_for_each().await;
        let dialect = db.read(|connection| Ok::<_, DbError>(connection.dialect()));
        if dialect.await.unwrap() == Dialect::Sqlite {
            assert!(ran < 50, "{ran}");
        } else {
            assert_eq!(ran, 500, "PostgreSQL tells of no commit");
        }
    })
    .await;
}
