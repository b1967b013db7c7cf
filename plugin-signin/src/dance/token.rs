//! A code, or a refresh token, is swapped for an access token (RFC 6749,
//! sections 4.1.3, 4.1.4 and 6), and given back (RFC 7009).

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use hob_plugin_sdk::{
    db::Timestamp,
    http_client::{HttpClient, OutboundRequest, form_urlencoded},
};
use serde::Deserialize;

use super::{Code, Dance, answer::shown};
use crate::{
    error::SignInError,
    metadata::Metadata,
    provider::Provider,
    settings::ClientAuthentication,
    tokens::{Granted, Tokens},
};

pub(super) const MOST_BYTES: u64 = 256 * 1024;
/// How long a provider may take over tokens, at most.
pub const TIME_TO_GIVE: Duration = Duration::from_secs(20);
/// How long a member waits for a provider to take a token back.
const TIME_TO_REVOKE: Duration = Duration::from_secs(5);

/// What a provider gives. No `Debug`: it is all secret.
#[derive(Deserialize)]
pub(super) struct Given {
    pub(super) access_token: String,
    token_type: String,
    pub(super) id_token: Option<String>,
    refresh_token: Option<String>,
    /// Seconds. Some send them as text.
    expires_in: Option<Seconds>,
    scope: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(f64),
    Text(String),
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl Given {
    /// What is kept of it. `asked` is the scope that was asked for, which is
    /// meant where the answer names none (section 5.1).
    pub(super) fn granted(&self, asked: &str, now: Timestamp) -> Granted {
        let seconds = match &self.expires_in {
            Some(Seconds::Number(number)) => Some(*number),
            Some(Seconds::Text(text)) => text.parse().ok(),
            None => None,
        };
        let lifetime = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Granted {
            tokens: Tokens {
                access_token: self.access_token.clone(),
                refresh_token: self.refresh_token.clone(),
                token_secret: None,
            },
            scope: self.scope.clone().unwrap_or_else(|| asked.to_owned()),
            expires_at: lifetime.map(|lifetime| now + lifetime),
        }
    }
}

/// # Errors
/// The provider refuses, or what it gives is no bearer token.
pub(super) async fn swap(
    dance: &Dance<'_>,
    client: HttpClient,
    code: &Code,
) -> Result<Given, SignInError> {
    let verifier = dance.state.code_verifier(dance.visit);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.reveal()),
        ("redirect_uri", dance.redirect_uri),
        ("code_verifier", &verifier),
    ];
    ask(dance.provider, dance.metadata, client, &form).await
}

/// Fresh tokens for a refresh token (section 6). The scope stays where the
/// provider does not name it, and so does the refresh token.
///
/// # Errors
/// The provider refuses, or what it gives is no bearer token.
pub async fn refresh(
    provider: &Provider,
    metadata: &Metadata,
    client: HttpClient,
    refresh_token: &str,
    scope: &str,
    now: Timestamp,
) -> Result<Granted, SignInError> {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    let given = ask(provider, metadata, client, &form).await?;
    let mut granted = given.granted(scope, now);
    let rotated = granted.tokens.refresh_token.take();
    granted.tokens.refresh_token = rotated.or_else(|| Some(refresh_token.to_owned()));
    Ok(granted)
}

/// Has the provider take tokens back: both, since not each provider ends the
/// access token with the refresh token (RFC 7009, section 2.1). False where it
/// can't be asked for that.
///
/// # Errors
/// It does not say of each that it did; the first reason why.
pub async fn revoke(
    provider: &Provider,
    metadata: &Metadata,
    client: HttpClient,
    tokens: &Tokens,
) -> Result<bool, SignInError> {
    let Some(endpoint) = &metadata.revocation_endpoint else {
        return Ok(false);
    };
    let refresh_token = tokens.refresh_token.as_deref();
    let all = [
        ("refresh_token", refresh_token),
        ("access_token", Some(tokens.access_token.as_str())),
    ];
    let mut answered = Ok(true);
    for (kind, token) in all {
        let Some(token) = token else { continue };
        let form = [("token", token), ("token_type_hint", kind)];
        let asked = request(provider, metadata, endpoint, &form).within(TIME_TO_REVOKE);
        let refused = match client.send(asked).await {
            Ok(answer) if answer.status == 200 => continue,
            Ok(answer) => SignInError::ProviderStatus {
                what: "a token to be taken back",
                status: answer.status,
            },
            Err(error) => error.into(),
        };
        // The other one may be taken back all the same.
        answered = answered.and(Err(refused));
    }
    answered
}

async fn ask(
    provider: &Provider,
    metadata: &Metadata,
    client: HttpClient,
    form: &[(&str, &str)],
) -> Result<Given, SignInError> {
    let asked = request(provider, metadata, &metadata.token_endpoint, form);
    let answer = client.send(asked.within(TIME_TO_GIVE)).await?;
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

/// A form that this site sends as the client that it is there.
fn request(
    provider: &Provider,
    metadata: &Metadata,
    endpoint: &str,
    form: &[(&str, &str)],
) -> OutboundRequest {
    let mut form = form.to_vec();
    let in_the_header = match provider.client_authentication {
        ClientAuthentication::Basic => true,
        ClientAuthentication::Post => false,
        ClientAuthentication::Metadata => metadata.takes_basic,
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
