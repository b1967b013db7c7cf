//! `hob.db` 1: the host's database, over which the SDK runs Diesel.
//!
//! A plugin hands over a job; the host picks the thread and the connection,
//! runs the job inside a transaction and answers once that is settled.

use abi_stable::{
    StableAbi,
    std_types::{RResult, RSlice, RStr, RString},
};

use super::{FfiFuture, RawContext, RawError, event::RawEvent, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct DbV1 {
    pub context: RawContext,
    /// Runs a job that only reads. The connection refuses to write.
    pub read: extern "C" fn(RawContext, RawJob) -> FfiFuture<RawJobOutcome>,
    /// Runs a job in a transaction, and answers after its durable commit.
    /// A queued job runs even if the future is dropped.
    pub write: extern "C" fn(RawContext, RawJob) -> FfiFuture<RawJobOutcome>,
    /// The same, but answers once the commit holds for everybody and for
    /// whatever happens to the process; it is on the disk a moment later.
    pub write_unsynced: extern "C" fn(RawContext, RawJob) -> FfiFuture<RawJobOutcome>,
    /// Whether a job that read this would read the same if it ran now. It never
    /// says yes wrongly, and no where the database can't tell.
    pub holds: extern "C" fn(RawContext, &RawReading) -> bool,
    /// Gives a statement that will be run again a number, the same for the
    /// same text for the life of the process. Never 0.
    pub intern: extern "C" fn(RawContext, RStr<'_>) -> u32,
}

interface!(DbV1, "hob.db", 1);

/// A closure on its way to a database thread.
#[repr(C)]
#[derive(StableAbi)]
pub struct RawJob {
    pub data: *mut (),
    /// Runs it, at most once. Panics are caught inside.
    pub run: unsafe extern "C" fn(*mut (), &mut RawConnection) -> RawVerdict,
    /// Frees it. Called exactly once, after `run` or instead of it.
    pub free: unsafe extern "C" fn(*mut ()),
}

// SAFETY: the SDK makes it only from closures that are `Send`.
unsafe impl Send for RawJob {}

/// What a job wants done with its transaction.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawVerdict {
    Commit,
    RollBack,
    /// It panicked; roll back.
    Panicked,
}

/// How a job ended.
#[repr(C, u8)]
#[derive(StableAbi, Debug)]
pub enum RawJobOutcome {
    /// It ran; if it asked for a commit, that is durable now.
    Done,
    /// It ran and asked for a rollback, which was done.
    RolledBack,
    /// It panicked; rolled back.
    Panicked,
    /// It did not run, or its commit failed: nothing of it is stored.
    Failed(RawDbError),
}

/// The connection that a job is lent, for as long as it runs.
#[repr(C)]
#[derive(StableAbi)]
pub struct RawConnection {
    pub context: *mut (),
    /// [`RawConnection::SQLITE`] or [`RawConnection::POSTGRES`].
    pub dialect: u32,
    /// Runs a statement and tells how many rows it touched.
    pub execute: unsafe extern "C" fn(
        *mut (),
        RawStatement<'_>,
        RSlice<'_, Cell>,
    ) -> RResult<u64, RawDbError>,
    /// Runs a query. The rows stay valid until the next call on this
    /// connection.
    pub query: unsafe extern "C" fn(
        *mut (),
        RawStatement<'_>,
        RSlice<'_, Cell>,
    ) -> RResult<RawRows, RawDbError>,
    /// Runs several statements without parameters.
    pub batch: unsafe extern "C" fn(*mut (), RStr<'_>) -> RResult<(), RawDbError>,
    /// Opens, releases or rolls back to the savepoint at this depth (from 1).
    pub savepoint: unsafe extern "C" fn(*mut (), RawSavepoint, u32) -> RResult<(), RawDbError>,
    /// Delivers an event to its subscribers inside this transaction. An error
    /// is a subscriber's refusal: the caller has to roll back.
    pub raise: unsafe extern "C" fn(*mut (), RawEvent<'_>) -> RResult<(), RawError>,
    /// What the job has read so far, for [`DbV1::holds`].
    pub reading: unsafe extern "C" fn(*mut ()) -> RawReading,
}

impl RawConnection {
    pub const SQLITE: u32 = 0;
    pub const POSTGRES: u32 = 1;
}

/// What a job has read. Only the host knows what the numbers mean.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawReading {
    pub commit: u64,
    pub tables: [u64; 4],
}

impl RawReading {
    /// What never holds.
    pub const NONE: Self = Self {
        commit: 0,
        tables: [0; 4],
    };
}

#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawSavepoint {
    Open,
    Release,
    /// Undoes what was done since it was opened, and ends it.
    RollBack,
}

/// A statement: its text, and its number if it was interned.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct RawStatement<'a> {
    /// From [`DbV1::intern`], or 0 for a statement not worth keeping. The
    /// text may be empty where there is a number.
    pub id: u32,
    pub sql: RStr<'a>,
}

/// One value, as a parameter or in a row.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug)]
pub struct Cell {
    /// One of the `Cell::…` kinds. A parameter that is null carries its type:
    /// `Cell::NULL | kind << 8`.
    pub kind: u32,
    /// Length in bytes of a text or a binary.
    pub len: u32,
    /// The boolean as 0 or 1, the integer with its sign extended to 64 bits, or
    /// the bits of the double. For text and binary: as a
    /// parameter the address, valid during the call; in a row the offset
    /// into [`RawRows::heap`].
    pub data: u64,
}

impl Cell {
    pub const NULL: u32 = 0;
    pub const BOOL: u32 = 1;
    pub const SMALL_INT: u32 = 2;
    pub const INTEGER: u32 = 3;
    pub const BIG_INT: u32 = 4;
    pub const DOUBLE: u32 = 5;
    pub const TEXT: u32 = 6;
    pub const BINARY: u32 = 7;
}

/// The rows of a result in one flat buffer, owned by the connection.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct RawRows {
    /// `rows * columns` cells, row by row.
    pub cells: *const Cell,
    pub rows: u64,
    pub columns: u32,
    /// The bytes of all texts and binaries.
    pub heap: *const u8,
    pub heap_len: u64,
    /// `columns` names.
    pub names: *const RString,
}

/// What the database answered instead.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawDbError {
    pub kind: RawDbErrorKind,
    pub message: RString,
    /// The table, column and constraint, where the database names them.
    pub table: RString,
    pub column: RString,
    pub constraint: RString,
}

#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawDbErrorKind {
    UniqueViolation,
    ForeignKeyViolation,
    NotNullViolation,
    CheckViolation,
    SerializationFailure,
    ReadOnlyTransaction,
    /// It ran past its budget.
    Interrupted,
    /// The connection is gone, the disk is full, the file is damaged.
    Unavailable,
    /// A transaction word in raw SQL, NUL in a text, a wrong parameter.
    Refused,
    Other,
}
