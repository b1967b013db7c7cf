//! A client's secret is replaced without an outage: for a while the old one
//! and the new one both work, two at most.

use std::time::Duration;

use hob_plugin_sdk::{PluginError, db::Timestamp};

use crate::{
    OAuth,
    act::Act,
    models::{Client, ClientAuthentication, ClientSecret},
    secret::{PlainSecret, SecretKind, operating_system_randomness},
};

/// How long an old secret lives on, unless somebody says otherwise.
pub const OLD_LIVES_ON: Duration = Duration::from_secs(24 * 3600);
/// So many may be live at once.
const MOST_LIVE: usize = 2;

/// Why there is no new secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    #[error("a public client has no secret")]
    Public,
    #[error("this client proves itself by its keys and has no secret")]
    Keys,
    #[error("two secrets are live already{}", until(*.0))]
    TwoLive(Option<Timestamp>),
}

fn until(end: Option<Timestamp>) -> String {
    end.map_or_else(String::new, |end| format!("; the older one expires {end}"))
}

/// Gives a client a new secret. Its old ones end after `old_lives_on`; if that
/// is nothing, at once.
///
/// # Errors
/// The database's, and within: [`RotationError`].
pub async fn rotate(
    oauth: &OAuth,
    act: Act,
    client: &Client,
    old_lives_on: Duration,
) -> Result<Result<PlainSecret, RotationError>, PluginError> {
    match client.authentication() {
        ClientAuthentication::Secret => {}
        ClientAuthentication::None => return Ok(Err(RotationError::Public)),
        ClientAuthentication::PrivateKeyJwt(_) => return Ok(Err(RotationError::Keys)),
    }
    let (events, now) = (oauth.events(), act.at);
    let randomness = &mut operating_system_randomness();
    let secret = PlainSecret::generate(SecretKind::ClientSecret, now, randomness);
    let new = ClientSecret::new(secret.digest(), client.id, now);
    let client = client.clone();
    let rotated = oauth
        .change(move |connection| {
            // Whoever rotates at the same time waits, and then counts anew.
            Client::lock(connection, client.id)?;
            let live = ClientSecret::live_of_client(connection, client.id, now)?;
            if live.len() >= MOST_LIVE && !old_lives_on.is_zero() {
                let next_end = live.iter().filter_map(|secret| secret.expires_at).min();
                return Ok(Err(RotationError::TwoLive(next_end)));
            }
            let end = now + old_lives_on;
            let retired = ClientSecret::expire_all(connection, client.id, end)?;
            ClientSecret::delete_expired(connection, client.id, now)?;
            new.insert(connection)?;
            events.secrets_retired(connection, &act, &client, &retired, end)?;
            events.secret_added(connection, &act, &client, &new.digest)?;
            Ok(Ok(()))
        })
        .await?;
    Ok(rotated.map(|()| secret))
}
