//! Lends a database connection to a job, and keeps the rules that are the same
//! on every database.
//!
//! - After a statement has failed, nothing more runs until the job has rolled
//!   back to a savepoint, and it can't commit. PostgreSQL would have it so in
//!   any case; a plugin behaves the same on SQLite.
//! - A job that is past its deadline gets no further statement.
//! - An event is delivered with a lease of the same connection, in which
//!   savepoints count from 1 again. A refusal counts as a failed statement;
//!   where the event does not let anybody refuse, the lease is guarded by a
//!   savepoint. What is to be heard after the commit is kept until the job
//!   ends, and forgotten with the savepoint in which it was raised.
//!
//! The drivers ([`Session`]) know nothing of this.

use std::{
    cell::{Cell as Slot, RefCell},
    panic::{AssertUnwindSafe, catch_unwind},
};

use abi_stable::std_types::{RResult, RSlice, RStr, RString};
use hob_plugin_sdk::abi::{
    RawError,
    db::{
        Cell, RawConnection, RawDbError, RawDbErrorKind, RawJobOutcome, RawReading, RawRows,
        RawSavepoint, RawStatement, RawVerdict,
    },
    event::RawEvent,
};

use super::{
    error::{failure, refused, unavailable},
    events::{EventSink, Lender, OwnedEvent},
    job::{CoarseInstant, Deadline, OwnedJob},
};

/// How many events may be raised inside one another. Subscribers that raise
/// each other's events go round in a circle.
const DEEPEST_EVENT: u32 = 8;

/// How many statements and savepoints jobs have asked for in this process.
#[cfg(feature = "testing")]
pub(crate) static STATEMENTS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

/// A driver's connection with a transaction open on it.
pub(crate) trait Session {
    const DIALECT: u32;
    fn execute(
        &mut self,
        statement: RawStatement<'_>,
        parameters: &[Cell],
    ) -> Result<u64, RawDbError>;
    /// The rows stay valid until the next call.
    fn query(
        &mut self,
        statement: RawStatement<'_>,
        parameters: &[Cell],
    ) -> Result<RawRows, RawDbError>;
    fn batch(&mut self, sql: &str) -> Result<(), RawDbError>;
    /// [`RawSavepoint::RollBack`] also ends the savepoint.
    fn savepoint(&mut self, action: RawSavepoint, depth: u32) -> Result<(), RawDbError>;
    /// What the job has read so far; nothing that holds where it may write.
    fn reading(&self) -> RawReading;
}

/// The terms of a lease.
pub(crate) struct Terms<'a> {
    pub(crate) writable: bool,
    pub(crate) deadline: Deadline,
    pub(crate) sink: Option<&'a EventSink>,
}

struct Lease<'a, S> {
    /// Borrowed only during one call, never while an event is delivered.
    session: RefCell<&'a mut S>,
    terms: &'a Terms<'a>,
    /// Why the transaction can't go on.
    failure: RefCell<Option<RawDbError>>,
    /// Savepoints that are open.
    depth: Slot<u32>,
    /// Events that are being delivered, one inside the other.
    delivering: Slot<u32>,
    /// What is to be heard after the commit, each with the number of
    /// savepoints that were open around it.
    after: RefCell<Vec<(u32, OwnedEvent)>>,
}

/// What a [`RawConnection`] points to: the lease, as one borrower sees it.
struct Borrower<'b, 'a, S> {
    lease: &'b Lease<'a, S>,
    /// Savepoints that were open when this borrower came.
    base: u32,
}

/// Runs a job on the session. `Ok` asks for a commit, and is what is to be
/// heard after it; an error is what to answer once the transaction has been
/// rolled back.
pub(crate) fn lend<S: Session>(
    session: &mut S,
    terms: &Terms<'_>,
    job: &mut OwnedJob,
) -> Result<Vec<OwnedEvent>, RawJobOutcome> {
    let lease = Lease {
        session: RefCell::new(session),
        terms,
        failure: RefCell::new(None),
        depth: Slot::new(0),
        delivering: Slot::new(0),
        after: RefCell::default(),
    };
    let borrower = Borrower {
        lease: &lease,
        base: 0,
    };
    let verdict = job.run(&mut borrower.connection());
    match verdict {
        RawVerdict::Panicked => Err(RawJobOutcome::Panicked),
        RawVerdict::RollBack => Err(RawJobOutcome::RolledBack),
        RawVerdict::Commit => match lease.failure.take() {
            None => Ok(lease
                .after
                .take()
                .into_iter()
                .map(|(_, event)| event)
                .collect()),
            Some(failed) => Err(RawJobOutcome::Failed(RawDbError {
                message: RString::from(format!(
                    "the job asked for a commit although a statement had failed: {}",
                    failed.message
                )),
                ..failed
            })),
        },
    }
}

