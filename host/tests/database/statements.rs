//! Statements, parameters, columns, errors and refusals.

use std::os::unix::fs::PermissionsExt;

use hob::db::{Database, DatabaseOptions, DatabaseUrl, Value};
use hob_plugin_sdk::abi::db::{Cell, RawDbErrorKind, RawVerdict};

use crate::driver::{block_on, count, execute, must, on_each, read, rows, start_write, write};

#[test]
fn values_come_back_as_they_went() {
    on_each(DatabaseOptions::default(), |fixture| {
        must(fixture.db(), |c| {
            c.batch("CREATE TABLE v (i BIGINT, d DOUBLE PRECISION, t TEXT, b BYTEA)")
        });
        let values = [
            vec![
                Value::Integer(i64::MIN),
                Value::Double(-0.1),
                Value::Text("grüße 'x' \" 😀".into()),
                Value::Binary(vec![0, 255, 0]),
            ],
            vec![
                Value::Integer(i64::MAX),
                Value::Double(1.0),
                Value::Text(String::new()),
                Value::Binary(Vec::new()),
            ],
            vec![Value::Null, Value::Null, Value::Null, Value::Null],
        ];
        for row in values.clone() {
            let touched = must(fixture.db(), move |c| {
                // The order of the parameters is not that of their numbers.
                let row = [3, 2, 1, 0].map(|place: usize| row[place].clone());
                c.execute("INSERT INTO v (i, d, t, b) VALUES ($4, $3, $2, $1)", &row)
            });
            assert_eq!(touched, 1);
        }
        assert_eq!(
            rows(fixture.db(), "SELECT * FROM v ORDER BY i NULLS LAST"),
            values
        );
    });
}

#[test]
fn interned_statements_run_by_number_with_any_value() {
    on_each(DatabaseOptions::default(), |fixture| {
        must(fixture.db(), |c| {
            c.batch("CREATE TABLE n (i INTEGER, s SMALLINT, b BOOLEAN, t TEXT)")
        });
        let db = fixture.db();
        let sql = "INSERT INTO n VALUES ($1, $2, $3, $4)";
        let id = (db.intern)(db.context, sql.into());
        assert_ne!(id, 0);
        assert_eq!((db.intern)(db.context, sql.into()), id);
        let cell = |kind, data: i64| Cell {
            kind,
            len: 0,
            data: data.cast_unsigned(),
        };
        let null = |kind: u32| Cell {
            kind: Cell::NULL | kind << 8,
            len: 0,
            data: 0,
        };
        let outcome = block_on(start_write(db, move |raw| {
            for sql in ["", sql] {
                let text = "x";
                let cells = [
                    cell(Cell::INTEGER, -7),
                    cell(Cell::SMALL_INT, -8),
                    cell(Cell::BOOL, 1),
                    Cell {
                        kind: Cell::TEXT,
                        len: 1,
                        data: text.as_ptr() as u64,
                    },
                ];
                assert_eq!(execute(raw, id, sql, &cells).unwrap(), 1);
                let nulls = [Cell::INTEGER, Cell::SMALL_INT, Cell::BOOL, Cell::TEXT].map(null);
                assert_eq!(execute(raw, id, sql, &nulls).unwrap(), 1);
            }
            RawVerdict::Commit
        }));
        assert!(matches!(
            outcome,
            hob_plugin_sdk::abi::db::RawJobOutcome::Done
        ));
        assert_eq!(
            rows(db, "SELECT i, s, b, t FROM n WHERE i IS NOT NULL LIMIT 1"),
            [[(-7).into(), (-8).into(), 1.into(), "x".into()]]
        );
        assert_eq!(count(db, "SELECT count(*) FROM n WHERE b IS NULL"), 2);
        let unknown = block_on(start_write(db, |raw| {
            let error = execute(raw, 4_000_000, "", &[]).unwrap_err();
            assert_eq!(error.kind, RawDbErrorKind::Refused);
            RawVerdict::RollBack
        }));
        drop(unknown);
    });
}

