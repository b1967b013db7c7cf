//! `GET /authorize`: an application sends its member here (RFC 5849, section
//! 2.2), who is asked once signed in.

use hob_authorization::{
    lasting::{Access, Lasting, LastingText, TimeText},
    pages::{
        AskedMember, AskingClient, ConsentPage, Emblem, Onward, Registrar, Website, guarded, page,
    },
    scope::Scope,
    scope_words::{ScopeWords, destination},
    secret::{SecretDigest, SecretKind},
};
use hob_plugin_sdk::{Member, PluginError, Request, Response, http::Fields, prelude::*};

use super::front_channel::{Unanswerable, sign_in_path};
use crate::{
    OAuth1,
    models::{self, AccessToken, Consumer, RequestToken},
};

/// A request token that waits, with who it is for.
pub struct Waiting {
    pub token: RequestToken,
    pub consumer: Consumer,
    /// As the application has it.
    pub text: String,
}

/// Shows the question, or the way to sign in first.
pub async fn show(oauth1: Arc<OAuth1>, request: Request) -> Response {
    let waiting = match presented(&oauth1, &request).await {
        Ok(waiting) => waiting,
        Err(error) => return error.into_page(&request, None),
    };
    let Some(member) = request.member() else {
        let next = path_of(&oauth1, &waiting.text);
        return guarded(Response::redirect(sign_in_path(&oauth1, &next)));
    };
    match ask(&oauth1, &request, member, &waiting).await {
        Ok(page) => page,
        Err(error) => error.into_page(&request, Some(&waiting.consumer)),
    }
}

async fn presented(oauth1: &OAuth1, request: &Request) -> Result<Waiting, Unanswerable> {
    let fields = request.query_fields()?;
    find(oauth1, &fields, "oauth_token").await
}

/// The request token that a field names, if it still waits.
///
/// # Errors
/// It does not; its application is suspended; or it may ask for this no longer,
/// or not with this callback.
pub async fn find(
    oauth1: &OAuth1,
    fields: &Fields,
    field: &'static str,
) -> Result<Waiting, Unanswerable> {
    let text = fields.required(field)?.to_owned();
    let kind = SecretKind::RequestToken;
    let digest = SecretDigest::of_issued(kind, &text).ok_or(Unanswerable::TokenGone)?;
    let found = oauth1
        .read(move |connection| RequestToken::find(connection, &digest))
        .await?;
    let (token, consumer) = found.ok_or(Unanswerable::TokenGone)?;
    if token.verifier.is_some() || token.expires_at <= oauth1.now() {
        return Err(Unanswerable::TokenGone);
    }
    if consumer.is_suspended() {
        return Err(Unanswerable::Suspended);
    }
    if !consumer.still_admits(token.callback.as_ref(), &token.scope) {
        return Err(Unanswerable::TokenGone);
    }
    Ok(Waiting {
        token,
        consumer,
        text,
    })
}

/// What this member allowed the application before.
///
/// # Errors
/// The database's.
pub async fn allowed_before(
    oauth1: &OAuth1,
    member: &Member,
    consumer: &Consumer,
) -> Result<Scope, PluginError> {
    let (member_id, consumer_id, now) = (member.id, consumer.id, oauth1.now());
    oauth1
        .read(move |connection| AccessToken::allowed(connection, member_id, consumer_id, now))
        .await
}

fn path_of(oauth1: &OAuth1, text: &str) -> String {
    oauth1.own_path(&format!("/authorize?oauth_token={text}"))
}

async fn ask(
    oauth1: &OAuth1,
    request: &Request,
    member: &Member,
    waiting: &Waiting,
) -> Result<Response, Unanswerable> {
    let Waiting {
        token,
        consumer,
        text,
    } = waiting;
    let owner = owner_of(oauth1, consumer).await?;
    let before = allowed_before(oauth1, member, consumer).await?;
    let shown = {
        let (token, member, now) = (token.clone(), member.clone(), oauth1.now());
        oauth1
            .change_unsynced(move |connection| Ok(token.show_to(connection, &member, now)?))
            .await?
    };
    if !shown {
        return Err(Unanswerable::TokenGone);
    }
    let words = request.words();
    let before = token.scope.intersection(&before);
    let new = token.scope.without(&before);
    let scope_words = ScopeWords::of(oauth1.host(), request);
    let registered = TimeText::of(words, consumer.created_at);
    let lasting = Lasting {
        decision: oauth1.settings().access_token_lifetime(),
        access: Access::WithDecision,
    };
    let initial = consumer.name.chars().next();
    let initial: String = initial.into_iter().flat_map(char::to_uppercase).collect();
    let leads_to = token
        .callback
        .as_ref()
        .map(|callback| destination(words, callback));
    let onward = match (&token.callback, &leads_to) {
        (Some(callback), Some(destination)) => Onward::Redirect {
            destination,
            redirect_uri: callback.as_str(),
        },
        _ => Onward::Copy,
    };
    let title = words.say("consent-title").with("client", &consumer.name);
    Ok(page(
        200,
        &title.to_string(),
        &ConsentPage {
            words,
            site_name: &oauth1.host().site().name,
            action: &oauth1.own_path("/authorize"),
            csrf: request.csrf(),
            request: text,
            client: AskingClient {
                client_id: &consumer.consumer_key,
                name: &consumer.name,
                emblem: Emblem {
                    logo: None,
                    initial: &initial,
                },
                website: consumer.website.as_deref().map(Website::of),
                registered_by: registrar(consumer, owner.as_deref()),
                registered: registered.moment(),
                verified: consumer.registrar() == models::Registrar::Operator,
                unproven: consumer.credential == models::Credential::None,
            },
            member: AskedMember {
                username: &member.username,
                display_name: &member.display_name,
                switch_account_url: Some(&sign_in_path(oauth1, &path_of(oauth1, text))),
            },
            newly_asked: &scope_words.grouped(&new, &consumer.required_scope),
            granted_before: &scope_words.grouped(&before, &consumer.required_scope),
            onward: &onward,
            connections_url: &oauth1.connections_path(),
            lasting: LastingText::of(words, lasting, oauth1.now()).shown(),
            error: None,
        },
    ))
}

fn registrar<'a>(consumer: &Consumer, owner: Option<&'a str>) -> Registrar<'a> {
    match (consumer.registrar(), owner) {
        (models::Registrar::Itself, _) => Registrar::Itself,
        (models::Registrar::Operator, _) => Registrar::Operator,
        (models::Registrar::Member(_), Some(username)) => Registrar::Member(username),
        (models::Registrar::Member(_), None) => Registrar::FormerMember,
    }
}

/// The username of the member who registered it.
async fn owner_of(oauth1: &OAuth1, consumer: &Consumer) -> Result<Option<String>, PluginError> {
    let Some(owner_id) = consumer.owner_id else {
        return Ok(None);
    };
    let owner = oauth1.members().find(owner_id).await?;
    Ok(owner.map(|owner| owner.username.into()))
}
