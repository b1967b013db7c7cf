//! Applications are stopped, let go on and deleted, and get new secrets.

use hob_authorization::secret::PlainSecret;
use hob_plugin_sdk::PluginError;

use crate::{
    OAuth1,
    act::Act,
    events::Deletion,
    models::{AccessToken, Consumer, RequestToken},
    registration::{Proof, new_credential},
};

/// Stops an application for everybody, at once: what it signs is refused, what
/// waits for it is over, and what members allowed it stays. Answers with what it
/// is now; none if it is gone.
///
/// # Errors
/// The database's.
pub async fn suspend(
    oauth1: &OAuth1,
    act: Act,
    consumer: Consumer,
    reason: Option<String>,
) -> Result<Option<Consumer>, PluginError> {
    let events = oauth1.events();
    let by = act.who.name.clone();
    let suspended = oauth1
        .change(move |connection| {
            let changed = consumer.suspend(connection, reason.as_deref(), act.at)?;
            if let Some(changed) = &changed {
                RequestToken::delete_of_consumer(connection, changed.id)?;
                events.consumer_suspended(connection, &act, changed, reason.as_deref())?;
            }
            Ok(changed)
        })
        .await?;
    if let Some(consumer) = &suspended {
        tracing::info!(
            consumer_key = consumer.consumer_key,
            by = by.as_str(),
            reason = consumer.suspension_reason,
            "an operator suspended an application"
        );
    }
    Ok(suspended)
}

/// Lets a suspended application go on. Answers with what it is now; none if it
/// is gone.
///
/// # Errors
/// A plugin refuses, or the database's.
pub async fn resume(
    oauth1: &OAuth1,
    act: Act,
    consumer: Consumer,
) -> Result<Option<Consumer>, PluginError> {
    let events = oauth1.events();
    let by = act.who.name.clone();
    let resumed = oauth1
        .change(move |connection| match consumer.resume(connection)? {
            Some(changed) => {
                events.consumer_resumed(connection, &act, &changed)?;
                Ok(Some(changed))
            }
            // Somebody else has just done so, if it is still there.
            None => Ok(Consumer::find(connection, &consumer.consumer_key)?),
        })
        .await?;
    if let Some(consumer) = &resumed {
        tracing::info!(
            consumer_key = consumer.consumer_key,
            by = by.as_str(),
            "an operator resumed an application"
        );
    }
    Ok(resumed)
}

/// Deletes an application for good, with all that members allowed it. Answers
/// with how many tokens died of it; none if somebody else has just done so.
///
/// # Errors
/// The database's.
pub async fn delete(
    oauth1: &OAuth1,
    act: Act,
    consumer: Consumer,
    reason: Deletion,
) -> Result<Option<u64>, PluginError> {
    let events = oauth1.events();
    let (by, consumer_key) = (act.who.name.clone(), consumer.consumer_key.clone());
    let ended = oauth1
        .change(move |connection| {
            let ended = AccessToken::delete_of_consumer(connection, consumer.id)?;
            if !consumer.delete(connection)? {
                return Ok(None);
            }
            events.consumer_deleted(connection, &act, &consumer, reason, ended)?;
            Ok(Some(ended))
        })
        .await?;
    if let Some(tokens) = ended {
        tracing::info!(
            consumer_key,
            by = by.as_str(),
            ?reason,
            tokens,
            "an application was deleted"
        );
    }
    Ok(ended)
}

/// Gives an application something new to prove itself by; the old is dead at
/// once, and what members allowed stays. Answers with what it is now, and its
/// secret if it has one; none if it is gone.
///
/// # Errors
/// A plugin refuses, the secret can't be sealed, or the database's.
pub async fn rotate(
    oauth1: &OAuth1,
    act: Act,
    consumer: Consumer,
    proof: Proof,
) -> Result<Option<(Consumer, Option<PlainSecret>)>, PluginError> {
    let (credential, secret) = new_credential(oauth1, &consumer.consumer_key, proof)?;
    let events = oauth1.events();
    let changed = oauth1
        .change(move |connection| {
            let changed = consumer.replace_credential(connection, &credential)?;
            if let Some(changed) = &changed {
                events.secret_rotated(connection, &act, changed)?;
            }
            Ok(changed)
        })
        .await?;
    Ok(changed.map(|changed| (changed, secret)))
}
