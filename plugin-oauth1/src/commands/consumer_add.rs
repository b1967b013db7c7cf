//! `consumer add`: registers an application that the operator vouches for.

use std::fs;

use hob_authorization::registration::{Typed, check};
use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};

use super::{output, shown_consumer::ConsumerJson};
use crate::{
    OAuth1,
    act::Act,
    models::Consumer,
    registration::{CheckedKey, Proof, new_consumer},
};

/// Registers it.
pub async fn add(oauth1: Arc<OAuth1>, invocation: Invocation) -> Result<Output, CommandError> {
    let all = |name| -> Vec<&str> { invocation.values(name).iter().map(String::as_str).collect() };
    let typed = Typed {
        name: invocation.value("name").unwrap_or_default(),
        website: invocation.value("website").unwrap_or_default(),
        redirect_uris: &all("callback"),
        scope: &all("scope"),
        required_scope: &all("required-scope"),
    };
    let checked = check(oauth1.declared_scope(), &typed, false).map_err(|problems| {
        let all: Vec<String> = problems
            .iter()
            .map(|(field, problem)| {
                let field = if field == "redirect-uri" {
                    "callback"
                } else {
                    field
                };
                format!("--{field}: {problem}")
            })
            .collect();
        CommandError::usage(
            all.join("; "),
            "see `hob oauth1 consumer add --help` for an example",
        )
    })?;
    let proof = proof(&oauth1, &invocation)?;
    let (new, secret) = new_consumer(&oauth1, checked, proof, None, false)?;
    let (events, act) = (
        oauth1.events(),
        Act::of_operator(oauth1.host(), &invocation),
    );
    let consumer = oauth1
        .change(move |connection| {
            let consumer = Consumer::insert(connection, &new)?;
            events.consumer_registered(connection, &act, &consumer)?;
            Ok(consumer)
        })
        .await?;
    let shown = output(&invocation, &ConsumerJson::new(&consumer, secret.as_ref()))?;
    Ok(match secret {
        Some(_) => shown.with_note("The secret is shown only now; it is kept sealed.\n"),
        None => shown,
    })
}

fn proof(oauth1: &OAuth1, invocation: &Invocation) -> Result<Proof, CommandError> {
    match (given_key(invocation)?, invocation.given("no-secret")) {
        (Some(_), true) => Err(CommandError::usage(
            "--no-secret: an application with a key proves itself by that",
            "leave --no-secret out",
        )),
        (None, true) if !oauth1.settings().empty_consumer_secrets => Err(CommandError::usage(
            "--no-secret: this site takes no applications with an empty secret",
            "set empty_consumer_secrets = true in [plugin.oauth1] of hob.toml, or leave \
             --no-secret out",
        )),
        (None, true) => Ok(Proof::None),
        (None, false) => Ok(Proof::Secret),
        (Some(key), false) => Ok(Proof::Key(key)),
    }
}

/// The key in the file that was given as `--public-key`.
///
/// # Errors
/// There is no such file, or it holds no such key.
pub fn given_key(invocation: &Invocation) -> Result<Option<CheckedKey>, CommandError> {
    let Some(given) = invocation.value("public-key") else {
        return Ok(None);
    };
    let pem = fs::read_to_string(given).map_err(|error| {
        CommandError::usage(
            format!("--public-key: {given} can't be read: {error}"),
            "name a file with the public key in PEM",
        )
    })?;
    let key = CheckedKey::read(&pem).map_err(|error| {
        CommandError::usage(
            format!("--public-key: {error}"),
            "make one with `openssl rsa -in private.pem -pubout`",
        )
    })?;
    Ok(Some(key))
}
