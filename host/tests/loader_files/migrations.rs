//! What may happen to a plugin's tables between one command and the next: a
//! crash, a changed file, a purge.

#![allow(
    clippy::result_large_err,
    reason = "the error crosses as it is, and is the rare case"
)]

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
    thread,
    time::Duration,
};

use hob::{db::Database, migrate::MigrateError, startup, testing::postgres::fresh_database};
use hob_plugin_manifest::{Migration, MigrationSql};

use crate::site::{Site, c_entry, c_library, manifest_with};

/// Rows that take a while to write.
const ROWS: i64 = 1_500_000;

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

fn create_first() -> Migration {
    let up = "CREATE TABLE x_first (i BIGINT NOT NULL)";
    migration("20261128000000", "create_first", up, "DROP TABLE x_first")
}

fn fill_second() -> Migration {
    let up = format!(
        "CREATE TABLE x_second (i BIGINT NOT NULL);\n\
         INSERT INTO x_second WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
         WHERE i < {ROWS}) SELECT i FROM n;\n\
         CREATE TABLE x_third (i BIGINT NOT NULL);"
    );
    let down = "DROP TABLE x_third;\nDROP TABLE x_second;";
    migration("20261128000001", "fill_second", &up, down)
}

fn install(site: &Site, migrations: Vec<Migration>) {
    let manifest = manifest_with("x", "tables = \"x_\"", migrations);
    site.install("x.so", c_library(Some(&manifest), &c_entry(), &[]));
    site.hob(&["plugins", "lock"]).succeeds();
}

/// A site that enables `x`, on each database that there is.
fn on_each(test: impl Fn(&Site)) {
    test(&Site::with_x());
    if let Some(postgres) = fresh_database() {
        let section = format!("[database]\nurl = {:?}\n", postgres.url());
        test(&Site::new(&["x"], &section));
    }
}

/// A number that the database answers.
fn ask(site: &Site, sql: &'static str) -> Result<i64, MigrateError> {
    let database: Database = startup::open_database(&site.config()).unwrap();
    let rows = database.maintain(move |connection| {
        let rows = connection.query(sql, &[])?;
        Ok::<_, MigrateError>(rows)
    })?;
    Ok(rows[0][0].as_integer().expect("a number"))
}

fn enable(site: &Site, enabled: &str) {
    let text = fs::read_to_string(site.path("hob.toml")).unwrap();
    let other = match enabled {
        "x" => text.replace("enabled = []", "enabled = [\"x\"]"),
        _ => text.replace("enabled = [\"x\"]", "enabled = []"),
    };
    fs::write(site.path("hob.toml"), other).unwrap();
}

#[test]
fn a_kill_in_the_middle_of_a_migration_leaves_nothing_of_it() {
    on_each(|site| {
        install(site, vec![create_first(), fill_second()]);
        for round in 0..5 {
            let mut update = site
                .command(&["dbupdate"])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let said = BufReader::new(update.stdout.take().unwrap());
            // What comes after this line is the migration that takes a while.
            let mark = match round {
                0 => "  + create_first (20261128000000)",
                _ => "x: updating",
            };
            let begun = said.lines().any(|line| line.unwrap() == mark);
            assert!(begun, "no {mark} in round {round}");
            thread::sleep(Duration::from_millis(20 + 30 * round));
            assert!(update.try_wait().unwrap().is_none(), "it is too quick");
            update.kill().unwrap();
            update.wait().unwrap();

            let status = site.hob(&["dbupdate", "--status"]);
            assert_eq!(status.code, Some(1), "{status:?}");
            let expected = "x: 1 applied, 1 pending\n  pending  20261128000001_fill_second\n";
            assert!(status.stdout.ends_with(expected), "{status:?}");
            let refused = site.hob(&["serve"]).fails();
            let expected = "migrations are pending (1 of x)";
            assert!(refused.contains(expected), "{refused}");
        }
        let said = site.hob(&["dbupdate"]).succeeds();
        let expected = "x: updating\n  + fill_second (20261128000001)\n\
                        Done: 1 migration applied.\n";
        assert!(said.ends_with(expected), "{said}");
        assert_eq!(ask(site, "SELECT count(*) FROM x_second").unwrap(), ROWS);
        assert_eq!(ask(site, "SELECT count(*) FROM x_third").unwrap(), 0);
        site.hob(&["dbupdate", "--status"]).succeeds();
    });
}

