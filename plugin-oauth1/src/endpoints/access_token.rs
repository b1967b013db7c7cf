//! `/access_token`: an application takes up what a member allowed (RFC 5849,
//! section 2.3).
//!
//! In the order *verify, count, take up, issue*; the request token is used up by
//! one conditional deletion, together with the insertion of what comes of it.
//! Each try counts before its verifier is compared, so that many at once are no
//! more than as many one after another.

use hob_authorization::secret::{
    PlainSecret, SecretDigest, SecretKind, operating_system_randomness,
};
use hob_oauth1_signature::{Parameters, SignedRequest};
use hob_plugin_sdk::{Request, Response, prelude::*};

use super::front_channel::verifier_digest;
use crate::{
    OAuth1,
    act::{Act, Origin},
    models::{AccessToken, Consumer, NewAccessToken, RequestToken},
    problem::{Problem, form},
    signed_call::{TokenSecret, use_up_in},
};

/// Answers with an access token.
pub async fn issue(oauth1: Arc<OAuth1>, request: Request) -> Response {
    answer(&oauth1, &request)
        .await
        .unwrap_or_else(|problem| problem.into_response(&oauth1.realm()))
}

async fn answer(oauth1: &OAuth1, request: &Request) -> Result<Response, Problem> {
    let signed = oauth1.signed_request(request)?;
    let presented = signed.token.as_deref();
    let presented = presented.ok_or(Problem::Missing("oauth_token"))?;
    let (token, consumer) = find(oauth1, presented).await?;
    // One of another application is unknown to this one.
    if consumer.consumer_key != signed.consumer_key {
        return Err(Problem::TokenRejected);
    }
    let secret = TokenSecret {
        sealed: &token.sealed_secret,
        place: RequestToken::place(&token.digest),
    };
    let origin = Origin::of(request);
    oauth1.verify_signature(&signed, &consumer, Some(secret), origin)?;
    // All that a member was shown is settled before (OAuth Core 1.0a, section
    // 6.3.1).
    if let Some((name, _)) = signed.others.iter().next() {
        return Err(Problem::Rejected(name.to_owned()));
    }
    let verifier = signed.verifier.as_deref().filter(|text| !text.is_empty());
    let verifier = verifier.ok_or(Problem::Missing("oauth_verifier"))?;
    let verifier = verifier_digest(&token, verifier);
    if token.expires_at <= oauth1.now() {
        return Err(Problem::TokenExpired);
    }
    if token.verifier.is_none() {
        return Err(Problem::NotDecided);
    }
    let act = Act::of_client(&consumer.consumer_key, origin, oauth1.now());
    let (access_token, secret) = take_up(oauth1, &signed, (token, consumer), verifier, act).await?;
    let mut told = Parameters::default();
    told.push("oauth_token", access_token.reveal());
    told.push("oauth_token_secret", secret.reveal());
    Ok(form(200, &told))
}

async fn find(oauth1: &OAuth1, presented: &str) -> Result<(RequestToken, Consumer), Problem> {
    let kind = SecretKind::RequestToken;
    let digest = SecretDigest::of_issued(kind, presented).ok_or(Problem::TokenRejected)?;
    oauth1
        .read(move |connection| RequestToken::find(connection, &digest))
        .await?
        .ok_or(Problem::TokenRejected)
}

async fn take_up(
    oauth1: &OAuth1,
    signed: &SignedRequest,
    (token, consumer): (RequestToken, Consumer),
    verifier: SecretDigest,
    act: Act,
) -> Result<(PlainSecret, PlainSecret), Problem> {
    let now = oauth1.now();
    let kind = SecretKind::SignedAccessToken;
    let access_token = PlainSecret::generate(kind, now, &mut operating_system_randomness());
    let digest = access_token.digest();
    let secret = oauth1.new_secret(&AccessToken::place(&digest))?;
    let (sealed_secret, key_id) = (secret.sealed, secret.key_id);
    let lifetime = oauth1.settings().access_token_lifetime();
    let (nonce, housekeeping) = (oauth1.nonce_of(signed), oauth1.housekeeping());
    let events = oauth1.events();
    let issued = oauth1
        .change(move |connection| {
            if !use_up_in(connection, nonce.as_ref())? {
                return Ok(Err(Problem::NonceUsed));
            }
            if !Consumer::hold(connection, consumer.id)? {
                return Ok(Err(Problem::ConsumerSuspended));
            }
            if !token.count_try(connection)? {
                return Ok(Err(Problem::TokenRejected));
            }
            let taken = token.take_up(connection, verifier, now)?;
            let permission = taken.and_then(|taken| Some((taken.member_id?, taken.scope?)));
            let Some((member_id, scope)) = permission else {
                return Ok(Err(Problem::Verifier));
            };
            let new = NewAccessToken {
                digest,
                consumer: consumer.id,
                member_id,
                scope,
                sealed_secret,
                key_id,
                created_at: now,
                expires_at: lifetime.map(|lifetime| now + lifetime),
            };
            new.insert(connection)?;
            events.token_issued(connection, &act, &consumer, &new)?;
            housekeeping.run(connection, now)?;
            Ok(Ok(()))
        })
        .await?;
    issued.map(|()| (access_token, secret.plain))
}
