//! The operator's list of applications, page by page.

use diesel::prelude::*;
use hob_plugin_sdk::db::{Connection, Timestamp, contains};

use super::{Client, ClientUse, schema::oauth_clients};

/// An application in the list.
#[derive(Debug, Clone)]
pub struct ListedClient {
    pub client: Client,
    pub usage: ClientUse,
}

impl ListedClient {
    /// Those whose name or client id has `part` in it, in whichever case; the
    /// last that was registered comes first, and before the row `before` where
    /// one is given.
    pub fn page(
        connection: &mut Connection,
        part: &str,
        before: Option<i64>,
        most: i64,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        let mut query = oauth_clients::table
            .order(oauth_clients::id.desc())
            .select(Client::as_select())
            .limit(most)
            .into_boxed();
        if !part.is_empty() {
            let name = contains(oauth_clients::name, part);
            query = query.filter(name.or(contains(oauth_clients::client_id, part)));
        }
        if let Some(before) = before {
            query = query.filter(oauth_clients::id.lt(before));
        }
        let clients = query.load(connection)?;
        let ids: Vec<i64> = clients.iter().map(|client| client.id).collect();
        let mut uses = ClientUse::of_these(connection, &ids, now)?;
        let listed = |client: Client| Self {
            usage: uses.remove(&client.id).unwrap_or_default(),
            client,
        };
        Ok(clients.into_iter().map(listed).collect())
    }
}
