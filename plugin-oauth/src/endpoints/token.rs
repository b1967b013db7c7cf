//! `POST /access_token`, also `/token`: the token endpoint (RFC 6749, section
//! 3.2).

use hob_plugin_sdk::{Request, Response, http::FieldError, prelude::*};

use crate::{
    OAuth,
    client_authentication::Credentials,
    error::{ClientAuthenticationError, OAuthError},
    grants::{self, GrantRequest, TokenResponse},
};

/// Parameters that have no business in this endpoint's URL: it stands in the
/// logs of every server on the way.
const OWN_PARAMETERS: [&str; 10] = [
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "resource",
    "username",
    "password",
    "access_token",
];
const CREDENTIALS: [&str; 4] = [
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// Swaps a grant for tokens.
pub async fn post(oauth: Arc<OAuth>, request: Request) -> Result<Response, OAuthError> {
    let response = redeem(&oauth, &request).await?;
    Ok(Response::json(200, &response)
        .with_header("cache-control", "no-store")
        .with_header("pragma", "no-cache"))
}

async fn redeem(oauth: &OAuth, request: &Request) -> Result<TokenResponse, OAuthError> {
    refuse_parameters_in_url(request)?;
    if !request.is_form() {
        return Err(OAuthError::Malformed(
            "the body has to be application/x-www-form-urlencoded",
        ));
    }
    let form = request.form()?;
    if let Some(name) = form.repeated(&["resource"]) {
        return Err(FieldError::Repeated(name.to_owned()).into());
    }
    let client = Credentials::from_request(request, &form)?
        .authenticate(oauth, request.peer())
        .await?;
    let request = GrantRequest {
        client: &client,
        form: &form,
    };
    grants::redeem(oauth, request).await
}

fn refuse_parameters_in_url(request: &Request) -> Result<(), OAuthError> {
    if request.query().is_empty() {
        return Ok(());
    }
    let query = request.query_fields()?;
    if CREDENTIALS.iter().any(|name| query.contains(name)) {
        return Err(ClientAuthenticationError::InUrl.into());
    }
    if OWN_PARAMETERS.iter().any(|name| query.contains(name)) {
        return Err(OAuthError::Malformed(
            "parameters belong into the body and not into the URL",
        ));
    }
    Ok(())
}
