//! `[plugin.signin]` as the operator wrote it. The host has checked types,
//! bounds and choices; what else has to hold is for [`crate::provider`].

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Settings {
    /// Seconds.
    time_to_answer: u64,
    pub provider: BTreeMap<String, ProviderSettings>,
}

/// One provider, by what the operator calls it.
#[derive(Debug, Clone, Deserialize)]
pub struct ProviderSettings {
    pub kind: Kind,
    pub title: Option<String>,
    pub registers: bool,
    pub tokens: Keeping,
    pub site_account: bool,
    pub api: Option<String>,
    pub issuer: Option<String>,
    pub client_id: String,
    pub client_secret: Option<ClientSecret>,
    pub client_authentication: ClientAuthentication,
    pub scopes: Option<Vec<String>>,
    pub authorization_endpoint: Option<String>,
    pub token_endpoint: Option<String>,
    pub userinfo_endpoint: Option<String>,
    pub jwks_uri: Option<String>,
    pub revocation_endpoint: Option<String>,
    pub request_token_endpoint: Option<String>,
    pub signature_method: Signing,
    pub private_key: Option<ClientSecret>,
    pub realm: Option<String>,
    pub subject: Option<String>,
    pub name: Option<String>,
}

/// What kind of site a provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// OpenID Connect, with metadata (OpenID Connect Discovery).
    Openid,
    /// OAuth 2, with endpoints that the operator writes.
    Oauth,
    /// OAuth 1.0a, with endpoints that the operator writes.
    Oauth1,
    Github,
    Gitlab,
    Google,
    Mastodon,
    /// Another Hob.
    Hob,
}

/// Where a provider's tokens are kept, for requests in members' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeping {
    None,
    /// As long as the session lasts in which they came.
    Session,
    /// Until the account is unlinked.
    Database,
}

/// How requests are signed (RFC 5849, section 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Signing {
    #[serde(rename = "HMAC-SHA1")]
    HmacSha1,
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
    #[serde(rename = "RSA-SHA1")]
    RsaSha1,
    #[serde(rename = "RSA-SHA256")]
    RsaSha256,
    #[serde(rename = "PLAINTEXT")]
    Plaintext,
}

/// How the secret is sent (RFC 6749, section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// As the provider's metadata says.
    Metadata,
    Basic,
    Post,
}

/// What this site proves itself with at a provider.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ClientSecret(String);

impl Settings {
    /// How long somebody has for signing in at the provider.
    #[must_use]
    pub const fn time_to_answer(&self) -> Duration {
        Duration::from_secs(self.time_to_answer)
    }
}

impl ClientSecret {
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClientSecret(…)")
    }
}
