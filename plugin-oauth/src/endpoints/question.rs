//! The consent page: who asks a member for what, and what happens then.
//!
//! The form carries what was asked under seal, or the name of what is stored, so
//! there is nothing in it to tamper with. This module does not know what
//! becomes of the answer.

use hob_authorization::{
    lasting::{LastingText, TimeText},
    pages::page,
};
use hob_plugin_sdk::{Member, PluginError, Request, Response};

use super::{emblem::ShownEmblem, front_channel::Unredirectable, worded::ScopeWords};
use crate::{
    OAuth,
    lasting::lasting,
    models::{self, Client, Consent},
    pages::{AskedMember, AskingClient, ConsentPage, Onward, Registrar, Website},
    scope::Scope,
};

/// What a member is asked.
pub struct Question<'a> {
    pub client: &'a Client,
    pub scope: &'a Scope,
    /// What was allowed before.
    pub consent: Option<&'a Consent>,
    /// Where the form is sent to.
    pub action: &'a str,
    /// What the form's answer is to: a sealed request, or the name of what is
    /// stored.
    pub name: &'a str,
    /// The sign-in page, from where another account comes back to this; none
    /// where it is this member's alone.
    pub switch_account_url: Option<&'a str>,
    pub onward: Onward<'a>,
}

impl Question<'_> {
    /// Asks the member.
    pub async fn show(&self, oauth: &OAuth, request: &Request, member: &Member) -> Response {
        let client = self.client;
        let owner = match registered_by(oauth, client).await {
            Ok(owner) => owner,
            Err(error) => return Unredirectable::from(error).into_page(request, None),
        };
        let before = self
            .consent
            .map(|consent| self.scope.intersection(&consent.scope))
            .unwrap_or_default();
        let new = self.scope.without(&before);
        let words = request.words();
        let registered = TimeText::of(words, client.created_at);
        let lasting = lasting(oauth.settings(), client);
        let lasting = LastingText::of(words, lasting, oauth.now());
        let scope_words = ScopeWords::of(oauth.host(), request);
        let title = words.say("consent-title").with("client", &client.name);
        page(
            200,
            &title.to_string(),
            &ConsentPage {
                words,
                site_name: &oauth.host().site().name,
                action: self.action,
                csrf: request.csrf(),
                request: self.name,
                client: AskingClient {
                    client_id: &client.client_id,
                    name: &client.name,
                    emblem: ShownEmblem::of(oauth, client).as_emblem(),
                    website: client.website.as_deref().map(Website::of),
                    registered_by: registrar(client, owner.as_deref()),
                    registered: registered.moment(),
                    verified: client.is_verified(),
                    // Such a client proves itself by PKCE, and by its redirect URI.
                    unproven: false,
                },
                member: AskedMember {
                    username: &member.username,
                    display_name: &member.display_name,
                    switch_account_url: self.switch_account_url,
                },
                newly_asked: &scope_words.grouped(&new, &client.required_scope),
                granted_before: &scope_words.grouped(&before, &client.required_scope),
                onward: &self.onward,
                connections_url: &oauth.connections_path(),
                lasting: lasting.shown(),
                error: None,
            },
        )
    }
}

/// Who registered the client, whose owner has this username.
fn registrar<'a>(client: &Client, owner: Option<&'a str>) -> Registrar<'a> {
    match (client.registrar(), owner) {
        (models::Registrar::Itself, _) => Registrar::Itself,
        (models::Registrar::Operator, _) => Registrar::Operator,
        (models::Registrar::Member(_), Some(username)) => Registrar::Member(username),
        (models::Registrar::Member(_), None) => Registrar::FormerMember,
    }
}

/// The username of the member who registered the client.
async fn registered_by(oauth: &OAuth, client: &Client) -> Result<Option<String>, PluginError> {
    let Some(owner_id) = client.owner_id else {
        return Ok(None);
    };
    let owner = oauth.members().find(owner_id).await?;
    Ok(owner.map(|owner| owner.username.into()))
}
