//! The Diesel connection that a job is lent.

use std::{fmt, num::NonZeroU32, ptr::NonNull};

use abi_stable::std_types::{RResult, RSlice};
use diesel::{
    AsChangeset, ConnectionError, ConnectionResult, RunQueryDsl, Table,
    associations::HasTable,
    connection::{
        CacheSize, Connection as DieselConnection, ConnectionSealed, DefaultLoadingMode,
        DynInstrumentation, Instrumentation, InstrumentationEvent, LoadConnection,
        SimpleConnection, StrQueryHelper, TransactionManagerStatus,
    },
    debug_query,
    dsl::Update,
    expression::{MixedAggregates, QueryMetadata, ValidGrouping, is_aggregate},
    query_builder::{IntoUpdateTarget, Query, QueryFragment, QueryId},
    query_dsl::{LoadQuery, UpdateAndFetchResults},
    result::{Error, QueryResult},
};

use super::{
    DbError, Hob,
    bind::Binds,
    row::{Row, Rows},
    statement::Statement,
    transaction::Savepoints,
};
use crate::{
    Event, PluginError,
    abi::{
        db::{
            Cell, DbV1, RawConnection, RawDbError, RawReading, RawRows, RawSavepoint, RawStatement,
        },
        event::RawEvent,
    },
    event,
};

/// The database behind a connection. Queries need not ask: it is for what a
/// plugin leaves to one of them on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// A connection to the host's database, inside of a transaction. A job is lent
/// one for as long as it runs; nobody makes one.
///
/// After a statement has failed, the transaction takes no other and can't be
/// committed, on SQLite as on PostgreSQL. What may fail without ending the job
/// belongs into [`connection.transaction`](Self::transaction),
/// which is rolled back on its own.
pub struct Connection {
    raw: NonNull<RawConnection>,
    /// Where statements get their numbers.
    db: Option<&'static DbV1>,
    pub(super) savepoints: TransactionManagerStatus,
    instrumentation: DynInstrumentation,
}

// SAFETY: the connection is only ever used through `&mut`, so by one thread at
// a time, and a `RawConnection` may be called from any thread.
unsafe impl Send for Connection {}

impl Connection {
    /// Lends a connection to `work`. For the host and for the SDK's runtime.
    #[doc(hidden)]
    pub fn lend<T>(raw: &mut RawConnection, work: impl FnOnce(&mut Self) -> T) -> T {
        Self::lend_for(raw, None, work)
    }

    /// As [`Self::lend`], for a connection of which it is known where its
    /// statements get their numbers.
    pub(super) fn lend_for<T>(
        raw: &mut RawConnection,
        db: Option<&'static DbV1>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let raw = NonNull::from(raw);
        let mut connection = Self {
            raw,
            db,
            savepoints: TransactionManagerStatus::default(),
            instrumentation: DynInstrumentation::none(),
        };
        let result = work(&mut connection);
        // Swapped with the connection of another job, this one could outlive
        // what it points to. No safe code holds two at once; were that ever
        // to change, this is where it ends.
        if connection.raw != raw {
            std::process::abort();
        }
        result
    }

    /// The database behind this connection.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.raw().dialect {
            RawConnection::POSTGRES => Dialect::Postgres,
            _ => Dialect::Sqlite,
        }
    }

    /// Runs `work` in a savepoint: rolled back if it returns an error, part of
    /// the job's transaction otherwise.
    ///
    /// This is [`diesel::Connection::transaction`], which a name that is
    /// shadowed by this type's would hide.
    ///
    /// # Errors
    /// `work`'s own, or that of the savepoint.
    pub fn transaction<T, E: From<Error>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        DieselConnection::transaction(self, work)
    }

    /// Delivers an event to all who subscribe to it, inside of this
    /// transaction: what they write is committed or rolled back with it. Those
    /// who subscribe to it for afterwards hear of it once it is committed.
    ///
    /// # Errors
    /// [`DbError::EventRefused`] where the event lets subscribers refuse and
    /// one does or fails; the transaction, or the savepoint that is open, has
    /// to be rolled back then. Also where the plugin does not declare that it
    /// raises this event.
    pub fn raise<E: Event>(&mut self, event: &E) -> Result<(), DbError> {
        self.raise_raw(event::raw(event))
            .map_err(|reason| DbError::EventRefused {
                event: E::NAME,
                reason,
            })
    }

    /// As [`Self::raise`], for an event whose type the caller vouches for.
    ///
    /// # Errors
    /// A subscriber's refusal.
    #[doc(hidden)]
    pub fn raise_raw(&mut self, event: RawEvent<'_>) -> Result<(), PluginError> {
        let raw = self.raw();
        // SAFETY: `raw` is lent to this connection, with its own context; the
        // event is borrowed for longer than the call.
        unsafe { (raw.raise)(raw.context, event) }
            .into_result()
            .map_err(PluginError::from)
    }

    /// What was read so far.
    pub(super) fn reading(&self) -> RawReading {
        let raw = self.raw();
        // SAFETY: `raw` is lent to this connection, with its own context.
        unsafe { (raw.reading)(raw.context) }
    }

    fn raw(&self) -> &RawConnection {
        // SAFETY: `lend_for` holds the exclusive borrow for as long as `self`
        // lives.
        unsafe { self.raw.as_ref() }
    }

    fn prepare<'q>(
        &self,
        source: &'q dyn QueryFragment<Hob>,
        query_id: Option<std::any::TypeId>,
    ) -> QueryResult<(Statement, Binds<'q>)> {
        let statement = Statement::new(self.db, source, query_id)?;
        let mut binds = Binds::default();
        source.collect_binds(&mut binds, &mut (), &Hob)?;
        Ok((statement, binds))
    }

    fn execute(
        &mut self,
        source: &dyn QueryFragment<Hob>,
        query_id: Option<std::any::TypeId>,
    ) -> QueryResult<usize> {
        let (statement, binds) = self.prepare(source, query_id)?;
        let rows = self.call(|raw| raw.execute, &statement, &binds)?;
        usize::try_from(rows).map_err(Error::IntegerConversion)
    }

    fn query(
        &mut self,
        source: &dyn QueryFragment<Hob>,
        query_id: Option<std::any::TypeId>,
    ) -> QueryResult<RawRows> {
        let (statement, binds) = self.prepare(source, query_id)?;
        self.call(|raw| raw.query, &statement, &binds)
    }

    fn call<T>(
        &mut self,
        function: impl FnOnce(&RawConnection) -> RawCall<T>,
        statement: &Statement,
        binds: &Binds<'_>,
    ) -> QueryResult<T> {
        let raw = self.raw();
        // SAFETY: `raw` is lent to this connection, with its own context; the
        // statement and what the cells point to outlive the call.
        unsafe { function(raw)(raw.context, statement.raw(), binds.cells().into()) }
            .into_result()
            .map_err(Error::from)
    }

    pub(super) fn savepoint(&mut self, what: RawSavepoint, depth: NonZeroU32) -> QueryResult<()> {
        let raw = self.raw();
        // SAFETY: `raw` is lent to this connection, with its own context.
        unsafe { (raw.savepoint)(raw.context, what, depth.get()) }
            .into_result()
            .map_err(Error::from)
    }

    pub(super) fn observe(&mut self, event: InstrumentationEvent<'_>) {
        self.instrumentation.on_connection_event(event);
    }
}

