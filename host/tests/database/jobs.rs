//! What becomes of a job: committed, rolled back, interrupted, abandoned.

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use hob::db::{Connection, DatabaseOptions};
use hob_plugin_sdk::abi::db::{RawDbErrorKind, RawJobOutcome, RawSavepoint, RawVerdict};

use crate::driver::{
    Fixture, block_on, count, execute, must, on_each, read, rows, savepoint, start_write, write,
    write_unsynced,
};

const LONG: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) \
     SELECT count(*) FROM n";

fn with_table(fixture: &Fixture) {
    must(fixture.db(), |c| {
        c.batch("CREATE TABLE a (id BIGINT PRIMARY KEY, t TEXT)")
    });
}

#[test]
fn a_verdict_decides() {
    on_each(DatabaseOptions::default(), |fixture| {
        with_table(fixture);
        for (verdict, id) in [
            (RawVerdict::Commit, 1),
            (RawVerdict::RollBack, 2),
            (RawVerdict::Panicked, 3),
        ] {
            let outcome = block_on(start_write(fixture.db(), move |raw| {
                execute(raw, 0, &format!("INSERT INTO a VALUES ({id}, 'x')"), &[]).unwrap();
                verdict
            }));
            match verdict {
                RawVerdict::Commit => assert!(matches!(outcome, RawJobOutcome::Done)),
                RawVerdict::RollBack => assert!(matches!(outcome, RawJobOutcome::RolledBack)),
                RawVerdict::Panicked => assert!(matches!(outcome, RawJobOutcome::Panicked)),
            }
        }
        let outcome = block_on(start_write(fixture.db(), |_| panic!("on purpose")));
        assert!(matches!(outcome, RawJobOutcome::Panicked));
        assert_eq!(rows(fixture.db(), "SELECT id FROM a"), [[1.into()]]);
    });
}

#[test]
fn a_failed_statement_ends_the_transaction_on_every_database() {
    on_each(DatabaseOptions::default(), |fixture| {
        with_table(fixture);
        let outcome = block_on(start_write(fixture.db(), |raw| {
            execute(raw, 0, "INSERT INTO a VALUES (1, 'x')", &[]).unwrap();
            let error = execute(raw, 0, "INSERT INTO a VALUES (1, 'y')", &[]).unwrap_err();
            assert_eq!(error.kind, RawDbErrorKind::UniqueViolation);
            let error = execute(raw, 0, "INSERT INTO a VALUES (2, 'y')", &[]).unwrap_err();
            assert!(error.message.contains("takes no statement"), "{error:?}");
            RawVerdict::Commit
        }));
        let RawJobOutcome::Failed(error) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(error.kind, RawDbErrorKind::UniqueViolation);
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM a"), 0);
    });
}

#[test]
fn savepoints_take_back_a_part() {
    on_each(DatabaseOptions::default(), |fixture| {
        with_table(fixture);
        let outcome = block_on(start_write(fixture.db(), |raw| {
            let insert = |raw: &mut _, id: i32| {
                execute(raw, 0, &format!("INSERT INTO a VALUES ({id}, 'x')"), &[])
            };
            insert(raw, 1).unwrap();
            savepoint(raw, RawSavepoint::Open, 1).unwrap();
            insert(raw, 2).unwrap();
            savepoint(raw, RawSavepoint::Open, 2).unwrap();
            insert(raw, 3).unwrap();
            insert(raw, 1).unwrap_err();
            savepoint(raw, RawSavepoint::RollBack, 2).unwrap();
            insert(raw, 4).unwrap();
            savepoint(raw, RawSavepoint::Release, 1).unwrap();
            savepoint(raw, RawSavepoint::Open, 1).unwrap();
            insert(raw, 5).unwrap();
            savepoint(raw, RawSavepoint::RollBack, 1).unwrap();
            RawVerdict::Commit
        }));
        assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
        assert_eq!(
            rows(fixture.db(), "SELECT id FROM a ORDER BY id"),
            [[1.into()], [2.into()], [4.into()]]
        );
        let outcome = block_on(start_write(fixture.db(), |raw| {
            savepoint(raw, RawSavepoint::Release, 1).unwrap_err();
            RawVerdict::Commit
        }));
        assert!(matches!(outcome, RawJobOutcome::Failed(_)), "{outcome:?}");
    });
}

