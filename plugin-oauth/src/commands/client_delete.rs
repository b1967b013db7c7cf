//! `hob oauth client delete`: an application goes, for good.

use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};
use serde::Serialize;

use super::named_client;
use crate::{OAuth, act::Act, operations};

#[derive(Serialize)]
struct DeletedJson<'a> {
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
    let act = Act::of_operator(oauth.host(), &invocation);
    let deleted = operations::delete(&oauth, act, &client.client_id).await?;
    let Some(operations::Deleted { client, members }) = deleted else {
        return Err(CommandError::usage(
            "somebody else has just deleted it",
            "`hob oauth client list` shows all that are there",
        ));
    };
    if invocation.given("json") {
        return Output::json(&DeletedJson {
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