type RawCall<T> =
    unsafe extern "C" fn(*mut (), RawStatement<'_>, RSlice<'_, Cell>) -> RResult<T, RawDbError>;

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("dialect", &self.dialect())
            .field("savepoints", &self.savepoints)
            .finish_non_exhaustive()
    }
}

impl ConnectionSealed for Connection {}

impl SimpleConnection for Connection {
    fn batch_execute(&mut self, sql: &str) -> QueryResult<()> {
        let query = StrQueryHelper::new(sql);
        self.instrumentation
            .on_connection_event(InstrumentationEvent::start_query(&query));
        let raw = self.raw();
        // SAFETY: `raw` is lent to this connection, with its own context.
        let result = unsafe { (raw.batch)(raw.context, sql.into()) }
            .into_result()
            .map_err(Error::from);
        self.instrumentation
            .on_connection_event(InstrumentationEvent::finish_query(
                &query,
                result.as_ref().err(),
            ));
        result
    }
}

impl DieselConnection for Connection {
    type Backend = Hob;
    type TransactionManager = Savepoints;

    /// Always an error.
    fn establish(_: &str) -> ConnectionResult<Self> {
        Err(ConnectionError::BadConnection(
            "the host owns the database: ask it for a connection with `Db::read` or `Db::write`"
                .to_owned(),
        ))
    }

    fn execute_returning_count<T>(&mut self, source: &T) -> QueryResult<usize>
    where
        T: QueryFragment<Hob> + QueryId,
    {
        self.instrumentation
            .on_connection_event(InstrumentationEvent::start_query(&debug_query(source)));
        let result = self.execute(source, T::query_id());
        self.instrumentation
            .on_connection_event(InstrumentationEvent::finish_query(
                &debug_query(source),
                result.as_ref().err(),
            ));
        result
    }

    fn transaction_state(&mut self) -> &mut TransactionManagerStatus {
        &mut self.savepoints
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        &mut *self.instrumentation
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.instrumentation = instrumentation.into();
    }

    /// Does nothing: the host decides what it keeps prepared.
    fn set_prepared_statement_cache_size(&mut self, _: CacheSize) {}
}

impl LoadConnection<DefaultLoadingMode> for Connection {
    type Cursor<'conn, 'query> = Rows<'conn>;
    type Row<'conn, 'query> = Row<'conn>;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> QueryResult<Rows<'conn>>
    where
        T: Query + QueryFragment<Hob> + QueryId + 'query,
        Hob: QueryMetadata<T::SqlType>,
    {
        self.instrumentation
            .on_connection_event(InstrumentationEvent::start_query(&debug_query(&source)));
        let result = self.query(&source, T::query_id());
        self.instrumentation
            .on_connection_event(InstrumentationEvent::finish_query(
                &debug_query(&source),
                result.as_ref().err(),
            ));
        // SAFETY: the rows were just answered, and the connection is borrowed
        // for as long as they are.
        result.map(|raw| unsafe { Rows::new(raw) })
    }
}

impl<'q, Changes, Output> UpdateAndFetchResults<Changes, Output> for Connection
where
    Changes: Copy + AsChangeset<Target = <Changes as HasTable>::Table> + IntoUpdateTarget,
    Update<Changes, Changes>: LoadQuery<'q, Self, Output>,
    <Changes::Table as Table>::AllColumns: ValidGrouping<()>,
    <<Changes::Table as Table>::AllColumns as ValidGrouping<()>>::IsAggregate:
        MixedAggregates<is_aggregate::No, Output = is_aggregate::No>,
{
    fn update_and_fetch(&mut self, changes: Changes) -> QueryResult<Output> {
        diesel::update(changes).set(changes).get_result(self)
    }
}
