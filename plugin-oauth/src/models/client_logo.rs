//! Logos of applications. A client's row says which one it has; the picture
//! lies here, since that row is read at each request for a token.

use diesel::prelude::*;
use hob_plugin_sdk::db::{Connection, Hob};

use super::{
    client::Client,
    schema::{oauth_client_logos, oauth_clients},
};
use crate::logo::{Logo, LogoVersion};

/// The picture of a client's logo.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = oauth_client_logos, check_for_backend(Hob))]
pub struct ClientLogo {
    pub content_type: String,
    pub picture: Vec<u8>,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = oauth_client_logos, primary_key(client))]
struct NewClientLogo<'a> {
    client: i64,
    content_type: &'a str,
    picture: &'a [u8],
}

impl ClientLogo {
    /// The logo of the client that is called so, with its version.
    pub fn find(
        connection: &mut Connection,
        client_id: &str,
    ) -> QueryResult<Option<(LogoVersion, Self)>> {
        oauth_client_logos::table
            .inner_join(oauth_clients::table)
            .filter(oauth_clients::client_id.eq(client_id))
            .select((
                oauth_clients::logo_version.assume_not_null(),
                Self::as_select(),
            ))
            .first(connection)
            .optional()
    }

    fn put(connection: &mut Connection, client: i64, logo: &Logo) -> QueryResult<()> {
        let new_logo = NewClientLogo {
            client,
            content_type: &logo.content_type,
            picture: &logo.picture,
        };
        diesel::insert_into(oauth_client_logos::table)
            .values(&new_logo)
            .on_conflict(oauth_client_logos::client)
            .do_update()
            .set(&new_logo)
            .execute(connection)?;
        Ok(())
    }

    fn delete(connection: &mut Connection, client: i64) -> QueryResult<()> {
        diesel::delete(oauth_client_logos::table.find(client)).execute(connection)?;
        Ok(())
    }
}

impl Client {
    /// Gives it this logo in place of the one that it has, or takes that away.
    /// Answers with what the client is now; none if it is gone.
    pub fn set_logo(
        &self,
        connection: &mut Connection,
        logo: Option<&Logo>,
    ) -> QueryResult<Option<Self>> {
        // The row of the client first: whoever changes it meanwhile waits.
        let changed = diesel::update(oauth_clients::table.find(self.id))
            .set(oauth_clients::logo_version.eq(logo.map(|logo| logo.version)))
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()?;
        match (&changed, logo) {
            (None, _) => {}
            (Some(client), Some(logo)) => ClientLogo::put(connection, client.id, logo)?,
            (Some(client), None) => ClientLogo::delete(connection, client.id)?,
        }
        Ok(changed)
    }
}
