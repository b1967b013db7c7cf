//! Runs closures as jobs over the interface, as the SDK does, without Diesel.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
};

use abi_stable::std_types::{RResult, RSlice, RStr};
use hob::{
    db::{Connection, Database, DatabaseOptions, Value},
    testing::postgres::{FreshDatabase, fresh_database},
};
use hob_plugin_sdk::abi::{
    FfiFuture, RawError,
    db::{
        Cell, DbV1, RawConnection, RawDbError, RawJob, RawJobOutcome, RawSavepoint, RawStatement,
        RawVerdict,
    },
    event::{RawEvent, RawMemberEvent, RawPayload},
};
use tempfile::TempDir;

type Job = Box<dyn FnOnce(&mut RawConnection) -> RawVerdict + Send>;

pub fn job(work: impl FnOnce(&mut RawConnection) -> RawVerdict + Send + 'static) -> RawJob {
    unsafe extern "C" fn run(data: *mut (), connection: &mut RawConnection) -> RawVerdict {
        // SAFETY: `data` is the box made below.
        let job = unsafe { &mut *data.cast::<Option<Job>>() };
        let work = job.take().expect("a job runs once");
        catch_unwind(AssertUnwindSafe(|| work(connection))).unwrap_or(RawVerdict::Panicked)
    }
    unsafe extern "C" fn free(data: *mut ()) {
        // SAFETY: as above, and this is called once.
        drop(unsafe { Box::from_raw(data.cast::<Option<Job>>()) });
    }
    let work: Option<Job> = Some(Box::new(work));
    RawJob {
        data: Box::into_raw(Box::new(work)).cast(),
        run,
        free,
    }
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

pub fn start_write(
    db: &DbV1,
    work: impl FnOnce(&mut RawConnection) -> RawVerdict + Send + 'static,
) -> FfiFuture<RawJobOutcome> {
    (db.write)(db.context, job(work))
}

/// A write that commits if `work` is well.
pub fn write<T: Send + 'static>(
    db: &DbV1,
    work: impl FnOnce(&mut Connection<'_>) -> Result<T, RawDbError> + Send + 'static,
) -> (RawJobOutcome, Option<Result<T, RawDbError>>) {
    run(db.write, db, work)
}

/// The same, without waiting for the disk.
pub fn write_unsynced<T: Send + 'static>(
    db: &DbV1,
    work: impl FnOnce(&mut Connection<'_>) -> Result<T, RawDbError> + Send + 'static,
) -> (RawJobOutcome, Option<Result<T, RawDbError>>) {
    run(db.write_unsynced, db, work)
}

pub fn read<T: Send + 'static>(
    db: &DbV1,
    work: impl FnOnce(&mut Connection<'_>) -> Result<T, RawDbError> + Send + 'static,
) -> (RawJobOutcome, Option<Result<T, RawDbError>>) {
    run(db.read, db, work)
}

fn run<T: Send + 'static>(
    start: extern "C" fn(*const (), RawJob) -> FfiFuture<RawJobOutcome>,
    db: &DbV1,
    work: impl FnOnce(&mut Connection<'_>) -> Result<T, RawDbError> + Send + 'static,
) -> (RawJobOutcome, Option<Result<T, RawDbError>>) {
    let slot = Arc::new(Mutex::new(None));
    let filled = Arc::clone(&slot);
    let outcome = block_on(start(
        db.context,
        job(move |raw| {
            let result = work(&mut Connection::new(raw));
            let verdict = match result {
                Ok(_) => RawVerdict::Commit,
                Err(_) => RawVerdict::RollBack,
            };
            *filled.lock().unwrap() = Some(result);
            verdict
        }),
    ));
    let result = slot.lock().unwrap().take();
    (outcome, result)
}

/// A write that must be well.
pub fn must<T: Send + 'static>(
    db: &DbV1,
    work: impl FnOnce(&mut Connection<'_>) -> Result<T, RawDbError> + Send + 'static,
) -> T {
    let (outcome, result) = write(db, work);
    let value = result.expect("the job ran").expect("the job is well");
    assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
    value
}

pub fn rows(db: &DbV1, sql: &'static str) -> Vec<Vec<Value>> {
    let (outcome, result) = read(db, move |c| c.query(sql, &[]));
    let rows = result.expect("the job ran").expect("the query is well");
    assert!(matches!(outcome, RawJobOutcome::Done), "{outcome:?}");
    rows
}

pub fn count(db: &DbV1, sql: &'static str) -> i64 {
    rows(db, sql)[0][0].as_integer().expect("a number")
}

pub fn execute(
    raw: &mut RawConnection,
    id: u32,
    sql: &str,
    cells: &[Cell],
) -> Result<u64, RawDbError> {
    let statement = RawStatement {
        id,
        sql: RStr::from_str(sql),
    };
    // SAFETY: the context is the connection's own.
    unsafe { (raw.execute)(raw.context, statement, RSlice::from_slice(cells)) }.into_result()
}

pub fn savepoint(
    raw: &mut RawConnection,
    action: RawSavepoint,
    depth: u32,
) -> Result<(), RawDbError> {
    // SAFETY: the context is the connection's own.
    unsafe { (raw.savepoint)(raw.context, action, depth) }.into_result()
}

pub fn raise(raw: &mut RawConnection, member_id: i64) -> Result<(), RawError> {
    use abi_stable::StableAbi;
    unsafe extern "C" fn copy(payload: *const ()) -> RResult<RawPayload, RawError> {
        unsafe extern "C" fn free(data: *mut ()) {
            // SAFETY: the box made below, freed once.
            drop(unsafe { Box::from_raw(data.cast::<RawMemberEvent>()) });
        }
        // SAFETY: of the event below.
        let copied = unsafe { *payload.cast::<RawMemberEvent>() };
        RResult::ROk(RawPayload {
            data: Box::into_raw(Box::new(copied)).cast(),
            free,
        })
    }
    let payload = RawMemberEvent { member_id };
    let event = RawEvent {
        name: RStr::from_str("hob.member.disabled"),
        version: 1,
        payload: std::ptr::from_ref(&payload).cast(),
        layout: <RawMemberEvent as StableAbi>::LAYOUT,
        copy,
    };
    // SAFETY: the context is the connection's own, and the payload lives.
    unsafe { (raw.raise)(raw.context, event) }.into_result()
}

/// One open database, and what must live as long.
pub struct Fixture {
    database: Option<Database>,
    pub folder: Option<TempDir>,
    pub postgres: Option<FreshDatabase>,
}

impl Fixture {
    pub fn db(&self) -> &'static DbV1 {
        self.database().interface()
    }

    pub fn database(&self) -> &Database {
        self.database.as_ref().expect("open until the end")
    }

    pub fn is_sqlite(&self) -> bool {
        self.folder.is_some()
    }

    pub fn url(&self) -> hob::db::DatabaseUrl {
        match (&self.folder, &self.postgres) {
            (Some(folder), _) => format!("sqlite:{}/hob.db", folder.path().display())
                .parse()
                .unwrap(),
            (None, Some(postgres)) => postgres.database_url(),
            (None, None) => unreachable!(),
        }
    }

    pub fn reopen(&mut self, options: DatabaseOptions) {
        self.database = None;
        self.database = Some(Database::open(&self.url(), options).unwrap());
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.database = None;
    }
}

/// Runs a test on SQLite and, where it is to be had, on PostgreSQL.
pub fn on_each(options: DatabaseOptions, test: impl Fn(&mut Fixture)) {
    let mut sqlite = Fixture {
        database: None,
        folder: Some(tempfile::tempdir().unwrap()),
        postgres: None,
    };
    sqlite.reopen(options.clone());
    eprintln!("on SQLite");
    test(&mut sqlite);
    drop(sqlite);
    if let Some(fresh) = fresh_database() {
        let mut postgres = Fixture {
            database: None,
            folder: None,
            postgres: Some(fresh),
        };
        postgres.reopen(options);
        eprintln!("on PostgreSQL");
        test(&mut postgres);
    }
}