#[test]
fn a_read_refuses_to_write() {
    on_each(DatabaseOptions::default(), |fixture| {
        with_table(fixture);
        for sql in [
            "INSERT INTO a VALUES (1, 'x')",
            "CREATE TABLE b (id BIGINT)",
        ] {
            let (_, result) = read(fixture.db(), move |c| c.execute(sql, &[]));
            let error = result.unwrap().unwrap_err();
            assert_eq!(error.kind, RawDbErrorKind::ReadOnlyTransaction, "{error:?}");
        }
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM a"), 0);
    });
}

#[test]
fn a_read_sees_one_snapshot() {
    on_each(DatabaseOptions::default(), |fixture| {
        with_table(fixture);
        let db = fixture.db();
        let (outcome, result) = read(db, move |c| {
            let before = c.query("SELECT count(*) FROM a", &[])?;
            std::thread::spawn(move || {
                must(db, |c| c.execute("INSERT INTO a VALUES (1, 'x')", &[]));
            })
            .join()
            .unwrap();
            Ok((before, c.query("SELECT count(*) FROM a", &[])?))
        });
        assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
        let (before, after) = result.unwrap().unwrap();
        assert_eq!(before, after);
        assert_eq!(count(db, "SELECT count(*) FROM a"), 1);
    });
}

#[test]
fn a_write_whose_future_is_dropped_is_finished_all_the_same() {
    on_each(DatabaseOptions::default(), |fixture| {
        with_table(fixture);
        drop(start_write(fixture.db(), |raw| {
            execute(raw, 0, "INSERT INTO a VALUES (1, 'x')", &[]).unwrap();
            RawVerdict::Commit
        }));
        fixture.reopen(DatabaseOptions::default());
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM a"), 1);
    });
}

/// What does not wait for the disk is a transaction like any other: seen as
/// soon as it is answered, whole or not at all, and there after the end.
#[test]
fn an_unsynced_write_counts_at_once() {
    on_each(DatabaseOptions::default(), |fixture| {
        with_table(fixture);
        for id in 1..=50 {
            let (outcome, _) = write_unsynced(fixture.db(), move |c| {
                c.execute("INSERT INTO a VALUES ($1, 'x')", &[id.into()])
            });
            assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
            assert_eq!(count(fixture.db(), "SELECT max(id) FROM a"), id);
        }
        let (outcome, _) = write_unsynced(fixture.db(), |c| {
            c.execute("DELETE FROM a", &[])?;
            c.execute("INSERT INTO nowhere VALUES (1)", &[])
        });
        assert!(matches!(outcome, RawJobOutcome::RolledBack), "{outcome:?}");
        if !fixture.is_sqlite() {
            let asked = |c: &mut Connection<'_>| {
                c.query("SELECT current_setting('synchronous_commit')", &[])
            };
            let (_, unsynced) = write_unsynced(fixture.db(), asked);
            assert_eq!(unsynced.unwrap().unwrap(), [["off".into()]]);
            // It holds for that transaction alone.
            assert_eq!(must(fixture.db(), asked), [["on".into()]]);
        }
        fixture.reopen(DatabaseOptions::default());
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM a"), 50);
    });
}

#[test]
fn a_read_whose_future_is_dropped_is_freed() {
    on_each(DatabaseOptions::default(), |fixture| {
        let held = Arc::new(());
        let inside = Arc::clone(&held);
        let db = fixture.db();
        drop((db.read)(
            db.context,
            crate::driver::job(move |_| {
                let _held = &inside;
                RawVerdict::Commit
            }),
        ));
        fixture.reopen(DatabaseOptions::default());
        assert_eq!(Arc::strong_count(&held), 1);
    });
}

