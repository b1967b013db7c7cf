//! `POST /authorize`: takes a member's decision.

use hob_authorization::{
    decision::{Decision, DecisionError},
    pages::{CodePage, page},
    scope::Scope,
};
use hob_plugin_sdk::{
    Member, PluginError, Request, Response,
    db::{Connection, DbError},
    prelude::*,
};

use super::{
    authorize::{Waiting, allowed_before, find},
    front_channel::{Unanswerable, new_verifier, send_back},
};
use crate::{
    OAuth1,
    act::Act,
    events::{Events, Revoked},
    models::{AccessToken, Consumer, RequestToken},
};

/// Takes the decision, and sends the browser back with it.
pub async fn decide(oauth1: Arc<OAuth1>, request: Request) -> Response {
    match take(&oauth1, &request).await {
        Ok(response) => response,
        Err(error) => error.into_page(&request, None),
    }
}

impl From<DecisionError> for Unanswerable {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Field(error) => Self::Field(error),
            DecisionError::ShownOtherwise => Self::TokenGone,
        }
    }
}

async fn take(oauth1: &OAuth1, request: &Request) -> Result<Response, Unanswerable> {
    if !request.is_form() {
        return Err(Unanswerable::NoForm);
    }
    // Whoever is not signed in has not been asked anything.
    let member = request.member().ok_or(Unanswerable::AnotherSession)?;
    let form = request.form()?;
    let waiting = find(oauth1, &form, "request").await?;
    if !waiting.token.was_shown_to(member) {
        return Err(Unanswerable::AnotherSession);
    }
    let before = allowed_before(oauth1, member, &waiting.consumer).await?;
    let (asked, required) = (&waiting.token.scope, &waiting.consumer.required_scope);
    let decision = Decision::from_form(&form, asked, &before, required)?;
    match decision.ok_or(Unanswerable::NoDecision)? {
        Decision::Allow(scope) => allow(oauth1, request, member, waiting, scope).await,
        Decision::Deny => deny(oauth1, request, member, waiting, None).await,
        Decision::TakeBack => {
            let all = waiting.token.scope.clone();
            deny(oauth1, request, member, waiting, Some(all)).await
        }
    }
}

async fn allow(
    oauth1: &OAuth1,
    request: &Request,
    member: &Member,
    waiting: Waiting,
    scope: Scope,
) -> Result<Response, Unanswerable> {
    let verifier = new_verifier(oauth1, &waiting.token);
    let taken = waiting.token.scope.without(&scope);
    let (token, consumer) = (waiting.token.clone(), waiting.consumer.clone());
    let (by, digest) = (member.clone(), verifier.digest);
    let (events, act) = (
        oauth1.events(),
        Act::of_member(oauth1.host(), member, request),
    );
    let allowed = oauth1
        .change({
            let taken = taken.clone();
            move |connection| {
                let allowed = token.allow(connection, &by, &scope, digest, act.at)?;
                if allowed {
                    let scopes = (&token.scope, &scope);
                    events.authorization_granted(connection, &act, &consumer, by.id, scopes)?;
                    take_back(connection, events, &act, (by.id, &consumer), &taken)?;
                }
                Ok(allowed)
            }
        })
        .await;
    match allowed {
        Ok(true) => {}
        Ok(false) => return Err(Unanswerable::TokenGone),
        Err(error) if error.is_forbidden() => {
            // The question is answered: nobody may answer it otherwise now. And
            // what was taken back by it is so all the same.
            end(oauth1, request, member, &waiting, Some(taken)).await?;
            return Err(Unanswerable::Refused(error.message().to_owned()));
        }
        Err(error) => return Err(error.into()),
    }
    let parameters = [
        ("oauth_token", waiting.text.as_str()),
        ("oauth_verifier", verifier.text.as_str()),
    ];
    let sent_back = send_back(&waiting.token, &parameters);
    Ok(sent_back.unwrap_or_else(|| verifier_page(oauth1, request, &waiting, &verifier.text)))
}

/// Shows the verifier to whoever can't be sent back.
fn verifier_page(
    oauth1: &OAuth1,
    request: &Request,
    waiting: &Waiting,
    verifier: &str,
) -> Response {
    let words = request.words();
    let left = waiting
        .token
        .expires_at
        .saturating_duration_since(oauth1.now());
    page(
        200,
        &words.say("code-title").to_string(),
        &CodePage {
            words,
            client_name: &waiting.consumer.name,
            code: verifier,
            minutes: left.as_secs().div_ceil(60),
            connections_url: &oauth1.connection_path(&waiting.consumer.consumer_key),
        },
    )
}

async fn deny(
    oauth1: &OAuth1,
    request: &Request,
    member: &Member,
    waiting: Waiting,
    taken: Option<Scope>,
) -> Result<Response, Unanswerable> {
    if !end(oauth1, request, member, &waiting, taken).await? {
        return Err(Unanswerable::TokenGone);
    }
    let parameters = [
        ("oauth_token", waiting.text.as_str()),
        ("oauth_problem", "permission_denied"),
    ];
    Ok(send_back(&waiting.token, &parameters)
        .unwrap_or_else(|| Unanswerable::Denied.into_page(request, Some(&waiting.consumer))))
}

/// Stores that nothing is allowed; and what the member takes back of what was
/// allowed before, dies too. False if it was decided before.
async fn end(
    oauth1: &OAuth1,
    request: &Request,
    member: &Member,
    waiting: &Waiting,
    taken: Option<Scope>,
) -> Result<bool, PluginError> {
    let (token, consumer) = (waiting.token.clone(), waiting.consumer.clone());
    let by = member.clone();
    let (events, act) = (
        oauth1.events(),
        Act::of_member(oauth1.host(), member, request),
    );
    oauth1
        .change(move |connection| {
            let denied = token.deny(connection, &by, act.at)?;
            if denied {
                let asked = &token.scope;
                events.authorization_denied(connection, &act, &consumer, by.id, asked)?;
            }
            if let Some(taken) = taken.filter(|_| denied) {
                take_back(connection, events, &act, (by.id, &consumer), &taken)?;
            }
            Ok(denied)
        })
        .await
}

/// What was asked and is not ticked is allowed no longer: what was issued with
/// any of it dies, and so does what waits to be taken up.
fn take_back(
    connection: &mut Connection,
    events: Events,
    act: &Act,
    (member_id, consumer): (i64, &Consumer),
    taken: &Scope,
) -> Result<(), DbError> {
    RequestToken::delete_allowing(connection, member_id, consumer.id, taken)?;
    let ended = AccessToken::delete_allowing(connection, member_id, consumer.id, taken)?;
    let of = (consumer.consumer_key.as_str(), Some(member_id));
    events.tokens_revoked(connection, act, of, Revoked::ByMember, ended)
}
