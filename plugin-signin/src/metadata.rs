//! What a provider says of itself: its endpoints, and whether it names itself
//! in its answers (RFC 8414, OpenID Connect Discovery).
//!
//! It is asked when it is first needed and kept for an hour.

use std::{sync::Arc, time::Duration};

use hob_plugin_sdk::{
    Host,
    http_client::{HttpClient, OutboundRequest},
};
use serde::Deserialize;

use crate::{
    error::SignInError,
    provider::{Endpoints, Provider, Written, checked_url},
    published::Published,
};

/// How long it is kept.
const KEPT_FOR: Duration = Duration::from_secs(3600);
/// The documents of providers are small.
const MOST_BYTES: u64 = 256 * 1024;

/// Where a provider is asked, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: Option<String>,
    /// Where the keys stand by which it signs ID tokens.
    pub jwks_uri: Option<String>,
    /// Where a browser is sent to sign out there too (OpenID Connect
    /// RP-Initiated Logout, section 2).
    pub end_session_endpoint: Option<String>,
    /// Where it takes tokens back (RFC 7009).
    pub revocation_endpoint: Option<String>,
    /// What it says of its answers (RFC 9207, section 3).
    pub names_itself: NamesItself,
    /// It takes the secret in the header (RFC 8414, section 2).
    pub takes_basic: bool,
}

/// Whether a provider's answers carry `iss`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamesItself {
    /// Each does: one without it is another's.
    Always,
    /// It does not say. One that is there has to be right.
    Perhaps,
    /// Nobody said what it would be.
    Unknown,
}

/// The members of the document that count here.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: Option<String>,
    jwks_uri: Option<String>,
    end_session_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// What was last published.
pub struct Cached(Published<Metadata>);

impl Metadata {
    /// Of a provider that publishes nothing.
    #[must_use]
    pub fn written(
        issuer: &str,
        authorization_endpoint: String,
        token_endpoint: String,
        userinfo_endpoint: Option<String>,
    ) -> Self {
        Self {
            issuer: issuer.to_owned(),
            authorization_endpoint,
            token_endpoint,
            userinfo_endpoint,
            jwks_uri: None,
            end_session_endpoint: None,
            revocation_endpoint: None,
            names_itself: NamesItself::Unknown,
            takes_basic: false,
        }
    }

    /// # Errors
    /// It is another's, or an endpoint is none, or leaves TLS.
    fn of(published: Document, issuer: &str, written: &Written) -> Result<Self, MetadataError> {
        // RFC 8414, section 3.3: letter by letter.
        if published.issuer != issuer {
            return Err(MetadataError::OtherIssuer);
        }
        let or = |own: &Option<String>, other: String| own.clone().unwrap_or(other);
        let metadata = Self {
            issuer: published.issuer,
            authorization_endpoint: or(&written.authorization, published.authorization_endpoint),
            token_endpoint: or(&written.token, published.token_endpoint),
            userinfo_endpoint: written.userinfo.clone().or(published.userinfo_endpoint),
            jwks_uri: written.jwks.clone().or(published.jwks_uri),
            end_session_endpoint: published.end_session_endpoint,
            revocation_endpoint: written.revocation.clone().or(published.revocation_endpoint),
            names_itself: match published.authorization_response_iss_parameter_supported {
                true => NamesItself::Always,
                false => NamesItself::Perhaps,
            },
            // RFC 8414, section 2: what is meant where it does not say.
            takes_basic: published
                .token_endpoint_auth_methods_supported
                .is_none_or(|methods| methods.iter().any(|one| one == "client_secret_basic")),
        };
        let over_tls = issuer.starts_with("https://");
        let endpoints = [&metadata.authorization_endpoint, &metadata.token_endpoint];
        let more = [
            &metadata.userinfo_endpoint,
            &metadata.jwks_uri,
            &metadata.end_session_endpoint,
            &metadata.revocation_endpoint,
        ];
        let more = more.into_iter().flatten();
        for endpoint in endpoints.into_iter().chain(more) {
            let url = checked_url(endpoint).ok_or(MetadataError::Endpoint)?;
            if over_tls && url.scheme() != "https" {
                return Err(MetadataError::LeavesTls);
            }
        }
        Ok(metadata)
    }
}

/// Why what a provider says of itself is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    #[error("it is the document of another issuer")]
    OtherIssuer,
    #[error("an endpoint is no address")]
    Endpoint,
    #[error("an endpoint is plain http, and the issuer is not")]
    LeavesTls,
    #[error("it does not say by which keys ID tokens are signed")]
    NoKeys,
}

impl Cached {
    /// Nothing yet.
    #[must_use]
    pub fn new(host: &Host) -> Self {
        Self(Published::new(host))
    }

    /// What the provider says, or what the operator wrote.
    ///
    /// # Errors
    /// It can't be asked, or its document can't be used.
    pub async fn of(
        &self,
        provider: &Provider,
        client: HttpClient,
    ) -> Result<Arc<Metadata>, SignInError> {
        let (at, written) = match &provider.endpoints {
            Endpoints::Known(metadata) => return Ok(Arc::new(metadata.clone())),
            Endpoints::Published { at, written } => (at, written),
        };
        let ask = async {
            let asked = OutboundRequest::get(at)
                .header("accept", "application/json")
                .at_most(MOST_BYTES);
            let answer = client.send(asked).await?;
            if answer.status != 200 {
                return Err(SignInError::ProviderStatus {
                    what: "its metadata",
                    status: answer.status,
                });
            }
            let published = answer.json().map_err(SignInError::Malformed)?;
            Ok(Metadata::of(published, &provider.issuer, written)?)
        };
        self.0.no_older_than(KEPT_FOR, ask).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://login.example/a";

    fn of(change: impl FnOnce(&mut Value)) -> Result<Metadata, MetadataError> {
        let mut document = json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://login.example/authorize",
            "token_endpoint": "https://login.example/token",
            "userinfo_endpoint": "https://login.example/me",
            "jwks_uri": "https://login.example/keys",
            "end_session_endpoint": "https://login.example/end",
            "revocation_endpoint": "https://login.example/revoke",
        });
        change(&mut document);
        let published = serde_json::from_value(document).expect("a test's document");
        Metadata::of(published, ISSUER, &Written::default())
    }

    #[test]
    fn a_document_is_the_issuer_s_own_letter_by_letter() {
        let right = of(|_| ()).unwrap();
        assert!(right.takes_basic);
        assert_eq!(right.names_itself, NamesItself::Perhaps);
        for other in [
            "https://login.example/a/",
            "https://login.example/b",
            "https://LOGIN.example/a",
        ] {
            let refused = of(|document| document["issuer"] = other.into());
            assert_eq!(refused, Err(MetadataError::OtherIssuer), "{other}");
        }
    }

    #[test]
    fn no_endpoint_leaves_tls() {
        for endpoint in [
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "jwks_uri",
            "end_session_endpoint",
            "revocation_endpoint",
        ] {
            let plain = of(|document| document[endpoint] = "http://login.example/".into());
            assert_eq!(plain, Err(MetadataError::LeavesTls), "{endpoint}");
            let none = of(|document| document[endpoint] = "javascript:alert(1)".into());
            assert_eq!(none, Err(MetadataError::Endpoint), "{endpoint}");
        }
    }

    #[test]
    fn what_it_says_of_itself_is_kept() {
        let always = of(|document| {
            document["authorization_response_iss_parameter_supported"] = true.into();
            document["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
        });
        let always = always.unwrap();
        assert_eq!(always.names_itself, NamesItself::Always);
        assert!(!always.takes_basic);
    }
}
