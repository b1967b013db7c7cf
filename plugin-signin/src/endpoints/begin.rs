//! `/{provider}`: somebody is sent to a provider.

use hob_plugin_sdk::{Request, Response, prelude::*, whole_seconds};

use super::failed;
use crate::{
    SignIn,
    dance::Dance,
    error::SignInError,
    events::Purpose,
    models::SignInRequest,
    state::{Digest, State},
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
    let metadata = match signin.metadata(known).await {
        Ok(metadata) => metadata,
        Err(error) => {
            let act = signin.act(request, &known.provider.id);
            signin.events.failed(&signin.db, act, purpose, &error).await;
            return Err(error);
        }
    };
    let state = State::generate();
    let visit = request.visit();
    let dance = Dance {
        provider: &known.provider,
        metadata: &metadata,
        keys: &known.keys,
        redirect_uri: &signin.redirect_uri(&known.provider),
        state: &state,
        visit,
    };
    let url = dance.authorization_url(errand.anew)?;
    let begun = SignInRequest {
        state_digest: state.digest(),
        visit_digest: Digest::of(visit),
        provider: known.provider.id.clone(),
        member_id: errand.member_id,
        next: errand.next,
        expires_at: now + signin.time_to_answer,
        for_site: purpose == Purpose::Site,
        anew_since: errand.anew.then_some(now),
    };
    signin
        .db
        .write(move |connection| begun.begin(connection, now))
        .await?;
    Ok(Response::redirect(url)
        .with_header("cache-control", "no-store")
        .with_header("referrer-policy", "no-referrer"))
}
