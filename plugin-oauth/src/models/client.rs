//! Applications.

use diesel::prelude::*;
use hob_jose::KeySet;
use hob_plugin_sdk::db::{Connection, Dialect, Hob, Json, Timestamp};

use super::{
    client_authentication::ClientKind,
    client_secret::ClientSecret,
    last_use,
    revocation::{Consents, Ended, revoke_all_under, revoke_own_tokens},
    schema::{
        oauth_authorization_requests, oauth_client_secrets, oauth_clients, oauth_consents,
        oauth_device_authorizations,
    },
};
use crate::{
    grants::{Grant, GrantTypes},
    logo::LogoVersion,
    redirect_uri::{RedirectTarget, RedirectUri},
    scope::Scope,
    secret::SecretDigest,
};

/// An application.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = oauth_clients, check_for_backend(Hob))]
pub struct Client {
    pub id: i64,
    pub client_id: String,
    pub name: String,
    pub kind: ClientKind,
    /// The member who registered it; none where the operator did.
    pub owner_id: Option<i64>,
    pub website: Option<String>,
    pub redirect_uris: Json<Vec<RedirectUri>>,
    /// All that it may ask for.
    pub scope: Scope,
    pub grant_types: GrantTypes,
    pub created_at: Timestamp,
    pub suspended_at: Option<Timestamp>,
    /// A resource server: it may look at every client's access tokens.
    pub introspects: bool,
    /// RFC 9126, section 6.
    pub require_pushed_authorization_requests: bool,
    /// It gets no access token that is bound to no key (RFC 9449, section 5.2).
    pub dpop_bound_access_tokens: bool,
    /// It may send codes, secrets and tokens in addresses, as MediaGoblin's
    /// clients do.
    pub legacy_query: bool,
    /// It registered itself (RFC 7591).
    pub registered_dynamically: bool,
    /// By which a confidential client proves who it is, in place of a secret.
    pub jwks: Option<Json<KeySet>>,
    /// None if it has no logo.
    pub logo_version: Option<LogoVersion>,
    /// What of its scope it does not work without.
    pub required_scope: Scope,
}

/// An application that is to be registered.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = oauth_clients, treat_none_as_default_value = false)]
pub struct NewClient {
    pub client_id: String,
    pub name: String,
    pub kind: ClientKind,
    pub owner_id: Option<i64>,
    pub website: Option<String>,
    pub redirect_uris: Json<Vec<RedirectUri>>,
    pub scope: Scope,
    pub grant_types: GrantTypes,
    pub created_at: Timestamp,
    pub introspects: bool,
    pub require_pushed_authorization_requests: bool,
    pub dpop_bound_access_tokens: bool,
    pub legacy_query: bool,
    pub registered_dynamically: bool,
    pub jwks: Option<Json<KeySet>>,
    pub required_scope: Scope,
}

/// Who registered a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registrar {
    Operator,
    /// On the site's pages.
    Member(i64),
    /// The client, at the registration endpoint.
    Itself,
}

/// What an application's owner can change.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = oauth_clients, treat_none_as_null = true)]
pub struct ClientChanges {
    pub name: String,
    pub website: Option<String>,
    pub redirect_uris: Json<Vec<RedirectUri>>,
    pub scope: Scope,
    pub required_scope: Scope,
}

/// What the operator changes: what is none stays as it is.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = oauth_clients)]
pub struct ClientSettings {
    pub name: Option<String>,
    /// None within: from now on there is none.
    pub website: Option<Option<String>>,
    pub redirect_uris: Option<Json<Vec<RedirectUri>>>,
    pub scope: Option<Scope>,
    pub required_scope: Option<Scope>,
    pub grant_types: Option<GrantTypes>,
    pub introspects: Option<bool>,
    pub require_pushed_authorization_requests: Option<bool>,
    pub dpop_bound_access_tokens: Option<bool>,
    pub legacy_query: Option<bool>,
}

/// What a client that registered itself puts in place of all that it said
/// before.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = oauth_clients, treat_none_as_null = true)]
pub struct ClientReplacement {
    pub name: String,
    pub kind: ClientKind,
    pub website: Option<String>,
    pub redirect_uris: Json<Vec<RedirectUri>>,
    pub scope: Scope,
    pub required_scope: Scope,
    pub grant_types: GrantTypes,
    pub require_pushed_authorization_requests: bool,
    pub dpop_bound_access_tokens: bool,
    pub jwks: Option<Json<KeySet>>,
}

