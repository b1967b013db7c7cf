//! The keys by which a provider signs ID tokens, as it publishes them (OpenID
//! Connect Core, section 10.1.1).
//!
//! They are kept for an hour. A provider may change them whenever it likes: a
//! signature that fits none of them has them asked for anew, though not each
//! time, since anybody can bring a token.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use hob_jose::{JsonWebKeySet, JwtError, KeySet, SignedToken};
use hob_plugin_sdk::{
    db::Timestamp,
    http_client::{HttpClient, OutboundRequest},
};
use serde::de::DeserializeOwned;

use crate::{error::SignInError, id_token::IdTokenError};

/// How long they are kept.
const KEPT_FOR: Duration = Duration::from_secs(3600);
/// How soon they may be asked for anew.
const ASKED_EACH: Duration = Duration::from_secs(60);
/// Sets with certificates are long.
const MOST_BYTES: u64 = 512 * 1024;

/// A provider's keys, and when it was asked for them.
#[derive(Default)]
pub struct Keys(Mutex<Option<(Timestamp, Arc<KeySet>)>>);

impl Keys {
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
        now: Timestamp,
    ) -> Result<C, SignInError> {
        if let Some((asked_at, keys)) = self.known(now) {
            match verify(&keys, token) {
                Err(JwtError::Signature) if asked_at + ASKED_EACH <= now => {}
                verified => return Ok(verified.map_err(IdTokenError::from)?),
            }
        }
        let keys = self.ask(jwks_uri, client, now).await?;
        Ok(verify(&keys, token).map_err(IdTokenError::from)?)
    }

    fn known(&self, now: Timestamp) -> Option<(Timestamp, Arc<KeySet>)> {
        let known = self.0.lock().expect("nothing panics with the lock");
        let fresh = known.as_ref().filter(|(at, _)| now < *at + KEPT_FOR);
        fresh.cloned()
    }

    async fn ask(
        &self,
        jwks_uri: &str,
        client: HttpClient,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, SignInError> {
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
        let keys = Arc::new(KeySet::published(published));
        *self.0.lock().expect("nothing panics with the lock") = Some((now, keys.clone()));
        Ok(keys)
    }
}

fn verify<C: DeserializeOwned>(keys: &KeySet, token: &SignedToken) -> Result<C, JwtError> {
    keys.candidates(token.key_id())
        .map(|key| token.verify(&key))
        .find(|verified| !matches!(verified, Err(JwtError::Signature)))
        .unwrap_or(Err(JwtError::Signature))
}
