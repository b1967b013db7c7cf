//! `/admin/clients`: all applications, for administrators.

use hob_authorization::{
    admin::{Asked, ListPage, ListedClient, show_list},
    usernames::usernames,
};
use hob_plugin_sdk::{PluginError, Request, Response, Words, prelude::*};

use super::{client_path, clients_path, policy_path, registrar, remarks};
use crate::{OAuth, endpoints::member_page::TimeText, models};

/// The list, the last that was registered first.
pub async fn list(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let asked = Asked::of(&request);
    let (part, before, now) = (asked.part.clone(), asked.before, oauth.now());
    let mut listed = oauth
        .read(move |connection| {
            models::ListedClient::page(connection, &part, before, Asked::most(), now)
        })
        .await?;
    let has_more = Asked::cut(&mut listed);
    let owners = listed.iter().filter_map(|listed| listed.client.owner_id);
    let usernames = usernames(oauth.members(), owners).await?;
    let words = request.words();
    let clients = listed.iter().map(|listed| {
        let owner = listed.client.owner_id;
        let username = owner.and_then(|id| usernames[&id].as_deref());
        shown(&oauth, words, listed, username)
    });
    let policy = words.say("menu-admin-policy").to_string();
    Ok(show_list(&ListPage {
        words,
        asked: &asked,
        admin_url: &oauth.host().site().path("/admin"),
        action: &clients_path(&oauth),
        beside: Some((&policy_path(&oauth), policy)),
        search_label: words.say("admin-search").to_string(),
        empty_hint: words.say("admin-clients-empty-hint").to_string(),
        findings: None,
        clients: clients.collect(),
        has_more,
    }))
}

fn shown(
    oauth: &OAuth,
    words: Words,
    listed: &models::ListedClient,
    username: Option<&str>,
) -> ListedClient {
    let (client, usage) = (&listed.client, &listed.usage);
    ListedClient {
        row: client.id,
        url: client_path(oauth, &client.client_id),
        name: client.name.clone(),
        client_id: client.client_id.clone(),
        remarks: remarks(words, client),
        members: usage.members,
        registrar: registrar(words, client, username),
        registered: TimeText::of(words, client.created_at),
        last_used: usage.last_used_at.map(|at| TimeText::of(words, at)),
    }
}