#[test]
fn a_purged_plugin_is_installed_again_as_if_it_had_never_been_there() {
    on_each(|site| {
        let second = "CREATE TABLE x_second (i BIGINT NOT NULL);\nINSERT INTO x_second VALUES (1);";
        let second = migration(
            "20261128000001",
            "fill_second",
            second,
            "DROP TABLE x_second",
        );
        install(site, vec![create_first(), second]);
        site.hob(&["dbupdate"]).succeeds();
        assert_eq!(ask(site, "SELECT count(*) FROM x_second").unwrap(), 1);

        assert_eq!(
            site.hob(&["plugins", "purge", "x", "--yes"]).fails(),
            "error: plugin x is enabled, and would lose its tables while it runs\n\
             \x20 --> hob.toml:4:12\n\
             \x20 fix: remove it from `enabled` and restart Hob first"
        );
        enable(site, "");
        assert_eq!(
            site.hob(&["plugins", "purge", "x"]).fails(),
            "error: this deletes the tables x_* of plugin x, with all that is in them, for good\n\
             \x20 --> plugins/x.so\n\
             \x20 fix: make a backup, then say it once more with --yes"
        );
        assert_eq!(
            site.hob(&["plugins", "purge", "y", "--yes"]).fails(),
            "error: no plugin y is installed, and only its file knows how to take its tables \
             away\n\
             \x20 --> plugins\n\
             \x20 fix: `hob plugins list` names those that are"
        );
        // Disabling alone takes nothing, and neither did what was refused.
        assert_eq!(ask(site, "SELECT count(*) FROM x_second").unwrap(), 1);

        let members = ask(
            site,
            "SELECT count(*) FROM hob_migrations WHERE owner = 'core'",
        );
        assert_eq!(
            site.hob(&["plugins", "purge", "x", "--yes"]).succeeds(),
            "  - fill_second (20261128000001)\n  - create_first (20261128000000)\n\
             Done: 2 migrations taken back.\n"
        );
        for table in ["x_first", "x_second"] {
            let sql = match table {
                "x_first" => "SELECT count(*) FROM x_first",
                _ => "SELECT count(*) FROM x_second",
            };
            assert!(ask(site, sql).is_err(), "{table} is still there");
        }
        // The core has lost nothing, and there is nothing left to take.
        let core = "SELECT count(*) FROM hob_migrations";
        assert_eq!(ask(site, core).unwrap(), members.unwrap());
        assert_eq!(
            site.hob(&["plugins", "purge", "x"]).succeeds(),
            "There was nothing of x in the database.\n"
        );

        enable(site, "x");
        let said = site.hob(&["dbupdate"]).succeeds();
        assert!(said.ends_with("Done: 2 migrations applied.\n"), "{said}");
        assert_eq!(ask(site, "SELECT count(*) FROM x_second").unwrap(), 1);
    });
}

#[test]
fn a_file_that_was_not_locked_purges_nothing() {
    let site = Site::with_x();
    install(&site, vec![create_first()]);
    site.hob(&["dbupdate"]).succeeds();
    enable(&site, "");
    // Another file, that calls itself the plugin.
    let other = migration(
        "20261128000000",
        "create_first",
        &create_first().sqlite.up,
        "DROP TABLE members",
    );
    let manifest = manifest_with("x", "tables = \"x_\"", vec![other]);
    site.install("x.so", c_library(Some(&manifest), &c_entry(), &[]));
    let said = site.hob(&["plugins", "purge", "x", "--yes"]).fails();
    let expected = "error: plugin x is not the file that was locked: ";
    assert!(said.starts_with(expected), "{said}");
    assert_eq!(ask(&site, "SELECT count(*) FROM x_first").unwrap(), 0);
    // Locked, it may still touch only what is its own.
    site.hob(&["plugins", "lock"]).succeeds();
    let said = site.hob(&["plugins", "purge", "x", "--yes"]).fails();
    assert!(said.contains("`members`"), "{said}");
    assert_eq!(ask(&site, "SELECT count(*) FROM members").unwrap(), 0);
}

#[test]
fn an_edited_migration_and_one_that_is_gone_are_told_by_every_command() {
    for (changed, says) in [
        (
            vec![migration(
                "20261128000000",
                "create_first",
                "CREATE TABLE x_first (i BIGINT)",
                "DROP TABLE x_first",
            )],
            "error: x: the migration 20261128000000_create_first was edited after it had been \
             applied: the database has ",
        ),
        (
            Vec::new(),
            "error: x: the database has the migration 20261128000000_create_first, which this \
             binary does not know: it is older than the schema\n\
             \x20 fix: install the newer version of x",
        ),
    ] {
        let site = Site::with_x();
        install(&site, vec![create_first()]);
        site.hob(&["dbupdate"]).succeeds();
        install(&site, changed);
        for command in [&["dbupdate"][..], &["dbupdate", "--plan"], &["serve"]] {
            let said = site.hob(command).fails();
            assert!(said.starts_with(says), "{command:?}: {said}");
        }
        // With the right file again nothing is lost.
        install(&site, vec![create_first()]);
        site.hob(&["dbupdate", "--status"]).succeeds();
        assert_eq!(ask(&site, "SELECT count(*) FROM x_first").unwrap(), 0);
    }
}
