//! `hob oauth …`: what an operator does on the command line.

pub mod client_delete;
pub mod client_edit;
pub mod client_keys;
pub mod client_list;
pub mod client_suspend;
pub mod consents;
pub mod doctor;
pub mod initial_token;
mod last_use;
mod shown_client;
pub mod tokens;
mod whose;

use std::time::Duration;

use hob_plugin_sdk::{
    CommandError, Invocation, Output, db::Json, manifest::config::parse_duration, prelude::*,
};

use self::shown_client::ClientJson;
use crate::{
    OAuth,
    act::Act,
    grants::{Grant, GrantTypes},
    models::{Client, ClientKind, ClientSecret},
    operations,
    registration::{self, Typed},
    secret::PlainSecret,
    secret_rotation::{self, OLD_LIVES_ON, RotationError},
};

/// An old secret lives on for so long at most.
const LONGEST_OVERLAP: Duration = Duration::from_secs(365 * 24 * 3600);
/// What is for clients that prove who they are alone, and what would come of it
/// for others.
const NOT_FOR_PUBLIC_CLIENTS: [(&str, &str); 3] = [
    ("introspect", "may not look at tokens"),
    ("legacy-query", "would send codes that anybody could redeem"),
    ("jwks", "has no keys"),
];

/// `client add`
pub async fn client_add(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let kind = if invocation.given("public") {
        ClientKind::Public
    } else {
        ClientKind::Confidential
    };
    refuse_for_public_clients(kind, |flag| invocation.given(flag), "leave --public out")?;
    let grant_types =
        registration::grant_types(invocation.values("grant"), kind).map_err(|problem| {
            CommandError::usage(
                format!("--grant: {problem}"),
                "leave --grant out for the usual ones",
            )
        })?;
    let all = |name| -> Vec<&str> { invocation.values(name).iter().map(String::as_str).collect() };
    let checked = registration::check(
        &oauth,
        &Typed {
            name: invocation.value("name").unwrap_or_default(),
            website: invocation.value("website").unwrap_or_default(),
            redirect_uris: &all("redirect-uri"),
            scope: &all("scope"),
            required_scope: &all("required-scope"),
        },
        &grant_types,
    )
    .map_err(|problems| {
        let all: Vec<String> = problems
            .iter()
            .map(|(field, problem)| format!("--{field}: {problem}"))
            .collect();
        CommandError::usage(
            all.join("; "),
            "see `hob oauth client add --help` for an example",
        )
    })?;
    let keys = client_keys::given(&invocation)?;
    let (mut new_client, secret) =
        registration::new_client(checked, kind, grant_types, None, oauth.now());
    new_client.introspects = invocation.given("introspect");
    new_client.require_pushed_authorization_requests =
        invocation.given("require-pushed-authorization-requests");
    new_client.dpop_bound_access_tokens = invocation.given("dpop-bound-access-tokens");
    new_client.legacy_query = invocation.given("legacy-query");
    // Whoever has keys needs no secret.
    let secret = secret.filter(|_| keys.is_none());
    new_client.jwks = keys.map(Json);
    let digest = secret.as_ref().map(PlainSecret::digest);
    let (events, act) = (oauth.events(), Act::of_operator(oauth.host(), &invocation));
    let client = oauth
        .change(move |connection| {
            registration::store(connection, events, &act, &new_client, digest, None)
        })
        .await?;
    let output = output(&invocation, &ClientJson::new(&client, secret.as_ref()))?;
    let output = match secret {
        Some(_) => output.with_note("The secret is shown only now; only its digest is kept.\n"),
        None => output,
    };
    Ok(with_warnings(output, &client.grant_types))
}

