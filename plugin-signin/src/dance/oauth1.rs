//! The same dance by OAuth 1.0a (RFC 5849, section 2): a request token, the
//! member's word for it, and what it is swapped for.
//!
//! The request token is the state: it comes back by the browser, and counts in
//! the one in which it was begun.

use hob_plugin_sdk::{
    db::Timestamp,
    http::Fields,
    http_client::{HttpClient, OutboundRequest},
};
use url::Url;

use super::{Arrived, Code, answer::shown, token::MOST_BYTES};
use crate::{
    dance::TIME_TO_GIVE,
    error::SignInError,
    identity,
    metadata::{Metadata, MetadataError},
    oauth1::OAuth1,
    provider::Provider,
    tokens::{Granted, Tokens},
};

/// Asks for a request token (section 2.1).
///
/// # Errors
/// The provider refuses, or speaks the first edition of OAuth 1.0, which did
/// not bind a token to whoever it is for.
pub async fn begin(
    oauth1: &OAuth1,
    redirect_uri: &str,
    client: HttpClient,
    now: Timestamp,
) -> Result<Tokens, SignInError> {
    let endpoint = &oauth1.request_token_endpoint;
    let callback = [("oauth_callback", redirect_uri)];
    let fields = ask(oauth1, endpoint, (None, &callback), client, now).await?;
    if fields.first("oauth_callback_confirmed") != Some("true") {
        return Err(SignInError::NotConfirmed);
    }
    tokens(&fields)
}

/// Where the browser is sent (section 2.2).
///
/// # Errors
/// The provider's address is none.
pub fn authorization_url(
    metadata: &Metadata,
    request_token: &Tokens,
) -> Result<String, SignInError> {
    let endpoint = &metadata.authorization_endpoint;
    let mut url =
        Url::parse(endpoint).map_err(|_| SignInError::Metadata(MetadataError::Endpoint))?;
    url.query_pairs_mut()
        .append_pair("oauth_token", &request_token.access_token);
    Ok(url.into())
}

/// Swaps the request token and its verifier for a token of the member's
/// (section 2.3), and asks whose account it is.
///
/// # Errors
/// The provider does not give a token, or does not say whose it is.
pub async fn identify(
    (provider, oauth1): (&Provider, &OAuth1),
    metadata: &Metadata,
    client: HttpClient,
    (request_token, verifier): (&Tokens, &Code),
    now: Timestamp,
) -> Result<Arrived, SignInError> {
    let endpoint = &metadata.token_endpoint;
    let verifier = [("oauth_verifier", verifier.reveal())];
    let signed_with = (Some(request_token), &verifier[..]);
    let fields = ask(oauth1, endpoint, signed_with, client, now).await?;
    let tokens = tokens(&fields)?;
    let identity = identity::of(provider, metadata, client, &tokens, None, now).await?;
    Ok(Arrived {
        identity,
        granted: Granted {
            tokens,
            scope: String::new(),
            expires_at: None,
        },
        authenticated_at: None,
    })
}

/// A signed POST without a body, and the form that answers it.
async fn ask(
    oauth1: &OAuth1,
    endpoint: &str,
    (tokens, more): (Option<&Tokens>, &[(&str, &str)]),
    client: HttpClient,
    now: Timestamp,
) -> Result<Fields, SignInError> {
    let request = oauth1.sign(OutboundRequest::post_form(endpoint, &[]), tokens, more, now)?;
    let asked = request.within(TIME_TO_GIVE).at_most(MOST_BYTES);
    let answer = client.send(asked).await?;
    let fields = Fields::parse(&answer.body);
    if answer.status != 200 {
        let problem = fields.ok().and_then(|fields| {
            let problem = fields.first("oauth_problem")?;
            Some(SignInError::Provider(shown(problem)))
        });
        return Err(problem.unwrap_or(SignInError::ProviderStatus {
            what: "a token",
            status: answer.status,
        }));
    }
    fields.map_err(|_| SignInError::TokenType)
}

fn tokens(fields: &Fields) -> Result<Tokens, SignInError> {
    let text = |name: &str| {
        let text = fields.one(name).ok().flatten();
        text.map(str::to_owned).ok_or(SignInError::TokenType)
    };
    let access_token = text("oauth_token")?;
    match access_token.is_empty() {
        true => Err(SignInError::TokenType),
        false => Ok(Tokens {
            access_token,
            refresh_token: None,
            token_secret: Some(text("oauth_token_secret")?),
        }),
    }
}
