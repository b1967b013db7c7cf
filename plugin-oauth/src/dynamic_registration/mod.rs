//! Applications that register themselves (RFC 7591) and look after their
//! registration (RFC 7592): the rules, without HTTP.
//!
//! The site vouches for nothing that such a client says. It can never have what
//! only the operator gives, and it goes when nobody uses it.

mod admission;
mod error;
mod metadata;

use hob_plugin_sdk::db::{Connection, Json, Timestamp};

pub use admission::Admission;
pub use error::{ClientMetadataError, DynamicRegistrationError, RegistrationTokenError};
pub use metadata::{
    ClientMetadata, ClientUpdate, SupplementaryMetadata, TokenEndpointAuthMethod, response_types,
};

use crate::{
    OAuth,
    act::{Act, Origin},
    events::{Counted, Deletion, Revoked},
    models::{
        Client, ClientKind, ClientRegistration, ClientReplacement, ClientSecret,
        InitialAccessToken, NewClient,
    },
    registration,
    secret::{PlainSecret, SecretKind, new_client_id, operating_system_randomness},
};

/// A client with its registration, and the secrets that are shown with it.
#[derive(Debug)]
pub struct Registered {
    pub client: Client,
    pub registration: ClientRegistration,
    /// Only where it is new.
    pub client_secret: Option<PlainSecret>,
    pub access_token: PlainSecret,
}

/// Registers a client that was let in.
///
/// # Errors
/// The last use of its initial access token was taken meanwhile.
pub async fn register(
    oauth: &OAuth,
    admission: Admission,
    metadata: ClientMetadata,
    origin: Origin,
) -> Result<Registered, DynamicRegistrationError> {
    let randomness = &mut operating_system_randomness();
    let client_id = new_client_id(randomness);
    let now = oauth.now();
    let client_secret = secret_for(&metadata, now);
    let access_token = PlainSecret::generate(SecretKind::RegistrationAccessToken, now, randomness);
    let new_client = NewClient {
        name: metadata.name.unwrap_or_else(|| client_id.clone()),
        client_id,
        kind: metadata.kind,
        owner_id: None,
        website: metadata.website,
        redirect_uris: Json(metadata.redirect_uris),
        scope: metadata.scope,
        required_scope: metadata.required_scope,
        grant_types: metadata.grant_types,
        created_at: now,
        introspects: false,
        require_pushed_authorization_requests: metadata.require_pushed_authorization_requests,
        dpop_bound_access_tokens: metadata.dpop_bound_access_tokens,
        legacy_query: false,
        registered_dynamically: true,
        jwks: metadata.jwks.map(Json),
    };
    let (secret_digest, access_token_digest) = (
        client_secret.as_ref().map(PlainSecret::digest),
        access_token.digest(),
    );
    let events = oauth.events();
    let act = Act::of_client(&new_client.client_id, origin, now);
    let stored = oauth
        .change(move |connection| {
            let initial_access_token = match admission {
                Admission::Open => None,
                Admission::InitialAccessToken(digest) => {
                    match InitialAccessToken::consume(connection, &digest, now)? {
                        Some(id) => Some(id),
                        None => return Ok(None),
                    }
                }
            };
            let client = registration::store(
                connection,
                events,
                &act,
                &new_client,
                secret_digest,
                initial_access_token,
            )?;
            let registration = ClientRegistration {
                client: client.id,
                access_token: access_token_digest,
                initial_access_token,
                metadata: Json(metadata.supplement),
            };
            registration.insert(connection)?;
            Ok(Some((client, registration)))
        })
        .await?;
    let (client, registration) = stored.ok_or(RegistrationTokenError::Initial)?;
    tracing::info!(
        client_id = client.client_id,
        initial_access_token = registration.initial_access_token,
        "an application registered itself"
    );
    Ok(Registered {
        client,
        registration,
        client_secret,
        access_token,
    })
}

/// The client that this registration access token manages.
///
/// # Errors
/// One and the same for an unknown client and a wrong token; the client is
/// suspended; too many failures.
pub async fn managed_by(
    oauth: &OAuth,
    client_id: &str,
    presented: &str,
    origin: Origin,
) -> Result<Registered, DynamicRegistrationError> {
    let (peer, now) = (origin.peer(), oauth.now());
    let throttle = oauth.registration_token_throttle();
    if let Some(wait) = throttle.wait(client_id, peer, now) {
        oauth.tell_throttled(Counted::RegistrationToken(client_id), origin, wait);
        return Err(DynamicRegistrationError::Throttled(wait));
    }
    let access_token = PlainSecret::parse(SecretKind::RegistrationAccessToken, presented);
    let wanted = client_id.to_owned();
    let found = oauth
        .read(move |connection| ClientRegistration::find(connection, &wanted))
        .await?;
    let proven = access_token
        .zip(found)
        .filter(|(access_token, (_, registration))| {
            registration.access_token.matches(&access_token.digest())
        });
    let Some((access_token, (client, registration))) = proven else {
        throttle.failed(client_id, peer, now);
        return Err(RegistrationTokenError::Registration.into());
    };
    if client.is_suspended() {
        return Err(DynamicRegistrationError::Suspended);
    }
    Ok(Registered {
        client,
        registration,
        client_secret: None,
        access_token,
    })
}

