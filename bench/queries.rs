//! The queries that are compared, the same source for both sides: each
//! includes this file and says beside it what its `Connection` is.

use std::time::Instant;

use diesel::prelude::*;

use super::Connection;

/// Rows that are read, by random keys.
const ROWS: i64 = 10_000;
/// Reads, and inserts, of one measurement.
const TIMES: i64 = 20_000;

diesel::table! {
    bench_rows (id) {
        id -> BigInt,
        name -> Text,
        digest -> Binary,
        amount -> BigInt,
        seen_at -> Nullable<BigInt>,
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = bench_rows, treat_none_as_default_value = false)]
pub struct Row {
    id: i64,
    name: String,
    digest: Vec<u8>,
    amount: i64,
    seen_at: Option<i64>,
}

impl Row {
    fn of(id: i64) -> Self {
        Self {
            id,
            name: format!("the row of number {id}"),
            digest: vec![id.to_le_bytes()[0]; 32],
            amount: id * 7,
            seen_at: None,
        }
    }

    fn insert(&self, connection: &mut Connection) -> QueryResult<usize> {
        diesel::insert_into(bench_rows::table)
            .values(self)
            .execute(connection)
    }
}

/// Begins with a full table.
pub fn fill(connection: &mut Connection) -> QueryResult<()> {
    diesel::delete(bench_rows::table).execute(connection)?;
    for id in 0..ROWS {
        Row::of(id).insert(connection)?;
    }
    Ok(())
}

/// Keys that jump about, the same on both sides.
pub fn keys() -> impl Iterator<Item = i64> {
    (0..TIMES).map(|number| (number * 7919) % ROWS)
}

/// One row by its primary key.
pub fn read(connection: &mut Connection, id: i64) -> QueryResult<Row> {
    bench_rows::table
        .find(id)
        .select(Row::as_select())
        .first(connection)
}

/// Nanoseconds of a read by primary key, one after the other in one
/// transaction.
pub fn measure_reads(connection: &mut Connection) -> QueryResult<f64> {
    let mut sum = 0;
    let started = Instant::now();
    for id in keys() {
        let row = read(connection, id)?;
        sum += row.amount + row.name.len() as i64 + row.digest.len() as i64;
        sum += row.seen_at.unwrap_or_default();
    }
    let nanoseconds = each(started);
    std::hint::black_box(sum);
    Ok(nanoseconds)
}

/// Nanoseconds of an insert, one after the other in one transaction, without
/// its commit, which costs both sides the same.
pub fn measure_inserts(connection: &mut Connection) -> QueryResult<f64> {
    let rows: Vec<Row> = (ROWS..ROWS + TIMES).map(Row::of).collect();
    let started = Instant::now();
    for row in &rows {
        row.insert(connection)?;
    }
    let nanoseconds = each(started);
    diesel::delete(bench_rows::table.filter(bench_rows::id.ge(ROWS))).execute(connection)?;
    Ok(nanoseconds)
}

/// Nanoseconds of each of the runs since `started`.
pub fn each(started: Instant) -> f64 {
    started.elapsed().as_nanos() as f64 / TIMES as f64
}