impl<S: Session> Borrower<'_, '_, S> {
    fn connection(&self) -> RawConnection {
        RawConnection {
            context: std::ptr::from_ref(self).cast_mut().cast(),
            dialect: S::DIALECT,
            execute: execute::<S>,
            query: query::<S>,
            batch: batch::<S>,
            savepoint: savepoint::<S>,
            raise: raise::<S>,
            reading: reading::<S>,
        }
    }
}

impl<S: Session> Lease<'_, S> {
    /// Runs one call on the session, unless the transaction has failed or the
    /// time is up.
    fn call<T>(&self, run: impl FnOnce(&mut S) -> Result<T, RawDbError>) -> Result<T, RawDbError> {
        #[cfg(feature = "testing")]
        STATEMENTS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if let Some(earlier) = &*self.failure.borrow() {
            return Err(failure(
                RawDbErrorKind::Other,
                format!(
                    "the transaction has failed and takes no statement until it is rolled back \
                     to a savepoint; what failed: {}",
                    earlier.message
                ),
            ));
        }
        if self
            .terms
            .deadline
            .is_some_and(|deadline| CoarseInstant::now() > deadline)
        {
            return Err(self.failed(failure(
                RawDbErrorKind::Interrupted,
                "the job ran past its time budget",
            )));
        }
        self.unchecked(run).map_err(|error| self.failed(error))
    }

    fn unchecked<T>(
        &self,
        run: impl FnOnce(&mut S) -> Result<T, RawDbError>,
    ) -> Result<T, RawDbError> {
        let Ok(mut session) = self.session.try_borrow_mut() else {
            return Err(refused("the connection is in use by another call"));
        };
        catch_unwind(AssertUnwindSafe(|| run(&mut session)))
            .unwrap_or_else(|_| Err(unavailable("the database driver panicked; see the log")))
    }

    fn failed(&self, error: RawDbError) -> RawDbError {
        self.failure.borrow_mut().get_or_insert(error.clone());
        error
    }

    fn savepoint(&self, action: RawSavepoint, depth: u32) -> Result<(), RawDbError> {
        let open = self.depth.get();
        match action {
            RawSavepoint::Open => {
                if depth != open + 1 {
                    return Err(self.failed(refused(format!(
                        "savepoint {depth} can't be opened while {open} are open"
                    ))));
                }
                self.call(|session| session.savepoint(action, depth))?;
                self.depth.set(depth);
            }
            RawSavepoint::Release | RawSavepoint::RollBack => {
                if depth == 0 || depth > open {
                    return Err(self.failed(refused(format!(
                        "savepoint {depth} can't be ended while {open} are open"
                    ))));
                }
                if action == RawSavepoint::Release {
                    self.call(|session| session.savepoint(action, depth))?;
                } else {
                    self.unchecked(|session| session.savepoint(action, depth))
                        .map_err(|error| self.failed(error))?;
                    self.failure.take();
                    self.after.borrow_mut().retain(|(open, _)| *open < depth);
                }
                for (open, _) in &mut *self.after.borrow_mut() {
                    *open = (*open).min(depth - 1);
                }
                self.depth.set(depth - 1);
            }
        }
        Ok(())
    }

    fn raise(&self, event: RawEvent<'_>) -> Result<(), RawError> {
        if !self.terms.writable {
            return Err(RawError {
                kind: RawError::KIND_INVALID,
                message: RString::from(format!(
                    "the event {} was raised in a job that only reads; raise it in a write",
                    event.name
                )),
            });
        }
        let Some(sink) = self.terms.sink else {
            return Ok(());
        };
        let depth = self.delivering.get();
        if depth == DEEPEST_EVENT {
            let error = RawError {
                kind: RawError::KIND_FAILED,
                message: RString::from(format!(
                    "the event {} was raised inside of {depth} others: their subscribers raise \
                     each other's events",
                    event.name
                )),
            };
            self.failed(failure(RawDbErrorKind::Other, error.message.as_str()));
            return Err(error);
        }
        self.delivering.set(depth + 1);
        let delivered = catch_unwind(AssertUnwindSafe(|| sink.deliver(&event, self)))
            .unwrap_or_else(|_| {
                Err(RawError {
                    kind: RawError::KIND_PANICKED,
                    message: RString::from(format!("delivering the event {} panicked", event.name)),
                })
            });
        self.delivering.set(depth);
        match delivered {
            Ok(Some(copy)) => self.after.borrow_mut().push((self.depth.get(), copy)),
            Ok(None) => {}
            Err(refusal) => {
                self.failed(failure(
                    RawDbErrorKind::Other,
                    format!("the event {} was refused: {}", event.name, refusal.message),
                ));
                return Err(refusal);
            }
        }
        Ok(())
    }

    /// Calls a subscriber with a connection of its own: whoever raised the
    /// event still holds the one that it was lent, and two exclusive
    /// references to one value may not live at once.
    fn lend_from(
        &self,
        base: u32,
        deliver: &mut dyn FnMut(&mut RawConnection) -> Result<(), RawError>,
    ) -> Result<(), RawError> {
        let borrower = Borrower { lease: self, base };
        catch_unwind(AssertUnwindSafe(|| deliver(&mut borrower.connection()))).unwrap_or_else(
            |_| {
                Err(RawError {
                    kind: RawError::KIND_PANICKED,
                    message: "it panicked".into(),
                })
            },
        )?;
        if self.depth.get() > base {
            self.failed(refused("it left a savepoint open"));
        }
        match &*self.failure.borrow() {
            None => Ok(()),
            Some(failed) => Err(failed_to(failed)),
        }
    }
}

