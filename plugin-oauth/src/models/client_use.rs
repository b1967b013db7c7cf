//! What operators see of an application beside what it is: who allows it, when
//! it was last used, why it is suspended.
//!
//! Apart from [`Client`], which is read with each request and holds none of
//! this.

use std::collections::BTreeMap;

use diesel::{
    dsl::{count, max},
    prelude::*,
    sql_types::BigInt,
};
use hob_plugin_sdk::db::{Connection, Hob, Timestamp};

use super::{
    Client,
    schema::{oauth_client_secrets, oauth_clients, oauth_consents},
};

/// How an application is used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientUse {
    /// How many members allow it.
    pub members: u64,
    /// When it last acted for itself, used a token or showed its secret (to the
    /// hour), or was given something by a member; none if never.
    pub last_used_at: Option<Timestamp>,
    pub suspension_reason: Option<String>,
}

impl ClientUse {
    /// Of one.
    pub fn of(connection: &mut Connection, client: &Client, now: Timestamp) -> QueryResult<Self> {
        let (own, suspension_reason) = oauth_clients::table
            .find(client.id)
            .select((
                oauth_clients::last_used_at,
                oauth_clients::suspension_reason,
            ))
            .first::<(Option<Timestamp>, Option<String>)>(connection)?;
        let consents = oauth_consents::table
            .filter(oauth_consents::client.eq(client.id))
            .select((
                max(oauth_consents::last_used_at),
                max(oauth_consents::updated_at),
            ))
            .first::<(Option<Timestamp>, Option<Timestamp>)>(connection)?;
        let secrets = oauth_client_secrets::table
            .filter(oauth_client_secrets::client.eq(client.id))
            .select(max(oauth_client_secrets::last_used_at))
            .first::<Option<Timestamp>>(connection)?;
        Ok(Self {
            members: client.count_members(connection, now)?,
            last_used_at: own.max(consents.0).max(consents.1).max(secrets),
            suspension_reason,
        })
    }

    /// Of all, by the clients' rows.
    pub fn of_all(connection: &mut Connection, now: Timestamp) -> QueryResult<BTreeMap<i64, Self>> {
        Self::gather(connection, None, now)
    }

    /// Of these, by the clients' rows.
    pub fn of_these(
        connection: &mut Connection,
        clients: &[i64],
        now: Timestamp,
    ) -> QueryResult<BTreeMap<i64, Self>> {
        Self::gather(connection, Some(clients), now)
    }

    fn gather(
        connection: &mut Connection,
        clients: Option<&[i64]>,
        now: Timestamp,
    ) -> QueryResult<BTreeMap<i64, Self>> {
        let mut uses: BTreeMap<i64, Self> = oauth_clients::table
            .filter(oauth_clients::id.eq_any(ids(clients)))
            .select((
                oauth_clients::id,
                oauth_clients::last_used_at,
                oauth_clients::suspension_reason,
            ))
            .load::<(i64, Option<Timestamp>, Option<String>)>(connection)?
            .into_iter()
            .map(|(client, last_used_at, suspension_reason)| {
                let own = Self {
                    members: 0,
                    last_used_at,
                    suspension_reason,
                };
                (client, own)
            })
            .collect();
        let members = oauth_consents::table
            .filter(oauth_consents::client.eq_any(ids(clients)))
            .filter(
                oauth_consents::expires_at
                    .is_null()
                    .or(oauth_consents::expires_at.gt(now)),
            )
            .group_by(oauth_consents::client)
            .select((
                oauth_consents::client,
                count(oauth_consents::member_id).aggregate_distinct(),
            ))
            .load::<(i64, i64)>(connection)?;
        for (client, members) in members {
            uses.entry(client).or_default().members = u64::try_from(members).unwrap_or(0);
        }
        let consents = oauth_consents::table
            .filter(oauth_consents::client.eq_any(ids(clients)))
            .group_by(oauth_consents::client)
            .select((
                oauth_consents::client,
                max(oauth_consents::last_used_at),
                max(oauth_consents::updated_at),
            ))
            .load::<(i64, Option<Timestamp>, Option<Timestamp>)>(connection)?
            .into_iter()
            .map(|(client, used_at, given_at)| (client, used_at.max(given_at)));
        let secrets = oauth_client_secrets::table
            .filter(oauth_client_secrets::client.eq_any(ids(clients)))
            .group_by(oauth_client_secrets::client)
            .select((
                oauth_client_secrets::client,
                max(oauth_client_secrets::last_used_at),
            ))
            .load::<(i64, Option<Timestamp>)>(connection)?;
        for (client, used_at) in consents.chain(secrets) {
            let known = &mut uses.entry(client).or_default().last_used_at;
            *known = (*known).max(used_at);
        }
        Ok(uses)
    }
}

type ClientIds = oauth_clients::BoxedQuery<'static, Hob, BigInt>;

/// The rows of these clients, or of all.
fn ids(clients: Option<&[i64]>) -> ClientIds {
    let ids = oauth_clients::table.select(oauth_clients::id).into_boxed();
    match clients {
        Some(clients) => ids.filter(oauth_clients::id.eq_any(clients.to_vec())),
        None => ids,
    }
}
