//! `/{provider}/authorized`: a browser comes back from a provider.

use hob_plugin_sdk::{Request, Response, prelude::*};

use super::{accounts, failed};
use crate::{
    SignIn,
    dance::{Answer, Dance},
    error::SignInError,
    identity::Identity,
    linking,
    models::SignInRequest,
    state::Digest,
    who,
};

/// Signs in whose account it is, or links it.
pub async fn show(signin: Arc<SignIn>, request: Request) -> Response {
    match finish(&signin, &request).await {
        Ok(response) => response
            .with_header("cache-control", "no-store")
            .with_header("referrer-policy", "no-referrer"),
        Err(error) => failed(&signin, &request, &error),
    }
}

async fn finish(signin: &SignIn, request: &Request) -> Result<Response, SignInError> {
    let known = signin.known(request.parameter("provider").unwrap_or_default())?;
    let answer = Answer::read(&request.query_fields()?)?;
    let begun = use_up(signin, request, &answer, &known.provider.id).await?;
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
        Some(_) => link(signin, request, identity).await,
        None => sign_in(signin, &known.provider.id, identity, &begun.next).await,
    }
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

async fn sign_in(
    signin: &SignIn,
    provider: &str,
    identity: Identity,
    next: &str,
) -> Result<Response, SignInError> {
    let now = signin.now();
    let member_id = signin
        .db
        .write(move |connection| linking::member_of(connection, &identity, now))
        .await?;
    Ok(Response::redirect(next).signing_in(member_id, provider))
}

async fn link(
    signin: &SignIn,
    request: &Request,
    identity: Identity,
) -> Result<Response, SignInError> {
    let member = super::member(request)?;
    let (member_id, who, now) = (member.id, who(member, request), signin.now());
    signin
        .db
        .write(move |connection| linking::link(connection, &identity, (member_id, &who), now))
        .await?;
    Ok(Response::redirect(
        signin.site().plugin_path(accounts::PATH),
    ))
}
