//! The device authorization grant (RFC 8628): a device shows a code, a member
//! types it elsewhere and decides, and the device asks until it hears of it.
//!
//! A device code is redeemed once. Whoever presents it again kills what it
//! gave, as with an authorization code: the device itself has no reason to,
//! unless the answer was lost, and then its tokens are of use to nobody.

use std::time::Duration;

use hob_plugin_sdk::{
    Member, PluginError,
    db::{Connection, DbError, Timestamp},
};

use super::{
    Given, Grant, GrantRequest, TokenResponse,
    issue::{ConsentingMember, Holder, Issue, PreparedTokens, RefreshIssue, new_family},
    key_binding::refresh_key,
    refresh_token,
};
use crate::{
    OAuth,
    act::{Act, Origin},
    decision::{Allowed, Decision},
    dpop::Proof,
    error::{DeviceError, GrantError, OAuthError},
    events::{Requested, Revoked, Telling},
    models::{Client, ConsentTerm, DeviceAuthorization, DeviceState, MemberEpoch, revoke_family},
    resource::Resource,
    scope::Scope,
    secret::{PlainSecret, SecretKind, operating_system_randomness},
    user_code::UserCode,
};

pub static GRANT: Grant = Grant {
    name: "urn:ietf:params:oauth:grant-type:device_code",
    given: Given::OnRequest,
    for_public_clients: true,
    redirects: false,
    redeem: |oauth, request| Box::pin(redeem(oauth, request)),
};

/// How long a device waits between two questions, to begin with.
pub const INTERVAL: Duration = Duration::from_secs(5);
/// And how much longer after each that came too soon (RFC 8628, section 3.5).
const SLOWER_BY_SECONDS: i64 = 5;
/// For so long a device that comes late is told that it is late.
const REMEMBERED: Duration = Duration::from_secs(600);
/// Of 25 thousand million codes the first is free, but for very bad luck.
const MOST_TRIES: usize = 8;

/// What a device is told to begin with.
pub struct Begun {
    pub device_code: PlainSecret,
    pub user_code: UserCode,
}

/// Begins an authorization.
///
/// # Errors
/// The client may not use the grant or is suspended, or the database fails.
pub async fn begin(
    oauth: &OAuth,
    client: &Client,
    origin: Origin,
    scope: Scope,
    resource: Resource,
) -> Result<Begun, OAuthError> {
    if !client.may_use(&GRANT) {
        return Err(OAuthError::GrantNotAllowed);
    }
    if client.is_suspended() {
        return Err(OAuthError::ClientSuspended);
    }
    let now = oauth.now();
    let expires_at = now + oauth.settings().device_code_lifetime();
    let events = oauth.events();
    for _ in 0..MOST_TRIES {
        let (begun, family) = {
            let mut randomness = operating_system_randomness();
            let begun = Begun {
                device_code: PlainSecret::generate(SecretKind::DeviceCode, now, &mut randomness),
                user_code: UserCode::generate(&mut randomness),
            };
            (begun, new_family(&mut randomness))
        };
        let device = DeviceAuthorization {
            device_code: begun.device_code.digest(),
            user_code: begun.user_code.digest(),
            client: client.id,
            scope: scope.clone(),
            resource: resource.clone(),
            state: DeviceState::Pending,
            member_id: None,
            session_id: None,
            consent: None,
            family,
            interval_seconds: INTERVAL.as_secs().cast_signed(),
            next_poll_at: now,
            created_at: now,
            expires_at,
            forget_at: expires_at + REMEMBERED,
            consent_expires_at: None,
        };
        let housekeeping = oauth.housekeeping();
        let requested = events.hears_requests().then(|| Requested {
            telling: Telling {
                act: Act::of_client(&client.client_id, origin, now),
                client: client.clone(),
            },
            member_id: None,
            scope: scope.clone(),
            audience: oauth.audience(&resource),
            way: "device",
        });
        let inserted = oauth
            .change(move |connection| {
                housekeeping.run(connection, now)?;
                let inserted = device.insert(connection)?;
                if inserted {
                    events.authorization_requested(connection, requested.as_ref())?;
                }
                Ok(inserted)
            })
            .await?;
        if inserted {
            return Ok(begun);
        }
    }
    Err(PluginError::new("no user code is free").into())
}

