//! `GET /.well-known/oauth-authorization-server`: what this server can do (RFC
//! 8414). Whatever stands here works.

use hob_jose::Algorithm;
use hob_plugin_sdk::{Request, Response, prelude::*};
use serde::Serialize;

use crate::{OAuth, grants::Grant, prompt::Prompt, settings::DynamicRegistration};

#[derive(Serialize)]
struct Metadata<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    token_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    /// RFC 9126, section 5.
    pushed_authorization_request_endpoint: String,
    require_pushed_authorization_requests: bool,
    /// RFC 8628, section 4.
    device_authorization_endpoint: String,
    /// Not there where applications can't register themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    scopes_supported: Vec<&'a str>,
    response_types_supported: [&'a str; 1],
    response_modes_supported: [&'a str; 1],
    grant_types_supported: Vec<&'a str>,
    token_endpoint_auth_methods_supported: [&'a str; 4],
    token_endpoint_auth_signing_alg_values_supported: [&'a str; 5],
    revocation_endpoint_auth_methods_supported: [&'a str; 4],
    revocation_endpoint_auth_signing_alg_values_supported: [&'a str; 5],
    introspection_endpoint_auth_methods_supported: [&'a str; 3],
    introspection_endpoint_auth_signing_alg_values_supported: [&'a str; 5],
    code_challenge_methods_supported: [&'a str; 1],
    /// Initiating User Registration via OpenID Connect, section 4.
    prompt_values_supported: [&'a str; 4],
    /// RFC 9449, section 5.1.
    dpop_signing_alg_values_supported: [&'a str; 5],
    /// RFC 9207, section 3.
    authorization_response_iss_parameter_supported: bool,
    /// RFC 9101, section 10.5, and OpenID Connect Discovery, section 3, whose
    /// default would be true. It is about request URIs of the client's own, and
    /// not about pushed requests.
    request_uri_parameter_supported: bool,
}

const ALL_CLIENTS: [&str; 4] = [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "none",
];
const CONFIDENTIAL_CLIENTS: [&str; 3] = [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
];

/// The document.
pub async fn get(oauth: Arc<OAuth>, _request: Request) -> Response {
    let site = oauth.host().site();
    Response::json(
        200,
        &Metadata {
            issuer: oauth.issuer_identifier(),
            authorization_endpoint: site.plugin_url("/authorize"),
            token_endpoint: site.plugin_url("/access_token"),
            revocation_endpoint: site.plugin_url("/revoke"),
            introspection_endpoint: site.plugin_url("/introspect"),
            pushed_authorization_request_endpoint: site.plugin_url("/par"),
            require_pushed_authorization_requests: oauth
                .settings()
                .require_pushed_authorization_requests,
            device_authorization_endpoint: site.plugin_url("/device_authorization"),
            registration_endpoint: match oauth.settings().dynamic_registration {
                DynamicRegistration::Closed => None,
                DynamicRegistration::InitialToken | DynamicRegistration::Open => {
                    Some(site.plugin_url("/register"))
                }
            },
            scopes_supported: oauth.declared_scope().words().collect(),
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            grant_types_supported: Grant::advertised().map(|grant| grant.name).collect(),
            token_endpoint_auth_methods_supported: ALL_CLIENTS,
            token_endpoint_auth_signing_alg_values_supported: Algorithm::NAMES,
            revocation_endpoint_auth_methods_supported: ALL_CLIENTS,
            revocation_endpoint_auth_signing_alg_values_supported: Algorithm::NAMES,
            introspection_endpoint_auth_methods_supported: CONFIDENTIAL_CLIENTS,
            introspection_endpoint_auth_signing_alg_values_supported: Algorithm::NAMES,
            code_challenge_methods_supported: ["S256"],
            prompt_values_supported: Prompt::WORDS,
            dpop_signing_alg_values_supported: Algorithm::NAMES,
            authorization_response_iss_parameter_supported: true,
            request_uri_parameter_supported: false,
        },
    )
    .with_header("cache-control", "public, max-age=300")
}
