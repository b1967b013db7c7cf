//! `/connections`: a member sees which applications may use the account, and
//! takes it back.

use hob_plugin_sdk::{PluginError, Request, Response, prelude::*};

use super::member_page::{TimeText, page};
use crate::{
    OAuth,
    act::Act,
    events::{Revoked, Withdrawal},
    models::{Client, Connection, Consent, Consents},
    pages::{self, ConnectionsPage, Website},
};

/// Shows all of them.
pub async fn list(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let (member_id, now) = (super::member(&request)?.id, oauth.now());
    let connections = oauth
        .read(move |connection| Connection::of_member(connection, member_id, now))
        .await?;
    let shown: Vec<Shown<'_>> = connections
        .iter()
        .map(|connection| Shown::new(&oauth, connection))
        .collect();
    let rows: Vec<pages::Connection<'_>> = shown.iter().map(Shown::row).collect();
    Ok(page(
        200,
        "Connected applications",
        &ConnectionsPage {
            csrf: request.csrf(),
            connections: &rows,
        },
    ))
}

/// Owns what a row of the page borrows.
struct Shown<'a> {
    client: &'a Client,
    sentences: Vec<&'a str>,
    granted: TimeText,
    last_used: Option<TimeText>,
    until: Option<TimeText>,
    revoke_url: String,
}

impl<'a> Shown<'a> {
    fn new(oauth: &'a OAuth, connection: &'a Connection) -> Self {
        let client = &connection.client;
        Self {
            client,
            sentences: connection
                .scope
                .words()
                .map(|word| oauth.scope_sentence(word))
                .collect(),
            granted: TimeText::of(connection.granted_at),
            last_used: connection.last_used_at.map(TimeText::of),
            until: connection.expires_at.map(TimeText::of),
            revoke_url: oauth.own_path(&format!("/connections/{}/revoke", client.client_id)),
        }
    }

    fn row(&self) -> pages::Connection<'_> {
        pages::Connection {
            anchor: &self.client.client_id,
            client_name: &self.client.name,
            website: self.client.website.as_deref().map(Website::of),
            verified: self.client.is_verified(),
            scope_sentences: &self.sentences,
            granted: self.granted.moment(),
            last_used: self.last_used.as_ref().map(TimeText::moment),
            until: self.until.as_ref().map(TimeText::moment),
            revoke_url: &self.revoke_url,
        }
    }
}

/// Takes back all that an application may do. To do so twice is no error.
pub async fn revoke(oauth: Arc<OAuth>, request: Request) -> Result<Response, PluginError> {
    let member = super::member(&request)?;
    let member_id = member.id;
    let (events, act) = (oauth.events(), Act::of_member(&oauth, member, &request));
    let client_id = request
        .parameter("client_id")
        .unwrap_or_default()
        .to_owned();
    let revoked = oauth
        .change(move |connection| {
            let Some(client) = Client::find(connection, &client_id)? else {
                return Ok(None);
            };
            if client.registered_dynamically {
                Client::keep(connection, client.id, act.at)?;
            }
            let given = Consents::Given(member_id, client.id);
            let (consents, ended) = Consent::revoke(connection, given)?;
            let of = (client.client_id.as_str(), Some(member_id));
            events.consents_revoked(connection, &act, &consents, Withdrawal::ByMember)?;
            events.tokens_revoked(connection, &act, of, Revoked::Consents, ended)?;
            Ok(Some(client.client_id))
        })
        .await?;
    if let Some(client_id) = revoked {
        tracing::info!(member_id, client_id, "a member revoked an application");
    }
    Ok(Response::redirect(oauth.own_path("/connections")))
}
