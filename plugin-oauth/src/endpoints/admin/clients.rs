//! `/admin/clients`: all applications, for administrators.

use hob_plugin_sdk::{PluginError, Request, Response, Words, prelude::*};

use super::{client_path, clients_path, policy_path, registrar, remarks};
use crate::{
    OAuth,
    endpoints::member_page::{TimeText, page},
    models::ListedClient,
    operations::usernames,
    pages::{AdminClientRow, AdminClientsPage, Remark},
};

/// Applications on one page.
const PAGE_LENGTH: usize = 50;

/// The list, the last that was registered first.
pub async fn list(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let asked = request.query_fields().unwrap_or_default();
    let typed = asked.first("q").unwrap_or_default().trim();
    // No name has any, and not every database takes them.
    let part: String = typed.chars().filter(|sign| !sign.is_control()).collect();
    // What is no row of ours begins nowhere.
    let before = asked.first("before").map(|row| row.parse().unwrap_or(0));
    let (searched, now) = (part.clone(), oauth.now());
    let most = i64::try_from(PAGE_LENGTH + 1).expect("a page is short");
    let mut listed = oauth
        .read(move |connection| ListedClient::page(connection, &searched, before, most, now))
        .await?;
    let has_more = listed.len() > PAGE_LENGTH;
    listed.truncate(PAGE_LENGTH);
    let owners = listed.iter().filter_map(|listed| listed.client.owner_id);
    let usernames = usernames(&oauth, owners).await?;
    let words = request.words();
    let shown: Vec<Shown<'_>> = listed
        .iter()
        .map(|listed| {
            let owner = listed.client.owner_id;
            let username = owner.and_then(|id| usernames[&id].as_deref());
            Shown::new(&oauth, words, listed, username)
        })
        .collect();
    let rows: Vec<AdminClientRow<'_>> = shown.iter().map(Shown::row).collect();
    let here = clients_path(&oauth);
    let search = match part.as_str() {
        "" => here.clone(),
        part => with_query(&here, &[("q", part)]),
    };
    let older = listed.last().filter(|_| has_more).map(|last| {
        let row = last.client.id.to_string();
        match part.as_str() {
            "" => with_query(&here, &[("before", &row)]),
            part => with_query(&here, &[("q", part), ("before", &row)]),
        }
    });
    Ok(page(
        200,
        &words.say("menu-admin-clients").to_string(),
        &AdminClientsPage {
            words,
            admin_url: &oauth.host().site().path("/admin"),
            action: &here,
            policy_url: &policy_path(&oauth),
            deleted: asked.first("done") == Some("deleted"),
            search: &part,
            clients: &rows,
            newest_url: before.map(|_| search.as_str()),
            older_url: older.as_deref(),
        },
    ))
}

fn with_query(path: &str, fields: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    format!("{path}?{query}")
}

/// Owns what a row of the page borrows.
struct Shown<'a> {
    listed: &'a ListedClient,
    url: String,
    registrar: String,
    registered: TimeText,
    last_used: Option<TimeText>,
    remarks: Vec<Remark>,
}

impl<'a> Shown<'a> {
    fn new(oauth: &OAuth, words: Words, listed: &'a ListedClient, username: Option<&str>) -> Self {
        let (client, usage) = (&listed.client, &listed.usage);
        Self {
            url: client_path(oauth, &client.client_id),
            registrar: registrar(words, client, username),
            registered: TimeText::of(words, client.created_at),
            last_used: usage.last_used_at.map(|at| TimeText::of(words, at)),
            remarks: remarks(words, client),
            listed,
        }
    }

    fn row(&self) -> AdminClientRow<'_> {
        AdminClientRow {
            url: &self.url,
            name: &self.listed.client.name,
            client_id: &self.listed.client.client_id,
            remarks: &self.remarks,
            members: self.listed.usage.members,
            registrar: &self.registrar,
            registered: self.registered.moment(),
            last_used: self.last_used.as_ref().map(TimeText::moment),
        }
    }
}
