//! `POST /revoke`: a client gives a token back (RFC 7009).

use hob_plugin_sdk::{Request, Response, prelude::*};

use super::back_channel;
use crate::{
    OAuth, act::Origin, client_authentication::Credentials, error::OAuthError,
    issued_token::IssuedToken, revocation,
};

/// Revokes a token. The answer is the same where there is none: what the
/// client wants is so (RFC 7009, section 2.2). `token_type_hint` is not
/// looked at, since a token says itself what it is.
pub async fn post(oauth: Arc<OAuth>, request: Request) -> Result<Response, OAuthError> {
    let form = back_channel::form(&request)?;
    let client = Credentials::from_request(&request, &form)?
        .authenticate(&oauth, &request)
        .await?;
    if let Some(token) = IssuedToken::parse(form.required("token")?) {
        revocation::revoke(&oauth, &client, Origin::of(&request), token).await?;
    }
    Ok(Response::empty(200)
        .with_header("cache-control", "no-store")
        .with_header("pragma", "no-cache"))
}
