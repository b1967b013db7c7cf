//! What members allow clients.

use diesel::{prelude::*, upsert::excluded};
use hob_plugin_sdk::db::{Connection as Database, Hob, Timestamp};

use super::{
    client::Client,
    revocation::{Consents, revoke_all_under},
    schema::{oauth_clients, oauth_consents},
};
use crate::{resource::Resource, scope::Scope};

/// A member's consent to a client, for a resource.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = oauth_consents, check_for_backend(Hob))]
pub struct Consent {
    pub id: i64,
    pub scope: Scope,
    pub granted_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// What was issued under an earlier revision is revoked.
    pub revision: i64,
}

/// What a member has just allowed.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = oauth_consents, treat_none_as_default_value = false)]
pub struct NewConsent {
    pub member_id: i64,
    pub client: i64,
    pub resource: Resource,
    pub scope: Scope,
    pub granted_at: Timestamp,
    pub updated_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub revision: i64,
}

/// A client that a member allows to use the account.
#[derive(Debug, Clone)]
pub struct Connection {
    pub client: Client,
    /// All that it may do, for whichever resource.
    pub scope: Scope,
    pub granted_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl Consent {
    /// What this member allows this client for this resource, if that still
    /// counts.
    pub fn find(
        connection: &mut Database,
        member_id: i64,
        client: i64,
        resource: &Resource,
        now: Timestamp,
    ) -> QueryResult<Option<Self>> {
        let consent = oauth_consents::table
            .filter(oauth_consents::member_id.eq(member_id))
            .filter(oauth_consents::client.eq(client))
            .filter(oauth_consents::resource.eq(resource))
            .select(Self::as_select())
            .first(connection)
            .optional()?;
        Ok(consent.filter(|consent| consent.expires_at.is_none_or(|end| now < end)))
    }

    /// Stores what a member allows, in place of what was allowed before.
    /// Answers with the row's id.
    pub fn grant(connection: &mut Database, new_consent: &NewConsent) -> QueryResult<i64> {
        diesel::insert_into(oauth_consents::table)
            .values(new_consent)
            .on_conflict((
                oauth_consents::member_id,
                oauth_consents::client,
                oauth_consents::resource,
            ))
            .do_update()
            .set((
                oauth_consents::scope.eq(excluded(oauth_consents::scope)),
                oauth_consents::updated_at.eq(excluded(oauth_consents::updated_at)),
                oauth_consents::last_used_at.eq(excluded(oauth_consents::last_used_at)),
            ))
            .returning(oauth_consents::id)
            .get_result(connection)
    }

    /// Notes that something is issued on the strength of this consent. False
    /// if it was revoked, or all under it, since it was read. Until the
    /// transaction ends, a revocation waits for it.
    pub fn mark_used(&self, connection: &mut Database, now: Timestamp) -> QueryResult<bool> {
        let touched = diesel::update(
            oauth_consents::table
                .filter(oauth_consents::id.eq(self.id))
                .filter(oauth_consents::revision.eq(self.revision)),
        )
        .set(oauth_consents::last_used_at.eq(now))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Takes back all that a member allows a client; what was issued dies.
    /// False if there was nothing.
    pub fn revoke(connection: &mut Database, member_id: i64, client: i64) -> QueryResult<bool> {
        let consents = Consents::Given(member_id, client);
        revoke_all_under(connection, consents)?;
        let deleted = diesel::delete(
            oauth_consents::table
                .filter(oauth_consents::member_id.eq(member_id))
                .filter(oauth_consents::client.eq(client)),
        )
        .execute(connection)?;
        Ok(deleted > 0)
    }
}

impl Connection {
    /// All clients that a member allows something, the latest first.
    pub fn of_member(connection: &mut Database, member_id: i64) -> QueryResult<Vec<Self>> {
        let rows = oauth_consents::table
            .inner_join(oauth_clients::table)
            .filter(oauth_consents::member_id.eq(member_id))
            .order((oauth_consents::granted_at.desc(), oauth_consents::id.desc()))
            .select((Consent::as_select(), Client::as_select()))
            .load::<(Consent, Client)>(connection)?;
        let mut connections: Vec<Self> = Vec::new();
        for (consent, client) in rows {
            let known = connections
                .iter_mut()
                .find(|known| known.client.id == client.id);
            if let Some(known) = known {
                known.scope = known.scope.union(&consent.scope);
                known.granted_at = known.granted_at.min(consent.granted_at);
                known.last_used_at = known.last_used_at.max(consent.last_used_at);
            } else {
                connections.push(Self {
                    client,
                    scope: consent.scope,
                    granted_at: consent.granted_at,
                    last_used_at: consent.last_used_at,
                });
            }
        }
        Ok(connections)
    }
}
