//! `POST /par`: a client pushes an authorization request (RFC 9126).
//!
//! What is pushed becomes the same row that a request by the front channel
//! becomes, and is checked by the same rules; only its time is short until a
//! browser comes with it.

use hob_plugin_sdk::{Request, Response, prelude::*};
use serde::Serialize;

use super::back_channel;
use crate::{
    OAuth,
    act::Origin,
    authorization_request::AuthorizationRequest,
    client_authentication::Credentials,
    dpop::{self, DpopError},
    error::OAuthError,
    stored_request::{Arrival, store},
};

/// RFC 9126, section 2.2.
#[derive(Serialize)]
struct PushedResponse {
    request_uri: String,
    /// In seconds.
    expires_in: u64,
}

/// Stores the request, if it is one that the authorization endpoint would
/// take.
pub async fn post(oauth: Arc<OAuth>, request: Request) -> Result<Response, OAuthError> {
    let form = back_channel::form(&request)?;
    let client = Credentials::from_request(&request, &form)?
        .authenticate(&oauth, &request)
        .await?;
    if form.contains("request_uri") {
        return Err(OAuthError::Malformed(
            "request_uri is what a pushed request gets, and can't be in one",
        ));
    }
    if client.is_suspended() {
        return Err(OAuthError::ClientSuspended);
    }
    let redirect_uri = client
        .admit(
            form.required("redirect_uri")?,
            oauth.settings().localhost_with_any_port,
        )
        .ok_or(OAuthError::RedirectUri)?;
    let proof = dpop::proof_of(&oauth, &request).await?;
    let mut asked = AuthorizationRequest::from_parameters(&oauth, &client, redirect_uri, &form)?;
    if let Some(proof) = &proof {
        asked.bind_to(&proof.thumbprint)?;
        if !oauth.use_up(proof.jwt_id.clone()).await? {
            return Err(DpopError::Replayed.into());
        }
    }
    back_channel::count_unproven(&oauth, &client, &request)?;
    let origin = Origin::of(&request);
    let request_uri = store(&oauth, &client, asked, Arrival::Pushed, origin).await?;
    let lifetime = oauth.settings().pushed_authorization_request_lifetime();
    let response = PushedResponse {
        request_uri: request_uri.to_string(),
        expires_in: lifetime.as_secs(),
    };
    let response = Response::json(201, &response)
        .with_header("cache-control", "no-store")
        .with_header("pragma", "no-cache");
    Ok(dpop::with_next_nonce(response, proof.as_ref()))
}
