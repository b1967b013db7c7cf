//! `POST /access_token`, also `/token`, and `/auth/token` at the site's root:
//! the token endpoint (RFC 6749, section 3.2).

use hob_plugin_sdk::{Request, Response, prelude::*};

use super::back_channel;
use crate::{
    OAuth,
    act::Origin,
    client_authentication::Credentials,
    dpop,
    error::OAuthError,
    grants::{self, GrantRequest},
};

/// Swaps a grant for tokens.
pub async fn post(oauth: Arc<OAuth>, request: Request) -> Result<Response, OAuthError> {
    let form = back_channel::form(&request)?;
    let client = Credentials::from_request(&request, &form)?
        .authenticate(&oauth, &request)
        .await?;
    let proof = dpop::proof_of(&oauth, &request).await?;
    let tokens = grants::redeem(
        &oauth,
        GrantRequest {
            client: &client,
            form: &form,
            origin: Origin::of(&request),
            proof: proof.as_ref(),
        },
    )
    .await?;
    let response = Response::json(200, &tokens)
        .with_header("cache-control", "no-store")
        .with_header("pragma", "no-cache");
    Ok(dpop::with_next_nonce(response, proof.as_ref()))
}
