//! What members allow clients.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, btree_map::Entry},
};

use diesel::{prelude::*, sql_query, sql_types::BigInt, upsert::excluded};
use hob_plugin_sdk::db::{Connection as Database, Dialect, Hob, Timestamp};

use super::{
    client::Client,
    last_use::Use,
    revocation::{Consents, Ended, revoke_all_under},
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
    /// When a resource was last asked by its strength, to the hour, and from
    /// which address.
    pub last_used_at: Option<Timestamp>,
    pub last_used_from: Option<String>,
    /// None if it never ends.
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
    pub expires_at: Option<Timestamp>,
    pub revision: i64,
}

/// A consent under which something is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentTerm {
    pub id: i64,
    /// When it ends, and all that is issued under it; none if never.
    pub expires_at: Option<Timestamp>,
}

impl ConsentTerm {
    /// The given end, or the consent's own if that comes before.
    #[must_use]
    pub fn limit(self, end: Timestamp) -> Timestamp {
        self.expires_at.map_or(end, |own| own.min(end))
    }
}

/// A client that a member allows to use the account.
#[derive(Debug, Clone)]
pub struct Connection {
    pub client: Client,
    /// All that it may do, for whichever resource.
    pub scope: Scope,
    pub granted_at: Timestamp,
    pub last_used: Option<Use>,
    /// When the last of it ends; none if that never does.
    pub expires_at: Option<Timestamp>,
}

/// Each ends what was issued under the consent `$2` at `$1`, where it would
/// live longer.
const SHORTEN: [&str; 4] = [
    r#"UPDATE "oauth_authorization_codes" SET "consent_expires_at" = $1,
        "expires_at" = CASE WHEN "expires_at" > $1 THEN $1 ELSE "expires_at" END
        WHERE "consent" = $2"#,
    r#"UPDATE "oauth_device_authorizations" SET "consent_expires_at" = $1
        WHERE "consent" = $2"#,
    r#"UPDATE "oauth_refresh_tokens" SET "consent_expires_at" = $1,
        "expires_at" = CASE WHEN "expires_at" > $1 THEN $1 ELSE "expires_at" END
        WHERE "consent" = $2"#,
    r#"UPDATE "oauth_access_tokens" SET "expires_at" = $1
        WHERE "consent" = $2 AND "expires_at" > $1"#,
];

