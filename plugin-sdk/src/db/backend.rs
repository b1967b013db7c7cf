//! The Diesel backend: which SQL Hob's dialect has.
//!
//! The dialect is what SQLite and PostgreSQL both understand, so one compiled
//! plugin runs on either. What only one of them has is missing here, so that
//! its use is an error of the compiler and not of one site's database.

use diesel::{
    backend::{
        Backend, DieselReserveSpecialization, SqlDialect, TrustedBackend,
        sql_dialect::{
            aggregate_function_expressions::PostgresLikeAggregateFunctionExpressions,
            alias_syntax::AsAliasSyntax,
            array_comparison::AnsiSqlArrayComparison,
            built_in_window_function_require_order::NoOrderRequired,
            concat_clause::ConcatWithPipesClause,
            default_value_clause::AnsiDefaultValueClause,
            exists_syntax::AnsiSqlExistsSyntax,
            on_conflict_clause::{
                PgLikeOnConflictClause, SupportsOnConflictClause, SupportsOnConflictClauseWhere,
            },
            returning_clause::PgLikeReturningClause,
            select_statement_syntax::AnsiSqlSelectStatement,
            window_frame_clause_group_support::IsoGroupWindowFrameUnit,
            window_frame_exclusion_support::FrameExclusionSupport,
        },
    },
    query_builder::QueryBuilder,
    result::QueryResult,
    sql_types::{
        BigInt, Binary, Bool, Date, Double, Float, HasSqlType, Integer, SmallInt, Text, Time,
        Timestamp, TypeMetadata,
    },
};

use super::{bind::Binds, insert::LeaveColumnsOut, value::Value};
use crate::abi::db::Cell;

/// The backend of every query in Hob and its plugins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Hob;

impl Backend for Hob {
    type QueryBuilder = SqlBuilder;
    type RawValue<'a> = Value<'a>;
    type BindCollector<'a> = Binds<'a>;
}

impl TypeMetadata for Hob {
    type TypeMetadata = SqlKind;
    type MetadataLookup = ();
}

impl SqlDialect for Hob {
    type ReturningClause = PgLikeReturningClause;
    type OnConflictClause = OnConflict;
    type InsertWithDefaultKeyword = LeaveColumnsOut;
    type BatchInsertSupport = LeaveColumnsOut;
    type ConcatClause = ConcatWithPipesClause;
    type DefaultValueClauseForInsert = AnsiDefaultValueClause;
    type EmptyFromClauseSyntax =
        diesel::backend::sql_dialect::from_clause_syntax::AnsiSqlFromClauseSyntax;
    type ExistsSyntax = AnsiSqlExistsSyntax;
    type ArrayComparison = AnsiSqlArrayComparison;
    type SelectStatementSyntax = AnsiSqlSelectStatement;
    type AliasSyntax = AsAliasSyntax;
    type WindowFrameClauseGroupSupport = IsoGroupWindowFrameUnit;
    type WindowFrameExclusionSupport = FrameExclusionSupport;
    type AggregateFunctionExpressions = PostgresLikeAggregateFunctionExpressions;
    type BuiltInWindowFunctionRequireOrder = NoOrderRequired;
}

impl DieselReserveSpecialization for Hob {}
impl TrustedBackend for Hob {}

/// `ON CONFLICT`, which SQLite took over from PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub struct OnConflict;

impl SupportsOnConflictClause for OnConflict {}
impl SupportsOnConflictClauseWhere for OnConflict {}
impl PgLikeOnConflictClause for OnConflict {}

/// The kind of [`Cell`] in which a value of an SQL type crosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SqlKind(pub(super) u32);

macro_rules! sql_types {
    ($($sql_type:ty => $kind:expr;)+) => {$(
        impl HasSqlType<$sql_type> for Hob {
            fn metadata(_: &mut ()) -> SqlKind {
                SqlKind($kind)
            }
        }
    )+};
}

sql_types! {
    Bool => Cell::BOOL;
    SmallInt => Cell::SMALL_INT;
    Integer => Cell::INTEGER;
    BigInt => Cell::BIG_INT;
    Double => Cell::DOUBLE;
    Text => Cell::TEXT;
    Binary => Cell::BINARY;
    // Diesel asks every backend to know these. No Rust type converts to or
    // from them here, so they can't be used: times are `db::Timestamp`.
    Float => Cell::DOUBLE;
    Date => Cell::TEXT;
    Time => Cell::TEXT;
    Timestamp => Cell::BIG_INT;
}

/// Writes a query's SQL: identifiers in double quotes, parameters as `$1`, `$2`…
#[derive(Debug, Default)]
pub struct SqlBuilder {
    sql: String,
    parameters: u32,
}

impl QueryBuilder<Hob> for SqlBuilder {
    fn push_sql(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    fn push_identifier(&mut self, identifier: &str) -> QueryResult<()> {
        self.sql.push('"');
        if identifier.contains('"') {
            self.sql.push_str(&identifier.replace('"', "\"\""));
        } else {
            self.sql.push_str(identifier);
        }
        self.sql.push('"');
        Ok(())
    }

    fn push_bind_param(&mut self) {
        self.push_bind_param_value_only();
        self.sql.push('$');
        self.sql.push_str(&self.parameters.to_string());
    }

    fn push_bind_param_value_only(&mut self) {
        self.parameters += 1;
    }

    fn finish(self) -> String {
        self.sql
    }
}
