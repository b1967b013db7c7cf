//! `/{provider}`: somebody is sent to a provider.

use hob_plugin_sdk::{Request, Response, prelude::*, whole_seconds};

use super::failed;
use crate::{
    Known, SignIn,
    dance::{Dance, oauth1},
    error::SignInError,
    events::Purpose,
    identity::Identity,
    models::SignInRequest,
    state::{Digest, State},
    tokens::{Granted, Holder, Tokens},
};

/// Sends a visitor there, to sign in.
pub async fn sign_in(signin: Arc<SignIn>, request: Request) -> Response {
    let id = request.parameter("provider").unwrap_or_default();
    let sent = async {
        let fields = request.query_fields()?;
        let errand = Errand {
            purpose: Purpose::SignIn,
            member_id: None,
            next: signin.site().own_path(fields.first("next")),
            anew: fields.first("anew").is_some(),
        };
        send(&signin, &request, id, errand).await
    };
    match sent.await {
        Ok(response) => response,
        Err(error) => failed(&signin, &request, &error).await,
    }
}

/// What a browser is sent to a provider for.
pub(super) struct Errand {
    pub(super) purpose: Purpose,
    /// The member who links an account.
    pub(super) member_id: Option<i64>,
    /// A path of the site, to go to afterwards.
    pub(super) next: String,
    /// A session that somebody has there does not do.
    pub(super) anew: bool,
}

/// Sends a browser to a provider.
pub(super) async fn send(
    signin: &SignIn,
    request: &Request,
    provider: &str,
    errand: Errand,
) -> Result<Response, SignInError> {
    let known = signin.known(provider)?;
    if errand.anew && !known.provider.tells_when() {
        return Err(SignInError::NotAnew);
    }
    let (now, peer) = (signin.now(), request.peer());
    if let Some(wait) = signin.begun.wait("", peer, now) {
        return Err(SignInError::Throttled(whole_seconds(wait)));
    }
    signin.begun.failed("", peer, now);
    let purpose = errand.purpose;
    let started = match start(signin, request, known, errand.anew).await {
        Ok(started) => started,
        Err(error) => {
            let act = signin.act(request, &known.provider.id);
            signin.events.failed(&signin.db, act, purpose, &error).await;
            return Err(error);
        }
    };
    let Started {
        state,
        url,
        request_token,
    } = started;
    let arrival = request_token.as_ref().map(|_| Holder::arrival());
    let begun = SignInRequest {
        state_digest: state.digest(),
        visit_digest: Digest::of(request.visit()),
        provider: known.provider.id.clone(),
        member_id: errand.member_id,
        next: errand.next,
        expires_at: now + signin.time_to_answer,
        for_site: purpose == Purpose::Site,
        anew_since: errand.anew.then_some(now),
        arrival: arrival.and_then(Holder::arrived),
    };
    let (store, provider) = (signin.tokens, known.provider.id.clone());
    let nobody = Identity {
        issuer: known.provider.issuer.clone(),
        subject: String::new(),
        name: String::new(),
    };
    signin
        .db
        .write(move |connection| {
            begun.begin(connection, now)?;
            match (arrival, &request_token) {
                (Some(holder), Some(granted)) => {
                    store.keep(connection, holder, &provider, &nobody, granted, now)
                }
                _ => Ok(()),
            }
        })
        .await?;
    Ok(Response::redirect(url)
        .with_header("cache-control", "no-store")
        .with_header("referrer-policy", "no-referrer"))
}

/// A journey that can be begun.
struct Started {
    state: State,
    /// Where the browser is sent.
    url: String,
    /// Of OAuth 1.0a: kept until the browser is back.
    request_token: Option<Granted>,
}

async fn start(
    signin: &SignIn,
    request: &Request,
    known: &Known,
    anew: bool,
) -> Result<Started, SignInError> {
    let metadata = signin.metadata(known).await?;
    let redirect_uri = signin.redirect_uri(&known.provider);
    if let Some(own) = &known.provider.oauth1 {
        let tokens = oauth1::begin(own, &redirect_uri, signin.client, signin.now()).await?;
        return Ok(Started {
            state: State::presented(&tokens.access_token),
            url: oauth1::authorization_url(&metadata, &tokens)?,
            request_token: Some(request_token(tokens)),
        });
    }
    let state = State::generate();
    let dance = Dance {
        provider: &known.provider,
        metadata: &metadata,
        keys: &known.keys,
        redirect_uri: &redirect_uri,
        state: &state,
        visit: request.visit(),
    };
    let url = dance.authorization_url(anew)?;
    Ok(Started {
        state,
        url,
        request_token: None,
    })
}

/// As it is kept: for nothing but to be swapped.
const fn request_token(tokens: Tokens) -> Granted {
    Granted {
        tokens,
        scope: String::new(),
        expires_at: None,
    }
}
