//! What busy endpoints ask the database again and again: which client this is,
//! what this token allows, what the member has consented to.
//!
//! Each is a read that the host need not run again for as long as it would give
//! the same ([`Memo`]), so a revocation or a suspension counts at once. What
//! depends on the time is left to whoever asks. Codes, which are asked for once,
//! are remembered as they are issued; to consume one tells whether it still
//! counts.

use std::sync::Arc;

use diesel::QueryResult;
use hob_plugin_sdk::{
    PluginError,
    db::{Connection, Memo},
};
use quick_cache::sync::Cache;

use crate::{
    OAuth,
    issued_token::{FoundToken, IssuedToken},
    models::{AccessToken, AuthorizationCode, Client, ClientSecret, Consent},
    resource::Resource,
    secret::SecretDigest,
};

/// A client with all its secrets, also those that have expired.
#[derive(Debug, Clone)]
pub struct KnownClient {
    pub client: Arc<Client>,
    pub secrets: Arc<[ClientSecret]>,
}

/// For whom and what a consent is: the member, the client's row, the resource.
type ConsentKey = (i64, i64, Resource);

/// How to look a token up that a resource was shown.
pub type FindToken = fn(&mut Connection, &SecretDigest) -> QueryResult<Option<AccessToken>>;

pub struct Known {
    clients: Memo<String, Option<KnownClient>>,
    tokens: Memo<SecretDigest, Option<Arc<AccessToken>>>,
    issued: Memo<IssuedToken, Option<Arc<FoundToken>>>,
    consents: Memo<ConsentKey, Option<Consent>>,
    codes: Cache<SecretDigest, AuthorizationCode>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            clients: Memo::with_capacity(1024),
            tokens: Memo::with_capacity(8192),
            issued: Memo::with_capacity(8192),
            consents: Memo::with_capacity(4096),
            codes: Cache::new(4096),
        }
    }
}

impl OAuth {
    /// The client that is called so.
    pub async fn known_client(&self, client_id: &str) -> Result<Option<KnownClient>, PluginError> {
        let known = self.db.read_memoized(
            &self.known.clients,
            client_id.to_owned(),
            |connection, client_id| {
                let found = Client::find_with_secrets(connection, client_id)?;
                Ok::<_, PluginError>(found.map(|(client, secrets)| KnownClient {
                    client: Arc::new(client),
                    secrets: secrets.into(),
                }))
            },
        );
        known.await
    }

    /// What a token allows that a resource was shown, as this finds it; also
    /// where it has expired.
    pub async fn known_token(
        &self,
        digest: SecretDigest,
        find: FindToken,
    ) -> Result<Option<Arc<AccessToken>>, PluginError> {
        let known = self
            .db
            .read_memoized(&self.known.tokens, digest, move |connection, digest| {
                Ok::<_, PluginError>(find(connection, digest)?.map(Arc::new))
            });
        known.await
    }

    /// A token that a client shows, also one that has expired or was consumed.
    pub async fn known_issued_token(
        &self,
        token: IssuedToken,
    ) -> Result<Option<Arc<FoundToken>>, PluginError> {
        let known = self
            .db
            .read_memoized(&self.known.issued, token, |connection, token| {
                Ok::<_, PluginError>(token.find(connection)?.map(Arc::new))
            });
        known.await
    }

    /// Remembers a code that was issued here, since it is soon asked for.
    pub fn remember_code(&self, code: AuthorizationCode) {
        self.known.codes.insert(code.digest, code);
    }

    /// A code as it was issued here, once. It may have been consumed since, or
    /// have died, and is the same else.
    pub fn take_issued_code(&self, digest: &SecretDigest) -> Option<AuthorizationCode> {
        let (_, code) = self.known.codes.remove(digest)?;
        Some(code)
    }

    /// What a member allows a client for a resource, if that still counts.
    pub async fn known_consent(
        &self,
        member_id: i64,
        client: &Client,
        resource: &Resource,
    ) -> Result<Option<Consent>, PluginError> {
        let key = (member_id, client.id, resource.clone());
        let known = self.db.read_memoized(
            &self.known.consents,
            key,
            |connection, (member_id, client, resource)| {
                Ok::<_, PluginError>(Consent::find_any(
                    connection, *member_id, *client, resource,
                )?)
            },
        );
        let now = self.now();
        Ok(known.await?.filter(|consent| consent.counts(now)))
    }
}