#[test]
fn after_the_shutdown_jobs_are_refused_and_threads_are_gone() {
    on_each(DatabaseOptions::default(), |fixture| {
        with_table(fixture);
        let old = fixture.db();
        assert_eq!(count(old, "SELECT count(*) FROM a"), 0);
        fixture.reopen(DatabaseOptions::default());
        for (outcome, result) in [
            write(old, |c| c.execute("INSERT INTO a VALUES (1, 'x')", &[])),
            read(old, |c| c.execute("SELECT 1", &[])),
        ] {
            assert!(result.is_none());
            let RawJobOutcome::Failed(error) = outcome else {
                panic!("{outcome:?}")
            };
            assert_eq!(error.kind, RawDbErrorKind::Unavailable);
        }
        if let Some(folder) = &fixture.folder {
            // The old database's connections are closed: only the new writer
            // holds the file.
            let file = folder.path().join("hob.db").canonicalize().unwrap();
            let holders = std::fs::read_dir("/proc/self/fd")
                .unwrap()
                .flatten()
                .filter(|entry| std::fs::read_link(entry.path()).is_ok_and(|to| to == file))
                .count();
            assert_eq!(holders, 1);
        }
    });
}

#[test]
fn a_long_read_is_interrupted() {
    let options = DatabaseOptions {
        read_budget: Duration::from_millis(200),
        ..DatabaseOptions::default()
    };
    on_each(options, |fixture| {
        let began = Instant::now();
        let (_, result) = read(fixture.db(), |c| c.query(LONG, &[]));
        assert_eq!(
            result.unwrap().unwrap_err().kind,
            RawDbErrorKind::Interrupted
        );
        assert!(began.elapsed() < Duration::from_secs(3));
        // And the connection is fit for the next.
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM (SELECT 1) x"), 1);
    });
}

#[test]
fn a_long_write_is_interrupted_between_statements_too() {
    let options = DatabaseOptions {
        write_budget: Duration::from_millis(200),
        ..DatabaseOptions::default()
    };
    on_each(options, |fixture| {
        with_table(fixture);
        let (outcome, result) = write(fixture.db(), |c| c.query(LONG, &[]));
        assert_eq!(
            result.unwrap().unwrap_err().kind,
            RawDbErrorKind::Interrupted
        );
        assert!(matches!(outcome, RawJobOutcome::RolledBack), "{outcome:?}");
        let (_, result) = write(fixture.db(), |c| {
            let mut id = 0;
            loop {
                c.execute("INSERT INTO a (id) VALUES ($1)", &[id.into()])?;
                id += 1;
                if id < 0 {
                    return Ok(());
                }
            }
        });
        assert_eq!(
            result.unwrap().unwrap_err().kind,
            RawDbErrorKind::Interrupted
        );
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM a"), 0);
    });
}

