//! A safe, plain face of [`RawConnection`] for the host's own upkeep, where
//! tables are not known when the host is compiled (migrations).
//!
//! Everything with typed tables goes through Diesel.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
};

use abi_stable::std_types::{RSlice, RStr};
use hob_plugin_sdk::abi::db::{
    Cell, RawConnection, RawDbError, RawJob, RawJobOutcome, RawRows, RawStatement, RawVerdict,
};

/// A connection with a transaction open on it.
pub struct Connection<'a> {
    raw: &'a mut RawConnection,
}

/// A parameter, or one field of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Double(f64),
    Text(String),
    Binary(Vec<u8>),
}

impl Value {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if it is one.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(integer) => Some(*integer),
            _ => None,
        }
    }

    /// The cell that stands for it; its address is that of `self`.
    fn cell(&self) -> Cell {
        let bytes = |kind, bytes: &[u8]| Cell {
            kind,
            // A longer one is told as the longest and refused by the database.
            len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            data: bytes.as_ptr() as u64,
        };
        match self {
            Self::Null => Cell {
                kind: Cell::NULL,
                len: 0,
                data: 0,
            },
            Self::Integer(integer) => Cell {
                kind: Cell::BIG_INT,
                len: 0,
                data: integer.cast_unsigned(),
            },
            Self::Double(double) => Cell {
                kind: Cell::DOUBLE,
                len: 0,
                data: double.to_bits(),
            },
            Self::Text(text) => bytes(Cell::TEXT, text.as_bytes()),
            Self::Binary(binary) => bytes(Cell::BINARY, binary),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl<'a> Connection<'a> {
    /// Wraps the connection that a job was lent.
    pub fn new(raw: &'a mut RawConnection) -> Self {
        Self { raw }
    }

    /// [`RawConnection::SQLITE`] or [`RawConnection::POSTGRES`].
    #[must_use]
    pub fn dialect(&self) -> u32 {
        self.raw.dialect
    }

    /// Runs a statement and tells how many rows it touched.
    ///
    /// # Errors
    /// What the database answers.
    pub fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64, RawDbError> {
        let cells: Vec<Cell> = parameters.iter().map(Value::cell).collect();
        // SAFETY: the context belongs to this connection, and the cells point
        // into `parameters`, which outlives the call.
        unsafe { (self.raw.execute)(self.raw.context, statement(sql), RSlice::from_slice(&cells)) }
            .into_result()
    }

    /// Runs a query and copies its rows.
    ///
    /// # Errors
    /// What the database answers.
    pub fn query(
        &mut self,
        sql: &str,
        parameters: &[Value],
    ) -> Result<Vec<Vec<Value>>, RawDbError> {
        let cells: Vec<Cell> = parameters.iter().map(Value::cell).collect();
        // SAFETY: as in `execute`.
        let rows = unsafe {
            (self.raw.query)(self.raw.context, statement(sql), RSlice::from_slice(&cells))
        }
        .into_result()?;
        // SAFETY: no call was made on the connection since.
        Ok(unsafe { copy(&rows) })
    }

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// What the database answers.
    pub fn batch(&mut self, sql: &str) -> Result<(), RawDbError> {
        // SAFETY: the context belongs to this connection.
        unsafe { (self.raw.batch)(self.raw.context, RStr::from_str(sql)) }.into_result()
    }
}

fn statement(sql: &str) -> RawStatement<'_> {
    RawStatement {
        id: 0,
        sql: RStr::from_str(sql),
    }
}

/// # Safety
/// The rows are still valid.
unsafe fn copy(rows: &RawRows) -> Vec<Vec<Value>> {
    if rows.rows == 0 || rows.columns == 0 {
        return Vec::new();
    }
    let columns = rows.columns as usize;
    // SAFETY: the connection promises so many cells and so many bytes.
    let (cells, heap) = unsafe {
        (
            std::slice::from_raw_parts(
                rows.cells,
                usize::try_from(rows.rows).expect("rows fit into memory") * columns,
            ),
            std::slice::from_raw_parts(
                rows.heap,
                usize::try_from(rows.heap_len).expect("the heap fits into memory"),
            ),
        )
    };
    let value = |cell: &Cell| {
        let bytes = || {
            let start = usize::try_from(cell.data).expect("an offset into the heap");
            heap[start..start + cell.len as usize].to_vec()
        };
        match cell.kind {
            Cell::NULL => Value::Null,
            Cell::DOUBLE => Value::Double(f64::from_bits(cell.data)),
            Cell::TEXT => Value::Text(String::from_utf8_lossy(&bytes()).into_owned()),
            Cell::BINARY => Value::Binary(bytes()),
            _ => Value::Integer(cell.data.cast_signed()),
        }
    };
    cells
        .chunks(columns)
        .map(|row| row.iter().map(value).collect())
        .collect()
}

/// The database's error about a job as a whole.
#[derive(Debug)]
pub struct JobFailed(pub(crate) RawDbError);

type Slot<T> = Arc<Mutex<Option<T>>>;

struct Work<F, T> {
    work: Option<F>,
    result: Slot<T>,
}

/// Wraps a closure into a job; its result is found in the slot afterwards.
pub(crate) fn job<T, E, F>(work: F) -> (RawJob, Slot<Result<T, E>>)
where
    T: Send + 'static,
    E: Send + 'static,
    F: FnOnce(&mut Connection<'_>) -> Result<T, E> + Send + 'static,
{
    unsafe extern "C" fn run<T, E, F>(data: *mut (), raw: &mut RawConnection) -> RawVerdict
    where
        F: FnOnce(&mut Connection<'_>) -> Result<T, E>,
    {
        // SAFETY: `data` is the box that `job` made, used by this thread only.
        let job = unsafe { &mut *data.cast::<Work<F, Result<T, E>>>() };
        let Some(work) = job.work.take() else {
            return RawVerdict::Panicked;
        };
        let Ok(result) = catch_unwind(AssertUnwindSafe(|| work(&mut Connection::new(raw)))) else {
            return RawVerdict::Panicked;
        };
        let verdict = if result.is_ok() {
            RawVerdict::Commit
        } else {
            RawVerdict::RollBack
        };
        *job.result.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        verdict
    }
    unsafe extern "C" fn free<F, R>(data: *mut ()) {
        // SAFETY: `data` is the box that `job` made, and this is called once.
        drop(unsafe { Box::from_raw(data.cast::<Work<F, R>>()) });
    }

    let result: Slot<Result<T, E>> = Slot::default();
    let work = Box::new(Work {
        work: Some(work),
        result: Arc::clone(&result),
    });
    let job = RawJob {
        data: Box::into_raw(work).cast(),
        run: run::<T, E, F>,
        free: free::<F, Result<T, E>>,
    };
    (job, result)
}

/// The closure's own result, unless the database had the last word.
pub(crate) fn settle<T, E: From<JobFailed>>(
    outcome: RawJobOutcome,
    result: &Slot<Result<T, E>>,
) -> Result<T, E> {
    let result = result.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (outcome, result) {
        (RawJobOutcome::Failed(error), _) => Err(E::from(JobFailed(error))),
        (RawJobOutcome::Done | RawJobOutcome::RolledBack, Some(result)) => result,
        (_, _) => Err(E::from(JobFailed(super::error::unavailable(
            "the job panicked; see the log",
        )))),
    }
}
