//! What the two endpoints for registrations have in common: a Bearer token and
//! JSON come in, and the client information response (RFC 7591, section 3.2.1;
//! RFC 7592, section 3) goes out.

use hob_jose::KeySet;
use hob_plugin_sdk::{Request, Response};
use serde::Serialize;

use crate::{
    OAuth,
    dynamic_registration::{
        DynamicRegistrationError, Registered, SupplementaryMetadata, TokenEndpointAuthMethod,
        response_types,
    },
    models::ClientAuthentication,
    secret::PlainSecret,
};

/// A client, as it is told about itself.
#[derive(Serialize)]
struct ClientInformation<'a> {
    client_id: &'a str,
    /// In seconds since 1970.
    client_id_issued_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
    /// 0: never. There where the secret is.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<u8>,
    /// The one that was presented, or the new client's.
    registration_access_token: &'a str,
    registration_client_uri: String,
    client_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_uri: Option<&'a str>,
    redirect_uris: Vec<&'a str>,
    grant_types: Vec<&'a str>,
    response_types: &'a [&'a str],
    scope: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    required_scope: String,
    require_pushed_authorization_requests: bool,
    dpop_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks: Option<&'a KeySet>,
    #[serde(flatten)]
    supplement: SupplementaryMetadata,
}

/// All that is known of a client.
pub fn response(oauth: &OAuth, status: u16, registered: &Registered) -> Response {
    let client = &registered.client;
    let redirect_uris = client.redirect_uris.0.iter();
    let way = client.authentication();
    let supplement = registered.registration.metadata.0.clone();
    let information = ClientInformation {
        client_id: &client.client_id,
        client_id_issued_at: client.created_at.as_seconds(),
        client_secret: registered.client_secret.as_ref().map(PlainSecret::reveal),
        client_secret_expires_at: registered.client_secret.as_ref().map(|_| 0),
        registration_access_token: registered.access_token.reveal(),
        registration_client_uri: oauth
            .host()
            .site()
            .plugin_url(&format!("/register/{}", client.client_id)),
        client_name: &client.name,
        client_uri: client.website.as_deref(),
        redirect_uris: redirect_uris.map(|uri| uri.as_str()).collect(),
        grant_types: client.grant_types.iter().map(|grant| grant.name).collect(),
        response_types: response_types(&client.grant_types),
        scope: client.scope.to_string(),
        required_scope: client.required_scope.to_string(),
        require_pushed_authorization_requests: client.require_pushed_authorization_requests,
        dpop_bound_access_tokens: client.dpop_bound_access_tokens,
        jwks: match way {
            ClientAuthentication::PrivateKeyJwt(keys) => Some(keys),
            ClientAuthentication::Secret | ClientAuthentication::None => None,
        },
        supplement: SupplementaryMetadata {
            token_endpoint_auth_method: TokenEndpointAuthMethod::told(
                supplement.token_endpoint_auth_method,
                way,
            ),
            ..supplement
        },
    };
    not_stored(Response::json(status, &information))
}

/// The answer, for nobody on its way to keep.
pub fn not_stored(response: Response) -> Response {
    response
        .with_header("cache-control", "no-store")
        .with_header("pragma", "no-cache")
}

/// The token in the header `Authorization`: nowhere else does one count. None
/// where there is none, or credentials of another kind.
///
/// # Errors
/// There is more than one such header.
pub fn bearer_token(request: &Request) -> Result<Option<&str>, DynamicRegistrationError> {
    let header = match request.header_count("authorization") {
        0 => return Ok(None),
        1 => request.header("authorization").unwrap_or_default(),
        _ => return Err(DynamicRegistrationError::Header),
    };
    let (scheme, token) = header.trim().split_once(' ').unwrap_or_default();
    Ok(scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()))
}

/// The body, which says that it is JSON.
///
/// # Errors
/// It says something else.
pub fn json_body(request: &Request) -> Result<&[u8], DynamicRegistrationError> {
    if request.content_type().as_deref() == Some("application/json") {
        Ok(request.body())
    } else {
        Err(DynamicRegistrationError::MediaType)
    }
}
