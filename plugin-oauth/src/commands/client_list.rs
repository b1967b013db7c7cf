//! `hob oauth client list` and `show`: the applications that there are.

use std::fmt::Write;

use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};

use super::{
    named_client, output,
    shown_client::{ClientJson, registered_by},
};
use crate::{
    OAuth,
    grants::password,
    models::{Client, ClientRegistration, ClientSecret, ClientUse},
};

/// `client list`
pub async fn list(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let now = oauth.now();
    let clients = oauth
        .read(move |connection| {
            let mut uses = ClientUse::of_all(connection, now)?;
            let clients = Client::all(connection)?;
            let with_use = |client: Client| {
                let of_client = uses.remove(&client.id).unwrap_or_default();
                (client, of_client)
            };
            Ok(clients.into_iter().map(with_use).collect::<Vec<_>>())
        })
        .await?;
    if invocation.given("json") {
        let all: Vec<ClientJson<'_>> = clients
            .iter()
            .map(|(client, of_client)| ClientJson::new(client, None).with_use(of_client))
            .collect();
        return Output::json(&all);
    }
    let mut text = String::new();
    for (client, of_client) in &clients {
        line(&mut text, client, of_client);
    }
    if clients.is_empty() {
        text.push_str("No application is registered. Add one with `hob oauth client add`.\n");
    }
    Ok(Output::text(text))
}

fn line(text: &mut String, client: &Client, of_client: &ClientUse) {
    let used = of_client.last_used_at.map(|time| time.to_string());
    let mut remarks = String::new();
    if client.is_suspended() {
        remarks.push_str("  (suspended)");
    }
    if client.may_use(&password::GRANT) {
        remarks.push_str("  (asks for passwords)");
    }
    if client.legacy_query {
        remarks.push_str("  (legacy: secrets in addresses)");
    }
    writeln!(
        text,
        "{}  {:<12}  {:<8}  members {:>4}  last used {:<27}  {}{remarks}",
        client.client_id,
        client.kind.as_str(),
        registered_by(client),
        of_client.members,
        used.as_deref().unwrap_or("never"),
        client.name,
    )
    .expect("writing to a string does not fail");
}

/// `client show`
pub async fn show(oauth: Arc<OAuth>, invocation: Invocation) -> Result<Output, CommandError> {
    let client = named_client(&oauth, &invocation).await?;
    let owner = match client.owner_id {
        Some(member_id) => oauth.members().find(member_id).await?,
        None => None,
    };
    let (shown, now) = (client.clone(), oauth.now());
    let (secrets, registration, of_client) = oauth
        .read(move |connection| {
            let secrets = ClientSecret::live_of_client(connection, shown.id, now)?;
            let registration = ClientRegistration::of_client(connection, shown.id)?;
            Ok((
                secrets,
                registration,
                ClientUse::of(connection, &shown, now)?,
            ))
        })
        .await?;
    let mut shown = ClientJson::new(&client, None)
        .with_secrets(&secrets)
        .with_use(&of_client);
    shown.owner = owner.map(|member| String::from(&*member.username));
    shown.initial_access_token = registration.and_then(|own| own.initial_access_token);
    output(&invocation, &shown)
}
