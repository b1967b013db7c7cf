//! Registering an application, in the terms of OAuth 2: what is checked is the
//! same whatever the protocol (`hob_authorization::registration`).

use hob_authorization::registration::{self, Checked};
pub use hob_authorization::registration::{
    Problems, RegistrationError, Typed, check_name, check_required_scope, check_scope,
    check_website,
};
use hob_plugin_sdk::db::{Connection, DbError, Json, Timestamp};

use crate::{
    OAuth,
    act::Act,
    events::Events,
    grants::{GRANTS, Grant, GrantTypes},
    models::{Client, ClientChanges, ClientKind, NewClient},
    redirect_uri::RedirectUri,
    secret::{PlainSecret, SecretDigest, SecretKind, new_client_id, operating_system_randomness},
};

/// Checks what was typed.
///
/// # Errors
/// All that is wrong.
pub fn check(
    oauth: &OAuth,
    typed: &Typed<'_, '_>,
    grant_types: &GrantTypes,
) -> Result<ClientChanges, Box<Problems>> {
    let checked = registration::check(oauth.declared_scope(), typed, redirects(grant_types))?;
    Ok(changes(checked))
}

/// What was checked, as it is stored.
pub fn changes(checked: Checked) -> ClientChanges {
    ClientChanges {
        name: checked.name,
        website: checked.website,
        redirect_uris: Json(checked.redirect_uris),
        scope: checked.scope,
        required_scope: checked.required_scope,
    }
}

/// Redirect URIs, each once, for a client of these grants.
///
/// # Errors
/// One can't be registered; there are too many, or none where one is needed.
pub fn check_redirect_uris(
    typed: &[&str],
    grant_types: &GrantTypes,
) -> Result<Vec<RedirectUri>, RegistrationError> {
    registration::check_redirect_uris(typed, redirects(grant_types))
}

/// Whether one of them sends members back.
pub fn redirects(grant_types: &GrantTypes) -> bool {
    grant_types.iter().any(|grant| grant.redirects)
}

/// Reads the names of grants for a client of this kind; the usual ones where
/// none is named.
///
/// # Errors
/// There is no such grant, or not for a client of this kind.
pub fn grant_types(names: &[String], kind: ClientKind) -> Result<GrantTypes, RegistrationError> {
    if names.is_empty() {
        return Ok(GrantTypes::by_default());
    }
    names
        .iter()
        .map(|name| {
            let grant = Grant::named(name).ok_or_else(|| {
                let known = grant_names();
                RegistrationError::Grant(format!("there is no grant {name}; there are: {known}"))
            })?;
            if kind == ClientKind::Public && !grant.for_public_clients {
                return Err(RegistrationError::Grant(format!(
                    "the grant {name} is for clients that can keep a secret, and not for a public \
                     one"
                )));
            }
            Ok(grant)
        })
        .collect()
}

fn grant_names() -> String {
    GRANTS.map(|grant| grant.name).join(", ")
}

/// Stores a new client with the digest of its first secret, whoever registers
/// it, and tells others of it.
///
/// # Errors
/// A plugin refuses, in words; or the database's.
pub fn store(
    connection: &mut Connection,
    events: Events,
    act: &Act,
    new_client: &NewClient,
    secret: Option<SecretDigest>,
    initial_access_token: Option<i64>,
) -> Result<Client, DbError> {
    let client = Client::insert(connection, new_client, secret)?;
    events.client_registered(connection, act, &client, initial_access_token)?;
    if let Some(secret) = secret {
        events.secret_added(connection, act, &client, &secret)?;
    }
    Ok(client)
}

/// Makes a new client of what was checked, and its secret if it can keep one.
/// What only an operator can allow it is off.
pub fn new_client(
    checked: ClientChanges,
    kind: ClientKind,
    grant_types: GrantTypes,
    owner_id: Option<i64>,
    now: Timestamp,
) -> (NewClient, Option<PlainSecret>) {
    let randomness = &mut operating_system_randomness();
    let secret = match kind {
        ClientKind::Confidential => Some(PlainSecret::generate(
            SecretKind::ClientSecret,
            now,
            randomness,
        )),
        ClientKind::Public => None,
    };
    let new_client = NewClient {
        client_id: new_client_id(randomness),
        name: checked.name,
        kind,
        owner_id,
        website: checked.website,
        redirect_uris: checked.redirect_uris,
        scope: checked.scope,
        required_scope: checked.required_scope,
        grant_types,
        created_at: now,
        introspects: false,
        require_pushed_authorization_requests: false,
        dpop_bound_access_tokens: false,
        legacy_query: false,
        registered_dynamically: false,
        jwks: None,
    };
    (new_client, secret)
}
