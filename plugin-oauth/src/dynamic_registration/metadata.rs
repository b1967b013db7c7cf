//! Client metadata, read from what an application says of itself (RFC 7591,
//! section 2). Whatever is there afterwards may be stored.
//!
//! Knows neither HTTP nor the database. No address in it is ever fetched: what
//! would count only if it were is refused, a logo is ignored.

use hob_jose::{JsonWebKeySet, KeySet};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use url::Url;

use super::error::ClientMetadataError;
use crate::{
    grants::{GrantTypes, authorization_code},
    models::{ClientAuthentication, ClientKind},
    redirect_uri::{RedirectTarget, RedirectUri},
    registration::{self, RegistrationError},
    scope::Scope,
    secret::SecretDigest,
};

pub const MOST_CONTACTS: usize = 10;
/// Of contacts and of the words that name a piece of software, in characters.
pub const LONGEST_TEXT: usize = 255;
pub const LONGEST_URL: usize = 2000;

/// How a client proves who it is at the token endpoint (RFC 7591, section 2).
/// Either of the two ways to send a secret works for whoever has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenEndpointAuthMethod {
    ClientSecretBasic,
    ClientSecretPost,
    /// RFC 7523, by one of the keys in `jwks`.
    PrivateKeyJwt,
    None,
}

impl TokenEndpointAuthMethod {
    fn parse(name: Option<&str>) -> Result<Self, ClientMetadataError> {
        match name {
            None | Some("client_secret_basic") => Ok(Self::ClientSecretBasic),
            Some("client_secret_post") => Ok(Self::ClientSecretPost),
            Some("private_key_jwt") => Ok(Self::PrivateKeyJwt),
            Some("none") => Ok(Self::None),
            Some(other) => Err(ClientMetadataError::AuthMethod(other.to_owned())),
        }
    }

    const fn kind(self) -> ClientKind {
        match self {
            Self::ClientSecretBasic | Self::ClientSecretPost | Self::PrivateKeyJwt => {
                ClientKind::Confidential
            }
            Self::None => ClientKind::Public,
        }
    }

    /// What is told of a client that authenticates in this way, and said this
    /// of itself. The operator may have given it keys since.
    #[must_use]
    pub const fn told(own: Self, way: ClientAuthentication<'_>) -> Self {
        match (way, own) {
            (ClientAuthentication::PrivateKeyJwt(_), _) => Self::PrivateKeyJwt,
            (ClientAuthentication::None, _) => Self::None,
            (ClientAuthentication::Secret, Self::ClientSecretPost) => Self::ClientSecretPost,
            (ClientAuthentication::Secret, _) => Self::ClientSecretBasic,
        }
    }
}

/// What is kept beside the client's own row, and shown as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplementaryMetadata {
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
}

/// What an application says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientMetadata {
    pub kind: ClientKind,
    pub grant_types: GrantTypes,
    /// Where there is none, the client id stands in for it.
    pub name: Option<String>,
    pub website: Option<String>,
    pub redirect_uris: Vec<RedirectUri>,
    pub scope: Scope,
    /// What of it the client does not work without. No standard has a name for
    /// it.
    pub required_scope: Scope,
    /// Of a client that authenticates by `private_key_jwt`.
    pub jwks: Option<KeySet>,
    /// RFC 9126, section 6.
    pub require_pushed_authorization_requests: bool,
    /// RFC 9449, section 5.2.
    pub dpop_bound_access_tokens: bool,
    pub supplement: SupplementaryMetadata,
}

/// New metadata in place of all that was there (RFC 7592, section 2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientUpdate {
    pub client_id: String,
    /// Of a secret that the client repeats, so that it can be compared.
    pub client_secret: Option<SecretDigest>,
    pub metadata: ClientMetadata,
}

/// What is looked at of the JSON. A null is the same as nothing (RFC 7592,
/// section 2.2); all other members are ignored (RFC 7591, section 2).
#[derive(Debug, Deserialize)]
struct Sent {
    redirect_uris: Option<Vec<String>>,
    token_endpoint_auth_method: Option<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    client_name: Option<String>,
    client_uri: Option<String>,
    scope: Option<String>,
    required_scope: Option<String>,
    contacts: Option<Vec<String>>,
    tos_uri: Option<String>,
    policy_uri: Option<String>,
    software_id: Option<String>,
    software_version: Option<String>,
    require_pushed_authorization_requests: Option<bool>,
    dpop_bound_access_tokens: Option<bool>,
    jwks: Option<JsonWebKeySet>,
    jwks_uri: Option<IgnoredAny>,
    sector_identifier_uri: Option<IgnoredAny>,
    request_uris: Option<Vec<IgnoredAny>>,
    client_id: Option<String>,
    client_secret: Option<String>,
    registration_access_token: Option<IgnoredAny>,
    registration_client_uri: Option<IgnoredAny>,
    client_secret_expires_at: Option<IgnoredAny>,
    client_id_issued_at: Option<IgnoredAny>,
}

