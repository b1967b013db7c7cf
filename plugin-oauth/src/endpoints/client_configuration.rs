//! `/register/{client_id}`: a client that registered itself looks after its
//! registration (RFC 7592).

use hob_plugin_sdk::{Request, Response, prelude::*};

use super::client_information;
use crate::{
    OAuth,
    act::Origin,
    dynamic_registration::{
        self, ClientUpdate, DynamicRegistrationError, Registered, RegistrationTokenError,
    },
};

/// Shows it, without the secret: only its digest is kept.
pub async fn get(
    oauth: Arc<OAuth>,
    request: Request,
) -> Result<Response, DynamicRegistrationError> {
    let managed = managed_client(&oauth, &request).await?;
    Ok(client_information::response(&oauth, 200, &managed))
}

/// Replaces all of it.
pub async fn put(
    oauth: Arc<OAuth>,
    request: Request,
) -> Result<Response, DynamicRegistrationError> {
    let managed = managed_client(&oauth, &request).await?;
    let body = client_information::json_body(&request)?;
    let update = ClientUpdate::parse(body, oauth.self_registered_scope())?;
    let origin = Origin::of(&request);
    let replaced = dynamic_registration::replace(&oauth, managed, update, origin).await?;
    Ok(client_information::response(&oauth, 200, &replaced))
}

/// Ends it: the client, and all that was issued to it, is gone at once.
pub async fn delete(
    oauth: Arc<OAuth>,
    request: Request,
) -> Result<Response, DynamicRegistrationError> {
    let managed = managed_client(&oauth, &request).await?;
    dynamic_registration::remove(&oauth, managed, Origin::of(&request)).await?;
    Ok(client_information::not_stored(Response::empty(204)))
}

async fn managed_client(
    oauth: &OAuth,
    request: &Request,
) -> Result<Registered, DynamicRegistrationError> {
    let presented =
        client_information::bearer_token(request)?.ok_or(DynamicRegistrationError::TokenMissing)?;
    let client_id = request
        .parameter("client_id")
        // A path can hold what no database takes as text.
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .ok_or(RegistrationTokenError::Registration)?;
    dynamic_registration::managed_by(oauth, client_id, presented, Origin::of(request)).await
}
