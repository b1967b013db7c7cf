//! Typed Diesel over the host's drivers: one suite, on each database.

mod inserts;
mod jobs;
mod queries;
mod schema;
mod suite;
mod transactions;
mod types;
mod updates;

use hob::{
    db::{Database, DatabaseOptions, DatabaseUrl},
    testing::postgres::fresh_database,
};
use hob_plugin_sdk::db::Db;

fn run_on(url: &DatabaseUrl) {
    let database = Database::open(url, DatabaseOptions::default()).expect("a database");
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime")
        .block_on(suite::run_all(Db::from_abi(database.interface())));
    database.shutdown();
}

#[test]
fn the_dialect_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    run_on(&DatabaseUrl::Sqlite(folder.path().join("hob.db")));
}

#[test]
fn the_dialect_on_postgres() {
    if let Some(postgres) = fresh_database() {
        run_on(&postgres.database_url());
    }
}
