//! A code is swapped for an access token (RFC 6749, sections 4.1.3 and 4.1.4).

use base64::{Engine, engine::general_purpose::STANDARD};
use hob_plugin_sdk::http_client::{HttpClient, OutboundRequest, form_urlencoded};
use serde::Deserialize;

use super::{Code, Dance, answer::shown};
use crate::{error::SignInError, settings::ClientAuthentication};

const MOST_BYTES: u64 = 256 * 1024;

/// What a provider gives. No `Debug`: it is all secret.
#[derive(Deserialize)]
pub(super) struct Given {
    pub(super) access_token: String,
    token_type: String,
    pub(super) id_token: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// # Errors
/// The provider refuses, or what it gives is no bearer token.
pub(super) async fn swap(
    dance: &Dance<'_>,
    client: HttpClient,
    code: &Code,
) -> Result<Given, SignInError> {
    let answer = client.send(request(dance, code)).await?;
    // GitHub refuses with 200.
    if let Ok(refusal) = answer.json::<Refusal>() {
        return Err(SignInError::Provider(shown(&refusal.error)));
    }
    if answer.status != 200 {
        return Err(SignInError::ProviderStatus {
            what: "a token",
            status: answer.status,
        });
    }
    let given: Given = answer.json().map_err(SignInError::Malformed)?;
    match given.token_type.eq_ignore_ascii_case("bearer") {
        true => Ok(given),
        false => Err(SignInError::TokenType),
    }
}

fn request(dance: &Dance<'_>, code: &Code) -> OutboundRequest {
    let provider = dance.provider;
    let verifier = dance.state.code_verifier(dance.visit);
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code.reveal()),
        ("redirect_uri", dance.redirect_uri),
        ("code_verifier", &verifier),
    ];
    let endpoint = &dance.metadata.token_endpoint;
    let in_the_header = match provider.client_authentication {
        ClientAuthentication::Basic => true,
        ClientAuthentication::Post => false,
        ClientAuthentication::Metadata => dance.metadata.takes_basic,
    };
    let request = match &provider.client_secret {
        Some(secret) if in_the_header => {
            // Each half is encoded as in a form first (section 2.3.1).
            let half = |text: &str| {
                form_urlencoded(&[("", text)])
                    .trim_start_matches('=')
                    .to_owned()
            };
            let both = format!("{}:{}", half(&provider.client_id), half(secret.reveal()));
            let basic = format!("Basic {}", STANDARD.encode(both));
            OutboundRequest::post_form(endpoint, &form).header("authorization", &basic)
        }
        Some(secret) => {
            form.push(("client_id", &provider.client_id));
            form.push(("client_secret", secret.reveal()));
            OutboundRequest::post_form(endpoint, &form)
        }
        None => {
            form.push(("client_id", &provider.client_id));
            OutboundRequest::post_form(endpoint, &form)
        }
    };
    request
        .header("accept", "application/json")
        .at_most(MOST_BYTES)
}
