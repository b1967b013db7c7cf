//! The refresh token grant, with rotation (RFC 6749, section 6; RFC 9700,
//! section 4.14).
//!
//! A token is "used" when it is redeemed for a newer one.
//!
//! | the refresh token presented is | and | answer |
//! |---|---|---|
//! | current | | consume it, mint its successor |
//! | consumed ≤ 10 s ago | no successor used, fewer than 3 siblings | mint a sibling |
//! | consumed ≤ 10 s ago | no successor used, 3 siblings already | invalid_grant, the family lives |
//! | consumed earlier | no successor used (the answer was lost) | revoke the unused successors, mint one |
//! | consumed | a successor was used | invalid_grant, the family dies |
//! | revoked or expired | | invalid_grant |
//!
//! A token whose answer was lost is consumed anew, so that retries that come
//! together do not revoke what each other got.

use std::time::Duration;

use hob_plugin_sdk::{
    db::{Connection, DbError, Timestamp},
    http::Fields,
};

use super::{
    Given, Grant, GrantRequest, TokenResponse,
    issue::{ConsentingMember, Holder, Issue, PreparedTokens, RefreshIssue},
    key_binding::{refresh_key, verify_key},
};
use crate::{
    OAuth,
    act::{Act, Origin},
    error::{GrantError, OAuthError},
    events::{Events, Revoked},
    models::{Client, RefreshToken, revoke_family},
    resource::Resource,
    scope::Scope,
    secret::{PlainSecret, SecretKind},
};

pub static GRANT: Grant = Grant {
    name: "refresh_token",
    given: Given::ByDefault,
    for_public_clients: true,
    redirects: false,
    redeem: |oauth, request| Box::pin(redeem(oauth, request)),
};

/// For so long after a token was consumed, parallel requests with it are no
/// sign of theft.
const GRACE_PERIOD: Duration = Duration::from_secs(10);
/// So many successors it may get beside the first.
const MOST_SIBLINGS: i32 = 3;

/// The parameters of RFC 6749, section 6.
struct RefreshRequest<'a> {
    refresh_token: &'a str,
    scope: Option<Scope>,
    resource: Resource,
}

impl<'a> RefreshRequest<'a> {
    fn from_form(oauth: &OAuth, form: &'a Fields) -> Result<Self, OAuthError> {
        Ok(Self {
            refresh_token: form.required("refresh_token")?,
            scope: form.one("scope")?.map(Scope::parse).transpose()?,
            resource: oauth.asked_resource(form)?,
        })
    }
}

async fn redeem(oauth: &OAuth, request: GrantRequest<'_>) -> Result<TokenResponse, OAuthError> {
    let GrantRequest {
        client,
        form,
        proof,
        origin,
    } = request;
    let request = RefreshRequest::from_form(oauth, form)?;
    let digest = PlainSecret::parse(SecretKind::RefreshToken, request.refresh_token)
        .ok_or(GrantError::Unknown)?
        .digest();
    let token = oauth
        .read(move |connection| RefreshToken::find(connection, &digest))
        .await?
        .ok_or(GrantError::Unknown)?;
    let now = oauth.now();
    verify(&token, client, now)?;
    verify_key(token.key_thumbprint.as_ref(), proof)?;
    let (scope, resource) = narrow(&token, client, request)?;
    let issue = Issue {
        client_id: token.client_id.clone(),
        holder: Holder::Member(ConsentingMember {
            member_id: token.member_id,
            consent: token.term(),
            refresh: Some(RefreshIssue {
                parent: Some(token.digest),
                scope: token.scope.clone(),
                resource: token.resource.clone(),
                key_thumbprint: refresh_key(client, token.key_thumbprint.as_ref(), proof),
                family_expires_at: token.family_expires_at,
            }),
        }),
        family: token.family,
        scope,
        resource,
        proof: proof.cloned(),
        grant: &GRANT,
        origin,
    };
    let tokens = PreparedTokens::new(oauth, issue, now);
    let events = oauth.events();
    let issued = tokens
        .issue(oauth, now, move |connection| {
            consume(&token, connection, events, origin, now)
        })
        .await?;
    Ok(issued?)
}

/// Whether this client may redeem the token now, whatever was done with it
/// before.
fn verify(token: &RefreshToken, client: &Client, now: Timestamp) -> Result<(), GrantError> {
    if token.client_id != client.client_id {
        Err(GrantError::OtherClient)
    } else if client.is_suspended() {
        Err(GrantError::ClientSuspended)
    } else if token.expires_at <= now || token.family_expires_at <= now {
        Err(GrantError::Expired)
    } else {
        Ok(())
    }
}

/// The scope and the resource of the new access token: all that was granted
/// and that the client is still registered for, or less if it asks for less.
fn narrow(
    token: &RefreshToken,
    client: &Client,
    request: RefreshRequest<'_>,
) -> Result<(Scope, Resource), OAuthError> {
    let granted = token.scope.intersection(&client.scope);
    let scope = match request.scope {
        None => granted,
        Some(asked) => match asked.first_not_in(&granted) {
            Some(wider) => return Err(OAuthError::ScopeNotGranted(wider.to_owned())),
            None => asked,
        },
    };
    let resource = if request.resource.is_whole_site() {
        token.resource.clone()
    } else if request.resource.is_within(&token.resource) {
        request.resource
    } else {
        return Err(OAuthError::ResourceNotGranted);
    };
    Ok((scope, resource))
}

/// Settles by the table above whether a successor may be minted. What has to
/// die dies here, so a refusal is committed too.
fn consume(
    token: &RefreshToken,
    connection: &mut Connection,
    events: Events,
    origin: Origin,
    now: Timestamp,
) -> Result<Result<(), GrantError>, DbError> {
    if token.consume(connection, now)? {
        return Ok(Ok(()));
    }
    let Some(token) = RefreshToken::find(connection, &token.digest)? else {
        return Ok(Err(GrantError::Unknown));
    };
    if token.has_used_successor(connection)? {
        tracing::warn!(
            client_id = token.client_id,
            member_id = token.member_id,
            refresh_token = token.digest.name(),
            "a superseded refresh token was used again; its family is revoked"
        );
        let ended = revoke_family(connection, token.consent, token.family)?;
        let act = Act::of_client(&token.client_id, origin, now);
        let of = (token.client_id.as_str(), Some(token.member_id));
        events.refresh_reused(connection, &act, &token, ended)?;
        events.tokens_revoked(connection, &act, of, Revoked::Replayed, ended)?;
        return Ok(Err(GrantError::RefreshTokenReused));
    }
    let consumed_at = token.consumed_at.unwrap_or(now);
    let answer_was_lost = now.saturating_duration_since(consumed_at) > GRACE_PERIOD;
    if answer_was_lost && token.consume_again(connection, now)? {
        token.revoke_successors(connection)?;
        return Ok(Ok(()));
    }
    // Consumed just now, by somebody else or by another retry.
    if token.add_sibling(connection, MOST_SIBLINGS)? {
        Ok(Ok(()))
    } else {
        Ok(Err(GrantError::TooManySiblings))
    }
}
