//! One prepared statement: bind, step, read columns.
//!
//! This calls SQLite's C interface directly, since rusqlite would allocate for
//! each row and can't bind without copying.

use std::{
    ffi::{CStr, c_int},
    slice,
};

use abi_stable::std_types::RString;
use hob_plugin_sdk::abi::db::{Cell, RawDbError, RawDbErrorKind};
use rusqlite::ffi;

use super::{callbacks::Touched, errors};
use crate::db::{
    error::{failure, refused},
    rows::RowBuffer,
    words,
};

const UTF8: u8 = ffi::SQLITE_UTF8 as u8;

/// A prepared statement. It must be dropped before its connection.
pub(super) struct Statement {
    raw: *mut ffi::sqlite3_stmt,
    /// Where the parameter `$n` stands in SQLite's numbering, by n - 1; `None`
    /// where both number alike.
    order: Option<Vec<c_int>>,
    parameters: usize,
    names: Vec<RString>,
    /// How often SQLite had prepared it anew when the names were read.
    prepared_anew: c_int,
    reads_only: bool,
    touches_rows: bool,
    touched: Touched,
}

// SAFETY: SQLite is compiled thread-safe, and a statement is reached only
// through its session, by one thread at a time.
unsafe impl Send for Statement {}

/// What preparing the head of a text gave.
pub(super) struct Prepared {
    /// `None` for blanks and comments.
    pub(super) statement: Option<Statement>,
    /// How many bytes of the text it took.
    pub(super) length: usize,
}

impl Statement {
    /// Prepares the first statement of a text.
    ///
    /// # Safety
    /// `handle` is an open connection that outlives the statement and that no
    /// other thread uses now.
    pub(super) unsafe fn prepare(
        handle: *mut ffi::sqlite3,
        sql: &str,
        keep: bool,
    ) -> Result<Prepared, RawDbError> {
        let length = c_int::try_from(sql.len())
            .map_err(|_| refused("the statement is longer than 2 GiB"))?;
        let mut raw = std::ptr::null_mut();
        let mut tail = std::ptr::null();
        // SAFETY: the pointers are valid for the call, and the length is the
        // text's own.
        let code = unsafe {
            ffi::sqlite3_prepare_v3(
                handle,
                sql.as_ptr().cast(),
                length,
                if keep {
                    ffi::SQLITE_PREPARE_PERSISTENT
                } else {
                    0
                },
                &raw mut raw,
                &raw mut tail,
            )
        };
        if code != ffi::SQLITE_OK {
            // SAFETY: as above.
            return Err(unsafe { errors::last(handle) });
        }
        let used = (tail as usize).saturating_sub(sql.as_ptr() as usize);
        if raw.is_null() {
            return Ok(Prepared {
                statement: None,
                length: used,
            });
        }
        let mut statement = Self {
            raw,
            order: None,
            parameters: 0,
            names: Vec::new(),
            prepared_anew: 0,
            // SAFETY: the statement was just prepared.
            reads_only: unsafe { ffi::sqlite3_stmt_readonly(raw) } != 0,
            touches_rows: words::touches_rows(sql),
            touched: Touched::default(),
        };
        statement.read_parameters()?;
        statement.read_names();
        Ok(Prepared {
            statement: Some(statement),
            length: used,
        })
    }

    fn read_parameters(&mut self) -> Result<(), RawDbError> {
        // SAFETY: the statement is valid as long as `self`.
        let count = unsafe { ffi::sqlite3_bind_parameter_count(self.raw) };
        let mut order = vec![0; usize::try_from(count).unwrap_or(0)];
        for index in 1..=count {
            // SAFETY: as above, and the name is read before another call.
            let name = unsafe {
                let name = ffi::sqlite3_bind_parameter_name(self.raw, index);
                if name.is_null() {
                    None
                } else {
                    Some(CStr::from_ptr(name))
                }
            };
            let place = name
                .and_then(|name| name.to_str().ok())
                .and_then(|name| name.strip_prefix('$'))
                .and_then(|number| number.parse::<usize>().ok())
                .and_then(|number| order.get_mut(number.checked_sub(1)?));
            match place {
                Some(place) => *place = index,
                None => {
                    return Err(refused(format!(
                        "parameters are written $1 to ${count}, without a gap; {} is none of them",
                        name.map_or("`?`".into(), CStr::to_string_lossy)
                    )));
                }
            }
        }
        self.parameters = order.len();
        let in_order = order
            .iter()
            .zip(1..)
            .all(|(index, number)| *index == number);
        self.order = (!in_order).then_some(order);
        Ok(())
    }

