//! The keys by which a provider signs ID tokens, as it publishes them (OpenID
//! Connect Core, section 10.1.1).
//!
//! They are kept for an hour. A provider may change them whenever it likes: a
//! signature that fits none of them has them asked for anew, though not each
//! time, since anybody can bring a token.

use std::time::Duration;

use hob_jose::{JsonWebKeySet, JwtError, KeySet, SignedToken};
use hob_plugin_sdk::{
    Host,
    http_client::{HttpClient, OutboundRequest},
};
use serde::de::DeserializeOwned;

use crate::{error::SignInError, id_token::IdTokenError, published::Published};

/// How long they are kept.
const KEPT_FOR: Duration = Duration::from_secs(3600);
/// How soon they may be asked for anew.
const ASKED_EACH: Duration = Duration::from_secs(60);
/// Sets with certificates are long.
const MOST_BYTES: u64 = 512 * 1024;

/// A provider's keys, as it last published them.
pub struct Keys(Published<KeySet>);

impl Keys {
    /// None yet.
    #[must_use]
    pub fn new(host: &Host) -> Self {
        Self(Published::new(host))
    }

    /// The claims of a token that one of the keys signed, which are published
    /// at this address.
    ///
    /// # Errors
    /// None did, or the provider can't be asked.
    pub async fn verified<C: DeserializeOwned>(
        &self,
        jwks_uri: &str,
        token: &SignedToken,
        client: HttpClient,
    ) -> Result<C, SignInError> {
        let ask = || async {
            let asked = OutboundRequest::get(jwks_uri)
                .header("accept", "application/json")
                .at_most(MOST_BYTES);
            let answer = client.send(asked).await?;
            if answer.status != 200 {
                return Err(SignInError::ProviderStatus {
                    what: "its keys",
                    status: answer.status,
                });
            }
            let published: JsonWebKeySet = answer.json().map_err(SignInError::Malformed)?;
            Ok(KeySet::published(published))
        };
        let keys = self.0.no_older_than(KEPT_FOR, ask()).await?;
        let verified = match verify(&keys, token) {
            Err(JwtError::Signature) => {
                let keys = self.0.no_older_than(ASKED_EACH, ask()).await?;
                verify(&keys, token)
            }
            verified => verified,
        };
        Ok(verified.map_err(IdTokenError::from)?)
    }
}

fn verify<C: DeserializeOwned>(keys: &KeySet, token: &SignedToken) -> Result<C, JwtError> {
    keys.candidates(token.key_id())
        .map(|key| token.verify(&key))
        .find(|verified| !matches!(verified, Err(JwtError::Signature)))
        .unwrap_or(Err(JwtError::Signature))
}
