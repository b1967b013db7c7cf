//! `hob oauth client keys`, and `--jwks` wherever a command takes keys.

use hob_jose::KeySet;
use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};

use super::{named_client, told};
use crate::{
    OAuth,
    act::Act,
    models::{Client, ClientAuthentication},
};

/// `client keys`
pub async fn replace(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let client = named_client(&oauth, &invocation).await?;
    if client.is_public() {
        return Err(CommandError::usage(
            "a public client proves nothing of itself and has no keys",
            "register one that can keep its private key: `hob oauth client add --jwks`",
        ));
    }
    let keys = given(&invocation)?
        .ok_or_else(|| CommandError::usage("there are no keys", "give them with --jwks"))?;
    let had_secrets = client.authentication() == ClientAuthentication::Secret;
    let names: Vec<String> = keys.names().collect();
    let (events, act) = (oauth.events(), Act::of_operator(oauth.host(), &invocation));
    let changed = oauth
        .change(move |connection| {
            let retired = client.replace_keys(connection, keys)?;
            let Some(changed) = Client::find(connection, &client.client_id)? else {
                return Ok(None);
            };
            events.client_edited(connection, &act, &client, &changed)?;
            events.secrets_retired(connection, &act, &changed, &retired, act.at)?;
            Ok(Some(changed))
        })
        .await?;
    let output = told(&invocation, changed, |client| {
        format!(
            "{} proves who it is by these keys, and by no others: {}\n",
            client.name,
            names.join(", ")
        )
    })?;
    Ok(if had_secrets {
        output.with_note("Its secrets do not count any longer.\n")
    } else {
        output
    })
}

/// The keys of `--jwks`: JSON, or a file that holds it.
///
/// # Errors
/// What the operator has to change.
pub fn given(invocation: &Invocation) -> Result<Option<KeySet>, CommandError> {
    let Some(given) = invocation.value("jwks") else {
        return Ok(None);
    };
    let text = if given.trim_start().starts_with('{') {
        given.to_owned()
    } else {
        std::fs::read_to_string(given).map_err(|error| {
            CommandError::usage(
                format!("--jwks: {given} can't be read: {error}"),
                "give a file with a JSON Web Key Set, or the set itself",
            )
        })?
    };
    KeySet::parse(&text).map(Some).map_err(|error| {
        CommandError::usage(
            format!("--jwks: {error}"),
            "give the public keys alone, as a JSON Web Key Set (RFC 7517)",
        )
    })
}
