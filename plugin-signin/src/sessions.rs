//! Requests of other plugins to a provider, as a member or as the site itself
//! (`hob.signin.session`).
//!
//! A token that is about to end is refreshed before it is used, one at a time
//! for each provider, so that no refresh token is used twice; and one that the
//! provider refuses is refreshed once.

use std::time::Duration;

use hob_plugin_sdk::{
    PluginError, Text,
    abi::http_client::{RawOutboundRequest, RawOutboundResponse},
    db::{Connection, DbError},
    http_client::{OutboundErrorKind, OutboundRequest, OutboundResponse},
    sealing::{KeyId, Resealed, SealedSecrets},
};
use hob_signin::session::{Account, ProviderSessions, Whose};

use crate::{
    Known, SignIn, dance,
    error::SignInError,
    models::KeptToken,
    tokens::{Holder, Tokens},
};

/// How long before its end a token is refreshed.
const AHEAD: Duration = Duration::from_secs(60);

impl ProviderSessions for SignIn {
    async fn accounts(&self, whose: Whose) -> Result<Vec<Account>, PluginError> {
        let rows = self.kept(whose).await?;
        let account = |(known, row): (&Known, KeptToken)| Account {
            provider_title: known.provider.title.as_str().into(),
            provider: row.provider.into(),
            subject: row.subject.into(),
            name: row.name.into(),
            scope: row.scope.into(),
        };
        Ok(rows.into_iter().map(account).collect())
    }

    async fn send(
        &self,
        whose: Whose,
        provider: Text,
        request: RawOutboundRequest,
    ) -> Result<RawOutboundResponse, PluginError> {
        let known = self
            .known(&provider)
            .map_err(|_| PluginError::not_found(format!("there is no provider {provider}")))?;
        let request = allowed(known, request.into())?;
        let row = self.kept(whose).await?;
        let row = row
            .into_iter()
            .find(|(_, row)| row.provider == provider.as_str());
        let (_, row) = row.ok_or_else(|| {
            PluginError::not_found(format!("no token for {provider} is kept here"))
        })?;
        let (row, tokens) = self.ready(known, row).await?;
        let answer = self.send_with(&request, &tokens).await?;
        if answer.status != 401 || tokens.refresh_token.is_none() {
            return Ok(answer.into());
        }
        let (_, tokens) = self.refreshed(known, row).await?;
        Ok(self.send_with(&request, &tokens).await?.into())
    }
}

/// The request as it may be sent: to the provider's API and nowhere else, with
/// no credentials but the ones that it is given.
fn allowed(known: &Known, request: OutboundRequest) -> Result<OutboundRequest, PluginError> {
    let url = known.provider.api_url(request.url()).ok_or_else(|| {
        PluginError::refusal(format!(
            "a request for {} does not go to its API",
            known.provider.id
        ))
    })?;
    Ok(request
        .to(url.as_str())
        .without_header("authorization")
        .following(0))
}

impl SignIn {
    /// What is kept and may be used today, each with its provider; of a member
    /// what lasts before what is of the session.
    async fn kept(&self, whose: Whose) -> Result<Vec<(&Known, KeptToken)>, PluginError> {
        let holders = match whose {
            Whose::Site => vec![Holder::Site],
            Whose::Member {
                member_id,
                session_id,
            } => vec![Holder::Member(member_id), Holder::Session(session_id)],
        };
        let rows = self.db.read(move |connection| {
            let mut rows = Vec::new();
            for holder in holders {
                let of_holder = KeptToken::of_holder(connection, holder)?;
                rows.extend(of_holder.into_iter().map(|row| (holder, row)));
            }
            Ok::<_, DbError>(rows)
        });
        let usable = |(holder, row): (Holder, KeptToken)| Some((self.usable(holder, &row)?, row));
        Ok(rows.await?.into_iter().filter_map(usable).collect())
    }

    async fn send_with(
        &self,
        request: &OutboundRequest,
        tokens: &Tokens,
    ) -> Result<OutboundResponse, PluginError> {
        let request = request.clone().bearer(&tokens.access_token);
        self.client
            .send(request)
            .await
            .map_err(|error| match error.kind {
                OutboundErrorKind::TooLarge => PluginError::too_large(error.to_string()),
                _ => error.into(),
            })
    }

    /// The row with tokens that have not ended.
    async fn ready(
        &self,
        known: &Known,
        row: KeptToken,
    ) -> Result<(KeptToken, Tokens), PluginError> {
        let ends = row.expires_at.is_some_and(|end| end <= self.now() + AHEAD);
        let tokens = self.tokens.open(&row)?;
        match ends && tokens.refresh_token.is_some() {
            true => self.refreshed(known, row).await,
            false => Ok((row, tokens)),
        }
    }

    /// The row with fresh tokens: refreshed now, or by another request since
    /// this row was read.
    async fn refreshed(
        &self,
        known: &Known,
        read: KeptToken,
    ) -> Result<(KeptToken, Tokens), PluginError> {
        let _alone = known.refreshing.lock().await;
        let id = read.id;
        let find = move |connection: &mut Connection| KeptToken::find(connection, id);
        let ended = || {
            PluginError::not_found(format!(
                "the account at {} has to be linked anew",
                known.provider.id
            ))
        };
        // Another issuer's may have come in its place.
        let row = self.db.read(find).await?;
        let row = row.filter(|row| row.issuer == known.provider.issuer);
        let row = row.ok_or_else(ended)?;
        let tokens = self.tokens.open(&row)?;
        if row.sealed != read.sealed {
            return Ok((row, tokens));
        }
        let refresh_token = tokens.refresh_token.ok_or_else(ended)?;
        let metadata = self.metadata(known).await.map_err(failed)?;
        let (provider, now) = (&known.provider, self.now());
        let scope = &row.scope;
        let fresh =
            dance::refresh(provider, &metadata, self.client, &refresh_token, scope, now).await;
        let granted = match fresh {
            Ok(granted) => granted,
            // The member, or the provider, has taken it back.
            Err(SignInError::Provider(error)) if error == "invalid_grant" => {
                self.db
                    .write(move |connection| row.forget(connection))
                    .await?;
                return Err(ended());
            }
            Err(error) => return Err(failed(error)),
        };
        let (store, fresh) = (self.tokens, granted.tokens.clone());
        self.db
            .write(move |connection| store.renew(connection, &row, &granted, now))
            .await?;
        let row = self.db.read(find).await?.ok_or_else(ended)?;
        Ok((row, fresh))
    }
}

fn failed(error: SignInError) -> PluginError {
    match error {
        SignInError::Plugin(error) => error,
        other => PluginError::new(other.to_string()),
    }
}

impl SealedSecrets for SignIn {
    async fn uses(&self) -> Result<Vec<(KeyId, u64)>, PluginError> {
        let counted = self.db.read(KeptToken::count_by_key).await?;
        let unsigned = |(key, count)| (key, u64::try_from(count).unwrap_or_default());
        Ok(counted.into_iter().map(unsigned).collect())
    }

    async fn reseal(&self) -> Result<Resealed, PluginError> {
        let mut counts = Resealed {
            anew: 0,
            unopened: 0,
        };
        let mut after = Some(0);
        while let Some(start) = after {
            let store = self.tokens;
            let (next, counted) = self
                .db
                .write(move |connection| {
                    let mut counts = counts;
                    let next = store.reseal(connection, start, &mut counts)?;
                    Ok::<_, PluginError>((next, counts))
                })
                .await?;
            (after, counts) = (next, counted);
        }
        Ok(counts)
    }
}
