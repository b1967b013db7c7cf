//! Migrations and their ledger.

use hob::{
    db::{Database, DatabaseOptions},
    migrate::{MigrateError, Owner, Progress, apply, plan, revert, status},
};
use hob_plugin_manifest::{Migration, MigrationSql};

use crate::driver::{Fixture, count, must, on_each, rows};

fn migration(version: &str, name: &str, up: &str, down: &str) -> Migration {
    let sql = MigrationSql {
        up: up.to_owned(),
        down: down.to_owned(),
    };
    Migration {
        version: version.to_owned(),
        name: name.to_owned(),
        sqlite: sql.clone(),
        postgres: sql,
    }
}

fn owners() -> Vec<Owner> {
    vec![
        Owner {
            name: "core".to_owned(),
            table_prefix: None,
            migrations: vec![
                migration(
                    "20261122000000",
                    "create_users",
                    "CREATE TABLE users (id BIGINT PRIMARY KEY); -- a note\n\
                     CREATE INDEX users_by_id ON users (id);",
                    "DROP TABLE users;",
                ),
                migration(
                    "20261122000001",
                    "add_name",
                    "ALTER TABLE users ADD COLUMN name TEXT",
                    "ALTER TABLE users DROP COLUMN name",
                ),
            ],
        },
        Owner {
            name: "oauth".to_owned(),
            table_prefix: Some("oauth_".to_owned()),
            // The same timestamp as the core's.
            migrations: vec![migration(
                "20261122000000",
                "create_clients",
                "CREATE TABLE oauth_clients (id BIGINT)",
                "DROP TABLE oauth_clients",
            )],
        },
    ]
}

fn applied(database: &Database, owners: &[Owner]) -> Result<Vec<String>, MigrateError> {
    let mut lines = Vec::new();
    apply(database, owners, |progress| {
        lines.push(progress.to_string())
    })?;
    Ok(lines)
}

fn tables(fixture: &Fixture) -> Vec<String> {
    let sql = if fixture.is_sqlite() {
        "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
    } else {
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    };
    rows(fixture.db(), sql)
        .iter()
        .map(|row| row[0].as_text().unwrap().to_owned())
        .collect()
}

#[test]
fn up_down_up() {
    on_each(DatabaseOptions::default(), |fixture| {
        let owners = owners();
        let database = fixture.database();
        assert_eq!(plan(database, &owners).unwrap().len(), 3);
        assert_eq!(
            tables(fixture),
            Vec::<String>::new(),
            "a plan changes nothing"
        );
        for _ in 0..2 {
            assert_eq!(
                applied(database, &owners).unwrap(),
                [
                    "core: updating",
                    "  + create_users (20261122000000)",
                    "  + add_name (20261122000001)",
                    "oauth: updating",
                    "  + create_clients (20261122000000)",
                ]
            );
            assert_eq!(
                tables(fixture),
                ["hob_migrations", "oauth_clients", "users"]
            );
            assert!(
                status(database, &owners)
                    .unwrap()
                    .iter()
                    .all(|s| s.is_up_to_date())
            );
            assert_eq!(
                applied(database, &owners).unwrap(),
                [
                    "core: updating",
                    "  up to date",
                    "oauth: updating",
                    "  up to date"
                ]
            );
            let mut lines = Vec::new();
            for owner in owners.iter().rev() {
                revert(database, owner, owner.migrations.len(), |progress| {
                    lines.push(progress.to_string());
                })
                .unwrap();
            }
            assert_eq!(
                lines,
                [
                    "  - create_clients (20261122000000)",
                    "  - add_name (20261122000001)",
                    "  - create_users (20261122000000)",
                ]
            );
            assert_eq!(tables(fixture), ["hob_migrations"]);
        }
        let error = revert(database, &owners[0], 1, |_| {}).unwrap_err();
        assert!(
            matches!(error, MigrateError::TooFewToRevert { .. }),
            "{error}"
        );
    });
}

#[test]
fn two_runs_at_once_are_safe() {
    on_each(DatabaseOptions::default(), |fixture| {
        let url = fixture.url();
        let slow = if fixture.is_sqlite() {
            "CREATE TABLE slow AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
             WHERE i < 300000) SELECT i FROM n"
        } else {
            "CREATE TABLE slow (i BIGINT); SELECT pg_sleep(0.3)"
        };
        let mut owners = owners();
        owners[0]
            .migrations
            .push(migration("20261122000002", "slow", slow, "DROP TABLE slow"));
        let runs: Vec<_> = (0..4)
            .map(|_| {
                let (url, owners) = (url.clone(), owners.clone());
                std::thread::spawn(move || {
                    let database = Database::open(&url, DatabaseOptions::default()).unwrap();
                    apply(&database, &owners, |_| {}).unwrap()
                })
            })
            .collect();
        let total: usize = runs.into_iter().map(|run| run.join().unwrap()).sum();
        assert_eq!(
            total, 4,
            "each migration was applied once, by one of the runs"
        );
        assert_eq!(
            count(fixture.db(), "SELECT count(*) FROM hob_migrations"),
            4
        );
    });
}

