//! The dance with a provider: where somebody is sent, what comes back, and what
//! is swapped for it (RFC 6749, section 4.1).
//!
//! It knows no pages, and not what an account opens here.

mod answer;
pub mod oauth1;
mod token;

use hob_jose::SignedToken;
use hob_plugin_sdk::{db::Timestamp, http_client::HttpClient};
use url::Url;

pub use answer::{Answer, Code};
pub use token::{TIME_TO_GIVE, refresh, revoke};

use crate::{
    error::SignInError,
    id_token::{self, Expected, IdTokenError, Said},
    identity::{self, Identity},
    keys::Keys,
    metadata::{Metadata, MetadataError},
    provider::Provider,
    state::State,
    tokens::Granted,
};

/// One journey of one browser to one provider.
pub struct Dance<'a> {
    pub provider: &'a Provider,
    pub metadata: &'a Metadata,
    /// By which the provider signs ID tokens.
    pub keys: &'a Keys,
    /// Where the provider sends the browser back to.
    pub redirect_uri: &'a str,
    pub state: &'a State,
    /// By what the browser is known again.
    pub visit: &'a str,
}

/// Somebody who has come back, as the provider has it.
pub struct Arrived {
    pub identity: Identity,
    pub granted: Granted,
    /// When somebody showed there who is there, as far as the provider says.
    pub authenticated_at: Option<Timestamp>,
}

impl Dance<'_> {
    /// Where the browser is sent (RFC 6749, section 4.1.1; RFC 7636, section
    /// 4.3). With `anew` a session that somebody has there does not do (OpenID
    /// Connect Core, section 3.1.2.1); only what comes back tells whether the
    /// provider heeded it, since the address passes through the browser.
    ///
    /// # Errors
    /// The provider's address is none.
    pub fn authorization_url(&self, anew: bool) -> Result<String, SignInError> {
        let endpoint = &self.metadata.authorization_endpoint;
        let mut url =
            Url::parse(endpoint).map_err(|_| SignInError::Metadata(MetadataError::Endpoint))?;
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", &self.provider.client_id)
                .append_pair("redirect_uri", self.redirect_uri)
                .append_pair("state", self.state.reveal())
                .append_pair("code_challenge", &self.state.code_challenge(self.visit))
                .append_pair("code_challenge_method", "S256");
            if !self.provider.scope.is_empty() {
                query.append_pair("scope", &self.provider.scope);
            }
            if self.provider.is_openid() {
                query.append_pair("nonce", &self.state.nonce(self.visit));
            }
            if anew {
                query
                    .append_pair("prompt", "login")
                    .append_pair("max_age", &id_token::LEEWAY.as_secs().to_string());
            }
        }
        Ok(url.into())
    }

    /// Swaps the code, and asks whose account it is.
    ///
    /// # Errors
    /// The provider does not give a token, or what it says does not hold.
    pub async fn identify(
        &self,
        client: HttpClient,
        code: &Code,
        now: Timestamp,
    ) -> Result<Arrived, SignInError> {
        let given = token::swap(self, client, code).await?;
        let said = match (self.provider.is_openid(), &given.id_token) {
            (false, _) => None,
            (true, None) => return Err(IdTokenError::Missing.into()),
            (true, Some(id_token)) => Some(self.said_by(id_token, client, now).await?),
        };
        let subject = said.as_ref().map(|said| said.subject.as_str());
        let granted = given.granted(&self.provider.scope, now);
        let (provider, metadata) = (self.provider, self.metadata);
        let tokens = &granted.tokens;
        let identity = identity::of(provider, metadata, client, tokens, subject, now).await?;
        Ok(Arrived {
            identity,
            granted,
            authenticated_at: said.and_then(|said| said.authenticated_at),
        })
    }

    /// What an ID token says, if the provider signed it and it is of this
    /// journey.
    ///
    /// A token that comes straight from its issuer could be taken by TLS alone
    /// (OpenID Connect Core, section 3.1.3.7, number 6). Its signature is
    /// verified besides: then who stands between the two sites, be it the
    /// operator's own proxy, makes nobody up.
    async fn said_by(
        &self,
        id_token: &str,
        client: HttpClient,
        now: Timestamp,
    ) -> Result<Said, SignInError> {
        let token = SignedToken::parse_at_most(id_token, id_token::LONGEST);
        let token = token.map_err(IdTokenError::from)?;
        let jwks_uri = self.metadata.jwks_uri.as_deref();
        let jwks_uri = jwks_uri.ok_or(MetadataError::NoKeys)?;
        let claims = self.keys.verified(jwks_uri, &token, client).await?;
        let expected = Expected {
            issuer: &self.metadata.issuer,
            client_id: &self.provider.client_id,
            nonce: &self.state.nonce(self.visit),
            now,
        };
        Ok(expected.said_by(claims)?)
    }
}
