//! `POST /access_token`, also `/token`, and `/auth/token` at the site's root:
//! the token endpoint (RFC 6749, section 3.2).

use hob_plugin_sdk::{Request, Response, prelude::*};

use super::back_channel;
use crate::{
    OAuth,
    client_authentication::Credentials,
    error::OAuthError,
    grants::{self, GrantRequest, TokenResponse},
};

/// Swaps a grant for tokens.
pub async fn post(oauth: Arc<OAuth>, request: Request) -> Result<Response, OAuthError> {
    let response = redeem(&oauth, &request).await?;
    Ok(Response::json(200, &response)
        .with_header("cache-control", "no-store")
        .with_header("pragma", "no-cache"))
}

async fn redeem(oauth: &OAuth, request: &Request) -> Result<TokenResponse, OAuthError> {
    let form = back_channel::form(request)?;
    let client = Credentials::from_request(request, &form)?
        .authenticate(oauth, request.peer())
        .await?;
    let request = GrantRequest {
        client: &client,
        form: &form,
        peer: request.peer(),
    };
    grants::redeem(oauth, request).await
}
