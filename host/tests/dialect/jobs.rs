//! Whole jobs: what is committed, what is rolled back, what comes back.

use std::{future::Future, pin::pin, task::Context, time::Duration};

use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error},
};
use hob_plugin_sdk::{
    PluginError,
    db::{Db, DbError},
};

use crate::schema::{member, members, names};

/// Runs each case on tables without rows; tells how many there were.
pub async fn run_all(db: &Db) -> usize {
    let mut cases = 0;
    macro_rules! run {
        ($($case:ident)+) => {$(
            $case(db).await;
            db.write(|connection| diesel::delete(members::table).execute(connection))
                .await
                .expect(stringify!($case));
            cases += 1;
        )+};
    }
    run! {
        a_write_is_there_for_the_next_read
        an_error_rolls_back_and_comes_back
        a_panic_rolls_back_and_is_told
        a_read_can_not_write
        a_swallowed_error_is_not_committed
        a_write_outlives_its_future
        a_future_dropped_early_does_nothing
        many_writes_at_once
        what_a_job_owns_is_dropped_once
    }
    cases
}

async fn all_names(db: &Db) -> Vec<String> {
    db.read(names).await.expect("names are read")
}

async fn a_write_is_there_for_the_next_read(db: &Db) {
    let id = db
        .write(|connection| member(connection, "ada"))
        .await
        .expect("a write");
    let name: String = db
        .read(move |connection| {
            members::table
                .find(id)
                .select(members::name)
                .first(connection)
        })
        .await
        .expect("a read");
    assert_eq!(name, "ada");
}

#[derive(Debug, PartialEq)]
enum Refusal {
    TooMany(u32),
    Other(String),
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        Self::Other(error.to_string())
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Other(error.to_string())
    }
}

async fn an_error_rolls_back_and_comes_back(db: &Db) {
    let result = db
        .write(|connection| {
            member(connection, "ada")?;
            Err::<(), _>(Refusal::TooMany(3))
        })
        .await;
    assert_eq!(result, Err(Refusal::TooMany(3)));
    let result: QueryResult<()> = db
        .write(|connection| {
            member(connection, "ada")?;
            Err(Error::NotFound)
        })
        .await;
    assert_eq!(result, Err(Error::NotFound));
    let result = db
        .write(|connection| {
            member(connection, "ada")?;
            member(connection, "ada")?;
            Ok::<_, PluginError>(())
        })
        .await;
    assert!(result.is_err());
    assert_eq!(all_names(db).await.len(), 0);
}

async fn a_panic_rolls_back_and_is_told(db: &Db) {
    let result: Result<(), DbError> = db
        .write(|connection| {
            member(connection, "ada")?;
            panic!("out of cheese")
        })
        .await;
    assert!(
        matches!(&result, Err(DbError::Panicked(message)) if message == "out of cheese"),
        "{result:?}"
    );
    let result: Result<(), DbError> = db.read(|_| panic!("and out of bread")).await;
    assert!(matches!(&result, Err(DbError::Panicked(_))), "{result:?}");
    assert_eq!(all_names(db).await.len(), 0);
}

async fn a_read_can_not_write(db: &Db) {
    let result = db.read(|connection| member(connection, "ada")).await;
    assert!(
        matches!(
            result,
            Err(Error::DatabaseError(
                DatabaseErrorKind::ReadOnlyTransaction,
                _
            ))
        ),
        "{result:?}"
    );
    assert_eq!(all_names(db).await.len(), 0);
}

async fn a_swallowed_error_is_not_committed(db: &Db) {
    let result = db
        .write(|connection| {
            member(connection, "ada")?;
            let _ = member(connection, "ada");
            Ok::<_, DbError>(())
        })
        .await;
    assert!(
        matches!(
            result,
            Err(DbError::Query(Error::DatabaseError(
                DatabaseErrorKind::UniqueViolation,
                _
            )))
        ),
        "{result:?}"
    );
    assert_eq!(all_names(db).await.len(), 0);
}

/// Polls a future once, and drops it.
fn give_up<F: Future>(future: F) {
    let _ = pin!(future).poll(&mut Context::from_waker(std::task::Waker::noop()));
}

async fn a_write_outlives_its_future(db: &Db) {
    give_up(db.write(|connection| {
        std::thread::sleep(Duration::from_millis(20));
        member(connection, "ada")
    }));
    // Writes are done in the order in which they come, on SQLite; PostgreSQL
    // may take another connection for this one.
    for _ in 0..500 {
        if !all_names(db).await.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the write was lost with its future");
}

async fn a_future_dropped_early_does_nothing(db: &Db) {
    drop(db.write(|connection| member(connection, "ada")));
    db.write(|connection| member(connection, "bo"))
        .await
        .expect("a write");
    assert_eq!(all_names(db).await, ["bo"]);
}

async fn many_writes_at_once(db: &Db) {
    let writes = (0..200).map(|n| {
        let write = db.write(move |connection| {
            let id = member(connection, &format!("member {n:03}"))?;
            if n % 10 == 0 {
                return Err(Error::RollbackTransaction);
            }
            Ok(id)
        });
        tokio::spawn(write)
    });
    let writes: Vec<_> = writes.collect();
    let mut stored = 0;
    for write in writes {
        match write.await.expect("the task ends") {
            Ok(_) => stored += 1,
            Err(error) => assert_eq!(error, Error::RollbackTransaction),
        }
    }
    assert_eq!(stored, 180);
    assert_eq!(all_names(db).await.len(), 180);
}

async fn what_a_job_owns_is_dropped_once(db: &Db) {
    use std::sync::Arc;

    let owned = Arc::new(());
    let in_closure = owned.clone();
    let back = db
        .write(move |_| Ok::<_, DbError>(in_closure))
        .await
        .expect("a write");
    assert_eq!(Arc::strong_count(&owned), 2);
    drop(back);
    let in_closure = owned.clone();
    let failed: Result<(), DbError> = db
        .write(move |_| {
            let _inside = in_closure;
            panic!("with something in hand")
        })
        .await;
    assert!(failed.is_err());
    let in_closure = owned.clone();
    drop(db.write(move |_| Ok::<_, DbError>(in_closure)));
    assert_eq!(Arc::strong_count(&owned), 1);
}
