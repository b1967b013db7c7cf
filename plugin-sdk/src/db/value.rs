//! Values from the database, and the Rust types that they become.
//!
//! SQLite types its values and not its columns, PostgreSQL the other way
//! round; so an integer is read into whatever integer holds it, and a boolean
//! also from the 0 and 1 that SQLite keeps.

use diesel::{
    deserialize::{self, FromSql, FromSqlRef, Queryable},
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, Binary, Bool, Double, Integer, SmallInt, Text},
};

use super::Hob;
use crate::abi::db::Cell;

/// A value of a row that is not null, lent by the connection.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    pub(super) cell: Cell,
    pub(super) heap: &'a [u8],
}

impl<'a> Value<'a> {
    fn integer(self) -> deserialize::Result<i64> {
        match self.cell.kind {
            Cell::BOOL | Cell::SMALL_INT | Cell::INTEGER | Cell::BIG_INT => {
                Ok(self.cell.data.cast_signed())
            }
            _ => Err(self.is_not("an integer")),
        }
    }

    fn double(self) -> deserialize::Result<f64> {
        match self.cell.kind {
            Cell::DOUBLE => Ok(f64::from_bits(self.cell.data)),
            // SQLite gives the sum of a column without rows of REAL as 0.
            Cell::SMALL_INT | Cell::INTEGER | Cell::BIG_INT => {
                Ok(self.cell.data.cast_signed() as f64)
            }
            _ => Err(self.is_not("a double")),
        }
    }

    pub(super) fn text(self) -> deserialize::Result<&'a str> {
        match self.cell.kind {
            Cell::TEXT => Ok(std::str::from_utf8(self.bytes()?)?),
            _ => Err(self.is_not("a text")),
        }
    }

    fn binary(self) -> deserialize::Result<&'a [u8]> {
        match self.cell.kind {
            Cell::BINARY => self.bytes(),
            _ => Err(self.is_not("a binary")),
        }
    }

    fn bytes(self) -> deserialize::Result<&'a [u8]> {
        usize::try_from(self.cell.data)
            .ok()
            .and_then(|start| Some(start..start.checked_add(self.cell.len as usize)?))
            .and_then(|range| self.heap.get(range))
            .ok_or_else(|| "the driver's row points outside of its own buffer".into())
    }

    #[cold]
    fn is_not(self, wanted: &str) -> Box<dyn std::error::Error + Send + Sync> {
        let found = match self.cell.kind {
            Cell::BOOL => "a boolean",
            Cell::SMALL_INT | Cell::INTEGER | Cell::BIG_INT => "an integer",
            Cell::DOUBLE => "a double",
            Cell::TEXT => "a text",
            Cell::BINARY => "a binary",
            _ => "a value of an unknown kind",
        };
        format!("the query's type says {wanted}, the database sent {found}").into()
    }
}

impl FromSql<Bool, Hob> for bool {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        Ok(value.integer()? != 0)
    }
}

macro_rules! integers {
    ($($sql_type:ty => $rust_type:ty;)+) => {$(
        impl FromSql<$sql_type, Hob> for $rust_type {
            fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
                Ok(Self::try_from(value.integer()?)?)
            }
        }

        impl ToSql<$sql_type, Hob> for $rust_type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
                out.set_value(i64::from(*self));
                Ok(IsNull::No)
            }
        }
    )+};
}

integers! {
    SmallInt => i16;
    Integer => i32;
    BigInt => i64;
}

impl FromSql<Double, Hob> for f64 {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        value.double()
    }
}

impl<'a> FromSqlRef<'a, Text, Hob> for &'a str {
    fn from_sql(value: &'a mut Value<'_>) -> deserialize::Result<Self> {
        value.text()
    }
}

impl<'a> FromSqlRef<'a, Binary, Hob> for &'a [u8] {
    fn from_sql(value: &'a mut Value<'_>) -> deserialize::Result<Self> {
        value.binary()
    }
}

/// For `FromSql` implementations over text that need no copy of it. The
/// pointer is valid only until the value's row is given up.
impl FromSql<Text, Hob> for *const str {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        value.text().map(std::ptr::from_ref)
    }
}

impl Queryable<Text, Hob> for *const str {
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

/// For `FromSql` implementations over binaries that need no copy of them. The
/// pointer is valid only until the value's row is given up.
impl FromSql<Binary, Hob> for *const [u8] {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        value.binary().map(std::ptr::from_ref)
    }
}

impl Queryable<Binary, Hob> for *const [u8] {
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

impl ToSql<Bool, Hob> for bool {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(*self);
        Ok(IsNull::No)
    }
}

impl ToSql<Double, Hob> for f64 {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(*self);
        Ok(IsNull::No)
    }
}

impl ToSql<Text, Hob> for str {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self);
        Ok(IsNull::No)
    }
}

impl ToSql<Binary, Hob> for [u8] {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self);
        Ok(IsNull::No)
    }
}