type BoxedJob = Box<dyn FnOnce(&mut Connection<'_>) -> RawVerdict + Send>;

/// Holds the writer, queues jobs behind it, and lets them run as one group.
fn as_one_group(fixture: &Fixture, jobs: Vec<BoxedJob>) -> Vec<RawJobOutcome> {
    let gate = Arc::new(Barrier::new(2));
    let (entered, held) = mpsc::channel();
    let inside = Arc::clone(&gate);
    let first = start_write(fixture.db(), move |_| {
        entered.send(()).unwrap();
        inside.wait();
        RawVerdict::Commit
    });
    held.recv().unwrap();
    let queued: Vec<_> = jobs
        .into_iter()
        .map(|work| start_write(fixture.db(), move |raw| work(&mut Connection::new(raw))))
        .collect();
    gate.wait();
    assert!(matches!(block_on(first), RawJobOutcome::Done));
    queued.into_iter().map(block_on).collect()
}

fn insert(id: i64) -> Box<dyn FnOnce(&mut Connection<'_>) -> RawVerdict + Send> {
    Box::new(
        move |c| match c.execute("INSERT INTO a (id) VALUES ($1)", &[id.into()]) {
            Ok(_) => RawVerdict::Commit,
            Err(_) => RawVerdict::RollBack,
        },
    )
}

#[test]
fn in_a_group_each_job_stands_for_itself() {
    on_each(DatabaseOptions::default(), |fixture| {
        with_table(fixture);
        must(fixture.db(), |c| {
            c.batch("CREATE TABLE child (a BIGINT REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED)")
        });
        let outcomes = as_one_group(
            fixture,
            vec![
                insert(1),
                insert(1),
                insert(2),
                Box::new(|c| {
                    c.execute("INSERT INTO child VALUES (99)", &[]).unwrap();
                    RawVerdict::Commit
                }),
                Box::new(|_| RawVerdict::Panicked),
                insert(3),
            ],
        );
        if fixture.is_sqlite() {
            assert!(matches!(outcomes[1], RawJobOutcome::RolledBack));
        }
        let RawJobOutcome::Failed(error) = &outcomes[3] else {
            panic!("{outcomes:?}")
        };
        assert_eq!(error.kind, RawDbErrorKind::ForeignKeyViolation);
        assert_eq!(
            rows(fixture.db(), "SELECT id FROM a ORDER BY id"),
            [[1.into()], [2.into()], [3.into()]]
        );
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM child"), 0);
    });
}

#[test]
fn a_fatal_error_fails_the_group_and_nothing_is_said_to_be_stored() {
    let options = DatabaseOptions::default();
    on_each(options, |fixture| {
        if !fixture.is_sqlite() {
            return;
        }
        with_table(fixture);
        let outcomes = as_one_group(
            fixture,
            vec![
                insert(1),
                // SQLite gives up the whole transaction, not this job alone.
                Box::new(|c| {
                    c.execute("INSERT OR ROLLBACK INTO a (id) VALUES (1)", &[])
                        .unwrap_err();
                    // Outside of a transaction this would stay.
                    c.execute("INSERT INTO a (id) VALUES (50)", &[])
                        .unwrap_err();
                    RawVerdict::RollBack
                }),
                insert(2),
            ],
        );
        let RawJobOutcome::Failed(error) = &outcomes[0] else {
            panic!("{outcomes:?}")
        };
        assert_eq!(error.kind, RawDbErrorKind::Unavailable);
        assert!(matches!(outcomes[1], RawJobOutcome::RolledBack));
        assert!(matches!(outcomes[2], RawJobOutcome::Done), "{outcomes:?}");
        assert_eq!(rows(fixture.db(), "SELECT id FROM a"), [[2.into()]]);
    });
}

#[test]
fn a_broken_connection_is_made_anew() {
    let options = DatabaseOptions {
        postgres_connections: const { std::num::NonZeroUsize::new(1).unwrap() },
        ..DatabaseOptions::default()
    };
    on_each(options, |fixture| {
        let Some(postgres) = &fixture.postgres else {
            return;
        };
        with_table(fixture);
        postgres.break_connections();
        must(fixture.db(), |c| {
            c.execute("INSERT INTO a VALUES (1, 'x')", &[])
        });
        let ran = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&ran);
        let fresh = fixture.postgres.as_ref().unwrap();
        let (send, receive) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let pending = start_write(fixture.db(), move |raw| {
            counted.fetch_add(1, Ordering::SeqCst);
            execute(raw, 0, "INSERT INTO a VALUES (2, 'x')", &[]).unwrap();
            tell.send(()).unwrap();
            receive.recv().unwrap();
            RawVerdict::Commit
        });
        told.recv().unwrap();
        fresh.break_connections();
        send.send(()).unwrap();
        let RawJobOutcome::Failed(error) = block_on(pending) else {
            panic!("the commit can't have succeeded")
        };
        assert_eq!(error.kind, RawDbErrorKind::Unavailable, "{error:?}");
        assert_eq!(ran.load(Ordering::SeqCst), 1, "a job runs once");
        assert_eq!(rows(fixture.db(), "SELECT id FROM a"), [[1.into()]]);
    });
}

#[test]
fn a_full_queue_refuses_at_once() {
    let options = DatabaseOptions {
        queue_limit: const { std::num::NonZeroUsize::new(1).unwrap() },
        postgres_connections: const { std::num::NonZeroUsize::new(1).unwrap() },
        ..DatabaseOptions::default()
    };
    on_each(options, |fixture| {
        let done = Arc::new(AtomicBool::new(false));
        let (entered, held) = mpsc::channel();
        let go_on = Arc::clone(&done);
        let first = start_write(fixture.db(), move |_| {
            entered.send(()).unwrap();
            while !go_on.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            RawVerdict::Commit
        });
        held.recv().unwrap();
        let second = start_write(fixture.db(), |_| RawVerdict::Commit);
        let third = block_on(start_write(fixture.db(), |_| RawVerdict::Commit));
        let RawJobOutcome::Failed(error) = third else {
            panic!("{third:?}")
        };
        assert_eq!(error.kind, RawDbErrorKind::Unavailable);
        done.store(true, Ordering::SeqCst);
        assert!(matches!(block_on(first), RawJobOutcome::Done));
        assert!(matches!(block_on(second), RawJobOutcome::Done));
    });
}
