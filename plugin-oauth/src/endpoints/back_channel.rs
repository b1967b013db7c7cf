//! What the endpoints that clients call themselves have in common: all they
//! are told stands in a form, and nothing in the address; and what anybody can
//! have stored there is bounded.

use hob_plugin_sdk::{
    Request,
    http::{FieldError, Fields},
};

use crate::{
    OAuth,
    act::Origin,
    error::{ClientAuthenticationError, OAuthError},
    events::Counted,
    models::Client,
};

/// Under which account is counted what anybody can ask for.
const ANYBODY: &str = "";

/// Parameters that have no business in an address: it stands in the logs of
/// every server on the way.
const OWN_PARAMETERS: [&str; 22] = [
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
    "token",
    "device_code",
    "response_type",
    "state",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "login_hint",
    "max_age",
    "request",
    "request_uri",
    "dpop_jkt",
];
const CREDENTIALS: [&str; 4] = [
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// Reads the body.
///
/// # Errors
/// It is no form, a parameter is there twice, or the address has parameters.
pub fn form(request: &Request) -> Result<Fields, OAuthError> {
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
    Ok(form)
}

/// Counts a row that is about to be stored for a client without a secret:
/// whoever knows its id can ask in its name, as often as he likes. The address
/// alone counts, since there may be many such clients; one that proves who it
/// is can be suspended, and is not counted.
///
/// # Errors
/// [`OAuthError::TooManyUnproven`].
pub fn count_unproven(oauth: &OAuth, client: &Client, request: &Request) -> Result<(), OAuthError> {
    if !client.is_public() {
        return Ok(());
    }
    let (throttle, peer, now) = (oauth.unproven_throttle(), request.peer(), oauth.now());
    if let Some(wait) = throttle.wait(ANYBODY, peer, now) {
        let counted = Counted::UnprovenClient(&client.client_id);
        oauth.tell_throttled(counted, Origin::of(request), wait);
        return Err(OAuthError::TooManyUnproven(wait));
    }
    throttle.failed(ANYBODY, peer, now);
    Ok(())
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
