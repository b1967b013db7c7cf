//! A stand-in for the host, for what can't be provoked with a real one: jobs
//! that are never run, run late, or answered wrongly; and a count of what is
//! asked. SQL is tried against the real databases, never here.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use abi_stable::std_types::{RResult, RSlice, RStr};

use crate::abi::{
    FfiFuture, FfiFutureExt, RawContext, RawError,
    db::{
        Cell, DbV1, RawConnection, RawDbError, RawDbErrorKind, RawJob, RawJobOutcome, RawReading,
        RawRows, RawSavepoint, RawStatement, RawVerdict,
    },
    event::RawEvent,
};

/// What a fake host does with the jobs it is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Runs them as a host does.
    Run,
    /// Frees them unrun.
    Drop,
    /// Runs them and says that their commit failed.
    FailToCommit,
    /// Says that they are done without running them.
    Lie,
    /// Keeps them until [`Fake::run_kept`], and never answers.
    Keep,
}

pub(super) struct Fake {
    manner: Manner,
    kept: Mutex<Vec<RawJob>>,
    interned: AtomicU32,
    /// The statements that ran: number and text.
    pub(super) statements: Mutex<Vec<(u32, String)>>,
}

impl Fake {
    pub(super) fn new(manner: Manner) -> (&'static Self, &'static DbV1) {
        let fake: &'static Self = Box::leak(Box::new(Self {
            manner,
            kept: Mutex::default(),
            interned: AtomicU32::new(0),
            statements: Mutex::default(),
        }));
        let table = Box::leak(Box::new(DbV1 {
            context: std::ptr::from_ref(fake).cast(),
            read: submit,
            write: submit,
            write_unsynced: submit,
            holds,
            intern,
        }));
        (fake, table)
    }

    /// How many texts were given a number.
    pub(super) fn interned(&self) -> u32 {
        self.interned.load(Ordering::SeqCst)
    }

    /// Runs what was kept, on a thread of its own.
    pub(super) fn run_kept(&'static self) {
        std::thread::spawn(|| {
            for job in self.kept.lock().unwrap().drain(..) {
                self.run(&job);
                free(job);
            }
        })
        .join()
        .unwrap();
    }

    /// Frees what was kept, unrun.
    pub(super) fn drop_kept(&self) {
        self.kept.lock().unwrap().drain(..).for_each(free);
    }

    fn run(&self, job: &RawJob) -> RawVerdict {
        let mut connection = RawConnection {
            context: std::ptr::from_ref(self).cast_mut().cast(),
            dialect: RawConnection::SQLITE,
            execute,
            query,
            batch,
            savepoint,
            raise,
            reading,
        };
        // SAFETY: the job is not freed yet, and run once.
        unsafe { (job.run)(job.data, &mut connection) }
    }
}

fn free(job: RawJob) {
    // SAFETY: the job is given up here, so this happens once.
    unsafe { (job.free)(job.data) }
}

fn fake(context: RawContext) -> &'static Fake {
    // SAFETY: `Fake::new` made the context of a leaked `Fake`.
    unsafe { &*context.cast::<Fake>() }
}

extern "C" fn submit(context: RawContext, job: RawJob) -> FfiFuture<RawJobOutcome> {
    let fake = fake(context);
    let outcome = match fake.manner {
        Manner::Keep => {
            fake.kept.lock().unwrap().push(job);
            return std::future::pending().into_ffi();
        }
        Manner::Run => match fake.run(&job) {
            RawVerdict::Commit => RawJobOutcome::Done,
            RawVerdict::RollBack => RawJobOutcome::RolledBack,
            RawVerdict::Panicked => RawJobOutcome::Panicked,
        },
        Manner::Drop => RawJobOutcome::Failed(full()),
        Manner::FailToCommit => {
            fake.run(&job);
            RawJobOutcome::Failed(full())
        }
        Manner::Lie => RawJobOutcome::Done,
    };
    free(job);
    std::future::ready(outcome).into_ffi()
}

fn full() -> RawDbError {
    RawDbError {
        kind: RawDbErrorKind::Unavailable,
        message: "the disk is full".into(),
        table: "".into(),
        column: "".into(),
        constraint: "".into(),
    }
}

extern "C" fn holds(_: RawContext, _: &RawReading) -> bool {
    false
}

extern "C" fn intern(context: RawContext, _: RStr<'_>) -> u32 {
    fake(context).interned.fetch_add(1, Ordering::SeqCst) + 1
}

unsafe extern "C" fn execute(
    context: *mut (),
    statement: RawStatement<'_>,
    _: RSlice<'_, Cell>,
) -> RResult<u64, RawDbError> {
    let ran = (statement.id, statement.sql.to_string());
    fake(context.cast_const())
        .statements
        .lock()
        .unwrap()
        .push(ran);
    RResult::ROk(1)
}

unsafe extern "C" fn query(
    context: *mut (),
    statement: RawStatement<'_>,
    cells: RSlice<'_, Cell>,
) -> RResult<RawRows, RawDbError> {
    // SAFETY: as the caller's own.
    let _ = unsafe { execute(context, statement, cells) };
    RResult::ROk(RawRows {
        cells: std::ptr::null(),
        rows: 0,
        columns: 0,
        heap: std::ptr::null(),
        heap_len: 0,
        names: std::ptr::null(),
    })
}

unsafe extern "C" fn batch(_: *mut (), _: RStr<'_>) -> RResult<(), RawDbError> {
    RResult::ROk(())
}

unsafe extern "C" fn savepoint(_: *mut (), _: RawSavepoint, _: u32) -> RResult<(), RawDbError> {
    RResult::ROk(())
}

unsafe extern "C" fn reading(_: *mut ()) -> RawReading {
    RawReading::NONE
}

unsafe extern "C" fn raise(_: *mut (), event: RawEvent<'_>) -> RResult<(), RawError> {
    RResult::RErr(RawError {
        kind: RawError::KIND_INVALID,
        message: format!("nobody wants {}", event.name).into(),
    })
}