#[test]
fn a_kept_statement_survives_a_change_of_the_table() {
    on_each(DatabaseOptions::default(), |fixture| {
        let db = fixture.db();
        must(db, |c| {
            c.batch("CREATE TABLE k (a BIGINT); INSERT INTO k VALUES (1)")
        });
        let id = (db.intern)(db.context, "SELECT a FROM k".into());
        for change in ["SELECT 1", "ALTER TABLE k ADD COLUMN b BIGINT"] {
            must(db, move |c| c.batch(change));
            let outcome = block_on((db.read)(
                db.context,
                crate::driver::job(move |raw| {
                    execute(raw, id, "", &[]).unwrap();
                    RawVerdict::Commit
                }),
            ));
            assert!(matches!(
                outcome,
                hob_plugin_sdk::abi::db::RawJobOutcome::Done
            ));
        }
    });
}

#[test]
fn violations_are_told_apart() {
    on_each(DatabaseOptions::default(), |fixture| {
        must(fixture.db(), |c| {
            c.batch(
                "CREATE TABLE p (id BIGINT PRIMARY KEY, \
                     n TEXT NOT NULL, \
                     u TEXT UNIQUE, \
                     c BIGINT CONSTRAINT c_is_positive CHECK (c > 0), \
                     f BIGINT REFERENCES p (id)); \
                 INSERT INTO p VALUES (1, 'n', 'u', 1, NULL)",
            )
        });
        let sqlite = fixture.is_sqlite();
        for (sql, kind, column) in [
            (
                "INSERT INTO p VALUES (1, 'n', 'v', 1, NULL)",
                RawDbErrorKind::UniqueViolation,
                "id",
            ),
            (
                "INSERT INTO p VALUES (2, 'n', 'u', 1, NULL)",
                RawDbErrorKind::UniqueViolation,
                "u",
            ),
            (
                "INSERT INTO p VALUES (2, NULL, 'v', 1, NULL)",
                RawDbErrorKind::NotNullViolation,
                "n",
            ),
            (
                "INSERT INTO p VALUES (2, 'n', 'v', 0, NULL)",
                RawDbErrorKind::CheckViolation,
                "",
            ),
            (
                "INSERT INTO p VALUES (2, 'n', 'v', 1, 9)",
                RawDbErrorKind::ForeignKeyViolation,
                "",
            ),
            ("INSERT INTO nothing VALUES (1)", RawDbErrorKind::Other, ""),
            ("INSERT INTO", RawDbErrorKind::Other, ""),
        ] {
            let (_, result) = write(fixture.db(), move |c| c.execute(sql, &[]));
            let error = result.unwrap().unwrap_err();
            assert_eq!(error.kind, kind, "{sql}: {error:?}");
            if !column.is_empty() {
                assert_eq!(error.table, "p", "{error:?}");
            }
            if sqlite || kind == RawDbErrorKind::NotNullViolation {
                assert_eq!(error.column, column, "{error:?}");
            }
            if kind == RawDbErrorKind::CheckViolation {
                assert_eq!(error.constraint, "c_is_positive");
            }
        }
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM p"), 1);
    });
}

#[test]
fn words_that_are_the_drivers_own_are_refused() {
    on_each(DatabaseOptions::default(), |fixture| {
        must(fixture.db(), |c| c.batch("CREATE TABLE w (id BIGINT)"));
        for word in [
            "BEGIN",
            "COMMIT",
            "END",
            "ROLLBACK",
            "SAVEPOINT x",
            "RELEASE x",
            "START TRANSACTION",
            "ABORT",
            "PREPARE TRANSACTION 'x'",
            "ATTACH 'x' AS y",
            "DETACH y",
            "PRAGMA query_only = 0",
            "VACUUM",
            "SET TRANSACTION READ WRITE",
            "COPY w TO STDOUT",
            "/* a */ commit",
            "-- a\nCommit",
            ";COMMIT",
        ] {
            for in_batch in [false, true] {
                let sql = if in_batch {
                    format!(
                        "INSERT INTO w VALUES (1); SELECT ';'; {word}; INSERT INTO w VALUES (2)"
                    )
                } else {
                    word.to_owned()
                };
                let shown = sql.clone();
                let (outcome, result) = write(fixture.db(), move |c| {
                    if in_batch {
                        c.batch(&sql)
                    } else {
                        c.execute(&sql, &[]).map(drop)
                    }
                });
                let error = result.unwrap().expect_err(&shown);
                assert_eq!(error.kind, RawDbErrorKind::Refused, "{shown}: {error:?}");
                assert!(
                    matches!(outcome, hob_plugin_sdk::abi::db::RawJobOutcome::RolledBack),
                    "{shown}: {outcome:?}"
                );
            }
        }
        for word in [
            "VACUUM INTO '/tmp/hob-must-not-exist'",
            "SET x = 1",
            "PRAGMA user_version",
        ] {
            let (_, result) = read(fixture.db(), move |c| c.execute(word, &[]));
            assert_eq!(result.unwrap().unwrap_err().kind, RawDbErrorKind::Refused);
        }
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM w"), 0);
    });
}

