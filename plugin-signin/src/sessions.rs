//! Requests of other plugins to a provider, as a member or as the site itself
//! (`hob.signin.session`).
//!
//! A token that is about to end is refreshed before it is used, and one that the
//! provider refuses is refreshed once, by one request (`refreshing`): the others
//! wait for what comes of it.

use std::time::Duration;

use hob_plugin_sdk::{
    PluginError,
    abi::http_client::{RawOutboundRequest, RawOutboundResponse},
    db::DbError,
    http_client::{OutboundErrorKind, OutboundRequest, OutboundResponse},
    sealing::{KeyId, Resealed, SealedSecrets},
};
use hob_signin::session::{Account, ProviderSessions, Which, Whose};

use crate::{
    Known, SignIn, dance,
    error::SignInError,
    models::KeptToken,
    refreshing::{Outcome, Refresh},
    tokens::{Holder, Tokens},
};

/// How long before its end a token is refreshed.
const AHEAD: Duration = Duration::from_secs(60);
/// How often those who wait look.
const LOOKS_EACH: Duration = Duration::from_millis(50);

impl ProviderSessions for SignIn {
    async fn accounts(&self, whose: Whose) -> Result<Vec<Account>, PluginError> {
        let rows = self.kept(whose).await?;
        let account = |(known, row): (&Known, KeptToken)| Account {
            provider_title: known.provider.title.as_str().into(),
            provider: row.provider.into(),
            issuer: row.issuer.into(),
            subject: row.subject.into(),
            name: row.name.into(),
            scope: row.scope.into(),
        };
        Ok(rows.into_iter().map(account).collect())
    }

    async fn send(
        &self,
        whose: Whose,
        which: Which,
        request: RawOutboundRequest,
    ) -> Result<RawOutboundResponse, PluginError> {
        let provider = which.provider.as_str();
        let known = self
            .known(provider)
            .map_err(|_| PluginError::not_found(format!("there is no provider {provider}")))?;
        let request = allowed(known, request.into())?;
        let row = self.one(whose, &which).await?;
        let tokens = self.ready(known, &row).await?;
        let answer = self.send_with(known, &request, &tokens).await?;
        if answer.status != 401 || tokens.refresh_token.is_none() {
            return Ok(answer.into());
        }
        let tokens = self.refreshed(known, row.id, &tokens).await?;
        Ok(self.send_with(known, &request, &tokens).await?.into())
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

    /// The one that is meant.
    async fn one(&self, whose: Whose, which: &Which) -> Result<KeptToken, PluginError> {
        let (provider, subject) = (which.provider.as_str(), which.subject.as_str());
        let is_meant = |row: &KeptToken| {
            row.provider == provider && (subject.is_empty() || row.subject == subject)
        };
        let rows = self.kept(whose).await?;
        let mut meant = rows.into_iter().map(|(_, row)| row).filter(is_meant);
        match (meant.next(), meant.next()) {
            (Some(row), None) => Ok(row),
            (Some(_), Some(_)) => Err(PluginError::invalid(format!(
                "several accounts at {provider} are kept here, and it was not said which is meant"
            ))),
            (None, _) => Err(PluginError::not_found(format!(
                "no token for {provider} is kept here"
            ))),
        }
    }

    async fn send_with(
        &self,
        known: &Known,
        request: &OutboundRequest,
        tokens: &Tokens,
    ) -> Result<OutboundResponse, PluginError> {
        let signed = known
            .provider
            .authorized(request.clone(), tokens, self.now());
        let request = signed.map_err(failed)?;
        self.client
            .send(request)
            .await
            .map_err(|error| match error.kind {
                OutboundErrorKind::TooLarge => PluginError::too_large(error.to_string()),
                _ => error.into(),
            })
    }

    /// The tokens of a row, which have not ended.
    async fn ready(&self, known: &Known, row: &KeptToken) -> Result<Tokens, PluginError> {
        let ends = row.expires_at.is_some_and(|end| end <= self.now() + AHEAD);
        let tokens = self.tokens.open(row)?;
        match ends && tokens.refresh_token.is_some() {
            true => self.refreshed(known, row.id, &tokens).await,
            false => Ok(tokens),
        }
    }

    /// Fresh tokens of a row in the place of these: refreshed now, or by another
    /// request since they were read.
    async fn refreshed(
        &self,
        known: &Known,
        id: i64,
        ended: &Tokens,
    ) -> Result<Tokens, PluginError> {
        // Before the row is claimed, which is for no longer than tokens take.
        let metadata = self.metadata(known).await.map_err(failed)?;
        loop {
            let row = self
                .db
                .read(move |connection| KeptToken::find(connection, id))
                .await?;
            // Another issuer's may have come in its place.
            let row = row.filter(|row| row.issuer == known.provider.issuer);
            let row = row.ok_or_else(|| has_ended(known))?;
            let tokens = self.tokens.open(&row)?;
            if tokens != *ended {
                return Ok(tokens);
            }
            let refresh = Refresh {
                db: self.db.clone(),
                client: self.client,
                store: self.tokens,
                provider: known.provider.clone(),
                metadata: metadata.clone(),
                row,
                now: self.now(),
            };
            if refresh.is_of_another() {
                self.host.sleep(LOOKS_EACH).await;
                continue;
            }
            // To its end: whoever asks may be gone before the provider answers,
            // and then nobody would have the token that it gave.
            match self.host.go_on(refresh.run(tokens)).await? {
                Ok(Outcome::Fresh(tokens)) => return Ok(tokens),
                Ok(Outcome::Replaced) => {}
                Ok(Outcome::Ended) => return Err(has_ended(known)),
                Err(error) => return Err(failed(error)),
            }
        }
    }

    /// Has the provider take back what was kept of an account that is unlinked
    /// now. False where it can't be asked for that, or does not do it: then the
    /// account's owner can do so there.
    pub async fn give_back(&self, row: &KeptToken) -> bool {
        let given_back = async {
            let Some(known) = self.known_of(row) else {
                return Ok::<_, SignInError>(false);
            };
            let tokens = self.tokens.open(row)?;
            let metadata = self.metadata(known).await?;
            dance::revoke(&known.provider, &metadata, self.client, &tokens).await
        };
        given_back.await.unwrap_or_else(|error| {
            let provider = row.provider.as_str();
            tracing::warn!(provider, %error, "a token could not be given back");
            false
        })
    }
}

fn has_ended(known: &Known) -> PluginError {
    PluginError::not_found(format!(
        "the account at {} has to be linked anew",
        known.provider.id
    ))
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
