//! What a plugin may write in Diesel, on whichever database it finds.

use diesel::{QueryResult, result::Error};
use hob_plugin_sdk::db::{Connection, Db, DbError};

use crate::{inserts, jobs, queries, schema, transactions, types, updates};

/// A case gets tables without rows, and leaves none behind.
pub type Case = (&'static str, fn(&mut Connection) -> QueryResult<()>);

/// Names the functions of a module as its cases.
#[macro_export]
macro_rules! cases {
    ($($case:ident,)+) => {
        pub const CASES: &[$crate::suite::Case] = &[$((stringify!($case), $case)),+];
    };
}

/// Runs every case on an empty database, and tells of all that fail.
///
/// # Panics
/// If one failed.
pub async fn run_all(db: Db) {
    schema::create(&db).await.expect("the tables are created");
    let mut failures = Vec::new();
    let mut passed = 0;
    let cases = [
        inserts::CASES,
        updates::CASES,
        queries::select::CASES,
        queries::combine::CASES,
        types::CASES,
        transactions::CASES,
    ];
    for &(name, case) in cases.into_iter().flatten() {
        match in_a_transaction(&db, case).await {
            Ok(()) => passed += 1,
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    passed += jobs::run_all(&db).await;
    assert!(
        failures.is_empty(),
        "{passed} cases passed, {} failed:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(passed >= 80, "{passed} cases ran");
}

enum End {
    Passed,
    Failed(DbError),
}

impl From<DbError> for End {
    fn from(error: DbError) -> Self {
        Self::Failed(error)
    }
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Runs a case and rolls back what it did.
async fn in_a_transaction(
    db: &Db,
    case: fn(&mut Connection) -> QueryResult<()>,
) -> Result<(), DbError> {
    let end = db
        .write(move |connection| {
            case(connection)?;
            Err::<(), _>(End::Passed)
        })
        .await;
    match end {
        Err(End::Failed(error)) => Err(error),
        Err(End::Passed) | Ok(()) => Ok(()),
    }
}
