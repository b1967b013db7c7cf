//! Rows as Diesel reads them, straight from the buffer that the connection
//! lends: nothing is copied or allocated for a row.

use std::{iter::FusedIterator, ops::Range};

use abi_stable::std_types::RString;
use diesel::{
    result::QueryResult,
    row::{Field as DieselField, PartialRow, Row as DieselRow, RowIndex, RowSealed},
};

use super::{Hob, value::Value};
use crate::abi::db::{Cell, RawRows};

/// The rows of one result.
#[derive(Debug)]
pub struct Rows<'conn> {
    cells: &'conn [Cell],
    names: &'conn [RString],
    heap: &'conn [u8],
    left: u64,
}

impl Rows<'_> {
    /// # Safety
    /// `raw` was just answered by the connection that is borrowed for the
    /// lifetime, so that its buffers stay as they are for all of it.
    pub(super) unsafe fn new(raw: RawRows) -> Self {
        let columns = raw.columns as usize;
        let cells = usize::try_from(raw.rows).expect("a buffer in memory") * columns;
        // SAFETY: the contract of `RawRows`, which the caller vouches for.
        unsafe {
            Self {
                cells: slice(raw.cells, cells),
                names: slice(raw.names, columns),
                heap: slice(
                    raw.heap,
                    usize::try_from(raw.heap_len).expect("a buffer in memory"),
                ),
                left: raw.rows,
            }
        }
    }
}

/// A slice whose pointer may be null where it is empty.
///
/// # Safety
/// As [`std::slice::from_raw_parts`] otherwise.
unsafe fn slice<'a, T>(data: *const T, len: usize) -> &'a [T] {
    if len == 0 {
        &[]
    } else {
        // SAFETY: the caller's contract.
        unsafe { std::slice::from_raw_parts(data, len) }
    }
}

impl<'conn> Iterator for Rows<'conn> {
    type Item = QueryResult<Row<'conn>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let (cells, rest) = self.cells.split_at(self.names.len());
        self.cells = rest;
        Some(Ok(Row {
            cells,
            names: self.names,
            heap: self.heap,
        }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Rows<'_> {}
impl FusedIterator for Rows<'_> {}

/// One row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'conn> {
    cells: &'conn [Cell],
    names: &'conn [RString],
    heap: &'conn [u8],
}

impl RowSealed for Row<'_> {}

impl<'conn> DieselRow<'conn, Hob> for Row<'conn> {
    type Field<'f>
        = Field<'f>
    where
        'conn: 'f,
        Self: 'f;
    type InnerPartialRow = Self;

    fn field_count(&self) -> usize {
        self.cells.len()
    }

    fn get<'f, I>(&'f self, index: I) -> Option<Field<'f>>
    where
        'conn: 'f,
        Self: RowIndex<I>,
    {
        let index = self.idx(index)?;
        Some(Field {
            cell: self.cells[index],
            name: self.names[index].as_str(),
            heap: self.heap,
        })
    }

    fn partial_row(&self, range: Range<usize>) -> PartialRow<'_, Self> {
        PartialRow::new(self, range)
    }
}

impl RowIndex<usize> for Row<'_> {
    fn idx(&self, index: usize) -> Option<usize> {
        (index < self.cells.len()).then_some(index)
    }
}

impl<'name> RowIndex<&'name str> for Row<'_> {
    fn idx(&self, name: &'name str) -> Option<usize> {
        self.names
            .iter()
            .position(|candidate| candidate.as_str() == name)
    }
}

/// One field of a row.
#[derive(Debug, Clone, Copy)]
pub struct Field<'f> {
    cell: Cell,
    name: &'f str,
    heap: &'f [u8],
}

impl<'f> DieselField<'f, Hob> for Field<'f> {
    fn field_name(&self) -> Option<&str> {
        Some(self.name)
    }

    fn value(&self) -> Option<Value<'_>> {
        // The kind of a null stands in the upper bytes.
        (self.cell.kind & 0xff != Cell::NULL).then_some(Value {
            cell: self.cell,
            heap: self.heap,
        })
    }

    fn is_null(&self) -> bool {
        self.cell.kind & 0xff == Cell::NULL
    }
}
