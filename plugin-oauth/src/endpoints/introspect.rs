//! `POST /introspect`: what a token allows, for a resource server (RFC 7662).

use hob_plugin_sdk::{Request, Response, prelude::*};

use super::back_channel;
use crate::{
    OAuth,
    client_authentication::Credentials,
    error::{ClientAuthenticationError, OAuthError},
    introspection,
    issued_token::IssuedToken,
};

/// Tells what the caller may know of a token. Only for clients that prove who
/// they are (RFC 7662, section 2.1). `token_type_hint` is not looked at, since
/// a token says itself what it is.
pub async fn post(oauth: Arc<OAuth>, request: Request) -> Result<Response, OAuthError> {
    let form = back_channel::form(&request)?;
    let credentials = Credentials::from_request(&request, &form)?;
    let token = form.one("token")?.and_then(IssuedToken::parse);
    let client = credentials.authenticate(&oauth, &request).await?;
    if client.is_public() {
        return Err(ClientAuthenticationError::Public.into());
    }
    form.required("token")?;
    let found = match token {
        Some(token) => oauth.known_issued_token(token).await?,
        None => None,
    };
    let response = introspection::introspect(&oauth, &client, found.as_deref());
    Ok(Response::json(200, &response)
        .with_header("cache-control", "no-store")
        .with_header("pragma", "no-cache"))
}
