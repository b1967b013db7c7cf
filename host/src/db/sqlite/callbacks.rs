//! What SQLite asks of a connection while it prepares and runs statements:
//! what they may do, which tables they touch, and whether their time is up.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::changes::Tables;
use crate::db::job::{CoarseInstant, Deadline};

/// Virtual machine steps between two looks at the clock.
const STEPS_PER_LOOK: i32 = 4_000;

const NO_DEADLINE: u64 = u64::MAX;

/// Functions of SQLite whose result depends on their arguments alone.
const PURE: [&str; 21] = [
    "abs", "avg", "coalesce", "count", "glob", "hex", "ifnull", "instr", "json", "length", "like",
    "lower", "max", "min", "nullif", "replace", "round", "substr", "sum", "trim", "upper",
];

/// What statements touch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    pub(super) reads: Tables,
    /// By triggers and foreign keys too.
    pub(super) changes: Tables,
    /// Whether the answer depends on more than those tables and the
    /// parameters.
    pub(super) is_volatile: bool,
}

impl Touched {
    /// Whatever there may be.
    pub(super) const ALL: Self = Self {
        reads: Tables::ALL,
        changes: Tables::ALL,
        is_volatile: true,
    };

    /// Reads from these tables, and changes nothing.
    pub(super) fn reading(tables: Tables) -> Self {
        Self {
            reads: tables,
            ..Self::default()
        }
    }

    /// What a statement touches that has changed no row. Of the schema rows
    /// tell nothing.
    pub(super) fn of_idle(self) -> Self {
        if self.changes == Tables::ALL {
            return self;
        }
        Self {
            changes: Tables::default(),
            ..self
        }
    }

    pub(super) fn join(&mut self, other: &Self) {
        self.reads.join(&other.reads);
        self.changes.join(&other.changes);
        self.is_volatile |= other.is_volatile;
    }

    fn join_action(&mut self, context: &AuthContext<'_>) {
        match &context.action {
            AuthAction::Read { table_name, .. } => self.reads.join(&Tables::named(table_name)),
            AuthAction::Insert { table_name }
            | AuthAction::Update { table_name, .. }
            | AuthAction::Delete { table_name } => self.changes.join(&Tables::named(table_name)),
            AuthAction::Select | AuthAction::Recursive => {}
            AuthAction::Function { function_name } => {
                let is_pure = |name: &&str| function_name.eq_ignore_ascii_case(name);
                self.is_volatile |= !PURE.iter().any(is_pure);
            }
            AuthAction::Pragma { .. } => self.is_volatile = true,
            // The schema.
            _ => *self = Self::ALL,
        }
        // A connection's own tables, which no commit tells of.
        self.is_volatile |= context.database_name == Some("temp");
    }
}

/// What a connection's callbacks look at, and what they note.
pub(super) struct Callbacks {
    /// Whether the driver itself speaks, so that transaction words pass.
    driver_speaks: AtomicBool,
    /// In microseconds of the [`CoarseInstant`].
    deadline: AtomicU64,
    /// Whether anything was noted in `touched` since that was last taken.
    has_noted: AtomicBool,
    touched: Mutex<Touched>,
}

impl Callbacks {
    /// For this connection, from now on.
    pub(super) fn install(connection: &mut rusqlite::Connection) -> rusqlite::Result<Arc<Self>> {
        let callbacks = Arc::new(Self {
            driver_speaks: AtomicBool::new(false),
            deadline: AtomicU64::new(NO_DEADLINE),
            has_noted: AtomicBool::new(false),
            touched: Mutex::default(),
        });
        let guard = Arc::clone(&callbacks);
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            guard.authorize(&context)
        }))?;
        let clock = Arc::clone(&callbacks);
        connection.progress_handler(
            STEPS_PER_LOOK,
            Some(move || {
                let deadline = clock.deadline.load(Ordering::Relaxed);
                deadline != NO_DEADLINE && CoarseInstant::now().as_micros() > deadline
            }),
        )?;
        Ok(callbacks)
    }

    fn authorize(&self, context: &AuthContext<'_>) -> Authorization {
        if self.driver_speaks.load(Ordering::Relaxed) {
            return Authorization::Allow;
        }
        if !is_harmless(&context.action) {
            return Authorization::Deny;
        }
        self.touched().join_action(context);
        self.has_noted.store(true, Ordering::Relaxed);
        Authorization::Allow
    }

    /// What the statements touch that were prepared since this was last asked.
    /// SQLite also prepares them again on its own account.
    pub(super) fn take_touched(&self) -> Option<Touched> {
        if !self.has_noted.load(Ordering::Relaxed) {
            return None;
        }
        self.has_noted.store(false, Ordering::Relaxed);
        Some(std::mem::take(&mut *self.touched()))
    }

    fn touched(&self) -> MutexGuard<'_, Touched> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on statements are interrupted at this time.
    pub(super) fn set_deadline(&self, deadline: Deadline) {
        let microseconds = deadline.map_or(NO_DEADLINE, CoarseInstant::as_micros);
        self.deadline.store(microseconds, Ordering::Relaxed);
    }

    /// The driver itself says something, which takes the time that it takes.
    pub(super) fn during_own_words<T>(&self, speak: impl FnOnce() -> T) -> T {
        let deadline = self.deadline.swap(NO_DEADLINE, Ordering::Relaxed);
        self.driver_speaks.store(true, Ordering::Relaxed);
        let said = speak();
        self.driver_speaks.store(false, Ordering::Relaxed);
        self.deadline.store(deadline, Ordering::Relaxed);
        said
    }
}

/// What anyone may do: all but to change the transaction, the files or the
/// settings. Full-text search asks for the two settings that pass.
fn is_harmless(action: &AuthAction<'_>) -> bool {
    match action {
        AuthAction::Transaction { .. }
        | AuthAction::Savepoint { .. }
        | AuthAction::Attach { .. }
        | AuthAction::Detach { .. } => false,
        AuthAction::Pragma {
            pragma_name,
            pragma_value,
        } => pragma_value.is_none() && ["data_version", "page_size"].contains(pragma_name),
        _ => true,
    }
}
