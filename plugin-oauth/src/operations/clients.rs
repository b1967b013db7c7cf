//! Applications are stopped, let go on, deleted, and lose their tokens.

use hob_plugin_sdk::PluginError;

use crate::{
    OAuth,
    act::Act,
    events::{Deletion, Revoked},
    models::{Client, Ended},
};

/// Stops an application for everybody, at once. Answers with what it is now;
/// none if it is gone.
///
/// # Errors
/// The database's.
pub async fn suspend(
    oauth: &OAuth,
    act: Act,
    client: Client,
    reason: Option<String>,
) -> Result<Option<Client>, PluginError> {
    let events = oauth.events();
    let (by, noted) = (act.who.name.clone(), reason.clone());
    let suspended = oauth
        .change(move |connection| {
            if !Client::lock(connection, client.id)? {
                return Ok(None);
            }
            let ended = client.suspend(connection, noted.as_deref(), act.at)?;
            let of = (client.client_id.as_str(), None);
            events.client_suspended(connection, &act, &client, noted.as_deref(), ended)?;
            events.tokens_revoked(connection, &act, of, Revoked::ClientSuspended, ended)?;
            Ok(Client::find(connection, &client.client_id)?)
        })
        .await?;
    if let Some(client) = &suspended {
        tracing::info!(
            client_id = client.client_id,
            by = by.as_str(),
            reason,
            "an operator suspended an application"
        );
    }
    Ok(suspended)
}

/// Lets a suspended application ask again. Answers with what it is now; none if
/// it is gone.
///
/// # Errors
/// A plugin refuses, or the database's.
pub async fn resume(
    oauth: &OAuth,
    act: Act,
    client: Client,
) -> Result<Option<Client>, PluginError> {
    let events = oauth.events();
    let by = act.who.name.clone();
    let resumed = oauth
        .change(move |connection| {
            if client.resume(connection)? {
                events.client_resumed(connection, &act, &client)?;
            }
            Ok(Client::find(connection, &client.client_id)?)
        })
        .await?;
    if let Some(client) = &resumed {
        tracing::info!(
            client_id = client.client_id,
            by = by.as_str(),
            "an operator resumed an application"
        );
    }
    Ok(resumed)
}

/// An application that is gone.
pub struct Deleted {
    pub client: Client,
    /// Who had allowed it.
    pub members: u64,
}

/// Deletes an application for good. None if somebody else has just done so.
///
/// # Errors
/// The database's.
pub async fn delete(
    oauth: &OAuth,
    act: Act,
    client_id: &str,
) -> Result<Option<Deleted>, PluginError> {
    let events = oauth.events();
    let by = act.who.name.clone();
    let client_id = client_id.to_owned();
    let deleted = oauth
        .change(move |connection| {
            let Some(client) = Client::find(connection, &client_id)? else {
                return Ok(None);
            };
            let (members, ended) = client.delete(connection, act.at)?;
            let (of, reason) = ((client.client_id.as_str(), None), Revoked::ClientDeleted);
            let named = (client.client_id.as_str(), client.name.as_str());
            let why = Deletion::ByOperator;
            events.client_deleted(connection, &act, named, why, members, ended)?;
            events.tokens_revoked(connection, &act, of, reason, ended)?;
            Ok(Some(Deleted { client, members }))
        })
        .await?;
    if let Some(Deleted { client, members }) = &deleted {
        tracing::info!(
            client_id = client.client_id,
            by = by.as_str(),
            members,
            "an operator deleted an application"
        );
    }
    Ok(deleted)
}

/// Ends all tokens of an application, those that members allowed and its own.
/// The consents stay, so that it can ask for new ones. None if it is gone.
///
/// # Errors
/// The database's.
pub async fn end_tokens(
    oauth: &OAuth,
    act: Act,
    client: Client,
) -> Result<Option<Ended>, PluginError> {
    let events = oauth.events();
    let (by, client_id) = (act.who.name.clone(), client.client_id.clone());
    let ended = oauth
        .change(move |connection| {
            // Whoever issues something in its name holds its row.
            if !Client::lock(connection, client.id)? {
                return Ok(None);
            }
            let ended = client.end_tokens(connection)?;
            let of = (client.client_id.as_str(), None);
            events.tokens_revoked(connection, &act, of, Revoked::ClientTokens, ended)?;
            Ok(Some(ended))
        })
        .await?;
    if let Some(ended) = ended {
        tracing::info!(
            client_id,
            by = by.as_str(),
            tokens = ended.tokens(),
            "an operator ended the tokens of an application"
        );
    }
    Ok(ended)
}
