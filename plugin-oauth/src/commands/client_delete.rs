//! `hob oauth client delete`: an application goes, for good.

use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};
use serde::Serialize;

use super::named_client;
use crate::{
    OAuth,
    act::Act,
    events::{Deletion, Revoked},
    models::Client,
};

#[derive(Serialize)]
struct Deleted<'a> {
    client_id: &'a str,
    name: &'a str,
    /// Who had allowed it.
    members: u64,
}

/// `client delete`
pub async fn delete(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let client = named_client(&oauth, &invocation).await?;
    let now = oauth.now();
    if !invocation.given("yes") {
        let name = client.name.clone();
        let members = oauth
            .read(move |connection| client.count_members(connection, now))
            .await?;
        return Err(CommandError::usage(
            format!("{name} would be gone for good; members who allow it: {members}"),
            "say --yes if it shall be; `hob oauth client suspend` stops it and can be undone",
        ));
    }
    let client_id = client.client_id.clone();
    let (events, act) = (oauth.events(), Act::of_operator(&oauth, &invocation));
    let deleted = oauth
        .change(move |connection| {
            let Some(client) = Client::find(connection, &client_id)? else {
                return Ok(None);
            };
            let (members, ended) = client.delete(connection, now)?;
            let (of, reason) = ((client.client_id.as_str(), None), Revoked::ClientDeleted);
            let named = (client.client_id.as_str(), client.name.as_str());
            events.client_deleted(
                connection,
                &act,
                named,
                Deletion::ByOperator,
                members,
                ended,
            )?;
            events.tokens_revoked(connection, &act, of, reason, ended)?;
            Ok(Some((client, members)))
        })
        .await?;
    let Some((client, members)) = deleted else {
        return Err(CommandError::usage(
            "somebody else has just deleted it",
            "`hob oauth client list` shows all that are there",
        ));
    };
    if invocation.given("json") {
        return Output::json(&Deleted {
            client_id: &client.client_id,
            name: &client.name,
            members,
        });
    }
    Ok(Output::text(format!(
        "{} is deleted, with its tokens. Members who had allowed it: {members}.\n",
        client.name
    )))
}
