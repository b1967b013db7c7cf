//! `POST /consent`: takes a member's decision on an authorization request.

use hob_plugin_sdk::{Member, PluginError, Request, Response, prelude::*};

use super::front_channel::{Unredirectable, hand_over_code, tell_error};
use crate::{
    OAuth,
    act::Act,
    decision::{Allowed, Decision},
    error::OAuthError,
    events::Telling,
    grants::authorization_code::{CodeIssue, PreparedCode},
    models::{Client, Consent, StoredRequest},
    scope::Scope,
    stored_request::{RequestUri, still_fits},
};

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
    let (member_id, now) = (member.id, oauth.now());
    let found = oauth
        .read(move |connection| {
            let Some(stored) = StoredRequest::find_waiting(connection, &digest, now)? else {
                return Ok(None);
            };
            let client = Client::by_id(connection, stored.client)?;
            let resource = &stored.resource;
            let consent = Consent::find(connection, member_id, client.id, resource, now)?;
            let before = consent.map(|consent| consent.scope).unwrap_or_default();
            Ok(Some((stored, client, before)))
        })
        .await?;
    let (stored, client, before) = found.ok_or(Unredirectable::RequestGone)?;
    if !stored.was_shown_to(member) {
        return Err(Unredirectable::AnotherSession);
    }
    if client.is_suspended() {
        return Err(Unredirectable::SuspendedClient);
    }
    if !still_fits(oauth, &client, &stored) {
        return Err(Unredirectable::RequestGone);
    }
    match Decision::from_form(&form, &stored.scope, &before)?.ok_or(Unredirectable::NoDecision)? {
        Decision::Allow(scope) => allow(oauth, request, member, client, stored, scope).await,
        Decision::Deny => deny(oauth, request, member, &client, stored).await,
    }
}

async fn allow(
    oauth: &OAuth,
    request: &Request,
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
            key_thumbprint: stored.key_thumbprint.clone(),
        },
        now,
    );
    let allowed = Allowed {
        member_id: member.id,
        client: client.clone(),
        audience: oauth.audience(&stored.resource),
        resource: stored.resource.clone(),
        asked: stored.scope.clone(),
        scope,
        expires_at: oauth.consent_expires_at(now),
    };
    let (events, act) = (oauth.events(), Act::of_member(oauth, member, request));
    let housekeeping = oauth.housekeeping();
    let telling = events.hears_codes().then(|| Telling {
        act: act.clone(),
        client: client.clone(),
    });
    let issued = oauth
        .change({
            let (member, stored, act) = (member.clone(), stored.clone(), act.clone());
            move |connection| {
                if !stored.decide(connection, &member, now)? {
                    return Ok(None);
                }
                let consent = allowed.store(connection, events, &act)?;
                let code = code.store(connection, consent, events, telling.as_ref(), false)?;
                housekeeping.run(connection, now)?;
                Ok(Some(code))
            }
        })
        .await;
    let issued = match issued.map_err(OAuthError::from) {
        Err(refusal @ OAuthError::RefusedByPlugin(_)) => {
            // The question is answered: nobody may answer it otherwise now.
            if !deny_stored(oauth, &client, member, stored, act).await? {
                return Err(Unredirectable::RequestGone);
            }
            let state = state.as_deref();
            return Ok(tell_error(
                oauth,
                request,
                &client,
                &redirect_uri,
                state,
                refusal,
            ));
        }
        issued => issued?,
    };
    let code = issued.ok_or(Unredirectable::RequestGone)?;
    Ok(hand_over_code(
        oauth,
        request,
        &client,
        &redirect_uri,
        state.as_deref(),
        &code,
    ))
}

async fn deny(
    oauth: &OAuth,
    request: &Request,
    member: &Member,
    client: &Client,
    stored: StoredRequest,
) -> Result<Response, Unredirectable> {
    let (redirect_uri, state) = (stored.redirect_uri.clone(), stored.state.clone());
    let act = Act::of_member(oauth, member, request);
    if !deny_stored(oauth, client, member, stored, act).await? {
        return Err(Unredirectable::RequestGone);
    }
    Ok(tell_error(
        oauth,
        request,
        client,
        &redirect_uri,
        state.as_deref(),
        OAuthError::Denied,
    ))
}

/// Stores that nothing is allowed. False if that was decided before.
async fn deny_stored(
    oauth: &OAuth,
    client: &Client,
    member: &Member,
    stored: StoredRequest,
    act: Act,
) -> Result<bool, PluginError> {
    let (client, member, events) = (client.clone(), member.clone(), oauth.events());
    oauth
        .change(move |connection| {
            let decided = stored.decide(connection, &member, act.at)?;
            if decided {
                let (scope, device) = (&stored.scope, false);
                events.authorization_denied(connection, &act, &client, member.id, scope, device)?;
            }
            Ok(decided)
        })
        .await
}