/// Puts new metadata in place of the old. The registration access token stays
/// (RFC 7592, section 5, lets it): whoever lost the answer with a new one could
/// never get back to the client. A client that is to authenticate by a secret
/// and has none gets one; whoever is not loses those that it has.
///
/// # Errors
/// The update names another client or another secret; the client was suspended
/// or deleted meanwhile.
pub async fn replace(
    oauth: &OAuth,
    managed: Registered,
    update: ClientUpdate,
    origin: Origin,
) -> Result<Registered, DynamicRegistrationError> {
    let Registered {
        client,
        mut registration,
        access_token,
        ..
    } = managed;
    if update.client_id != client.client_id {
        return Err(ClientMetadataError::ClientId.into());
    }
    let metadata = update.metadata;
    let now = oauth.now();
    let client_secret = secret_for(&metadata, now);
    let replacement = ClientReplacement {
        name: metadata.name.unwrap_or_else(|| client.client_id.clone()),
        kind: metadata.kind,
        website: metadata.website,
        redirect_uris: Json(metadata.redirect_uris),
        scope: metadata.scope,
        required_scope: metadata.required_scope,
        grant_types: metadata.grant_types,
        require_pushed_authorization_requests: metadata.require_pushed_authorization_requests,
        dpop_bound_access_tokens: metadata.dpop_bound_access_tokens,
        jwks: metadata.jwks.map(Json),
    };
    registration.metadata = Json(metadata.supplement.clone());
    let new_secret = client_secret.as_ref().map(PlainSecret::digest);
    let repeated_secret = update.client_secret;
    let events = oauth.events();
    let act = Act::of_client(&client.client_id, origin, now);
    let replaced = oauth
        .change(move |connection| {
            if let Some(repeated) = repeated_secret {
                let own = Client::find_with_secrets(connection, &client.client_id)?;
                let own = own.map(|(_, secrets)| secrets).unwrap_or_default();
                let mut live = own.iter().filter(|secret| secret.is_live(now));
                if !live.any(|secret| secret.digest.matches(&repeated)) {
                    return Ok(Err(ClientMetadataError::ClientSecret.into()));
                }
            }
            let Some(changed) = client.replace(connection, &replacement)? else {
                return Ok(Err(DynamicRegistrationError::Suspended));
            };
            events.client_edited(connection, &act, &client, &changed)?;
            let is_new = match new_secret {
                None => {
                    let retired = ClientSecret::expire_all(connection, changed.id, now)?;
                    ClientSecret::delete_expired(connection, changed.id, now)?;
                    events.secrets_retired(connection, &act, &changed, &retired, now)?;
                    false
                }
                Some(digest) => {
                    let own = ClientSecret::live_of_client(connection, changed.id, now)?;
                    if own.is_empty() {
                        ClientSecret::new(digest, changed.id, now).insert(connection)?;
                        events.secret_added(connection, &act, &changed, &digest)?;
                    }
                    own.is_empty()
                }
            };
            ClientRegistration::replace_metadata(connection, changed.id, metadata.supplement)?;
            Ok(Ok((changed, is_new)))
        })
        .await?;
    let (client, is_new) = replaced?;
    tracing::info!(
        client_id = client.client_id,
        "an application changed its registration"
    );
    Ok(Registered {
        client,
        registration,
        client_secret: client_secret.filter(|_| is_new),
        access_token,
    })
}

/// Deletes the client, with all that members allowed it and all that it holds.
///
/// # Errors
/// It was suspended meanwhile, or is gone; or the database's.
pub async fn remove(
    oauth: &OAuth,
    managed: Registered,
    origin: Origin,
) -> Result<(), DynamicRegistrationError> {
    let (client, events) = (managed.client, oauth.events());
    let act = Act::of_client(&client.client_id, origin, oauth.now());
    let client_id = client.client_id.clone();
    let removed = oauth
        .change(move |connection: &mut Connection| {
            if !Client::hold(connection, client.id, act.at)? {
                let refusal = match Client::lock(connection, client.id)? {
                    true => DynamicRegistrationError::Suspended,
                    false => RegistrationTokenError::Registration.into(),
                };
                return Ok(Err(refusal));
            }
            let (members, ended) = client.delete(connection, act.at)?;
            let (of, reason) = ((client.client_id.as_str(), None), Revoked::ClientDeleted);
            let named = (client.client_id.as_str(), client.name.as_str());
            events.client_deleted(connection, &act, named, Deletion::ByItself, members, ended)?;
            events.tokens_revoked(connection, &act, of, reason, ended)?;
            Ok(Ok(()))
        })
        .await?;
    removed?;
    tracing::info!(client_id, "an application ended its registration");
    Ok(())
}

/// A new secret, if that is how the client is to authenticate.
fn secret_for(metadata: &ClientMetadata, now: Timestamp) -> Option<PlainSecret> {
    match (metadata.kind, &metadata.jwks) {
        (ClientKind::Confidential, None) => Some(PlainSecret::generate(
            SecretKind::ClientSecret,
            now,
            &mut operating_system_randomness(),
        )),
        (ClientKind::Confidential, Some(_)) | (ClientKind::Public, _) => None,
    }
}
