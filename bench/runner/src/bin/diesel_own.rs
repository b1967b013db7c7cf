//! The same queries as the bench plugin's, over Diesel's own connection to a
//! file of the same settings. The file's name is the argument.

#[path = "../../../queries.rs"]
mod queries;

use std::time::Instant;

use diesel::{Connection as _, connection::SimpleConnection, sqlite::SqliteConnection};
use serde::Serialize;

type Connection = SqliteConnection;

/// In nanoseconds, as the plugin's.
#[derive(Serialize)]
struct Own {
    read: f64,
    read_job: f64,
    insert: f64,
}

fn main() -> anyhow::Result<()> {
    let file = std::env::args()
        .nth(1)
        .ok_or_else(|| anyhow::anyhow!("usage: diesel_own FILE"))?;
    let mut connection = SqliteConnection::establish(&file)?;
    connection.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
    )?;
    connection.batch_execute(&format!(
        "DROP TABLE IF EXISTS bench_rows; {}",
        include_str!("../../../plugin/migrations/20261122000000_create_rows/up.sql")
    ))?;
    connection.immediate_transaction(queries::fill)?;
    let own = Own {
        read: connection.transaction(queries::measure_reads)?,
        read_job: measure_transactions(&mut connection)?,
        insert: connection.immediate_transaction(queries::measure_inserts)?,
    };
    println!("{}", serde_json::to_string(&own)?);
    Ok(())
}

fn measure_transactions(connection: &mut SqliteConnection) -> diesel::QueryResult<f64> {
    let started = Instant::now();
    for id in queries::keys() {
        connection.transaction(|connection| queries::read(connection, id))?;
    }
    Ok(queries::each(started))
}
