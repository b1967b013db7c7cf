//! The consent page, and `POST /consent`, which takes the member's decision.
//!
//! The form carries the name of the stored request and nothing of what was
//! asked, so there is nothing in it to tamper with.

use hob_plugin_sdk::{Member, Request, Response, prelude::*};

use super::{
    authorize,
    front_channel::{Unredirectable, page, redirect_with_code, redirect_with_error, sign_in_path},
};
use crate::{
    OAuth,
    authorization_request::AuthorizationRequest,
    error::OAuthError,
    grants::authorization_code::{CodeIssue, PreparedCode},
    models::{Client, Consent, NewConsent, StoredRequest},
    pages::{AskedMember, AskedScope, AskingClient, ConsentPage, Website},
    scope::Scope,
    stored_request::RequestUri,
};

/// What a member is asked.
pub struct Question<'a> {
    pub client: &'a Client,
    pub request: &'a AuthorizationRequest,
    /// What was allowed before.
    pub consent: Option<&'a Consent>,
    pub request_uri: &'a RequestUri,
}

/// Asks the member.
pub async fn show(
    oauth: &OAuth,
    request: &Request,
    member: &Member,
    question: &Question<'_>,
) -> Response {
    let client = question.client;
    let owner = match registered_by(oauth, client).await {
        Ok(owner) => owner,
        Err(error) => return Unredirectable::from(error).into_page(request, None),
    };
    let scope = &question.request.scope;
    let before = question
        .consent
        .map(|consent| scope.intersection(&consent.scope))
        .unwrap_or_default();
    let (newly_asked, granted_before) = (
        asked_scopes(oauth, &scope.without(&before)),
        asked_scopes(oauth, &before),
    );
    let website = client.website.as_deref().map(Website::of);
    let here = authorize::resume_path(oauth, client, question.request_uri);
    page(
        200,
        &format!("Allow {}?", client.name),
        &ConsentPage {
            site_name: &oauth.host().site().name,
            action: &oauth.own_path("/consent"),
            csrf: request.csrf(),
            request: question.request_uri.name(),
            client: AskingClient {
                client_id: &client.client_id,
                name: &client.name,
                initial: &initial(&client.name),
                website,
                registered_by: owner.as_deref(),
                verified: client.is_verified(),
            },
            member: AskedMember {
                username: &member.username,
                display_name: &member.display_name,
                switch_account_url: &sign_in_path(oauth, &here),
            },
            newly_asked: &newly_asked.iter().map(AskedWord::page).collect::<Vec<_>>(),
            granted_before: &granted_before
                .iter()
                .map(AskedWord::page)
                .collect::<Vec<_>>(),
            destination: &question.request.redirect_uri.destination(),
            redirect_uri: question.request.redirect_uri.as_str(),
            connections_url: &oauth.own_path("/connections"),
            error: None,
        },
    )
}

struct AskedWord {
    name: String,
    sentence: String,
    dangerous: bool,
}

impl AskedWord {
    fn page(&self) -> AskedScope<'_> {
        AskedScope {
            name: &self.name,
            sentence: &self.sentence,
            dangerous: self.dangerous,
        }
    }
}

fn asked_scopes(oauth: &OAuth, scope: &Scope) -> Vec<AskedWord> {
    scope
        .words()
        .map(|word| AskedWord {
            name: word.to_owned(),
            sentence: oauth.scope_sentence(word).to_owned(),
            dangerous: oauth
                .scope_descriptions()
                .iter()
                .any(|description| description.name == word && description.dangerous),
        })
        .collect()
}

/// The username of the member who registered the client.
async fn registered_by(oauth: &OAuth, client: &Client) -> Result<Option<String>, PluginError> {
    let Some(owner_id) = client.owner_id else {
        return Ok(None);
    };
    let owner = oauth.members().find(owner_id).await?;
    Ok(owner.map(|owner| owner.username))
}

fn initial(name: &str) -> String {
    name.chars()
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default()
}

/// What the member answered.
enum Decision {
    Allow(Scope),
    Deny,
}

