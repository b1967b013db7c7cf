//! Transactions inside of a job.
//!
//! A job runs in a transaction that the host opens and ends, so Diesel's
//! `connection.transaction` opens savepoints, the outermost one included. The
//! host sees to it that nothing runs after a failed statement until it was
//! rolled back to a savepoint; here nothing is known of that.

use std::num::NonZeroU32;

use diesel::{
    connection::{
        InstrumentationEvent, TransactionDepthChange, TransactionManager, TransactionManagerStatus,
    },
    result::{Error, QueryResult},
};

use super::Connection;
use crate::abi::db::RawSavepoint;

/// Turns Diesel's transactions into the savepoints of a job.
#[derive(Debug)]
pub struct Savepoints;

/// How many savepoints are open, or an error if there is none.
fn depth(connection: &Connection) -> QueryResult<NonZeroU32> {
    connection
        .savepoints
        .transaction_depth()?
        .ok_or(Error::NotInTransaction)
}

fn change(connection: &mut Connection, change: TransactionDepthChange) -> QueryResult<()> {
    match &mut connection.savepoints {
        TransactionManagerStatus::Valid(status) => status.change_transaction_depth(change),
        TransactionManagerStatus::InError => Err(Error::BrokenTransactionManager),
    }
}

impl TransactionManager<Connection> for Savepoints {
    type TransactionStateData = TransactionManagerStatus;

    fn begin_transaction(connection: &mut Connection) -> QueryResult<()> {
        let depth = connection
            .savepoints
            .transaction_depth()?
            .map_or(NonZeroU32::MIN, |depth| depth.saturating_add(1));
        connection.observe(InstrumentationEvent::begin_transaction(depth));
        connection.savepoint(RawSavepoint::Open, depth)?;
        change(connection, TransactionDepthChange::IncreaseDepth)
    }

    fn rollback_transaction(connection: &mut Connection) -> QueryResult<()> {
        let depth = depth(connection)?;
        connection.observe(InstrumentationEvent::rollback_transaction(depth));
        if let Err(error) = connection.savepoint(RawSavepoint::RollBack, depth) {
            connection.savepoints.set_in_error();
            return Err(error);
        }
        change(connection, TransactionDepthChange::DecreaseDepth)
    }

    fn commit_transaction(connection: &mut Connection) -> QueryResult<()> {
        let depth = depth(connection)?;
        connection.observe(InstrumentationEvent::commit_transaction(depth));
        if let Err(commit_error) = connection.savepoint(RawSavepoint::Release, depth) {
            return Err(match Self::rollback_transaction(connection) {
                Ok(()) => commit_error,
                Err(rollback_error) => Error::RollbackErrorOnCommit {
                    rollback_error: Box::new(rollback_error),
                    commit_error: Box::new(commit_error),
                },
            });
        }
        change(connection, TransactionDepthChange::DecreaseDepth)
    }

    fn transaction_manager_status_mut(
        connection: &mut Connection,
    ) -> &mut TransactionManagerStatus {
        &mut connection.savepoints
    }
}
