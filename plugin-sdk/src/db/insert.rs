//! Inserts. SQLite has no `DEFAULT` keyword, so a column that shall take its
//! default is left out of the statement.
//!
//! A statement names its columns once for all of its rows, so rows inserted
//! together must leave out the same ones. Whether they do can't be told from
//! their type: Diesel's derive makes an option of each field. So it is an error
//! when the query is built, before anything reaches the database.

use diesel::{
    Column, Table,
    expression::{AppearsOnTable, Expression},
    insertable::{
        CanInsertInSingleQuery, ColumnInsertValue, DefaultableColumnInsertValue, InsertValues,
    },
    query_builder::{AstPass, BatchInsert, NoFromClause, QueryFragment, ValuesClause},
    result::{Error, QueryResult},
};

use super::Hob;

/// How the dialect writes the default of a column: not at all.
#[derive(Debug, Clone, Copy)]
pub struct LeaveColumnsOut;

impl<C, E> QueryFragment<Hob, LeaveColumnsOut>
    for DefaultableColumnInsertValue<ColumnInsertValue<C, E>>
where
    E: QueryFragment<Hob>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Hob>) -> QueryResult<()> {
        // The SQL depends on whether there is a value.
        out.unsafe_to_cache_prepared();
        if let Self::Expression(value) = self {
            value.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}

impl<C, E> InsertValues<Hob, C::Table> for DefaultableColumnInsertValue<ColumnInsertValue<C, E>>
where
    C: Column,
    E: Expression<SqlType = C::SqlType> + AppearsOnTable<NoFromClause>,
    Self: QueryFragment<Hob>,
{
    fn column_names(&self, mut out: AstPass<'_, '_, Hob>) -> QueryResult<()> {
        if let Self::Expression(_) = self {
            out.push_identifier(C::NAME)?;
        }
        Ok(())
    }
}

/// Which columns a row has a value for.
pub trait InsertedColumns {
    /// Appends a bit for each column: 1 where there is a value.
    fn mark(&self, columns: &mut u128);
}

impl<C, E> InsertedColumns for ColumnInsertValue<C, E> {
    fn mark(&self, columns: &mut u128) {
        *columns = *columns << 1 | 1;
    }
}

impl<V> InsertedColumns for DefaultableColumnInsertValue<V> {
    fn mark(&self, columns: &mut u128) {
        *columns = *columns << 1 | u128::from(matches!(self, Self::Expression(_)));
    }
}

impl<V: InsertedColumns, T> InsertedColumns for ValuesClause<V, T> {
    fn mark(&self, columns: &mut u128) {
        self.values.mark(columns);
    }
}

macro_rules! tuples {
    ($first:ident $($rest:ident)*) => {
        impl<$first: InsertedColumns, $($rest: InsertedColumns),*> InsertedColumns
            for ($first, $($rest,)*)
        {
            #[expect(non_snake_case, reason = "the types' names serve the fields too")]
            fn mark(&self, columns: &mut u128) {
                let ($first, $($rest,)*) = self;
                $first.mark(columns);
                $($rest.mark(columns);)*
            }
        }
        tuples!($($rest)*);
    };
    () => {};
}

tuples!(
    A B C D E F G H I J K L M N O P Q R S T U V W X Y Z Aa Bb Cc Dd Ee Ff
);

fn columns<V: InsertedColumns>(row: &V) -> u128 {
    let mut columns = 0;
    row.mark(&mut columns);
    columns
}

#[cold]
fn ragged(row: usize) -> Error {
    Error::QueryBuilderError(
        format!(
            "rows inserted together must leave out the same columns, and row {row} leaves out \
             others than row 1 (a `None` leaves out its column): insert the rows one by one, or \
             put `#[diesel(treat_none_as_default_value = false)]` on their type, so that a \
             `None` is NULL"
        )
        .into(),
    )
}

impl<V, T, Q, const STATIC: bool> QueryFragment<Hob, LeaveColumnsOut>
    for BatchInsert<Vec<ValuesClause<V, T>>, T, Q, STATIC>
where
    T: Table,
    V: InsertedColumns + InsertValues<Hob, T>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Hob>) -> QueryResult<()> {
        if !STATIC {
            out.unsafe_to_cache_prepared();
        }
        let mut rows = (1..).zip(&self.values);
        let Some((_, first)) = rows.next() else {
            return Ok(());
        };
        first.walk_ast(out.reborrow())?;
        let inserted = columns(first);
        for (number, row) in rows {
            if columns(row) != inserted {
                return Err(ragged(number));
            }
            out.push_sql(", (");
            row.values.walk_ast(out.reborrow())?;
            out.push_sql(")");
        }
        Ok(())
    }
}

impl<V, T, Q, const STATIC: bool> CanInsertInSingleQuery<Hob>
    for BatchInsert<Vec<ValuesClause<V, T>>, T, Q, STATIC>
{
    fn rows_to_insert(&self) -> Option<usize> {
        Some(self.values.len())
    }
}
