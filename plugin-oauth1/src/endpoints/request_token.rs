//! `/request_token`: an application begins (RFC 5849, section 2.1).

use hob_authorization::{
    redirect_uri::{RedirectTarget, RedirectUri},
    scope::Scope,
    secret::{PlainSecret, SecretKind, operating_system_randomness},
};
use hob_oauth1_signature::{Parameters, SignedRequest};
use hob_plugin_sdk::{Request, Response, prelude::*, whole_seconds};

use crate::{
    OAuth1,
    act::{Act, Origin},
    events::Counted,
    models::{Consumer, Credential, NewRequestToken, RequestToken},
    problem::{Problem, form},
    signed_call::use_up_in,
};

/// Stands for a callback where the member copies the verifier.
const OUT_OF_BAND: &str = "oob";
/// Under which account is counted what anybody can ask for.
const ANYBODY: &str = "";

/// Answers with a request token.
pub async fn issue(oauth1: Arc<OAuth1>, request: Request) -> Response {
    answer(&oauth1, &request)
        .await
        .unwrap_or_else(|problem| problem.into_response(&oauth1.realm()))
}

async fn answer(oauth1: &OAuth1, request: &Request) -> Result<Response, Problem> {
    let signed = oauth1.signed_request(request)?;
    let (consumer_key, origin) = (signed.consumer_key.clone(), Origin::of(request));
    let found = oauth1
        .read(move |connection| Consumer::find(connection, &consumer_key))
        .await?;
    let Some(consumer) = found else {
        let (key, method) = (&signed.consumer_key, Some(signed.method));
        oauth1.tell_authentication_failed(key, None, method, origin);
        return Err(Problem::ConsumerUnknown);
    };
    oauth1.verify_signature(&signed, &consumer, None, origin)?;
    if signed.token.is_some() {
        return Err(Problem::Rejected("oauth_token".to_owned()));
    }
    let callback = callback(&signed, &consumer)?;
    let scope = scope(oauth1, &signed, &consumer)?;
    count_unproven(oauth1, &consumer, request)?;
    let act = Act::of_client(&consumer.consumer_key, origin, oauth1.now());
    let (token, secret) = store(oauth1, &signed, consumer, (callback, scope), act).await?;
    let mut told = Parameters::default();
    told.push("oauth_token", token.reveal());
    told.push("oauth_token_secret", secret.reveal());
    told.push("oauth_callback_confirmed", "true");
    Ok(form(200, &told))
}

/// Where the member is sent back to; none where the verifier is shown. It is
/// one of those that were registered, so that this site leads nowhere else.
fn callback(signed: &SignedRequest, consumer: &Consumer) -> Result<Option<RedirectUri>, Problem> {
    match signed.callback.as_deref() {
        None | Some("") => Err(Problem::Missing("oauth_callback")),
        Some(OUT_OF_BAND) => Ok(None),
        Some(presented) => match consumer.admit(presented) {
            // The word for it in OAuth 2, which can be registered too.
            Some(callback) if callback.target() == RedirectTarget::OutOfBand => Ok(None),
            Some(callback) => Ok(Some(callback)),
            None => Err(Problem::Callback(
                "oauth_callback is not one of those that the application registered; it is \
                 compared letter by letter",
            )),
        },
    }
}

/// What is asked for: the parameter `scope`, which is this site's own; or all
/// that the application may ask for.
fn scope(oauth1: &OAuth1, signed: &SignedRequest, consumer: &Consumer) -> Result<Scope, Problem> {
    let declared = oauth1.declared_scope();
    let mut asked = signed.others.all("scope");
    let scope = match (asked.next(), asked.next()) {
        (_, Some(_)) => return Err(Problem::Rejected("scope".to_owned())),
        (None | Some(""), None) => return Ok(consumer.scope.intersection(declared)),
        (Some(text), None) => {
            Scope::parse(text).map_err(|error| Problem::Scope(format!("scope: {error}")))?
        }
    };
    match scope.first_not_in(&consumer.scope.intersection(declared)) {
        Some(word) => Err(Problem::Scope(format!(
            "the application may not ask for the scope {word}"
        ))),
        None => Ok(scope),
    }
}

/// Counts a row that is about to be stored for an application that proves
/// nothing, as often as anybody likes: whoever knows its key can ask in the name
/// of one without a secret, and whoever comes along can be one that registered
/// itself.
fn count_unproven(oauth1: &OAuth1, consumer: &Consumer, request: &Request) -> Result<(), Problem> {
    if consumer.credential != Credential::None && !consumer.registered_itself {
        return Ok(());
    }
    let (throttle, peer, now) = (oauth1.unproven_throttle(), request.peer(), oauth1.now());
    match throttle.take(ANYBODY, peer, now) {
        true => Ok(()),
        false => {
            let wait = throttle.wait(ANYBODY, peer, now).unwrap_or_default();
            let counted = Counted::UnprovenConsumer(&consumer.consumer_key);
            oauth1.tell_throttled(counted, Origin::of(request), wait);
            Err(Problem::Throttled(whole_seconds(wait)))
        }
    }
}

/// Uses the request up, and stores what it asks for.
async fn store(
    oauth1: &OAuth1,
    signed: &SignedRequest,
    consumer: Consumer,
    (callback, scope): (Option<RedirectUri>, Scope),
    act: Act,
) -> Result<(PlainSecret, PlainSecret), Problem> {
    let now = oauth1.now();
    let kind = SecretKind::RequestToken;
    let token = PlainSecret::generate(kind, now, &mut operating_system_randomness());
    let digest = token.digest();
    let secret = oauth1.new_secret(&RequestToken::place(&digest))?;
    let new = NewRequestToken {
        digest,
        consumer: consumer.id,
        callback,
        scope,
        sealed_secret: secret.sealed,
        key_id: secret.key_id,
        wrong_verifiers: 0,
        created_at: now,
        expires_at: now + oauth1.settings().request_token_lifetime(),
    };
    let (nonce, housekeeping) = (oauth1.nonce_of(signed), oauth1.housekeeping());
    let events = oauth1.events();
    let stored = oauth1
        .change(move |connection| {
            if !use_up_in(connection, nonce.as_ref())? {
                return Ok(Err(Problem::NonceUsed));
            }
            if !Consumer::hold(connection, consumer.id)? {
                return Ok(Err(Problem::ConsumerSuspended));
            }
            new.insert(connection)?;
            events.authorization_requested(connection, &act, &consumer, &new)?;
            housekeeping.run(connection, now)?;
            Ok(Ok(()))
        })
        .await?;
    stored.map(|()| (token, secret.plain))
}
