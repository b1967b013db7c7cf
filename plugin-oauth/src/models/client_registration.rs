//! What is kept of a client that registered itself: the digest of the token
//! that manages it, and what it said of itself that no other client says.

use diesel::{prelude::*, sql_query, sql_types::BigInt};
use hob_plugin_sdk::db::{Connection, Hob, Json, Timestamp};

use super::{
    client::Client,
    consent::NamedClient,
    schema::{oauth_client_registrations as registrations, oauth_clients},
};
use crate::{dynamic_registration::SupplementaryMetadata, secret::SecretDigest};

/// The registration of a client that made it itself.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(
    table_name = registrations,
    check_for_backend(Hob),
    treat_none_as_default_value = false
)]
pub struct ClientRegistration {
    /// The client's row.
    pub client: i64,
    /// Of the registration access token.
    pub access_token: SecretDigest,
    /// The id of the initial access token that let it in.
    pub initial_access_token: Option<i64>,
    pub metadata: Json<SupplementaryMetadata>,
}

/// Deletes clients that registered themselves and that nobody uses: none of
/// them is allowed by a member or holds a token of its own. Whoever uses one
/// meanwhile holds its row and has moved `last_used_at`, which is looked at
/// once more when the row is free.
const DELETE_UNUSED: &str = r#"DELETE FROM "oauth_clients" WHERE "id" IN (
    SELECT "id" FROM "oauth_clients" AS "unused"
    WHERE "registered_dynamically" AND "created_at" < $1
    AND ("last_used_at" IS NULL OR "last_used_at" < $1)
    AND NOT EXISTS (SELECT 1 FROM "oauth_consents" WHERE "client" = "unused"."id")
    AND NOT EXISTS (SELECT 1 FROM "oauth_access_tokens" WHERE "client" = "unused"."id")
    ORDER BY "created_at" LIMIT $2)
AND ("last_used_at" IS NULL OR "last_used_at" < $1)
RETURNING "client_id", "name""#;

impl ClientRegistration {
    /// A client that registered itself, by its public name.
    pub fn find(
        connection: &mut Connection,
        client_id: &str,
    ) -> QueryResult<Option<(Client, Self)>> {
        registrations::table
            .inner_join(oauth_clients::table)
            .filter(oauth_clients::client_id.eq(client_id))
            .select((Client::as_select(), Self::as_select()))
            .first(connection)
            .optional()
    }

    /// The registration of this client, if it made it itself.
    pub fn of_client(connection: &mut Connection, client: i64) -> QueryResult<Option<Self>> {
        registrations::table
            .find(client)
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    pub fn insert(&self, connection: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(registrations::table)
            .values(self)
            .execute(connection)?;
        Ok(())
    }

    /// Replaces what the client says of itself.
    pub fn replace_metadata(
        connection: &mut Connection,
        client: i64,
        metadata: SupplementaryMetadata,
    ) -> QueryResult<()> {
        diesel::update(registrations::table.find(client))
            .set(registrations::metadata.eq(Json(metadata)))
            .execute(connection)?;
        Ok(())
    }

    /// Deletes at most `most` clients that registered themselves before
    /// `before` and were not used since. Answers with which went.
    pub fn delete_unused(
        connection: &mut Connection,
        before: Timestamp,
        most: i64,
    ) -> QueryResult<Vec<NamedClient>> {
        sql_query(DELETE_UNUSED)
            .bind::<BigInt, _>(before)
            .bind::<BigInt, _>(most)
            .load(connection)
    }
}
