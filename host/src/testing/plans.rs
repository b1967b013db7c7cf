//! How the database runs the statements that it keeps prepared, so that a test
//! can see that each finds its rows by an index.

use std::{collections::BTreeSet, path::Path};

use super::{TestHost, postgres::FreshDatabase};
use crate::db::interning;

/// One statement, and what the database does for it.
#[derive(Debug)]
pub struct Plan {
    pub sql: String,
    /// The database's own words, a line for each step.
    pub steps: Vec<String>,
}

impl Plan {
    /// Whether it reads a whole table or index, or sorts what it found.
    #[must_use]
    pub fn reads_too_much(&self) -> bool {
        let sqlite = self.steps.iter().any(|step| {
            step.starts_with("USE TEMP B-TREE")
                || (step.starts_with("SCAN ")
                    // These are rows of the statement and not of a table.
                    && !step.contains("CONSTANT ROW")
                    && !step.contains("VALUES CLAUSE"))
        });
        // An index that is read without a condition is read from end to end.
        let index = ["Index Scan", "Index Only Scan"];
        let unbounded = |(at, step): (usize, &String)| {
            let conditioned = self.steps.get(at + 1);
            index.iter().any(|kind| step.contains(kind))
                && !conditioned.is_some_and(|next| next.contains("Index Cond"))
        };
        let postgres = self
            .steps
            .iter()
            .any(|step| step.contains("Seq Scan on") || step.contains("Sort Key"));
        sqlite || postgres || self.steps.iter().enumerate().any(unbounded)
    }
}

impl TestHost {
    /// The plans of all statements that were kept prepared in this process so
    /// far and hold the word `about`. A statement is kept once it has been run
    /// a few times. On PostgreSQL sequential scans, sorts and joins that read
    /// all of both sides are avoided where there is another way, so that a
    /// small table can't hide a missing index.
    ///
    /// # Panics
    /// The database does not understand a statement that it has run.
    pub async fn plans(&self, about: &str) -> Vec<Plan> {
        let statements: Vec<String> = interning::all()
            .into_iter()
            .filter(|sql| sql.contains(about))
            .collect();
        let file = self.folder().join("hob.db");
        let postgres = self.postgres().map(FreshDatabase::url);
        tokio::task::spawn_blocking(move || match postgres {
            Some(url) => on_postgres(&url, statements),
            None => on_sqlite(&file, statements),
        })
        .await
        .expect("every statement can be explained")
    }
}

fn on_sqlite(file: &Path, statements: Vec<String>) -> Vec<Plan> {
    let connection = rusqlite::Connection::open(file).expect("the site's database");
    let explain = |sql: String| {
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        let steps = statement
            .query_map(
                rusqlite::params_from_iter(parameters(&sql).map(|_| None::<i64>)),
                |row| row.get("detail"),
            )
            .and_then(Iterator::collect)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        Plan { sql, steps }
    };
    statements.into_iter().map(explain).collect()
}

fn on_postgres(url: &str, statements: Vec<String>) -> Vec<Plan> {
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("the site's database");
    client
        .batch_execute(
            "SET enable_seqscan = off; SET enable_sort = off; SET enable_hashjoin = off; \
             SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan",
        )
        .expect("settings of a session");
    let mut explain = |sql: String| {
        let nulls: Vec<&str> = parameters(&sql).map(|_| "NULL").collect();
        let arguments = match nulls.as_slice() {
            [] => String::new(),
            nulls => format!("({})", nulls.join(", ")),
        };
        let steps = client
            .batch_execute(&format!("DEALLOCATE ALL; PREPARE asked AS {sql}"))
            .and_then(|()| client.query(&format!("EXPLAIN EXECUTE asked{arguments}"), &[]))
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
            .iter()
            .map(|row| row.get(0))
            .collect();
        Plan { sql, steps }
    };
    statements.into_iter().map(&mut explain).collect()
}

/// The numbers of the parameters, each once.
fn parameters(sql: &str) -> impl Iterator<Item = u32> + use<> {
    let numbers: BTreeSet<u32> = sql
        .split('$')
        .skip(1)
        .filter_map(|rest| {
            let digits = rest.find(|letter: char| !letter.is_ascii_digit());
            rest[..digits.unwrap_or(rest.len())].parse().ok()
        })
        .collect();
    numbers.into_iter()
}
