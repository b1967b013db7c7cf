//! `POST /consent`: takes a member's decision on an authorization request.

use hob_plugin_sdk::{
    Member, PluginError, Request, Response, db::Timestamp, http::Fields, prelude::*,
};

use super::{
    front_channel::{Unredirectable, hand_over_code, tell_error},
    presented::Presented,
};
use crate::{
    OAuth,
    act::Act,
    decision::{Allowed, Decision},
    error::OAuthError,
    events::Telling,
    grants::authorization_code::{CodeIssue, PreparedCode},
    models::{Client, Consent, MemberEpoch, StoredRequest},
    scope::Scope,
    sealed_request::SealedRequest,
    stored_request::{RequestUri, Waiting, still_fits},
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
    let Asked {
        client,
        before,
        waiting,
    } = match form.required("request")? {
        sealed if SealedRequest::is_in(sealed) => read_sealed(oauth, member, sealed).await?,
        name => read_stored(oauth, member, name).await?,
    };
    if !waiting.request.was_shown_to(member) {
        return Err(Unredirectable::AnotherSession);
    }
    if client.is_suspended() {
        return Err(Unredirectable::SuspendedClient);
    }
    if !still_fits(oauth, &client, &waiting.request) {
        return Err(Unredirectable::RequestGone);
    }
    let (scope, required) = (&waiting.request.scope, &client.required_scope);
    let decision = Decision::from_form(&form, scope, &before, required)?;
    match decision.ok_or(Unredirectable::NoDecision)? {
        Decision::Allow(scope) => allow(oauth, request, member, client, waiting, scope).await,
        denial => deny(oauth, request, member, &client, waiting, denial).await,
    }
}

/// What the member was asked.
struct Asked {
    client: Client,
    /// What was allowed before.
    before: Scope,
    waiting: Waiting,
}

async fn read_stored(oauth: &OAuth, member: &Member, name: &str) -> Result<Asked, Unredirectable> {
    let digest = RequestUri::from_name(name)
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
            Ok(Some((stored, client, consent)))
        })
        .await?;
    let (request, client, consent) = found.ok_or(Unredirectable::RequestGone)?;
    Ok(Asked {
        client,
        before: consent.map(|consent| consent.scope).unwrap_or_default(),
        waiting: Waiting {
            request,
            is_stored: true,
        },
    })
}

/// Reads once more what the browser brought before the member was asked. It
/// has to be a request that is taken now, too.
async fn read_sealed(
    oauth: &OAuth,
    member: &Member,
    sealed: &str,
) -> Result<Asked, Unredirectable> {
    let gone = Unredirectable::RequestGone;
    let Some(sealed) = oauth.seal().await?.open(sealed) else {
        return Err(gone);
    };
    let Some(name) = RequestUri::from_name(&sealed.name) else {
        return Err(gone);
    };
    let fields = Fields::parse(sealed.query.as_bytes())?;
    let presented = match Presented::read_fresh(oauth, Some(member.id), &fields).await {
        Ok(Ok(presented)) => presented,
        Err(error @ (Unredirectable::SuspendedClient | Unredirectable::Plugin(_))) => {
            return Err(error);
        }
        Ok(Err(_)) | Err(_) => return Err(gone),
    };
    let Presented {
        client,
        consent,
        request,
        ..
    } = presented;
    let shown_at = Timestamp::from_micros(sealed.shown_at);
    let expires_at = shown_at + oauth.settings().authorization_request_lifetime();
    let digest = name.digest();
    Ok(Asked {
        before: consent.map(|consent| consent.scope).unwrap_or_default(),
        waiting: Waiting {
            request: StoredRequest {
                member_id: Some(sealed.member_id),
                session_id: Some(sealed.session_id),
                presented_at: Some(shown_at),
                ..StoredRequest::new(digest, client.id, request, shown_at, expires_at)
            },
            is_stored: false,
        },
        client: Arc::unwrap_or_clone(client),
    })
}

async fn allow(
    oauth: &OAuth,
    request: &Request,
    member: &Member,
    client: Client,
    waiting: Waiting,
    scope: Scope,
) -> Result<Response, Unredirectable> {
    let now = oauth.now();
    let stored = &waiting.request;
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
    let allowed = answer(oauth, member, &client, stored, scope);
    let (events, act) = (
        oauth.events(),
        Act::of_member(oauth.host(), member, request),
    );
    let housekeeping = oauth.housekeeping();
    let telling = events.hears_codes().then(|| Telling {
        act: act.clone(),
        client: client.clone(),
    });
    let issued = oauth
        .change({
            let (member, waiting, act) = (member.clone(), waiting.clone(), act.clone());
            let allowed = allowed.clone();
            move |connection| {
                MemberEpoch::lock(connection, member.id, now)?;
                if !waiting.decide(connection, &member, now)? {
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
            // The question is answered: nobody may answer it otherwise now. And
            // what was taken back by it is so all the same.
            if !deny_waiting(oauth, &client, member, waiting, Some(allowed), act).await? {
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
        code,
    ))
}

async fn deny(
    oauth: &OAuth,
    request: &Request,
    member: &Member,
    client: &Client,
    waiting: Waiting,
    denial: Decision,
) -> Result<Response, Unredirectable> {
    let asked = &waiting.request;
    let (redirect_uri, state) = (asked.redirect_uri.clone(), asked.state.clone());
    let act = Act::of_member(oauth.host(), member, request);
    let taken_back = (denial == Decision::TakeBack)
        .then(|| answer(oauth, member, client, asked, Scope::default()));
    if !deny_waiting(oauth, client, member, waiting, taken_back, act).await? {
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

/// What the member allows of what was asked.
fn answer(
    oauth: &OAuth,
    member: &Member,
    client: &Client,
    asked: &StoredRequest,
    scope: Scope,
) -> Allowed {
    Allowed {
        member_id: member.id,
        client: client.clone(),
        audience: oauth.audience(&asked.resource),
        resource: asked.resource.clone(),
        asked: asked.scope.clone(),
        scope,
        expires_at: oauth.consent_expires_at(oauth.now()),
    }
}

/// Stores that nothing is allowed, or not any longer. False if that was decided
/// before.
async fn deny_waiting(
    oauth: &OAuth,
    client: &Client,
    member: &Member,
    waiting: Waiting,
    taken_back: Option<Allowed>,
    act: Act,
) -> Result<bool, PluginError> {
    let (client, member, events) = (client.clone(), member.clone(), oauth.events());
    oauth
        .change(move |connection| {
            MemberEpoch::lock(connection, member.id, act.at)?;
            let decided = waiting.decide(connection, &member, act.at)?;
            if decided {
                if let Some(taken_back) = taken_back {
                    taken_back.take_back(connection, events, &act)?;
                }
                let (scope, device) = (&waiting.request.scope, false);
                events.authorization_denied(connection, &act, &client, member.id, scope, device)?;
            }
            Ok(decided)
        })
        .await
}
