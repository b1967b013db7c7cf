//! JSON documents, kept as text.

use std::fmt::Debug;

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Hob, value::Value};

/// A value kept as JSON in a `Text` column. The database does not look inside:
/// what is searched or joined deserves a column of its own.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    AsExpression,
    FromSqlRow,
)]
#[diesel(sql_type = Text)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T: Serialize + Debug> ToSql<Text, Hob> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

impl<T: DeserializeOwned> FromSql<Text, Hob> for Json<T> {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(value.text()?)?))
    }
}
