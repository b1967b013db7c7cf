//! Keys of the server's own, the same for all nodes.
//!
//! They are kept as they are, since they are used and not compared: nothing
//! that opens anything by itself belongs here.

use std::fmt;

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    prelude::*,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Binary,
};
use hob_plugin_sdk::db::{Connection, Hob, Timestamp, Value};
use rand::CryptoRng;

use super::schema::oauth_server_keys;

/// 256 random bits.
#[derive(Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct ServerKey([u8; 32]);

impl ServerKey {
    /// A new key.
    pub fn generate(randomness: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        randomness.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The key itself.
    #[must_use]
    pub const fn reveal(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key for this purpose; `new_key` becomes it where there is none.
    pub fn find_or_insert(
        connection: &mut Connection,
        purpose: &str,
        new_key: Self,
        now: Timestamp,
    ) -> QueryResult<Self> {
        diesel::insert_into(oauth_server_keys::table)
            .values((
                oauth_server_keys::purpose.eq(purpose),
                oauth_server_keys::key.eq(new_key),
                oauth_server_keys::created_at.eq(now),
            ))
            .on_conflict(oauth_server_keys::purpose)
            .do_nothing()
            .execute(connection)?;
        oauth_server_keys::table
            .find(purpose)
            .select(oauth_server_keys::key)
            .first(connection)
    }
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ServerKey(…)")
    }
}

impl ToSql<Binary, Hob> for ServerKey {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(&self.0[..]);
        Ok(IsNull::No)
    }
}

impl FromSql<Binary, Hob> for ServerKey {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Hob>>::from_sql(value)?;
        Ok(Self(bytes.try_into().map_err(|bytes: Vec<u8>| {
            format!("a key has 32 bytes, this one has {}", bytes.len())
        })?))
    }
}