/// A consent with both sides, for the operator.
#[derive(Debug, Clone)]
pub struct Given {
    pub consent: Consent,
    pub member_id: i64,
    pub resource: Resource,
    pub client: Client,
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
        let consent = Self::find_any(connection, member_id, client, resource)?;
        Ok(consent.filter(|consent| consent.counts(now)))
    }

    /// The same, also where it has expired.
    pub fn find_any(
        connection: &mut Database,
        member_id: i64,
        client: i64,
        resource: &Resource,
    ) -> QueryResult<Option<Self>> {
        oauth_consents::table
            .filter(oauth_consents::member_id.eq(member_id))
            .filter(oauth_consents::client.eq(client))
            .filter(oauth_consents::resource.eq(resource))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Whether it has not expired.
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// None if it was never used. The address may be empty: it was not always
    /// written down.
    #[must_use]
    pub fn last_use(&self) -> Option<Use> {
        self.last_used_at.map(|at| Use {
            at,
            from: self.last_used_from.as_deref().unwrap_or_default().into(),
        })
    }

    /// What is issued under it stands under this.
    #[must_use]
    pub const fn term(&self) -> ConsentTerm {
        ConsentTerm {
            id: self.id,
            expires_at: self.expires_at,
        }
    }

    /// Stores what a member allows, in place of what was allowed before. If
    /// that would have ended later, what was issued under it ends with the new
    /// one.
    pub fn grant(
        connection: &mut Database,
        new_consent: &NewConsent,
        before: Option<&Self>,
    ) -> QueryResult<ConsentTerm> {
        let id = diesel::insert_into(oauth_consents::table)
            .values(new_consent)
            .on_conflict((
                oauth_consents::member_id,
                oauth_consents::client,
                oauth_consents::resource,
            ))
            .do_update()
            .set((
                oauth_consents::scope.eq(excluded(oauth_consents::scope)),
                oauth_consents::granted_at.eq(excluded(oauth_consents::granted_at)),
                oauth_consents::expires_at.eq(excluded(oauth_consents::expires_at)),
                oauth_consents::updated_at.eq(excluded(oauth_consents::updated_at)),
            ))
            .returning(oauth_consents::id)
            .get_result(connection)?;
        let expires_at = new_consent.expires_at;
        if let (Some(before), Some(end)) = (before, expires_at)
            && before.expires_at.is_none_or(|later| end < later)
        {
            for statement in SHORTEN {
                sql_query(statement)
                    .bind::<BigInt, _>(end)
                    .bind::<BigInt, _>(id)
                    .execute(connection)?;
            }
        }
        Ok(ConsentTerm { id, expires_at })
    }

    /// Holds it until the transaction ends, for what is issued on its strength:
    /// a revocation waits for that. False if it was revoked, or all under it,
    /// since it was read.
    pub fn hold(&self, connection: &mut Database) -> QueryResult<bool> {
        let unchanged = oauth_consents::table
            .filter(oauth_consents::id.eq(self.id))
            .filter(oauth_consents::revision.eq(self.revision));
        match connection.dialect() {
            // Nobody else writes meanwhile, and a row that is written anew is
            // read anew by all.
            Dialect::Sqlite => {
                let found = unchanged
                    .select(oauth_consents::id)
                    .first::<i64>(connection);
                Ok(found.optional()?.is_some())
            }
            Dialect::Postgres => {
                let touched = diesel::update(unchanged)
                    .set(oauth_consents::revision.eq(self.revision))
                    .execute(connection)?;
                Ok(touched == 1)
            }
        }
    }

    /// Takes these back; what was issued under them dies. Answers with what
    /// there was.
    pub fn revoke(
        connection: &mut Database,
        consents: Consents,
    ) -> QueryResult<(Vec<EndedConsent>, Ended)> {
        let ended = revoke_all_under(connection, consents)?;
        Ok((EndedConsent::delete(connection, consents)?, ended))
    }
}

/// A consent that is gone.
#[derive(Debug, Clone, QueryableByName, Queryable, Selectable)]
#[diesel(table_name = oauth_consents, check_for_backend(Hob))]
pub struct EndedConsent {
    pub id: i64,
    pub member_id: i64,
    /// The client's row.
    pub client: i64,
    pub scope: Scope,
    pub expires_at: Option<Timestamp>,
}

/// What people and programs call an application.
#[derive(Debug, Clone, QueryableByName, Queryable, Selectable)]
#[diesel(table_name = oauth_clients, check_for_backend(Hob))]
pub struct NamedClient {
    pub client_id: String,
    pub name: String,
}

impl EndedConsent {
    pub(super) fn delete(connection: &mut Database, consents: Consents) -> QueryResult<Vec<Self>> {
        diesel::delete(oauth_consents::table.filter(oauth_consents::id.eq_any(consents.ids())))
            .returning(Self::as_returning())
            .get_results(connection)
    }

    /// Calls `tell` for each with its client. Each client is looked up once;
    /// where it is gone too, that is told of by itself.
    pub fn with_clients<E: From<diesel::result::Error>>(
        connection: &mut Database,
        consents: &[Self],
        mut tell: impl FnMut(&mut Database, &Self, &NamedClient) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut clients: BTreeMap<i64, Option<NamedClient>> = BTreeMap::new();
        for consent in consents {
            let client = match clients.entry(consent.client) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(
                    oauth_clients::table
                        .find(consent.client)
                        .select(NamedClient::as_select())
                        .first(connection)
                        .optional()?,
                ),
            };
            if let Some(client) = client {
                tell(connection, consent, client)?;
            }
        }
        Ok(())
    }
}