    fn read_names(&mut self) {
        // SAFETY: the statement is valid, and each name is copied before
        // another call.
        unsafe {
            self.names = (0..ffi::sqlite3_column_count(self.raw))
                .map(|column| {
                    let name = ffi::sqlite3_column_name(self.raw, column);
                    if name.is_null() {
                        RString::new()
                    } else {
                        RString::from(CStr::from_ptr(name).to_string_lossy().into_owned())
                    }
                })
                .collect();
            self.prepared_anew =
                ffi::sqlite3_stmt_status(self.raw, ffi::SQLITE_STMTSTATUS_REPREPARE, 0);
        }
    }

    /// Names of the columns, as of the last run.
    pub(super) fn names(&self) -> &[RString] {
        &self.names
    }

    pub(super) fn reads_only(&self) -> bool {
        self.reads_only
    }

    /// What it touches.
    pub(super) fn touched(&self) -> &Touched {
        &self.touched
    }

    /// It touches this too.
    pub(super) fn touches(&mut self, more: &Touched) {
        self.touched.join(more);
    }

    fn bind(&mut self, parameters: &[Cell]) -> Result<(), RawDbError> {
        if parameters.len() != self.parameters {
            return Err(refused(format!(
                "the statement takes {} parameters and was given {}",
                self.parameters,
                parameters.len()
            )));
        }
        for (number, cell) in parameters.iter().enumerate() {
            let index = match &self.order {
                Some(order) => order[number],
                None => c_int::try_from(number + 1).expect("SQLite allows 32,766 parameters"),
            };
            self.bind_one(index, cell)?;
        }
        Ok(())
    }

    fn bind_one(&mut self, index: c_int, cell: &Cell) -> Result<(), RawDbError> {
        // An empty slice's address may be anything, but null would mean NULL.
        let address = if cell.len == 0 {
            c"".as_ptr()
        } else {
            std::ptr::with_exposed_provenance(
                usize::try_from(cell.data).expect("an address of this process"),
            )
        };
        let length = u64::from(cell.len);
        // SAFETY: the statement is valid; the caller of the interface promises
        // that the bytes live until the call returns, and before the next run
        // all parameters are bound anew.
        let code = unsafe {
            match cell.kind {
                Cell::BOOL | Cell::SMALL_INT | Cell::INTEGER | Cell::BIG_INT => {
                    ffi::sqlite3_bind_int64(self.raw, index, cell.data.cast_signed())
                }
                Cell::DOUBLE => {
                    ffi::sqlite3_bind_double(self.raw, index, f64::from_bits(cell.data))
                }
                Cell::TEXT => {
                    let text = slice::from_raw_parts(address.cast::<u8>(), cell.len as usize);
                    if text.contains(&0) {
                        return Err(refused(format!(
                            "parameter ${index} is a text with a NUL in it, which no text may hold"
                        )));
                    }
                    ffi::sqlite3_bind_text64(
                        self.raw,
                        index,
                        address,
                        length,
                        ffi::SQLITE_STATIC(),
                        UTF8,
                    )
                }
                Cell::BINARY => ffi::sqlite3_bind_blob64(
                    self.raw,
                    index,
                    address.cast(),
                    length,
                    ffi::SQLITE_STATIC(),
                ),
                kind if kind & 0xff == Cell::NULL => ffi::sqlite3_bind_null(self.raw, index),
                kind => {
                    return Err(refused(format!(
                        "parameter ${index} is of an unknown kind, {kind}"
                    )));
                }
            }
        };
        if code == ffi::SQLITE_OK {
            Ok(())
        } else {
            Err(self.error())
        }
    }

    fn error(&self) -> RawDbError {
        // SAFETY: the connection outlives its statement.
        unsafe { errors::last(ffi::sqlite3_db_handle(self.raw)) }
    }

