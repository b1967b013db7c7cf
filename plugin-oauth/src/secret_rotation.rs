//! A client's secret is replaced without an outage: for a while the old one
//! and the new one both work, two at most.

use std::time::Duration;

use hob_plugin_sdk::{PluginError, db::Timestamp};

use crate::{
    OAuth,
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
    client: &Client,
    old_lives_on: Duration,
) -> Result<Result<PlainSecret, RotationError>, PluginError> {
    match client.authentication() {
        ClientAuthentication::Secret => {}
        ClientAuthentication::None => return Ok(Err(RotationError::Public)),
        ClientAuthentication::PrivateKeyJwt(_) => return Ok(Err(RotationError::Keys)),
    }
    let (client, now) = (client.id, oauth.now());
    let randomness = &mut operating_system_randomness();
    let secret = PlainSecret::generate(SecretKind::ClientSecret, now, randomness);
    let new = ClientSecret::new(secret.digest(), client, now);
    let rotated = oauth
        .write(move |connection| {
            // Whoever rotates at the same time waits, and then counts anew.
            Client::lock(connection, client)?;
            let live = ClientSecret::live_of_client(connection, client, now)?;
            if live.len() >= MOST_LIVE && !old_lives_on.is_zero() {
                let next_end = live.iter().filter_map(|secret| secret.expires_at).min();
                return Ok(Err(RotationError::TwoLive(next_end)));
            }
            ClientSecret::expire_all(connection, client, now + old_lives_on)?;
            ClientSecret::delete_expired(connection, client, now)?;
            new.insert(connection)?;
            Ok(Ok(()))
        })
        .await?;
    Ok(rotated.map(|()| secret))
}
