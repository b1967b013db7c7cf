//! Parameters on their way to the database.
//!
//! A text or a binary that the query borrows crosses as a pointer to where it
//! lies; one that was made for the purpose (JSON, say) is kept here for as
//! long as the call lasts.

use std::marker::PhantomData;

use diesel::{
    query_builder::{BindCollector, MoveableBindCollector},
    result::{Error, QueryResult},
    serialize::{IsNull, Output, ToSql},
    sql_types::HasSqlType,
};
use smallvec::SmallVec;

use super::{Hob, backend::SqlKind};
use crate::abi::db::Cell;

/// The parameters of one statement. Few statements have more than the cells
/// that fit in it without an allocation.
#[derive(Debug, Default)]
pub struct Binds<'a> {
    cells: SmallVec<[Cell; 12]>,
    /// What `cells` point into, where the query itself does not hold it. The
    /// buffers are never changed, so that they stay where they are.
    owned: Vec<Vec<u8>>,
    borrowed: PhantomData<&'a [u8]>,
}

impl<'a> Binds<'a> {
    /// The parameters, valid for as long as `self` and what it borrows.
    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    fn push(&mut self, value: BindValue<'a>, kind: u32) -> QueryResult<()> {
        let (kind, len, data) = match value {
            BindValue::Null => (Cell::NULL | kind << 8, 0, 0),
            BindValue::Integer(value) => (kind, 0, value.cast_unsigned()),
            BindValue::Double(value) => (kind, 0, value.to_bits()),
            BindValue::Borrowed(bytes) => (kind, length(bytes)?, address(bytes)),
            BindValue::Owned(bytes) => {
                let (len, data) = (length(&bytes)?, address(&bytes));
                self.owned.push(bytes);
                (kind, len, data)
            }
        };
        self.cells.push(Cell { kind, len, data });
        Ok(())
    }
}

fn length(bytes: &[u8]) -> QueryResult<u32> {
    u32::try_from(bytes.len()).map_err(|_| {
        Error::SerializationError(
            format!(
                "a parameter of {} bytes: the database takes at most {} bytes in one value",
                bytes.len(),
                u32::MAX
            )
            .into(),
        )
    })
}

fn address(bytes: &[u8]) -> u64 {
    bytes.as_ptr().expose_provenance() as u64
}

/// A parameter as [`ToSql`] hands it over, by `Output::set_value`.
#[derive(Debug)]
pub enum BindValue<'a> {
    Null,
    /// A boolean or an integer of any size.
    Integer(i64),
    Double(f64),
    /// A text or a binary that lives as long as the query.
    Borrowed(&'a [u8]),
    /// A text or a binary made for this parameter.
    Owned(Vec<u8>),
}

impl From<bool> for BindValue<'_> {
    fn from(value: bool) -> Self {
        Self::Integer(value.into())
    }
}

impl From<i64> for BindValue<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for BindValue<'_> {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl<'a> From<&'a str> for BindValue<'a> {
    fn from(value: &'a str) -> Self {
        Self::Borrowed(value.as_bytes())
    }
}

impl<'a> From<&'a [u8]> for BindValue<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Borrowed(value)
    }
}

impl From<String> for BindValue<'_> {
    fn from(value: String) -> Self {
        Self::Owned(value.into_bytes())
    }
}

impl From<Vec<u8>> for BindValue<'_> {
    fn from(value: Vec<u8>) -> Self {
        Self::Owned(value)
    }
}

impl<'a> BindCollector<'a, Hob> for Binds<'a> {
    type Buffer = BindValue<'a>;

    fn push_bound_value<T, U>(&mut self, bind: &'a U, lookup: &mut ()) -> QueryResult<()>
    where
        Hob: HasSqlType<T>,
        U: ToSql<T, Hob> + ?Sized + 'a,
    {
        let mut output = Output::new(BindValue::Null, lookup);
        let is_null = bind
            .to_sql(&mut output)
            .map_err(Error::SerializationError)?;
        let value = match is_null {
            IsNull::Yes => BindValue::Null,
            IsNull::No => output.into_inner(),
        };
        self.push(value, <Hob as HasSqlType<T>>::metadata(lookup).0)
    }

    fn push_null_value(&mut self, kind: SqlKind) -> QueryResult<()> {
        self.push(BindValue::Null, kind.0)
    }
}

/// Parameters that own all they hold, for a query that is collected first and
/// run later.
#[derive(Debug, Clone)]
pub struct CollectedBinds(Vec<(u32, Collected)>);

#[derive(Debug, Clone)]
enum Collected {
    Scalar(u64),
    Bytes(Vec<u8>),
}

impl MoveableBindCollector<Hob> for Binds<'_> {
    type BindData = CollectedBinds;

    fn moveable(&self) -> CollectedBinds {
        let collected = self.cells.iter().map(|cell| {
            let value = match cell.kind {
                Cell::TEXT | Cell::BINARY => {
                    // SAFETY: a cell of these kinds was made by `push` from a
                    // slice of this address and length, which `self` owns or
                    // borrows.
                    let bytes = unsafe {
                        std::slice::from_raw_parts(
                            std::ptr::with_exposed_provenance::<u8>(cell.data as usize),
                            cell.len as usize,
                        )
                    };
                    Collected::Bytes(bytes.to_vec())
                }
                _ => Collected::Scalar(cell.data),
            };
            (cell.kind, value)
        });
        CollectedBinds(collected.collect())
    }

    fn append_bind_data(&mut self, from: &CollectedBinds) {
        for (kind, value) in &from.0 {
            let cell = match value {
                Collected::Scalar(data) => Cell {
                    kind: *kind,
                    len: 0,
                    data: *data,
                },
                Collected::Bytes(bytes) => {
                    let bytes = bytes.clone();
                    let cell = Cell {
                        kind: *kind,
                        len: u32::try_from(bytes.len()).expect("`push` checked the length"),
                        data: address(&bytes),
                    };
                    self.owned.push(bytes);
                    cell
                }
            };
            self.cells.push(cell);
        }
    }

    fn push_debug_binds<'a, 'b>(
        data: &CollectedBinds,
        formatter: &'a mut Vec<Box<dyn std::fmt::Debug + 'b>>,
    ) {
        formatter.extend(
            data.0
                .iter()
                .map(|(_, value)| Box::new(value.clone()) as Box<dyn std::fmt::Debug>),
        );
    }
}