impl ClientMetadata {
    /// Reads the body of a registration. `allowed` is what an application that
    /// registers itself may ask for; it is what it gets if it names no scope.
    ///
    /// # Errors
    /// [`ClientMetadataError`]: the first thing that is wrong.
    pub fn parse(body: &[u8], allowed: &Scope) -> Result<Self, ClientMetadataError> {
        Self::of(Sent::parse(body)?, allowed)
    }

    fn of(sent: Sent, allowed: &Scope) -> Result<Self, ClientMetadataError> {
        sent.refuse_what_would_be_fetched()?;
        let auth_method =
            TokenEndpointAuthMethod::parse(sent.token_endpoint_auth_method.as_deref())?;
        let kind = auth_method.kind();
        let grant_types = grant_types(sent.grant_types.as_deref(), kind)?;
        check_response_types(sent.response_types.as_deref(), &grant_types)?;
        let redirect_uris: Vec<&str> = sent
            .redirect_uris
            .iter()
            .flatten()
            .map(|uri| &**uri)
            .collect();
        let scope = scope(sent.scope.as_deref(), allowed)?;
        let required_scope = sent.required_scope.as_deref().unwrap_or_default();
        Ok(Self {
            kind,
            name: name(sent.client_name.as_deref())?,
            website: registration::check_website(sent.client_uri.as_deref().unwrap_or_default())
                .map_err(ClientMetadataError::Website)?,
            redirect_uris: check_redirect_uris(&redirect_uris, &grant_types)?,
            required_scope: registration::check_required_scope(&scope, &[required_scope])
                .map_err(ClientMetadataError::RequiredScope)?,
            scope,
            grant_types,
            jwks: keys(sent.jwks, auth_method)?,
            require_pushed_authorization_requests: sent
                .require_pushed_authorization_requests
                .unwrap_or_default(),
            dpop_bound_access_tokens: sent.dpop_bound_access_tokens.unwrap_or_default(),
            supplement: SupplementaryMetadata {
                token_endpoint_auth_method: auth_method,
                contacts: contacts(sent.contacts.as_deref())?,
                tos_uri: address("tos_uri", sent.tos_uri.as_deref())?,
                policy_uri: address("policy_uri", sent.policy_uri.as_deref())?,
                software_id: text("software_id", sent.software_id.as_deref())?,
                software_version: text("software_version", sent.software_version.as_deref())?,
            },
        })
    }
}

impl ClientUpdate {
    /// Reads the body of an update.
    ///
    /// # Errors
    /// [`ClientMetadataError`]: the first thing that is wrong.
    pub fn parse(body: &[u8], allowed: &Scope) -> Result<Self, ClientMetadataError> {
        let sent = Sent::parse(body)?;
        let servers_own = [
            ("registration_access_token", &sent.registration_access_token),
            ("registration_client_uri", &sent.registration_client_uri),
            ("client_secret_expires_at", &sent.client_secret_expires_at),
            ("client_id_issued_at", &sent.client_id_issued_at),
        ];
        if let Some((name, _)) = servers_own.into_iter().find(|(_, sent)| sent.is_some()) {
            return Err(ClientMetadataError::ServersOwn(name));
        }
        Ok(Self {
            client_id: sent
                .client_id
                .clone()
                .ok_or(ClientMetadataError::ClientId)?,
            client_secret: sent.client_secret.as_deref().map(SecretDigest::of),
            metadata: ClientMetadata::of(sent, allowed)?,
        })
    }
}

impl Sent {
    fn parse(body: &[u8]) -> Result<Self, ClientMetadataError> {
        // Serde would take an array too, member by member.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(ClientMetadataError::NoObject);
        }
        Ok(serde_json::from_slice(body)?)
    }

    /// An application that relies on these would find out only when it fails.
    fn refuse_what_would_be_fetched(&self) -> Result<(), ClientMetadataError> {
        if self.jwks_uri.is_some() {
            return Err(ClientMetadataError::Fetched("jwks_uri"));
        }
        if self.sector_identifier_uri.is_some() {
            return Err(ClientMetadataError::Fetched("sector_identifier_uri"));
        }
        match &self.request_uris {
            Some(uris) if !uris.is_empty() => Err(ClientMetadataError::Fetched("request_uris")),
            _ => Ok(()),
        }
    }
}

/// The keys of a client that authenticates by one. Whoever authenticates in
/// another way has no use for keys here, so none are kept.
fn keys(
    sent: Option<JsonWebKeySet>,
    auth_method: TokenEndpointAuthMethod,
) -> Result<Option<KeySet>, ClientMetadataError> {
    match auth_method {
        TokenEndpointAuthMethod::PrivateKeyJwt => {
            let sent = sent.ok_or(ClientMetadataError::KeysMissing)?;
            Ok(Some(KeySet::of(sent)?))
        }
        TokenEndpointAuthMethod::ClientSecretBasic
        | TokenEndpointAuthMethod::ClientSecretPost
        | TokenEndpointAuthMethod::None => Ok(None),
    }
}

