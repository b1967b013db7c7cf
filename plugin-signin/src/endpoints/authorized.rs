//! `/{provider}/authorized`: a browser comes back from a provider.

use hob_plugin_sdk::{Request, Response, prelude::*};

use super::{accounts, failed, register};
use crate::{
    Known, SignIn,
    dance::{Answer, Dance},
    error::SignInError,
    identity::Identity,
    linking,
    models::SignInRequest,
    state::Digest,
};

/// Signs in whose account it is, or links it.
pub async fn show(signin: Arc<SignIn>, request: Request) -> Response {
    match finish(&signin, &request).await {
        Ok(response) => response
            .with_header("cache-control", "no-store")
            .with_header("referrer-policy", "no-referrer"),
        Err(error) => failed(&signin, &request, &error).await,
    }
}

async fn finish(signin: &SignIn, request: &Request) -> Result<Response, SignInError> {
    let known = signin.known(request.parameter("provider").unwrap_or_default())?;
    let answer = Answer::read(&request.query_fields()?)?;
    let begun = use_up(signin, request, &answer, &known.provider.id).await?;
    let purpose = begun.purpose();
    let ended = end(signin, request, known, begun, answer).await;
    if let Err(error) = &ended {
        let act = signin.act(request, &known.provider);
        signin.events.failed(&signin.db, act, purpose, error).await;
    }
    ended
}

/// What this browser began, which ends with this whatever comes of it.
async fn use_up(
    signin: &SignIn,
    request: &Request,
    answer: &Answer,
    provider: &str,
) -> Result<SignInRequest, SignInError> {
    let (state, visit) = (answer.state.digest(), Digest::of(request.visit()));
    let (provider, now) = (provider.to_owned(), signin.now());
    let begun = signin
        .db
        .write(move |connection| SignInRequest::use_up(connection, &state, &visit, &provider, now))
        .await?;
    begun.ok_or(SignInError::State)
}

/// What comes of it.
async fn end(
    signin: &SignIn,
    request: &Request,
    known: &Known,
    begun: SignInRequest,
    answer: Answer,
) -> Result<Response, SignInError> {
    if let Some(member_id) = begun.member_id
        && request.member().is_none_or(|member| member.id != member_id)
    {
        return Err(SignInError::MemberChanged);
    }
    let metadata = signin.metadata(known).await?;
    let state = answer.state.clone();
    let code = answer.code_from(&metadata)?;
    let dance = Dance {
        provider: &known.provider,
        metadata: &metadata,
        keys: &known.keys,
        redirect_uri: &signin.redirect_uri(&known.provider),
        state: &state,
        visit: request.visit(),
    };
    let identity = dance.identify(signin.client, &code, signin.now()).await?;
    match begun.member_id {
        Some(member_id) => link(signin, request, known, identity, member_id).await,
        None => sign_in(signin, request, known, identity, begun.next).await,
    }
}

async fn sign_in(
    signin: &SignIn,
    request: &Request,
    known: &Known,
    identity: Identity,
    next: String,
) -> Result<Response, SignInError> {
    let (events, act) = (signin.events, signin.act(request, &known.provider));
    let whose = identity.clone();
    let found = signin
        .db
        .write(move |connection| linking::member_of(connection, events, &whose, &act))
        .await;
    match found {
        Ok(member_id) => Ok(Response::redirect(next).signing_in(member_id, &known.provider.id)),
        Err(SignInError::NotLinked) if may_register(signin, request, known) => {
            register::welcome(signin, request, known, identity, next).await
        }
        Err(error) => Err(error),
    }
}

/// Whoever is signed in has an account here.
fn may_register(signin: &SignIn, request: &Request, known: &Known) -> bool {
    known.provider.registers && request.member().is_none() && signin.members.registration_is_open()
}

async fn link(
    signin: &SignIn,
    request: &Request,
    known: &Known,
    identity: Identity,
    member_id: i64,
) -> Result<Response, SignInError> {
    let (events, act) = (signin.events, signin.act(request, &known.provider));
    signin
        .db
        .write(move |connection| linking::link(connection, events, &identity, member_id, &act))
        .await?;
    Ok(Response::redirect(
        signin.site().plugin_path(accounts::PATH),
    ))
}