/// Takes the decision.
pub async fn post(oauth: Arc<OAuth>, request: Request) -> Response {
    match decide(&oauth, &request).await {
        Ok(response) => response,
        Err(error) => error.into_page(&request, None),
    }
}

async fn decide(oauth: &OAuth, request: &Request) -> Result<Response, Unredirectable> {
    if !request.is_form() {
        return Err(Unredirectable::NoForm);
    }
    // Whoever is not signed in has not been asked anything.
    let member = request.member().ok_or(Unredirectable::AnotherSession)?;
    let form = request.form()?;
    let digest = RequestUri::from_name(form.required("request")?)
        .ok_or(Unredirectable::RequestGone)?
        .digest();
    let now = oauth.now();
    let found = oauth
        .read(move |connection| {
            let Some(stored) = StoredRequest::find_waiting(connection, &digest, now)? else {
                return Ok(None);
            };
            let client = Client::by_id(connection, stored.client)?;
            Ok(Some((stored, client)))
        })
        .await?;
    let (stored, client) = found.ok_or(Unredirectable::RequestGone)?;
    if !stored.was_shown_to(member) {
        return Err(Unredirectable::AnotherSession);
    }
    if client.is_suspended() {
        return Err(Unredirectable::SuspendedClient);
    }
    let decision = match form.one("decision")? {
        Some("allow") => Decision::Allow(stored.scope.intersection(&form.all("scope").collect())),
        Some("deny") => Decision::Deny,
        Some(_) | None => return Err(Unredirectable::NoDecision),
    };
    match decision {
        // Allowing nothing of what was asked is a denial.
        Decision::Allow(scope) if !scope.is_empty() => {
            allow(oauth, member, client, stored, scope).await
        }
        Decision::Allow(_) | Decision::Deny => deny(oauth, member, stored).await,
    }
}

async fn allow(
    oauth: &OAuth,
    member: &Member,
    client: Client,
    stored: StoredRequest,
    scope: Scope,
) -> Result<Response, Unredirectable> {
    let now = oauth.now();
    let redirect_uri = stored.redirect_uri.clone();
    let state = stored.state.clone();
    let code = PreparedCode::new(
        oauth,
        CodeIssue {
            client: &client,
            member_id: member.id,
            redirect_uri: stored.redirect_uri.clone(),
            scope: scope.clone(),
            resource: stored.resource.clone(),
            code_challenge: stored.code_challenge.clone(),
        },
        now,
    );
    let member = member.clone();
    let housekeeping = oauth.housekeeping();
    let issued = oauth
        .write(move |connection| {
            if !stored.decide(connection, &member, now)? {
                return Ok(None);
            }
            let before = Consent::find(connection, member.id, client.id, &stored.resource, now)?;
            // What was asked and is not ticked is taken back; what was not
            // asked this time stays.
            let kept = before
                .map(|consent| consent.scope.without(&stored.scope))
                .unwrap_or_default();
            let consent = Consent::grant(
                connection,
                &NewConsent {
                    member_id: member.id,
                    client: client.id,
                    resource: stored.resource.clone(),
                    scope: kept.union(&scope),
                    granted_at: now,
                    updated_at: now,
                    last_used_at: Some(now),
                    revision: 0,
                },
            )?;
            let code = code.store(connection, consent)?;
            housekeeping.run(connection, now)?;
            Ok(Some(code))
        })
        .await?;
    let code = issued.ok_or(Unredirectable::RequestGone)?;
    Ok(redirect_with_code(
        oauth,
        &redirect_uri,
        state.as_deref(),
        &code,
    ))
}

async fn deny(
    oauth: &OAuth,
    member: &Member,
    stored: StoredRequest,
) -> Result<Response, Unredirectable> {
    let (redirect_uri, state) = (stored.redirect_uri.clone(), stored.state.clone());
    let (member, now) = (member.clone(), oauth.now());
    let decided = oauth
        .write(move |connection| stored.decide(connection, &member, now))
        .await?;
    if !decided {
        return Err(Unredirectable::RequestGone);
    }
    Ok(redirect_with_error(
        oauth,
        &redirect_uri,
        state.as_deref(),
        &OAuthError::Denied,
    ))
}
