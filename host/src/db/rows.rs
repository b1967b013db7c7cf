//! The flat buffer in which rows cross to whoever asked.
//!
//! One buffer for each connection, filled anew by each query: nothing is
//! allocated for a row once the buffer has grown to its usual size.

use abi_stable::std_types::RString;
use hob_plugin_sdk::abi::db::{Cell, RawRows};

/// What one unusually large result may leave behind.
const KEPT_BYTES: usize = 1 << 20;

#[derive(Default)]
pub(crate) struct RowBuffer {
    cells: Vec<Cell>,
    heap: Vec<u8>,
}

impl RowBuffer {
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
        self.heap.clear();
        if self.heap.capacity() > KEPT_BYTES {
            self.heap.shrink_to(KEPT_BYTES);
        }
        if self.cells.capacity() * size_of::<Cell>() > KEPT_BYTES {
            self.cells.shrink_to(KEPT_BYTES / size_of::<Cell>());
        }
    }

    pub(crate) fn push_null(&mut self) {
        self.push(Cell::NULL, 0, 0);
    }

    /// A bool or an integer; `kind` says which.
    pub(crate) fn push_integer(&mut self, kind: u32, value: i64) {
        self.push(kind, 0, value.cast_unsigned());
    }

    pub(crate) fn push_double(&mut self, value: f64) {
        self.push(Cell::DOUBLE, 0, value.to_bits());
    }

    /// A text or a binary; `kind` says which. False if it is too long to be
    /// told.
    #[must_use]
    pub(crate) fn push_bytes(&mut self, kind: u32, bytes: &[u8]) -> bool {
        let Ok(length) = u32::try_from(bytes.len()) else {
            return false;
        };
        self.push(kind, length, self.heap.len() as u64);
        self.heap.extend_from_slice(bytes);
        true
    }

    fn push(&mut self, kind: u32, len: u32, data: u64) {
        self.cells.push(Cell { kind, len, data });
    }

    /// The rows as they cross; valid until the buffer or the names change.
    pub(crate) fn lend(&self, rows: u64, names: &[RString]) -> RawRows {
        debug_assert_eq!(self.cells.len() as u64, rows * names.len() as u64);
        RawRows {
            cells: self.cells.as_ptr(),
            rows,
            columns: u32::try_from(names.len()).expect("databases allow few thousand columns"),
            heap: self.heap.as_ptr(),
            heap_len: self.heap.len() as u64,
            names: names.as_ptr(),
        }
    }
}
