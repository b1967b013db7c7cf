//! A closure's way to a database thread, and its result's way back.
//!
//! The job that crosses and the future that waits each hold one half of a
//! slot. The future may be dropped at any time, the job may run or not, on any
//! thread: whoever comes last frees the slot.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use abi_stable::std_types::RResult;
use diesel::result::{DatabaseErrorKind, Error};

use super::{Connection, DbError, error::database_error};
use crate::{
    abi::{
        FfiFuture, RawContext, RawError,
        db::{DbV1, RawConnection, RawJob, RawJobOutcome, RawVerdict},
    },
    panic::{guard, guard_or},
};

/// [`DbV1::read`] or [`DbV1::write`].
pub(super) type Submit = extern "C" fn(RawContext, RawJob) -> FfiFuture<RawJobOutcome>;

/// Hands `work` to the database and waits for its result. The future holds a
/// pointer to the work, which may be large, and not the work.
pub(super) fn run<F, T, E>(
    db: &'static DbV1,
    submit: Submit,
    work: F,
) -> impl Future<Output = Result<T, E>> + Send + use<F, T, E>
where
    F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    let slot = Arc::new(Slot {
        db,
        state: Mutex::new(State::Waiting(work)),
    });
    async move {
        let outcome = submit(db.context, slot.clone().into_raw());
        let outcome = outcome.await;
        slot.settle(outcome)
    }
}

/// Hands `work` to the database, and drops its result.
pub(super) fn queue<F, T, E>(db: &'static DbV1, submit: Submit, work: F)
where
    F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    let slot = Arc::new(Slot {
        db,
        state: Mutex::new(State::Waiting(work)),
    });
    // A queued job runs even if the future is dropped.
    drop(submit(db.context, slot.into_raw()));
}

struct Slot<F, T, E> {
    db: &'static DbV1,
    state: Mutex<State<F, T, E>>,
}

enum State<F, T, E> {
    Waiting(F),
    /// It runs, or it is over and its answer was fetched.
    Empty,
    Answered(Answer<T, E>),
}

enum Answer<T, E> {
    Returned(Result<T, E>),
    Panicked(RawError),
}

impl<F, T, E> Slot<F, T, E> {
    /// Puts another state in place of this one.
    fn replace(&self, state: State<F, T, E>) -> State<F, T, E> {
        // A panic while it is locked is impossible, and would leave it whole.
        let mut place = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *place, state)
    }
}

