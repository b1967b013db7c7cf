//! Every migration goes up, down and up again.

use hob_plugin_manifest::Packed;

use super::postgres::fresh_database;
use crate::{
    db::{Database, DatabaseOptions, DatabaseUrl},
    migrate, startup,
};

/// Applies the core's migrations and those of `plugins`, takes them all back,
/// newest owner first, and applies them once more: on SQLite, and on
/// PostgreSQL where there is one. Blocks.
///
/// # Panics
/// One of them fails.
pub fn go_up_down_up(plugins: &[Packed]) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    on_one(&DatabaseUrl::Sqlite(folder.path().join("hob.db")), plugins);
    if let Some(postgres) = fresh_database() {
        on_one(&postgres.database_url(), plugins);
    }
}

fn on_one(url: &DatabaseUrl, plugins: &[Packed]) {
    let database =
        Database::open(url, DatabaseOptions::default()).unwrap_or_else(|error| panic!("{error}"));
    let owners = startup::owners(plugins);
    let all: usize = owners.iter().map(|owner| owner.migrations.len()).sum();
    let apply =
        || migrate::apply(&database, &owners, |_| {}).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(apply(), all);
    for owner in owners.iter().rev() {
        migrate::revert(&database, owner, owner.migrations.len(), |_| {})
            .unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(apply(), all, "down takes back what up did");
    assert_eq!(apply(), 0);
    database.shutdown();
}
