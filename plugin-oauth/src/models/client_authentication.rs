//! How clients prove who they are: by a secret, by a key, or not at all.

use diesel::prelude::*;
use hob_plugin_sdk::db::{Connection, Json};

use super::{
    client::{Client, ClientKind},
    schema::{oauth_client_secrets, oauth_clients},
};
use crate::key_set::KeySet;

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

    /// From now on these keys count, and neither others nor secrets.
    pub fn replace_keys(&self, connection: &mut Connection, keys: KeySet) -> QueryResult<()> {
        diesel::update(oauth_clients::table.find(self.id))
            .set(oauth_clients::jwks.eq(Json(keys)))
            .execute(connection)?;
        diesel::delete(
            oauth_client_secrets::table.filter(oauth_client_secrets::client.eq(self.id)),
        )
        .execute(connection)?;
        Ok(())
    }
}