#[test]
fn an_edited_migration_is_named_with_both_digests() {
    on_each(DatabaseOptions::default(), |fixture| {
        let mut owners = owners();
        let before = owners[1].migrations[0].sqlite.sha256();
        applied(fixture.database(), &owners).unwrap();
        let edited = &mut owners[1].migrations[0];
        edited.sqlite.up.push_str(" -- edited");
        edited.postgres.up.push_str(" -- edited");
        owners[0].migrations.push(migration(
            "20261122000009",
            "later",
            "CREATE TABLE later (i BIGINT)",
            "DROP TABLE later",
        ));
        let error = applied(fixture.database(), &owners)
            .unwrap_err()
            .to_string();
        for part in [
            "oauth",
            "20261122000000_create_clients",
            &before,
            &owners[1].migrations[0].sqlite.sha256(),
            "was edited after it had been applied",
        ] {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert!(
            !tables(fixture).contains(&"later".to_owned()),
            "nothing is applied"
        );
    });
}

#[test]
fn a_binary_older_than_the_schema_refuses() {
    on_each(DatabaseOptions::default(), |fixture| {
        let mut owners = owners();
        applied(fixture.database(), &owners).unwrap();
        owners[0].migrations.pop();
        let error = applied(fixture.database(), &owners)
            .unwrap_err()
            .to_string();
        for part in ["core", "20261122000001_add_name", "older than the schema"] {
            assert!(error.contains(part), "{part}: {error}");
        }
        let unknown = &status(fixture.database(), &owners).unwrap()[0].unknown;
        assert_eq!(unknown[0].name, "add_name");
        // A plugin that is not enabled any more is no concern.
        owners.remove(0);
        applied(fixture.database(), &owners).unwrap();
    });
}

#[test]
fn a_failing_statement_leaves_nothing_of_its_migration() {
    on_each(DatabaseOptions::default(), |fixture| {
        let mut owners = owners();
        owners[1].migrations.push(migration(
            "20261122000003",
            "break",
            "CREATE TABLE oauth_more (i BIGINT);\nINSERT INTO oauth_more VALUES (1);\n\
             INSERT INTO nowhere VALUES (1);",
            "",
        ));
        let error = applied(fixture.database(), &owners)
            .unwrap_err()
            .to_string();
        for part in [
            "oauth",
            "20261122000003_break",
            "up.sql",
            "nowhere",
            "line 3",
        ] {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert_eq!(
            tables(fixture),
            ["hob_migrations", "oauth_clients", "users"]
        );
        assert_eq!(
            count(fixture.db(), "SELECT count(*) FROM hob_migrations"),
            3
        );
    });
}

#[test]
fn transaction_words_in_a_migration_are_refused() {
    on_each(DatabaseOptions::default(), |fixture| {
        for word in [
            "COMMIT",
            "ROLLBACK",
            "BEGIN",
            "END",
            "SAVEPOINT a",
            "VACUUM",
        ] {
            let owner = Owner {
                name: "oauth".to_owned(),
                table_prefix: Some("oauth_".to_owned()),
                migrations: vec![migration(
                    "1",
                    "sneak",
                    &format!("CREATE TABLE oauth_x (i BIGINT); {word};"),
                    "",
                )],
            };
            let error = applied(fixture.database(), &[owner])
                .unwrap_err()
                .to_string();
            assert!(error.contains("refused"), "{error}");
        }
        assert_eq!(tables(fixture), Vec::<String>::new());
    });
}

#[test]
fn an_owner_keeps_to_its_own_tables() {
    on_each(DatabaseOptions::default(), |fixture| {
        let mut owners = owners();
        applied(fixture.database(), &owners).unwrap();
        for (sql, table) in [
            ("CREATE TABLE clients (i BIGINT)", "clients"),
            ("CREATE VIEW everyone AS SELECT * FROM users", "everyone"),
            ("DROP TABLE users", "users"),
            ("ALTER TABLE users RENAME TO oauth_users", "users"),
            ("DROP TABLE hob_migrations", "hob_migrations"),
        ] {
            owners[1].migrations.truncate(1);
            owners[1]
                .migrations
                .push(migration("20261122000004", "stray", sql, ""));
            let error = applied(fixture.database(), &owners)
                .unwrap_err()
                .to_string();
            assert!(error.contains(&format!("`{table}`")), "{sql}: {error}");
            assert_eq!(
                tables(fixture),
                ["hob_migrations", "oauth_clients", "users"]
            );
        }
    });
}

#[test]
fn triggers_and_comments_are_split_where_they_end() {
    on_each(DatabaseOptions::default(), |fixture| {
        if !fixture.is_sqlite() {
            return;
        }
        must(fixture.db(), |c| {
            c.batch(
                "CREATE TABLE a (i BIGINT); /* ; */ CREATE TABLE b (i BIGINT);\n\
                 CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  INSERT INTO b VALUES (new.i); END;\n\
                 INSERT INTO a VALUES (1); -- the end",
            )
        });
        assert_eq!(count(fixture.db(), "SELECT count(*) FROM b"), 1);
    });
}

#[test]
fn a_report_is_given_as_things_happen() {
    on_each(DatabaseOptions::default(), |fixture| {
        let owners = owners();
        let mut owner_lines = 0;
        apply(fixture.database(), &owners, |progress| {
            if matches!(progress, Progress::Owner(_)) {
                owner_lines += 1;
            }
        })
        .unwrap();
        assert_eq!(owner_lines, 2);
    });
}