/// Stores what a member decided. False if it can't be decided by this member
/// in this session, or not any longer.
///
/// # Errors
/// A plugin refuses what the member allows, and the device is denied; or the
/// database's.
pub async fn decide(
    oauth: &OAuth,
    client: &Client,
    device: DeviceAuthorization,
    member: &Member,
    decision: Decision,
    act: Act,
) -> Result<bool, PluginError> {
    let answer = |scope| Allowed {
        member_id: member.id,
        client: client.clone(),
        audience: oauth.audience(&device.resource),
        resource: device.resource.clone(),
        asked: device.scope.clone(),
        scope,
        expires_at: oauth.consent_expires_at(act.at),
    };
    let allowed = match decision {
        Decision::Allow(scope) => answer(scope),
        Decision::TakeBack => {
            let taken = Some(answer(Scope::default()));
            return deny(oauth, client, device, member, taken, act).await;
        }
        Decision::Deny => return deny(oauth, client, device, member, None, act).await,
    };
    let approved = approve(oauth, device.clone(), member, allowed.clone(), act.clone());
    match approved.await {
        Err(refusal) if refusal.is_forbidden() => {
            // What was taken back by it is so all the same.
            match deny(oauth, client, device, member, Some(allowed), act).await? {
                true => Err(refusal),
                false => Ok(false),
            }
        }
        approved => approved,
    }
}

async fn approve(
    oauth: &OAuth,
    device: DeviceAuthorization,
    member: &Member,
    allowed: Allowed,
    act: Act,
) -> Result<bool, PluginError> {
    let (member, events) = (member.clone(), oauth.events());
    oauth
        .change(move |connection| {
            MemberEpoch::lock(connection, member.id, act.at)?;
            if !device.decide(connection, &member, DeviceState::Approved, act.at)? {
                return Ok(false);
            }
            let consent = allowed.store(connection, events, &act)?;
            let (client, scope) = (&allowed.client, &allowed.scope);
            device.grant(connection, consent, scope)?;
            events.device_approved(connection, &act, client, member.id, consent.id, scope)?;
            Ok(true)
        })
        .await
}

async fn deny(
    oauth: &OAuth,
    client: &Client,
    device: DeviceAuthorization,
    member: &Member,
    taken_back: Option<Allowed>,
    act: Act,
) -> Result<bool, PluginError> {
    let (member, client, events) = (member.clone(), client.clone(), oauth.events());
    oauth
        .change(move |connection| {
            MemberEpoch::lock(connection, member.id, act.at)?;
            if !device.decide(connection, &member, DeviceState::Denied, act.at)? {
                return Ok(false);
            }
            if let Some(taken_back) = taken_back {
                taken_back.take_back(connection, events, &act)?;
            }
            let (id, scope) = (member.id, &device.scope);
            events.device_denied(connection, &act, &client, id, scope)?;
            events.authorization_denied(connection, &act, &client, id, scope, true)?;
            Ok(true)
        })
        .await
}

async fn redeem(oauth: &OAuth, request: GrantRequest<'_>) -> Result<TokenResponse, OAuthError> {
    let GrantRequest {
        client,
        form,
        proof,
        origin,
    } = request;
    let digest = PlainSecret::parse(SecretKind::DeviceCode, form.required("device_code")?)
        .ok_or(GrantError::Unknown)?
        .digest();
    let device = oauth
        .read(move |connection| DeviceAuthorization::find(connection, &digest))
        .await?
        .ok_or(GrantError::Unknown)?;
    if device.client != client.id {
        return Err(GrantError::OtherClient.into());
    }
    if client.is_suspended() {
        return Err(GrantError::ClientSuspended.into());
    }
    let now = oauth.now();
    match (device.state, device.consent, device.member_id) {
        (DeviceState::Redeemed, ..) => {
            Err(kill_replayed(oauth, client, origin, &device).await?.into())
        }
        _ if device.expires_at <= now => Err(DeviceError::Expired.into()),
        (DeviceState::Denied, ..) => Err(OAuthError::Denied),
        (DeviceState::Approved, Some(id), Some(member_id)) => {
            let consent = ConsentTerm {
                id,
                expires_at: device.consent_expires_at,
            };
            let member = ApprovingMember { member_id, consent };
            let issued =
                consume_and_issue(oauth, client, origin, &device, member, proof, now).await?;
            match issued {
                Some(response) => Ok(response),
                // Somebody else was faster, or the consent has been revoked
                // since.
                None => Err(kill_replayed(oauth, client, origin, &device).await?.into()),
            }
        }
        // Approval, member and consent are written together.
        (DeviceState::Approved, ..) => Err(GrantError::Unknown.into()),
        (DeviceState::Pending, ..) => Err(wait(oauth, device, now).await?.into()),
    }
}

