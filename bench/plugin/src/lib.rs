//! What the benchmark asks of a plugin: a route that only answers, and what it
//! costs to cross the boundary, measured from the plugin's side of it.

#[path = "../../queries.rs"]
mod queries;

use std::time::Instant;

use hob_plugin_sdk::{
    db::{Connection, Db, DbError},
    prelude::*,
};
use serde::Serialize;

/// The started plugin.
pub struct Bench {
    host: Host,
    db: Db,
}

impl Plugin for Bench {
    type Config = NoConfig;

    fn declare(declaration: &mut Declaration<Self>) {
        declaration
            .handle("GET /static", answer)
            .command("crossing", crossing);
    }

    fn start(host: Host, _: NoConfig) -> Result<Self, PluginError> {
        let db = host.db()?;
        Ok(Self { host, db })
    }
}

export_plugin!(Bench);

async fn answer(_: Arc<Bench>, _: Request) -> Response {
    Response::text(200, "ok\n")
}

/// In nanoseconds.
#[derive(Serialize)]
struct Crossing {
    /// Asking the host for the time.
    call: f64,
    /// Asking the system for it, without the host.
    clock: f64,
    read: f64,
    /// A read that is a job of its own, with its transaction.
    read_job: f64,
    insert: f64,
}

async fn crossing(bench: Arc<Bench>, _: Invocation) -> Result<Output, CommandError> {
    let db = &bench.db;
    db.write::<_, _, DbError>(|connection| Ok(queries::fill(connection)?))
        .await
        .map_err(PluginError::from)?;
    let measured = Crossing {
        call: measure_calls(|| bench.host.now().as_micros()),
        clock: measure_calls(|| {
            let now = std::time::SystemTime::now();
            let since = now.duration_since(std::time::UNIX_EPOCH);
            i64::try_from(since.unwrap_or_default().as_micros()).unwrap_or_default()
        }),
        read: db.read(measure(queries::measure_reads)).await?,
        read_job: measure_read_jobs(db).await?,
        insert: db.write(measure(queries::measure_inserts)).await?,
    };
    Output::json(&measured)
}

fn measure(
    run: impl FnOnce(&mut Connection) -> diesel::QueryResult<f64>,
) -> impl FnOnce(&mut Connection) -> Result<f64, PluginError> {
    |connection| Ok(run(connection)?)
}

fn measure_calls(call: impl Fn() -> i64) -> f64 {
    let mut sum = 0_i64;
    let started = Instant::now();
    for _ in queries::keys() {
        sum = sum.wrapping_add(call());
    }
    let nanoseconds = queries::each(started);
    std::hint::black_box(sum);
    nanoseconds
}

async fn measure_read_jobs(db: &Db) -> Result<f64, PluginError> {
    let started = Instant::now();
    for id in queries::keys() {
        db.read::<_, _, DbError>(move |connection| Ok(queries::read(connection, id)?))
            .await?;
    }
    Ok(queries::each(started))
}
