//! Access tokens.

use diesel::prelude::*;
use hob_jose::KeyThumbprint;
use hob_plugin_sdk::{
    auth::TokenId,
    db::{Connection, Hob, Timestamp},
};

use super::{
    revocation::{Consents, Ended},
    schema::{
        oauth_access_tokens::{self as access_tokens},
        oauth_clients,
    },
};
use crate::{
    resource::Resource,
    scope::Scope,
    secret::{self, SecretDigest},
};

/// An access token, with all that its check needs.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(
    table_name = access_tokens,
    check_for_backend(Hob),
    treat_none_as_default_value = false
)]
pub struct AccessToken {
    pub digest: SecretDigest,
    pub client_id: String,
    /// None, as the consent, where a client acts for itself.
    pub member_id: Option<i64>,
    pub consent: Option<i64>,
    /// The client's row, where it acts for itself.
    pub client: Option<i64>,
    pub family: i64,
    pub scope: Scope,
    pub resource: Resource,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// Of the key whose owner alone may use it (RFC 9449, section 6).
    pub key_thumbprint: Option<KeyThumbprint>,
    /// When a resource was last asked with it, to the hour.
    #[diesel(skip_insertion)]
    pub last_used_at: Option<Timestamp>,
}

impl AccessToken {
    /// Whether it stands for a personal token, which belongs to no client: each
    /// of its own has a consent or a client's row.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        self.consent.is_none() && self.client.is_none()
    }
}

/// An access token that counts, with what only people want to know of it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = access_tokens, check_for_backend(Hob))]
pub struct LiveAccessToken {
    #[diesel(embed)]
    pub token: AccessToken,
    /// The address that the last use came from.
    pub last_used_from: Option<String>,
}

impl AccessToken {
    /// One indexed read. Also one that has expired.
    pub fn find(connection: &mut Connection, digest: &SecretDigest) -> QueryResult<Option<Self>> {
        access_tokens::table
            .find(digest)
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// One of a client that may send its tokens in addresses, also one that has
    /// expired: one indexed read, of two rows.
    pub fn find_of_legacy_client(
        connection: &mut Connection,
        digest: &SecretDigest,
    ) -> QueryResult<Option<Self>> {
        access_tokens::table
            .inner_join(
                oauth_clients::table.on(oauth_clients::client_id.eq(access_tokens::client_id)),
            )
            .filter(access_tokens::digest.eq(digest))
            .filter(oauth_clients::legacy_query.eq(true))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// The one that logs call by this name.
    pub fn named(connection: &mut Connection, token_id: TokenId) -> QueryResult<Option<Self>> {
        let (first, last) = secret::named(token_id);
        access_tokens::table
            .filter(access_tokens::digest.between(first, last))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    pub fn insert(&self, connection: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(access_tokens::table)
            .values(self)
            .execute(connection)?;
        Ok(())
    }

    /// Ends this one alone.
    pub fn revoke(&self, connection: &mut Connection) -> QueryResult<Ended> {
        let ended = diesel::delete(access_tokens::table.find(self.digest)).execute(connection)?;
        Ok(Ended {
            access_tokens: ended as u64,
            refresh_tokens: 0,
        })
    }
}

impl LiveAccessToken {
    /// Those under these consents, and of a client that acts for itself; the
    /// latest first.
    pub fn of(
        connection: &mut Connection,
        consents: Consents,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        let live = access_tokens::table
            .filter(access_tokens::expires_at.gt(now))
            .order(access_tokens::created_at.desc())
            .select(Self::as_select());
        let mut found: Vec<Self> = live
            .filter(access_tokens::consent.eq_any(consents.ids().nullable()))
            .load(connection)?;
        if let Consents::Client(client) = consents {
            let own = live.filter(access_tokens::client.eq(client));
            found.extend(own.load::<Self>(connection)?);
        }
        Ok(found)
    }
}
