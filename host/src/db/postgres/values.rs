//! Parameters and columns between cells and PostgreSQL's binary format.

use std::{error::Error, fmt, slice};

use bytes::BytesMut;
use hob_plugin_sdk::abi::db::{Cell, RawDbError, RawDbErrorKind};
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::db::{
    error::{failure, refused},
    rows::RowBuffer,
};

/// The type that a parameter carries, also where it is null.
pub(super) fn parameter_type(number: usize, cell: &Cell) -> Result<Type, RawDbError> {
    let kind = match cell.kind & 0xff {
        Cell::NULL => cell.kind >> 8,
        _ => cell.kind,
    };
    Ok(match kind {
        // A null without a type: the server finds one that fits.
        Cell::NULL => Type::UNKNOWN,
        Cell::BOOL => Type::BOOL,
        Cell::SMALL_INT => Type::INT2,
        Cell::INTEGER => Type::INT4,
        Cell::BIG_INT => Type::INT8,
        Cell::DOUBLE => Type::FLOAT8,
        Cell::TEXT => Type::TEXT,
        Cell::BINARY => Type::BYTEA,
        kind => {
            return Err(refused(format!(
                "parameter ${} is of an unknown kind, {kind}",
                number + 1
            )));
        }
    })
}

/// A parameter on its way to the server.
pub(super) struct Parameter<'a>(&'a Cell);

impl<'a> Parameter<'a> {
    /// Refuses a text that the server could not store.
    pub(super) fn new(number: usize, cell: &'a Cell) -> Result<Self, RawDbError> {
        let parameter = Self(cell);
        if cell.kind == Cell::TEXT && parameter.bytes().contains(&0) {
            return Err(refused(format!(
                "parameter ${} is a text with a NUL in it, which no text may hold",
                number + 1
            )));
        }
        Ok(parameter)
    }

    fn bytes(&self) -> &[u8] {
        if self.0.len == 0 {
            return &[];
        }
        let address = usize::try_from(self.0.data).expect("an address of this process");
        // SAFETY: the caller of the interface promises so many bytes there for
        // the time of the call, and a parameter lives no longer.
        unsafe {
            slice::from_raw_parts(
                std::ptr::with_exposed_provenance(address),
                self.0.len as usize,
            )
        }
    }
}

/// The client logs parameters; their values may be secrets.
impl fmt::Debug for Parameter<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let integer = self.0.data.cast_signed();
        match self.0.kind {
            Cell::BOOL => (integer != 0).to_sql(kind, out),
            Cell::SMALL_INT => i16::try_from(integer)?.to_sql(kind, out),
            Cell::INTEGER => i32::try_from(integer)?.to_sql(kind, out),
            Cell::BIG_INT => integer.to_sql(kind, out),
            Cell::DOUBLE => f64::from_bits(self.0.data).to_sql(kind, out),
            Cell::TEXT | Cell::BINARY => self.bytes().to_sql(kind, out),
            _ => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        // The statement was prepared with the types of its parameters.
        true
    }

    to_sql_checked!();
}

/// A field's bytes as they came.
struct Field<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Field<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Appends a row's cells to the buffer.
pub(super) fn push_row(row: &postgres::Row, buffer: &mut RowBuffer) -> Result<(), RawDbError> {
    for (index, column) in row.columns().iter().enumerate() {
        let unreadable = |problem: String| {
            failure(
                RawDbErrorKind::Other,
                format!(
                    "the column {} of type {} {problem}",
                    column.name(),
                    column.type_()
                ),
            )
        };
        let field: Option<Field<'_>> = row
            .try_get(index)
            .map_err(|error| unreadable(format!("can't be read: {error}")))?;
        let Some(Field(bytes)) = field else {
            buffer.push_null();
            continue;
        };
        let wrong_length = |_| unreadable(format!("came with {} bytes", bytes.len()));
        match *column.type_() {
            Type::BOOL => buffer.push_integer(
                Cell::BOOL,
                i64::from(u8::from_be_bytes(bytes.try_into().map_err(wrong_length)?)),
            ),
            Type::INT2 => buffer.push_integer(
                Cell::SMALL_INT,
                i64::from(i16::from_be_bytes(bytes.try_into().map_err(wrong_length)?)),
            ),
            Type::INT4 => buffer.push_integer(
                Cell::INTEGER,
                i64::from(i32::from_be_bytes(bytes.try_into().map_err(wrong_length)?)),
            ),
            Type::INT8 => buffer.push_integer(
                Cell::BIG_INT,
                i64::from_be_bytes(bytes.try_into().map_err(wrong_length)?),
            ),
            Type::FLOAT8 => {
                buffer.push_double(f64::from_be_bytes(bytes.try_into().map_err(wrong_length)?))
            }
            Type::TEXT | Type::VARCHAR | Type::NAME => {
                if !buffer.push_bytes(Cell::TEXT, bytes) {
                    return Err(unreadable("holds more than 4 GiB".to_owned()));
                }
            }
            Type::BYTEA => {
                if !buffer.push_bytes(Cell::BINARY, bytes) {
                    return Err(unreadable("holds more than 4 GiB".to_owned()));
                }
            }
            _ => {
                return Err(unreadable(
                    "is of no type that crosses; cast it to one of SMALLINT, INTEGER, BIGINT, \
                     BOOLEAN, DOUBLE PRECISION, TEXT, BYTEA"
                        .to_owned(),
                ));
            }
        }
    }
    Ok(())
}