impl<F, T, E> Slot<F, T, E>
where
    F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    fn into_raw(self: Arc<Self>) -> RawJob {
        RawJob {
            data: Arc::into_raw(self).cast_mut().cast(),
            run: Self::run,
            free: Self::free,
        }
    }

    /// # Safety
    /// `data` is from [`Self::into_raw`] and not yet freed.
    unsafe extern "C" fn run(data: *mut (), connection: &mut RawConnection) -> RawVerdict {
        // SAFETY: the job's own count of the `Arc` keeps the slot alive until
        // `free`.
        let slot = unsafe { &*data.cast_const().cast::<Self>() };
        let State::Waiting(work) = slot.replace(State::Empty) else {
            return RawVerdict::RollBack;
        };
        let result = guard(|| Ok(Connection::lend_for(connection, Some(slot.db), work)));
        let (verdict, answer) = match result {
            RResult::ROk(Ok(value)) => (RawVerdict::Commit, Answer::Returned(Ok(value))),
            RResult::ROk(Err(error)) => (RawVerdict::RollBack, Answer::Returned(Err(error))),
            RResult::RErr(panic) => (RawVerdict::Panicked, Answer::Panicked(panic)),
        };
        slot.replace(State::Answered(answer));
        verdict
    }

    /// # Safety
    /// `data` is from [`Self::into_raw`], and this is the only call with it.
    unsafe extern "C" fn free(data: *mut ()) {
        // SAFETY: the count that `into_raw` gave away comes back here.
        let slot = unsafe { Arc::from_raw(data.cast_const().cast::<Self>()) };
        // Here the closure is dropped if it never ran, and its result if
        // nobody waits for it any longer; either may panic.
        guard_or((), || drop(slot));
    }

    fn settle(&self, outcome: RawJobOutcome) -> Result<T, E> {
        let answer = match self.replace(State::Empty) {
            State::Answered(answer) => Some(answer),
            State::Waiting(_) | State::Empty => None,
        };
        let error = match (outcome, answer) {
            (RawJobOutcome::Done, Some(Answer::Returned(result))) => return result,
            // Its own error says more than what became of the rollback.
            (_, Some(Answer::Returned(Err(error)))) => return Err(error),
            (_, Some(Answer::Panicked(panic))) => {
                let message = panic.message.as_str();
                DbError::Panicked(
                    message
                        .strip_prefix("panicked: ")
                        .unwrap_or(message)
                        .to_owned(),
                )
            }
            (RawJobOutcome::Failed(error), _) => DbError::Query(Error::from(error)),
            (outcome, _) => DbError::Query(database_error(
                DatabaseErrorKind::Unknown,
                format!("the host's answer to a job does not fit what the job did: {outcome:?}"),
            )),
        };
        Err(error.into())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;
    use crate::{
        MemberDisabled, PluginError,
        db::{
            Db,
            fake::{Fake, Manner},
        },
    };

    fn poll<F: Future>(future: F) -> Poll<F::Output> {
        pin!(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    fn answer<F: Future>(future: F) -> F::Output {
        match poll(future) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("the fake answers at once"),
        }
    }

    struct PanicsInDrop(Arc<()>);

    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }

    #[test]
    fn a_result_comes_back_and_everything_is_dropped() {
        let db = Db::from_abi(Fake::new(Manner::Run).1);
        let owned = Arc::new(());
        let moved = owned.clone();
        let back: Result<Arc<()>, DbError> = answer(db.write(move |_| Ok(moved)));
        assert_eq!(Arc::strong_count(&owned), 2);
        drop(back);
        assert_eq!(Arc::strong_count(&owned), 1);
    }

    #[test]
    fn a_panic_comes_back_as_an_error() {
        let db = Db::from_abi(Fake::new(Manner::Run).1);
        let result: Result<(), DbError> = answer(db.read(|_| panic!("oh {}", "no")));
        assert!(matches!(result, Err(DbError::Panicked(message)) if message == "oh no"));
    }

    #[test]
    fn a_job_that_never_ran_is_dropped_and_an_error() {
        let db = Db::from_abi(Fake::new(Manner::Drop).1);
        let owned = Arc::new(());
        let moved = owned.clone();
        let result: Result<Arc<()>, DbError> = answer(db.write(move |_| Ok(moved)));
        assert_eq!(result.unwrap_err().to_string(), "the disk is full");
        assert_eq!(Arc::strong_count(&owned), 1);
    }

    #[test]
    fn a_failed_commit_is_an_error_whatever_the_closure_returned() {
        let db = Db::from_abi(Fake::new(Manner::FailToCommit).1);
        let result: Result<u8, DbError> = answer(db.write(|_| Ok(1)));
        assert_eq!(result.unwrap_err().to_string(), "the disk is full");
        let result: Result<(), PluginError> =
            answer(db.write(|_| Err(PluginError::new("the closure's own"))));
        assert_eq!(result.unwrap_err().message(), "the closure's own");
    }

    #[test]
    fn a_host_that_answers_without_running_is_an_error() {
        let db = Db::from_abi(Fake::new(Manner::Lie).1);
        let result: Result<(), DbError> = answer(db.write(|_| Ok(())));
        assert!(result.unwrap_err().to_string().contains("does not fit"));
    }

    #[test]
    fn a_given_up_job_still_runs_and_frees_what_it_made() {
        let (fake, table) = Fake::new(Manner::Keep);
        let db = Db::from_abi(table);
        let owned = Arc::new(());
        let ran = Arc::new(Mutex::new(false));
        let (moved, marked) = (owned.clone(), ran.clone());
        assert!(
            poll(db.write::<_, _, DbError>(move |_| {
                *marked.lock().unwrap() = true;
                Ok(moved)
            }))
            .is_pending()
        );
        assert_eq!(Arc::strong_count(&owned), 2);
        fake.run_kept();
        assert!(*ran.lock().unwrap());
        assert_eq!(Arc::strong_count(&owned), 1);
    }

    #[test]
    fn a_write_that_nobody_waits_for_runs_and_is_freed() {
        let (fake, table) = Fake::new(Manner::Keep);
        let owned = Arc::new(Mutex::new(false));
        let moved = owned.clone();
        Db::from_abi(table).write_later(move |_| {
            *moved.lock().unwrap() = true;
            Ok(())
        });
        fake.run_kept();
        assert!(*owned.lock().unwrap());
        assert_eq!(Arc::strong_count(&owned), 1);
    }

    #[test]
    fn a_given_up_job_that_never_runs_is_freed() {
        let (fake, table) = Fake::new(Manner::Keep);
        let owned = Arc::new(());
        let moved = owned.clone();
        let job = Db::from_abi(table).write::<_, _, DbError>(move |_| Ok(moved));
        assert!(poll(job).is_pending());
        fake.drop_kept();
        assert_eq!(Arc::strong_count(&owned), 1);
    }

    #[test]
    fn panics_in_drop_stay_inside() {
        let (fake, table) = Fake::new(Manner::Keep);
        let db = Db::from_abi(table);
        let owned = Arc::new(());
        let moved = PanicsInDrop(owned.clone());
        // Never run: the closure is dropped where the job is freed.
        assert!(poll(db.write::<_, _, DbError>(move |_| Ok(moved.0.clone()))).is_pending());
        fake.drop_kept();
        let moved = PanicsInDrop(owned.clone());
        // Run for nobody: the result is dropped where the job is freed.
        assert!(poll(db.write::<_, _, DbError>(move |_| Ok(moved))).is_pending());
        fake.run_kept();
        assert_eq!(Arc::strong_count(&owned), 1);
    }

    #[test]
    fn a_refused_event_says_which_and_why() {
        let db = Db::from_abi(Fake::new(Manner::Run).1);
        let result: Result<(), DbError> =
            answer(db.write(|connection| connection.raise(&MemberDisabled { member_id: 1 })));
        let error = result.unwrap_err();
        assert_eq!(
            error.to_string(),
            "event hob.member.disabled was refused: nobody wants hob.member.disabled"
        );
        assert!(PluginError::from(error).is_invalid());
    }
}
