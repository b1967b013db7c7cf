//! A token is refreshed, by one request alone.
//!
//! Whoever refreshes a token claims its row first, so that no refresh token is
//! used twice, on whichever node. It knows nobody who waits for it.

use std::{sync::Arc, time::Duration};

use hob_plugin_sdk::{
    PluginError,
    db::{Db, Timestamp},
    http_client::HttpClient,
};

use crate::{
    dance::{self, TIME_TO_GIVE},
    error::SignInError,
    metadata::Metadata,
    models::KeptToken,
    provider::Provider,
    tokens::{TokenStore, Tokens},
};

/// After which time a claim counts no more: whoever made it is gone. Under it
/// nothing is done but to ask for tokens and to write down what comes of that.
const CLAIM_LASTS: Duration = TIME_TO_GIVE.saturating_add(Duration::from_secs(10));

/// Of one row, as it was read.
pub struct Refresh {
    pub db: Db,
    pub client: HttpClient,
    pub store: TokenStore,
    pub provider: Arc<Provider>,
    pub metadata: Arc<Metadata>,
    pub row: KeptToken,
    /// When that was.
    pub now: Timestamp,
}

/// What came of it.
pub enum Outcome {
    /// These stand in the row now.
    Fresh(Tokens),
    /// The row is another by now, or another's to refresh.
    Replaced,
    /// The member, or the provider, has taken it back. Nothing is kept of it.
    Ended,
}

impl Refresh {
    /// Whether somebody else is at it, to be waited for.
    pub fn is_of_another(&self) -> bool {
        self.row.is_being_refreshed(self.now)
    }

    /// Asks for fresh tokens in the place of these, the row's.
    ///
    /// # Errors
    /// The provider gives none now, or the database failed.
    pub async fn run(self, tokens: Tokens) -> Result<Outcome, SignInError> {
        let (row, now, until) = (self.row.clone(), self.now, self.now + CLAIM_LASTS);
        let claimed = self
            .db
            .write(move |connection| row.claim(connection, now, until));
        if !claimed.await.map_err(PluginError::from)? {
            return Ok(Outcome::Replaced);
        }
        let refresh_token = tokens.refresh_token.unwrap_or_default();
        let scope = &self.row.scope;
        let (provider, metadata) = (&self.provider, &self.metadata);
        let given =
            dance::refresh(provider, metadata, self.client, &refresh_token, scope, now).await;
        let (row, store) = (self.row, self.store);
        match given {
            Ok(granted) => {
                let fresh = granted.tokens.clone();
                let renewed = self
                    .db
                    .write(move |connection| store.renew(connection, &row, until, &granted, now));
                Ok(match renewed.await? {
                    true => Outcome::Fresh(fresh),
                    false => Outcome::Replaced,
                })
            }
            Err(SignInError::Provider(error)) if error == "invalid_grant" => {
                let forgotten = self
                    .db
                    .write(move |connection| row.forget(connection, until));
                Ok(match forgotten.await.map_err(PluginError::from)? {
                    true => Outcome::Ended,
                    false => Outcome::Replaced,
                })
            }
            Err(error) => {
                self.db
                    .write(move |connection| row.release(connection, until))
                    .await
                    .map_err(PluginError::from)?;
                Err(error)
            }
        }
    }
}