#[test]
fn wrong_parameters_and_texts_are_refused() {
    on_each(DatabaseOptions::default(), |fixture| {
        must(fixture.db(), |c| c.batch("CREATE TABLE w (t TEXT)"));
        let nul = Value::Text("a\0b".into());
        let cases: [(&str, Vec<Value>); 4] = [
            ("INSERT INTO w VALUES ($1)", vec![nul]),
            ("INSERT INTO w VALUES ('a\0b')", vec![]),
            ("INSERT INTO w VALUES ('a'); DELETE FROM w", vec![]),
            ("INSERT INTO w VALUES ($1)", vec![]),
        ];
        for (sql, parameters) in cases {
            let (_, result) = write(fixture.db(), move |c| c.execute(sql, &parameters));
            let error = result.unwrap().unwrap_err();
            if fixture.is_sqlite() || sql.contains('\0') || error.message.contains("NUL") {
                assert_eq!(error.kind, RawDbErrorKind::Refused, "{sql}: {error:?}");
            }
        }
        let db = fixture.db();
        let id = (db.intern)(db.context, "INSERT INTO w VALUES ($1)".into());
        drop(block_on(start_write(db, move |raw| {
            let error = execute(raw, id, "", &[]).unwrap_err();
            assert_eq!(error.kind, RawDbErrorKind::Refused, "{error:?}");
            RawVerdict::RollBack
        })));
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM w"), 0);
    });
}

#[test]
fn a_column_of_a_type_that_does_not_cross_is_named() {
    on_each(DatabaseOptions::default(), |fixture| {
        if fixture.is_sqlite() {
            return;
        }
        let (_, result) = read(fixture.db(), |c| c.query("SELECT 1::numeric AS price", &[]));
        let error = result.unwrap().unwrap_err();
        assert!(error.message.contains("price"), "{error:?}");
        assert!(error.message.contains("numeric"), "{error:?}");
    });
}

#[test]
fn a_commit_hidden_in_a_block_is_no_commit() {
    on_each(DatabaseOptions::default(), |fixture| {
        if fixture.is_sqlite() {
            return;
        }
        must(fixture.db(), |c| c.batch("CREATE TABLE w (id BIGINT)"));
        let (_, result) = write(fixture.db(), |c| {
            c.batch("INSERT INTO w VALUES (1); DO $$ BEGIN COMMIT; END $$")
        });
        assert!(result.unwrap().is_err());
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM w"), 0);
    });
}

#[test]
fn sqlite_is_set_up_to_be_durable_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/deeper/hob.db");
    let url: DatabaseUrl = format!("sqlite:{}", path.display()).parse().unwrap();
    let database = Database::open(&url, DatabaseOptions::default()).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&path) & 0o777, 0o600);
    assert_eq!(mode(path.parent().unwrap()) & 0o777, 0o700);
    must(database.interface(), |c| {
        c.batch("CREATE TABLE a (id BIGINT); INSERT INTO a VALUES (1)")
    });
    assert!(path.with_file_name("hob.db-wal").exists());
    database.shutdown();
    assert!(!path.with_file_name("hob.db-wal").exists());

    let other = rusqlite::Connection::open(&path).unwrap();
    let journal: String = other
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(journal, "wal");

    std::fs::write(
        &path,
        "this is no database, and long enough to be looked at twice",
    )
    .unwrap();
    let error = Database::open(&url, DatabaseOptions::default()).unwrap_err();
    assert!(error.to_string().contains("not a database"), "{error}");
}

#[test]
fn a_server_that_is_not_there_is_told_without_the_password() {
    let url: DatabaseUrl = "postgres://hob:sesame@127.0.0.1:1/hob".parse().unwrap();
    let error = Database::open(&url, DatabaseOptions::default()).unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("127.0.0.1:1"), "{text}");
    assert!(!text.contains("sesame"), "{text}");
}