/// `client rotate`
pub async fn client_rotate(
    oauth: Arc<OAuth>,
    invocation: Invocation,
) -> Result<Output, CommandError> {
    let client = named_client(&oauth, &invocation).await?;
    let old_lives_on = match invocation.value("expire-old") {
        None => OLD_LIVES_ON,
        Some("now") => Duration::ZERO,
        Some(typed) => parse_duration(typed)
            .ok()
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map(Duration::from_secs)
            .filter(|duration| *duration <= LONGEST_OVERLAP)
            .ok_or_else(|| {
                CommandError::usage(
                    format!("--expire-old: {typed:?} is neither `now` nor a duration up to 365d"),
                    "write for example 24h, 7d or now",
                )
            })?,
    };
    let act = Act::of_operator(oauth.host(), &invocation);
    let old_until = act.at + old_lives_on;
    let secret = secret_rotation::rotate(&oauth, act, &client, old_lives_on)
        .await?
        .map_err(|error| {
            let fix = match error {
                RotationError::Public => "it proves itself by PKCE and needs none",
                RotationError::Keys => "replace them with `hob oauth client keys`",
                RotationError::TwoLive(_) => {
                    "wait, or end both at once with `--expire-old now`: then only the new one works"
                }
            };
            CommandError::usage(error.to_string(), fix)
        })?;
    let (row, now) = (client.id, oauth.now());
    let live = oauth
        .read(move |connection| ClientSecret::live_of_client(connection, row, now))
        .await?;
    let shown = ClientJson::new(&client, Some(&secret)).with_secrets(&live);
    let output = output(&invocation, &shown)?;
    let old = if old_lives_on.is_zero() {
        "The old one is dead.".to_owned()
    } else {
        format!("The old one works until {old_until}.")
    };
    Ok(output.with_note(format!(
        "The secret is shown only now; only its digest is kept. {old}\n"
    )))
}

/// `prune`
pub async fn prune(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let act = Act::of_operator(oauth.host(), &invocation);
    let pruned = operations::prune(&oauth, act).await?;
    if invocation.given("json") {
        return Output::json(&pruned);
    }
    Ok(Output::text(format!(
        "{} expired rows and {} applications that nobody uses were deleted.\n",
        pruned.expired_rows, pruned.unused_applications
    )))
}

/// A change that was made, in words or as what the application is now.
fn told(
    invocation: &Invocation,
    client: Option<Client>,
    words: impl FnOnce(&Client) -> String,
) -> Result<Output, CommandError> {
    let Some(client) = client else {
        return Err(CommandError::usage(
            "the application was deleted meanwhile",
            "`hob oauth client list` shows all of them",
        ));
    };
    if invocation.given("json") {
        Output::json(&ClientJson::new(&client, None))
    } else {
        Ok(Output::text(words(&client)))
    }
}

/// Refuses what a public client can't have, where it `is_wanted`.
fn refuse_for_public_clients(
    kind: ClientKind,
    is_wanted: impl Fn(&str) -> bool,
    fix: &str,
) -> Result<(), CommandError> {
    let wanted = NOT_FOR_PUBLIC_CLIENTS
        .into_iter()
        .find(|(flag, _)| kind == ClientKind::Public && is_wanted(flag));
    match wanted {
        None => Ok(()),
        Some((flag, consequence)) => Err(CommandError::usage(
            format!("--{flag}: a public client proves nothing of itself, so it {consequence}"),
            fix,
        )),
    }
}

/// Adds what is to be minded of these grants.
fn with_warnings(output: Output, grant_types: &GrantTypes) -> Output {
    let warnings = grant_types.iter().filter_map(Grant::warning);
    warnings.fold(output, |output, warning| {
        output.with_note(format!("Mind: {warning}.\n"))
    })
}

async fn named_client(oauth: &OAuth, invocation: &Invocation) -> Result<Client, CommandError> {
    let client_id = invocation.value("client-id").unwrap_or_default().to_owned();
    let wanted = client_id.clone();
    oauth
        .read(move |connection| Client::find(connection, &wanted))
        .await?
        .ok_or_else(|| {
            CommandError::usage(
                format!("no application has the client id {client_id:?}"),
                "`hob oauth client list` shows all of them",
            )
        })
}

fn output(invocation: &Invocation, client: &ClientJson<'_>) -> Result<Output, CommandError> {
    if invocation.given("json") {
        Output::json(client)
    } else {
        Ok(Output::text(client.text()))
    }
}