/// Nobody has decided yet: whether the device may go on asking as it does.
async fn wait(
    oauth: &OAuth,
    device: DeviceAuthorization,
    now: Timestamp,
) -> Result<DeviceError, PluginError> {
    let interval = Duration::from_secs(device.interval_seconds.unsigned_abs());
    let in_time = oauth
        .write(move |connection| device.poll(connection, now, now + interval, SLOWER_BY_SECONDS))
        .await?;
    Ok(if in_time {
        DeviceError::Pending
    } else {
        DeviceError::TooSoon
    })
}

/// Who approved it, by which consent.
struct ApprovingMember {
    member_id: i64,
    consent: ConsentTerm,
}

async fn consume_and_issue(
    oauth: &OAuth,
    client: &Client,
    origin: Origin,
    device: &DeviceAuthorization,
    member: ApprovingMember,
    proof: Option<&Proof>,
    now: Timestamp,
) -> Result<Option<TokenResponse>, OAuthError> {
    // The client may have been changed since.
    let scope = device.scope.intersection(&client.scope);
    let refresh = client.may_use(&refresh_token::GRANT).then(|| RefreshIssue {
        parent: None,
        scope: scope.clone(),
        resource: device.resource.clone(),
        key_thumbprint: refresh_key(client, None, proof),
        family_expires_at: now + oauth.settings().refresh_token_absolute_lifetime(),
    });
    let issue = Issue {
        client_id: client.client_id.clone(),
        holder: Holder::Member(ConsentingMember {
            member_id: member.member_id,
            consent: member.consent,
            refresh,
        }),
        family: device.family,
        scope,
        resource: device.resource.clone(),
        proof: proof.cloned(),
        grant: &GRANT,
        origin,
    };
    let of = (member.member_id, member.consent.id);
    let tokens = PreparedTokens::new(oauth, issue, now);
    let forget_at = tokens.dead_at();
    let consumed = device.clone();
    let events = oauth.events();
    let telling = events.hears_exchanges().then(|| Telling {
        act: Act::of_client(&client.client_id, origin, now),
        client: client.clone(),
    });
    let consume = move |connection: &mut Connection| -> Result<Result<(), ()>, DbError> {
        if !consumed.redeem(connection, forget_at)? {
            return Ok(Err(()));
        }
        let code = &consumed.device_code;
        events.code_exchanged(connection, telling.as_ref(), of, code, true)?;
        Ok(Ok(()))
    };
    Ok(tokens.issue(oauth, now, consume).await?.ok())
}

/// What a replayed device code gave dies, and the code is forgotten, as an
/// authorization code is.
async fn kill_replayed(
    oauth: &OAuth,
    client: &Client,
    origin: Origin,
    device: &DeviceAuthorization,
) -> Result<GrantError, OAuthError> {
    if let (Some(consent), family) = (device.consent, device.family) {
        let events = oauth.events();
        let act = Act::of_client(&client.client_id, origin, oauth.now());
        let (own, member_id, code) = (client.clone(), device.member_id, device.device_code);
        let first = oauth
            .change(move |connection| {
                if !DeviceAuthorization::forget(connection, &code)? {
                    return Ok(false);
                }
                let ended = revoke_family(connection, consent, family)?;
                let of = (own.client_id.as_str(), member_id);
                let code = (&code, true);
                events.code_replayed(connection, &act, &own, member_id, code, ended)?;
                events.tokens_revoked(connection, &act, of, Revoked::Replayed, ended)?;
                Ok(true)
            })
            .await?;
        if first {
            tracing::warn!(
                client_id = client.client_id,
                member_id = device.member_id,
                device_code = device.device_code.name(),
                "a device code was used again; what it gave is revoked"
            );
        }
    }
    Ok(GrantError::CodeReplayed)
}