impl Client {
    /// By its public name.
    pub fn find(connection: &mut Connection, client_id: &str) -> QueryResult<Option<Self>> {
        oauth_clients::table
            .filter(oauth_clients::client_id.eq(client_id))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// By the id of its row, to which another row refers.
    pub fn by_id(connection: &mut Connection, id: i64) -> QueryResult<Self> {
        oauth_clients::table
            .find(id)
            .select(Self::as_select())
            .first(connection)
    }

    /// By its public name, with its secrets, also those that have expired.
    pub fn find_with_secrets(
        connection: &mut Connection,
        client_id: &str,
    ) -> QueryResult<Option<(Self, Vec<ClientSecret>)>> {
        let rows = oauth_clients::table
            .left_join(oauth_client_secrets::table)
            .filter(oauth_clients::client_id.eq(client_id))
            .select((Self::as_select(), Option::<ClientSecret>::as_select()))
            .load::<(Self, Option<ClientSecret>)>(connection)?;
        let mut found = None;
        for (client, secret) in rows {
            let (_, secrets) = found.get_or_insert_with(|| (client, Vec::new()));
            secrets.extend(secret);
        }
        Ok(found)
    }

    /// All, in the order in which they were registered.
    pub fn all(connection: &mut Connection) -> QueryResult<Vec<Self>> {
        oauth_clients::table
            .order(oauth_clients::id)
            .select(Self::as_select())
            .load(connection)
    }

    /// Registers an application, with the digest of its first secret.
    pub fn insert(
        connection: &mut Connection,
        new_client: &NewClient,
        secret: Option<SecretDigest>,
    ) -> QueryResult<Self> {
        let client = diesel::insert_into(oauth_clients::table)
            .values(new_client)
            .returning(Self::as_returning())
            .get_result(connection)?;
        if let Some(digest) = secret {
            ClientSecret::new(digest, client.id, client.created_at).insert(connection)?;
        }
        Ok(client)
    }

    /// Replaces it. Answers with what it is now; none if it was suspended or
    /// deleted meanwhile.
    pub fn replace(
        &self,
        connection: &mut Connection,
        replacement: &ClientReplacement,
    ) -> QueryResult<Option<Self>> {
        diesel::update(
            oauth_clients::table
                .find(self.id)
                .filter(oauth_clients::suspended_at.is_null()),
        )
        .set(replacement)
        .returning(Self::as_returning())
        .get_result(connection)
        .optional()
    }

    /// Changes it. Answers with what it is now; none if it is gone.
    pub fn update(
        &self,
        connection: &mut Connection,
        changes: &ClientChanges,
    ) -> QueryResult<Option<Self>> {
        diesel::update(oauth_clients::table.find(self.id))
            .set(changes)
            .returning(Self::as_returning())
            .get_result(connection)
            .optional()
    }

    /// Changes what the operator decided on the strength of what this client is.
    /// Answers with what it is now; none if it became one of another kind, or
    /// is gone.
    pub fn edit(
        &self,
        connection: &mut Connection,
        settings: &ClientSettings,
    ) -> QueryResult<Option<Self>> {
        diesel::update(
            oauth_clients::table
                .find(self.id)
                .filter(oauth_clients::kind.eq(self.kind)),
        )
        .set(settings)
        .returning(Self::as_returning())
        .get_result(connection)
        .optional()
    }

    /// Holds the row of a client until the transaction ends, so that whoever
    /// suspends it waits for what is issued here, and then finds it; and notes
    /// that it is used, at most once an hour on SQLite. False if it is
    /// suspended, or gone.
    pub fn hold(connection: &mut Connection, id: i64, now: Timestamp) -> QueryResult<bool> {
        let active = oauth_clients::table
            .find(id)
            .filter(oauth_clients::suspended_at.is_null());
        if connection.dialect() == Dialect::Sqlite {
            // Nobody else writes meanwhile, and a row that is written anew is
            // read anew by all.
            let found = active
                .select(oauth_clients::last_used_at)
                .first::<Option<Timestamp>>(connection)
                .optional()?;
            match found {
                None => return Ok(false),
                Some(last) if !last_use::is_due(last, now) => return Ok(true),
                Some(_) => {}
            }
        }
        let touched = diesel::update(active)
            .set(oauth_clients::last_used_at.eq(now))
            .execute(connection)?;
        Ok(touched == 1)
    }

    /// Locks the row of a client until the transaction ends, whatever its
    /// state. False if it is gone.
    pub fn lock(connection: &mut Connection, id: i64) -> QueryResult<bool> {
        let touched = diesel::update(oauth_clients::table.find(id))
            .set(oauth_clients::suspended_at.eq(oauth_clients::suspended_at))
            .execute(connection)?;
        Ok(touched == 1)
    }

    /// Notes that a client that registered itself is used, so that it is kept.
    /// Nobody looks at any other's use, so none is written down.
    pub fn keep(connection: &mut Connection, id: i64, now: Timestamp) -> QueryResult<()> {
        diesel::update(
            oauth_clients::table
                .find(id)
                .filter(oauth_clients::registered_dynamically),
        )
        .set(oauth_clients::last_used_at.eq(now))
        .execute(connection)?;
        Ok(())
    }

    /// Stops it for everybody: what it holds and what it waits for dies, the
    /// members' consents stay. Without a new reason, one that was given before
    /// still counts.
    pub fn suspend(
        &self,
        connection: &mut Connection,
        reason: Option<&str>,
        now: Timestamp,
    ) -> QueryResult<Ended> {
        diesel::update(oauth_clients::table.find(self.id))
            .set((
                oauth_clients::suspended_at.eq(now),
                reason.map(|reason| oauth_clients::suspension_reason.eq(reason)),
            ))
            .execute(connection)?;
        diesel::delete(
            oauth_authorization_requests::table
                .filter(oauth_authorization_requests::client.eq(self.id)),
        )
        .execute(connection)?;
        diesel::delete(
            oauth_device_authorizations::table
                .filter(oauth_device_authorizations::client.eq(self.id)),
        )
        .execute(connection)?;
        // Its own tokens are found only from here on: the first statement has
        // waited for those who held the row.
        self.end_tokens(connection)
    }

    /// Kills all that was issued to it. To be called with the row held, so that
    /// whatever is being issued is found.
    pub fn end_tokens(&self, connection: &mut Connection) -> QueryResult<Ended> {
        let mut ended = revoke_own_tokens(connection, self.id)?;
        ended += revoke_all_under(connection, Consents::Client(self.id))?;
        Ok(ended)
    }

    /// Ends a suspension. False if there was none.
    pub fn resume(&self, connection: &mut Connection) -> QueryResult<bool> {
        let touched = diesel::update(
            oauth_clients::table
                .find(self.id)
                .filter(oauth_clients::suspended_at.is_not_null()),
        )
        .set((
            oauth_clients::suspended_at.eq(None::<Timestamp>),
            oauth_clients::suspension_reason.eq(None::<String>),
        ))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Deletes it with all that members allowed it. Answers with how many
    /// members had done so, and with what died.
    pub fn delete(&self, connection: &mut Connection, now: Timestamp) -> QueryResult<(u64, Ended)> {
        let members = self.count_members(connection, now)?;
        let ended = self.end_tokens(connection)?;
        diesel::delete(oauth_clients::table.find(self.id)).execute(connection)?;
        Ok((members, ended))
    }

    /// How many members allow it.
    pub fn count_members(&self, connection: &mut Connection, now: Timestamp) -> QueryResult<u64> {
        let count: i64 = oauth_consents::table
            .filter(oauth_consents::client.eq(self.id))
            .filter(
                oauth_consents::expires_at
                    .is_null()
                    .or(oauth_consents::expires_at.gt(now)),
            )
            .select(diesel::dsl::count(oauth_consents::member_id).aggregate_distinct())
            .first(connection)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    #[must_use]
    pub fn is_public(&self) -> bool {
        self.kind == ClientKind::Public
    }

    /// Whether it may use a grant: it was given to it, and a client of its kind
    /// can have it.
    #[must_use]
    pub fn may_use(&self, grant: &Grant) -> bool {
        self.grant_types.contains(grant) && (grant.for_public_clients || !self.is_public())
    }

    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.suspended_at.is_some()
    }

    #[must_use]
    pub fn registrar(&self) -> Registrar {
        match (self.registered_dynamically, self.owner_id) {
            (true, _) => Registrar::Itself,
            (false, Some(member_id)) => Registrar::Member(member_id),
            (false, None) => Registrar::Operator,
        }
    }

    /// The operator registered it, so the site vouches for it.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.registrar() == Registrar::Operator
    }

    /// Whether its authorization requests count only if it pushed them.
    #[must_use]
    pub fn has_to_push(&self, site_requires_it: bool) -> bool {
        site_requires_it || self.require_pushed_authorization_requests
    }

    /// The registered redirect URI that `presented` is.
    #[must_use]
    pub fn admit(&self, presented: &str, any_localhost_port: bool) -> Option<RedirectUri> {
        self.redirect_uris
            .0
            .iter()
            .find_map(|registered| registered.admit(presented, any_localhost_port))
    }

    /// Whether a code may go to `redirect_uri` without the member being asked.
    /// Any program on the device can claim a loopback port or a scheme, and a
    /// public client proves nothing (RFC 8252, section 8.6). A code that is to
    /// be copied is shown only to whoever has just decided.
    #[must_use]
    pub fn may_be_approved_silently(&self, redirect_uri: &RedirectUri) -> bool {
        match redirect_uri.target() {
            RedirectTarget::Web => true,
            RedirectTarget::Loopback | RedirectTarget::PrivateScheme => !self.is_public(),
            RedirectTarget::OutOfBand => false,
        }
    }
}