/// Authorization code alone where none is named (RFC 7591, section 2).
fn grant_types(
    names: Option<&[String]>,
    kind: ClientKind,
) -> Result<GrantTypes, ClientMetadataError> {
    let grant_types: GrantTypes = match names {
        None => [&authorization_code::GRANT].into_iter().collect(),
        Some([]) => return Err(ClientMetadataError::NoGrant),
        Some(names) => {
            registration::grant_types(names, kind).map_err(ClientMetadataError::GrantTypes)?
        }
    };
    let by_operator = grant_types.iter().find(|grant| grant.warning().is_some());
    match by_operator {
        Some(grant) => Err(ClientMetadataError::GrantByOperator(grant.name)),
        None => Ok(grant_types),
    }
}

/// A code that members copy by hand goes to whoever talks them into it, so the
/// operator or a member has to vouch for a client that lives on that.
fn check_redirect_uris(
    sent: &[&str],
    grant_types: &GrantTypes,
) -> Result<Vec<RedirectUri>, ClientMetadataError> {
    let redirect_uris = registration::check_redirect_uris(sent, grant_types)
        .map_err(ClientMetadataError::RedirectUris)?;
    let is_out_of_band = |uri: &RedirectUri| uri.target() == RedirectTarget::OutOfBand;
    if redirect_uris.iter().any(is_out_of_band) {
        return Err(ClientMetadataError::OutOfBand);
    }
    Ok(redirect_uris)
}

/// `code` goes with the authorization code grant, and nothing with any other
/// (RFC 7591, section 2.1).
fn check_response_types(
    sent: Option<&[String]>,
    grant_types: &GrantTypes,
) -> Result<(), ClientMetadataError> {
    let Some(sent) = sent else { return Ok(()) };
    let expected = response_types(grant_types);
    let known = sent.iter().all(|name| expected.contains(&name.as_str()));
    if known && (expected.is_empty() || !sent.is_empty()) {
        Ok(())
    } else {
        Err(ClientMetadataError::ResponseTypes)
    }
}

/// What a client of these grants may ask the authorization endpoint for.
#[must_use]
pub fn response_types(grant_types: &GrantTypes) -> &'static [&'static str] {
    if grant_types.contains(&authorization_code::GRANT) {
        &["code"]
    } else {
        &[]
    }
}

fn name(sent: Option<&str>) -> Result<Option<String>, ClientMetadataError> {
    match registration::check_name(sent.unwrap_or_default()) {
        Ok(name) => Ok(Some(name)),
        Err(RegistrationError::NameMissing) => Ok(None),
        Err(error) => Err(ClientMetadataError::Name(error)),
    }
}

fn scope(sent: Option<&str>, allowed: &Scope) -> Result<Scope, ClientMetadataError> {
    let scope = match sent {
        Some(sent) => Scope::parse(sent.trim())?,
        None => Scope::default(),
    };
    if let Some(word) = scope.first_not_in(allowed) {
        return Err(ClientMetadataError::ScopeNotAllowed {
            word: word.to_owned(),
            allowed: allowed.to_string().replace(' ', ", "),
        });
    }
    match (scope.is_empty(), allowed.is_empty()) {
        (false, _) => Ok(scope),
        (true, false) => Ok(allowed.clone()),
        (true, true) => Err(ClientMetadataError::NoScope),
    }
}

fn contacts(sent: Option<&[String]>) -> Result<Vec<String>, ClientMetadataError> {
    let sent = sent.unwrap_or_default();
    if sent.len() > MOST_CONTACTS {
        return Err(ClientMetadataError::Contacts);
    }
    sent.iter()
        .filter_map(|contact| text("contacts", Some(contact)).transpose())
        .collect()
}

fn text(member: &'static str, sent: Option<&str>) -> Result<Option<String>, ClientMetadataError> {
    let Some(sent) = sent.map(str::trim).filter(|sent| !sent.is_empty()) else {
        return Ok(None);
    };
    if sent.chars().count() > LONGEST_TEXT || sent.chars().any(char::is_control) {
        return Err(ClientMetadataError::Text(member));
    }
    Ok(Some(sent.to_owned()))
}

/// An address for people. It is shown, and nothing here goes there.
fn address(
    member: &'static str,
    sent: Option<&str>,
) -> Result<Option<String>, ClientMetadataError> {
    let Some(sent) = sent.map(str::trim).filter(|sent| !sent.is_empty()) else {
        return Ok(None);
    };
    Url::parse(sent)
        .ok()
        .filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
        .filter(|url| url.username().is_empty() && url.password().is_none())
        .map(String::from)
        .filter(|url| url.len() <= LONGEST_URL)
        .map(Some)
        .ok_or(ClientMetadataError::Address(member))
}

#[cfg(test)]
mod tests;
