//! What a client may know of a token (RFC 7662).
//!
//! A client sees its own tokens. A client that the operator calls a resource
//! server sees every client's access tokens and members' personal ones, for it is asked to honour them;
//! refresh tokens are nothing to it. What a caller may not see looks like what
//! does not exist.
//!
//! No username is told: only the member's consent could say whether the caller
//! may know it, and the host would have to be asked in a second job. `sub` is
//! the member's id, which the API takes.

use std::borrow::Cow;

use hob_jose::KeyThumbprint;
use hob_plugin_sdk::db::Timestamp;
use serde::Serialize;

use crate::{
    OAuth,
    grants::token_type,
    issued_token::FoundToken,
    models::{Client, PersonalToken},
    resource::{Resource, WHOLE_SITE},
    scope::Scope,
};

/// The answer (RFC 7662, section 2.2).
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum IntrospectionResponse<'a> {
    Active(ActiveToken<'a>),
    Inactive(Inactive),
}

/// All that is said of a token that is of no use, or none of the caller's
/// business.
#[derive(Debug, Serialize)]
pub struct Inactive {
    active: bool,
}

/// What is said of a token that works.
#[derive(Debug, Serialize)]
pub struct ActiveToken<'a> {
    active: bool,
    scope: String,
    client_id: Cow<'a, str>,
    /// Absent for a refresh token, which opens nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// In seconds, as the next.
    exp: i64,
    iat: i64,
    /// The member's id; absent where a client acts for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// The resource that it is limited to, or the whole site.
    aud: &'a str,
    iss: &'a str,
    /// The key that it is bound to, whose proof has to come with it (RFC 9449,
    /// section 6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
}

/// RFC 7800, section 3.1.
#[derive(Debug, Serialize)]
struct Confirmation {
    jkt: String,
}

/// What `client` is told of a token.
#[must_use]
pub fn introspect<'a>(
    oauth: &'a OAuth,
    client: &Client,
    found: Option<&'a FoundToken>,
) -> IntrospectionResponse<'a> {
    let now = oauth.now();
    match found.filter(|token| may_see(client, token) && is_alive(token, now)) {
        Some(token) => IntrospectionResponse::Active(ActiveToken::new(oauth, token)),
        None => IntrospectionResponse::Inactive(Inactive { active: false }),
    }
}

fn may_see(client: &Client, token: &FoundToken) -> bool {
    let is_for_resource_servers = match token {
        FoundToken::Access(_) | FoundToken::Personal(_) => true,
        FoundToken::Refresh(_) => false,
    };
    !client.is_suspended() && (token.is_of(client) || client.introspects && is_for_resource_servers)
}

/// Those that were revoked are not found; see [`crate::models`].
fn is_alive(token: &FoundToken, now: Timestamp) -> bool {
    match token {
        FoundToken::Access(token) => now < token.expires_at,
        FoundToken::Personal(token) => now < token.expires_at,
        FoundToken::Refresh(token) => token.consumed_at.is_none() && now < token.expires_at,
    }
}

fn confirmation(bound_to: Option<&KeyThumbprint>) -> Option<Confirmation> {
    bound_to.map(|thumbprint| Confirmation {
        jkt: thumbprint.to_string(),
    })
}

impl<'a> ActiveToken<'a> {
    fn new(oauth: &'a OAuth, token: &'a FoundToken) -> Self {
        let new = |client_id, scope: &Scope, resource: &'a Resource, created_at, expires_at| {
            let (created_at, expires_at): (Timestamp, Timestamp) = (created_at, expires_at);
            Self {
                active: true,
                scope: scope.to_string(),
                client_id,
                token_type: None,
                exp: expires_at.as_seconds(),
                iat: created_at.as_seconds(),
                sub: None,
                aud: resource.audience(&oauth.host().site().url),
                iss: oauth.issuer_identifier(),
                cnf: None,
            }
        };
        match token {
            FoundToken::Access(token) => Self {
                token_type: Some(token_type(token.key_thumbprint.as_ref())),
                cnf: confirmation(token.key_thumbprint.as_ref()),
                sub: token.member_id.map(|id| id.to_string()),
                ..new(
                    token.client_id.as_str().into(),
                    &token.scope,
                    &token.resource,
                    token.created_at,
                    token.expires_at,
                )
            },
            FoundToken::Personal(token) => Self {
                token_type: Some(token_type(None)),
                sub: Some(token.member_id.to_string()),
                ..new(
                    PersonalToken::client_id(&token.digest).into(),
                    &token.scope,
                    &WHOLE_SITE,
                    token.created_at,
                    token.expires_at,
                )
            },
            FoundToken::Refresh(token) => Self {
                sub: Some(token.member_id.to_string()),
                cnf: confirmation(token.key_thumbprint.as_ref()),
                ..new(
                    token.client_id.as_str().into(),
                    &token.scope,
                    &token.resource,
                    token.created_at,
                    token.expires_at,
                )
            },
        }
    }
}