impl<S: Session> Lender for Lease<'_, S> {
    fn lend(
        &self,
        guarded: bool,
        deliver: &mut dyn FnMut(&mut RawConnection) -> Result<(), RawError>,
    ) -> Result<(), RawError> {
        let base = self.depth.get();
        if !guarded {
            return self.lend_from(base, deliver);
        }
        let guard = base + 1;
        self.savepoint(RawSavepoint::Open, guard)
            .map_err(|error| failed_to(&error))?;
        let delivered = self.lend_from(guard, deliver);
        let end = match delivered {
            Ok(()) => RawSavepoint::Release,
            Err(_) => RawSavepoint::RollBack,
        };
        // Where even that fails, so does the transaction.
        self.savepoint(end, guard)
            .map_err(|error| failed_to(&error))?;
        delivered
    }
}

/// The database's error, as a subscriber's.
fn failed_to(error: &RawDbError) -> RawError {
    RawError {
        kind: RawError::KIND_FAILED,
        message: error.message.clone(),
    }
}

/// # Safety
/// `context` comes from [`Borrower::connection`], and that borrower lives.
unsafe fn borrower<'a, S>(context: *mut ()) -> &'a Borrower<'a, 'a, S> {
    // SAFETY: the caller's promise; only shared references to it are ever made.
    unsafe { &*context.cast_const().cast::<Borrower<'a, 'a, S>>() }
}

unsafe extern "C" fn execute<S: Session>(
    context: *mut (),
    statement: RawStatement<'_>,
    parameters: RSlice<'_, Cell>,
) -> RResult<u64, RawDbError> {
    // SAFETY: a job calls this only with the context of the connection that
    // it is lent, while it runs.
    let borrower = unsafe { borrower::<S>(context) };
    borrower
        .lease
        .call(|session| session.execute(statement, parameters.as_slice()))
        .into()
}

unsafe extern "C" fn query<S: Session>(
    context: *mut (),
    statement: RawStatement<'_>,
    parameters: RSlice<'_, Cell>,
) -> RResult<RawRows, RawDbError> {
    // SAFETY: as in `execute`.
    let borrower = unsafe { borrower::<S>(context) };
    borrower
        .lease
        .call(|session| session.query(statement, parameters.as_slice()))
        .into()
}

unsafe extern "C" fn batch<S: Session>(context: *mut (), sql: RStr<'_>) -> RResult<(), RawDbError> {
    // SAFETY: as in `execute`.
    let borrower = unsafe { borrower::<S>(context) };
    borrower
        .lease
        .call(|session| session.batch(sql.as_str()))
        .into()
}

unsafe extern "C" fn savepoint<S: Session>(
    context: *mut (),
    action: RawSavepoint,
    depth: u32,
) -> RResult<(), RawDbError> {
    // SAFETY: as in `execute`.
    let borrower = unsafe { borrower::<S>(context) };
    if depth == 0 {
        return RResult::RErr(refused("savepoints count from 1"));
    }
    borrower
        .lease
        .savepoint(action, borrower.base.saturating_add(depth))
        .into()
}

unsafe extern "C" fn reading<S: Session>(context: *mut ()) -> RawReading {
    // SAFETY: as in `execute`.
    let lease = unsafe { borrower::<S>(context) }.lease;
    match lease.session.try_borrow() {
        Ok(session) => session.reading(),
        Err(_) => RawReading::NONE,
    }
}

unsafe extern "C" fn raise<S: Session>(
    context: *mut (),
    event: RawEvent<'_>,
) -> RResult<(), RawError> {
    // SAFETY: as in `execute`.
    let borrower = unsafe { borrower::<S>(context) };
    borrower.lease.raise(event).into()
}
