//! `GET /access_token`: the token endpoint as MediaGoblin had it, for its old
//! clients.
//!
//! They send code and secret in the address, where the logs of every server on
//! the way keep them, name no grant and no redirect URI. A client can do so
//! only if the operator switched it on for that client, and each use is
//! logged. For all others this URL knows POST alone, whatever they send.

use hob_plugin_sdk::{
    Request, Response,
    http::{FieldError, Fields},
    prelude::*,
};

use crate::{
    OAuth,
    act::Origin,
    client_authentication::Credentials,
    error::OAuthError,
    events::LegacySwitch,
    grants::{self, Grant, GrantRequest, TokenResponse, authorization_code, refresh_token},
    models::Client,
};

/// Swaps a code or a refresh token for tokens.
pub async fn get(oauth: Arc<OAuth>, request: Request) -> Result<Response, OAuthError> {
    let response = redeem(&oauth, &request).await?;
    Ok(Response::json(200, &response)
        .with_header("cache-control", "no-store")
        .with_header("pragma", "no-cache"))
}

async fn redeem(oauth: &OAuth, request: &Request) -> Result<TokenResponse, OAuthError> {
    let query = request.query_fields()?;
    refuse_unless_switched_on(oauth, request, &query).await?;
    if let Some(name) = query.repeated(&[]) {
        return Err(FieldError::Repeated(name.to_owned()).into());
    }
    let client = Credentials::from_request(request, &query)?
        .authenticate(oauth, request)
        .await?;
    tracing::warn!(
        client_id = client.client_id,
        "a legacy client sent its secret and a code or refresh token in an address"
    );
    let origin = Origin::of(request);
    oauth.tell_legacy_used(LegacySwitch::SecretsInAddress, &client.client_id, origin);
    let request = GrantRequest {
        client: &client,
        form: &query,
        origin,
        proof: None,
    };
    grants::redeem_as(named_or_meant(&query)?, oauth, request).await
}

/// Before the secret is looked at, so that nobody learns here whether it is
/// right.
async fn refuse_unless_switched_on(
    oauth: &OAuth,
    request: &Request,
    query: &Fields,
) -> Result<(), OAuthError> {
    // A HEAD request would use the code up and get nothing.
    let client_id = match query.first("client_id") {
        Some(client_id) if request.method() == "GET" => client_id.to_owned(),
        _ => return Err(OAuthError::OnlyPost),
    };
    let client = oauth
        .read(move |connection| Client::find(connection, &client_id))
        .await?;
    match client {
        Some(client) if client.legacy_query => Ok(()),
        _ => Err(OAuthError::OnlyPost),
    }
}

/// The grant that the client names, or the one that goes with what it sends.
/// Nothing else is to be had by GET.
fn named_or_meant(query: &Fields) -> Result<&'static Grant, OAuthError> {
    let grant = match query.one("grant_type")? {
        Some(name) => Grant::named(name).ok_or(OAuthError::GrantType)?,
        None if query.contains("refresh_token") => &refresh_token::GRANT,
        None => &authorization_code::GRANT,
    };
    let offered = [&authorization_code::GRANT, &refresh_token::GRANT];
    if offered.contains(&grant) {
        Ok(grant)
    } else {
        Err(OAuthError::OnlyPost)
    }
}