fn last_used_at(last_use: &Option<Use>) -> Option<Timestamp> {
    last_use.as_ref().map(|last| last.at)
}

impl Given {
    /// What was given to whom and still counts, the latest first.
    pub fn of(
        connection: &mut Database,
        consents: Consents,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        Self::page(connection, consents, None, i64::MAX, now)
    }

    /// As [`Self::of`], at most so many, and after the one of this time and id
    /// where one is given.
    pub fn page(
        connection: &mut Database,
        consents: Consents,
        after: Option<(Timestamp, i64)>,
        most: i64,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        let (granted_at, id) = (oauth_consents::granted_at, oauth_consents::id);
        let mut query = oauth_consents::table
            .inner_join(oauth_clients::table)
            .filter(oauth_consents::id.eq_any(consents.ids()))
            .filter(
                oauth_consents::expires_at
                    .is_null()
                    .or(oauth_consents::expires_at.gt(now)),
            )
            .order((granted_at.desc(), id.desc()))
            .select((
                Consent::as_select(),
                oauth_consents::member_id,
                oauth_consents::resource,
                Client::as_select(),
            ))
            .limit(most)
            .into_boxed();
        if let Some((at, last)) = after {
            query = query.filter(granted_at.lt(at).or(granted_at.eq(at).and(id.lt(last))));
        }
        let rows = query.load::<(Consent, i64, Resource, Client)>(connection)?;
        let given = |(consent, member_id, resource, client)| Self {
            consent,
            member_id,
            resource,
            client,
        };
        Ok(rows.into_iter().map(given).collect())
    }
}

impl Connection {
    /// All clients that a member allows something, the latest first.
    pub fn of_member(
        connection: &mut Database,
        member_id: i64,
        now: Timestamp,
    ) -> QueryResult<Vec<Self>> {
        let rows = oauth_consents::table
            .inner_join(oauth_clients::table)
            .filter(oauth_consents::member_id.eq(member_id))
            .filter(
                oauth_consents::expires_at
                    .is_null()
                    .or(oauth_consents::expires_at.gt(now)),
            )
            .select((Consent::as_select(), Client::as_select()))
            .load::<(Consent, Client)>(connection)?;
        Ok(Self::by_client(rows))
    }

    /// The client that is called so, if the member allows it something.
    pub fn find(
        connection: &mut Database,
        member_id: i64,
        client_id: &str,
        now: Timestamp,
    ) -> QueryResult<Option<Self>> {
        let rows = oauth_consents::table
            .inner_join(oauth_clients::table)
            .filter(oauth_consents::member_id.eq(member_id))
            .filter(oauth_clients::client_id.eq(client_id))
            .filter(
                oauth_consents::expires_at
                    .is_null()
                    .or(oauth_consents::expires_at.gt(now)),
            )
            .select((Consent::as_select(), Client::as_select()))
            .load::<(Consent, Client)>(connection)?;
        Ok(Self::by_client(rows).pop())
    }

    fn by_client(rows: Vec<(Consent, Client)>) -> Vec<Self> {
        let mut connections: Vec<Self> = Vec::new();
        for (consent, client) in rows {
            let known = connections
                .iter_mut()
                .find(|known| known.client.id == client.id);
            if let Some(known) = known {
                known.scope = known.scope.union(&consent.scope);
                known.granted_at = known.granted_at.min(consent.granted_at);
                if last_used_at(&known.last_used) < consent.last_used_at {
                    known.last_used = consent.last_use();
                }
                let ends = known.expires_at.zip(consent.expires_at);
                known.expires_at = ends.map(|(one, other)| one.max(other));
            } else {
                connections.push(Self {
                    client,
                    last_used: consent.last_use(),
                    scope: consent.scope,
                    granted_at: consent.granted_at,
                    expires_at: consent.expires_at,
                });
            }
        }
        connections.sort_by_key(|connection| Reverse(connection.granted_at));
        connections
    }
}
