//! `/admin/clients`: all applications that sign, for administrators.

use hob_authorization::{
    admin::{Asked, Findings, ListPage, ListedClient, show_list},
    member_page::TimeText,
    usernames::usernames,
};
use hob_plugin_sdk::{PluginError, Request, Response, Words, prelude::*};

use super::{client_path, clients_path, registrar, remarks};
use crate::{
    OAuth1,
    doctor::{Facts, examine},
    models::ListedConsumer,
};

/// The list, the last that was registered first, below what is risky.
pub async fn list(oauth1: Arc<OAuth1>, request: Request) -> Result<Response, PluginError> {
    let asked = Asked::of(&request);
    let (part, before, now) = (asked.part.clone(), asked.before, oauth1.now());
    let mut listed = oauth1
        .read(move |connection| ListedConsumer::page(connection, &part, before, Asked::most(), now))
        .await?;
    let has_more = Asked::cut(&mut listed);
    let owners = listed.iter().filter_map(|listed| listed.consumer.owner_id);
    let usernames = usernames(oauth1.members(), owners).await?;
    let words = request.words();
    let clients = listed.iter().map(|listed| {
        let owner = listed.consumer.owner_id;
        let username = owner.and_then(|id| usernames[&id].as_deref());
        shown(&oauth1, words, listed, username)
    });
    let findings = match asked.is_whole() {
        true => {
            let found = examine(&Facts::collect(&oauth1).await?);
            Some(Findings::new(found, "hob oauth1 doctor"))
        }
        false => None,
    };
    Ok(show_list(&ListPage {
        words,
        asked: &asked,
        admin_url: &oauth1.host().site().path("/admin"),
        action: &clients_path(&oauth1),
        beside: None,
        search_label: words.say("oauth1-search").to_string(),
        empty_hint: words.say("oauth1-clients-empty-hint").to_string(),
        findings,
        clients: clients.collect(),
        has_more,
    }))
}

fn shown(
    oauth1: &OAuth1,
    words: Words,
    listed: &ListedConsumer,
    username: Option<&str>,
) -> ListedClient {
    let (consumer, usage) = (&listed.consumer, &listed.usage);
    ListedClient {
        row: consumer.id,
        url: client_path(oauth1, &consumer.consumer_key),
        name: consumer.name.clone(),
        client_id: consumer.consumer_key.clone(),
        remarks: remarks(oauth1, words, consumer),
        members: usage.members,
        registrar: registrar(words, consumer, username),
        registered: TimeText::of(words, consumer.created_at),
        last_used: usage.last_used_at.map(|at| TimeText::of(words, at)),
    }
}