    /// Runs it to the end and tells how many rows it touched.
    pub(super) fn execute(&mut self, parameters: &[Cell]) -> Result<u64, RawDbError> {
        self.bind(parameters)?;
        let running = Running(self);
        let mut rows = 0;
        while running.step()? {
            rows += 1;
        }
        if running.0.reads_only {
            return Ok(rows);
        }
        if !running.0.touches_rows {
            return Ok(0);
        }
        // SAFETY: the connection outlives its statement.
        let changes = unsafe { ffi::sqlite3_changes64(ffi::sqlite3_db_handle(running.0.raw)) };
        Ok(changes.cast_unsigned())
    }

    /// Runs it to the end and puts its rows into the buffer.
    pub(super) fn query(
        &mut self,
        parameters: &[Cell],
        buffer: &mut RowBuffer,
    ) -> Result<u64, RawDbError> {
        buffer.clear();
        self.bind(parameters)?;
        let mut rows = 0;
        {
            let running = Running(self);
            while running.step()? {
                if rows == 0 {
                    running.0.read_names_if_changed();
                }
                for column in 0..running.0.names.len() {
                    running.0.read(column, buffer)?;
                }
                rows += 1;
            }
        }
        if rows == 0 {
            self.read_names_if_changed();
        }
        Ok(rows)
    }

    fn read_names_if_changed(&mut self) {
        // SAFETY: the statement is valid.
        let anew =
            unsafe { ffi::sqlite3_stmt_status(self.raw, ffi::SQLITE_STMTSTATUS_REPREPARE, 0) };
        if anew != self.prepared_anew {
            self.read_names();
        }
    }

    fn read(&self, column: usize, buffer: &mut RowBuffer) -> Result<(), RawDbError> {
        let index = c_int::try_from(column).expect("SQLite allows few thousand columns");
        // SAFETY: the statement stands on a row that has this column, and the
        // bytes are copied before another call on it. The value may be asked
        // itself since only this thread uses the connection.
        unsafe {
            let value = ffi::sqlite3_column_value(self.raw, index);
            match ffi::sqlite3_value_type(value) {
                ffi::SQLITE_INTEGER => {
                    buffer.push_integer(Cell::BIG_INT, ffi::sqlite3_value_int64(value));
                    Ok(())
                }
                ffi::SQLITE_FLOAT => {
                    buffer.push_double(ffi::sqlite3_value_double(value));
                    Ok(())
                }
                ffi::SQLITE_NULL => {
                    buffer.push_null();
                    Ok(())
                }
                ffi::SQLITE_TEXT => {
                    let text = bytes(value, ffi::sqlite3_value_text(value));
                    if std::str::from_utf8(text).is_err() {
                        return Err(failure(
                            RawDbErrorKind::Other,
                            format!(
                                "the column {} holds a text that is not UTF-8",
                                self.names[column]
                            ),
                        ));
                    }
                    self.push(column, Cell::TEXT, text, buffer)
                }
                _ => {
                    let blob = ffi::sqlite3_value_blob(value);
                    self.push(column, Cell::BINARY, bytes(value, blob.cast()), buffer)
                }
            }
        }
    }

    fn push(
        &self,
        column: usize,
        kind: u32,
        bytes: &[u8],
        buffer: &mut RowBuffer,
    ) -> Result<(), RawDbError> {
        if buffer.push_bytes(kind, bytes) {
            Ok(())
        } else {
            Err(refused(format!(
                "the column {} holds more than 4 GiB",
                self.names[column]
            )))
        }
    }
}

/// # Safety
/// `start` is what SQLite just gave for this value, and is read no longer than
/// the value lives.
unsafe fn bytes<'a>(value: *mut ffi::sqlite3_value, start: *const u8) -> &'a [u8] {
    // SAFETY: the caller's promise.
    unsafe {
        let length = ffi::sqlite3_value_bytes(value);
        if start.is_null() {
            &[]
        } else {
            slice::from_raw_parts(start, usize::try_from(length).unwrap_or(0))
        }
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: it was prepared and is finalized only here.
        unsafe { ffi::sqlite3_finalize(self.raw) };
    }
}

/// A run that is reset at its end, however it ends.
struct Running<'a>(&'a mut Statement);

impl Running<'_> {
    fn step(&self) -> Result<bool, RawDbError> {
        // SAFETY: the statement is valid and bound.
        match unsafe { ffi::sqlite3_step(self.0.raw) } {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            _ => Err(self.0.error()),
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // SAFETY: the statement is valid; an error was read before.
        unsafe { ffi::sqlite3_reset(self.0.raw) };
    }
}
