//! Whether clients can prove who they are, and how: by a secret or by a key.

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    prelude::*,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};
use hob_jose::KeySet;
use hob_plugin_sdk::db::{Connection, Hob, Json, Value};

use super::{
    client::Client,
    schema::{oauth_client_secrets, oauth_clients},
};
use crate::secret::SecretDigest;

/// Whether a client can keep a secret (RFC 6749, section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub enum ClientKind {
    Confidential,
    Public,
}

impl ClientKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confidential => "confidential",
            Self::Public => "public",
        }
    }
}

impl ToSql<Text, Hob> for ClientKind {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<Text, Hob> for ClientKind {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        match <String as FromSql<Text, Hob>>::from_sql(value)?.as_str() {
            "confidential" => Ok(Self::Confidential),
            "public" => Ok(Self::Public),
            other => Err(format!("{other:?} is no kind of client").into()),
        }
    }
}

/// How a client proves who it is (RFC 7591, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuthentication<'a> {
    /// Not at all.
    None,
    /// By a secret, in the header or in the body.
    Secret,
    /// By a signature of one of these keys, and in no other way.
    PrivateKeyJwt(&'a KeySet),
}

impl ClientAuthentication<'_> {
    /// As registration and metadata have it; a secret may come in the body as
    /// well.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Secret => "client_secret_basic",
            Self::PrivateKeyJwt(_) => "private_key_jwt",
        }
    }
}

impl Client {
    #[must_use]
    pub const fn authentication(&self) -> ClientAuthentication<'_> {
        match (self.kind, &self.jwks) {
            (ClientKind::Public, _) => ClientAuthentication::None,
            (ClientKind::Confidential, None) => ClientAuthentication::Secret,
            (ClientKind::Confidential, Some(Json(keys))) => {
                ClientAuthentication::PrivateKeyJwt(keys)
            }
        }
    }

    /// From now on these keys count, and neither others nor secrets. Answers
    /// with the secrets that it had.
    pub fn replace_keys(
        &self,
        connection: &mut Connection,
        keys: KeySet,
    ) -> QueryResult<Vec<SecretDigest>> {
        diesel::update(oauth_clients::table.find(self.id))
            .set(oauth_clients::jwks.eq(Json(keys)))
            .execute(connection)?;
        diesel::delete(oauth_client_secrets::table.filter(oauth_client_secrets::client.eq(self.id)))
            .returning(oauth_client_secrets::digest)
            .get_results(connection)
    }
}
