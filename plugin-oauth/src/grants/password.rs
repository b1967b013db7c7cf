//! The resource owner password credentials grant (RFC 6749, section 4.3), for
//! old clients only.
//!
//! The client gets to see the member's password, which is what OAuth was made
//! to avoid; RFC 9700, section 2.4, forbids it. So it is off: the operator
//! gives it to one client at a time, each use is logged, and for everybody
//! else it does not exist. It issues under a consent like any other, so that
//! the member sees the client among the connected applications and can end it.

use hob_plugin_sdk::{http::Fields, members::Profile};

use super::{
    Given, Grant, GrantRequest, TokenResponse,
    issue::{ConsentingMember, Holder, Issue, PreparedTokens, RefreshIssue, new_family},
    key_binding::refresh_key,
    refresh_token,
};
use crate::{
    OAuth,
    act::{Act, Origin},
    decision::Allowed,
    dpop::Proof,
    error::{GrantError, OAuthError},
    events::Counted,
    models::{Client, ConsentTerm, MemberEpoch},
    resource::Resource,
    scope::Scope,
    secret::operating_system_randomness,
};

pub static GRANT: Grant = Grant {
    name: "password",
    given: Given::ByOperator {
        warning: "with the legacy grant `password` an application sees members' passwords",
    },
    for_public_clients: true,
    redirects: false,
    redeem: |oauth, request| Box::pin(redeem(oauth, request)),
};

/// The parameters of RFC 6749, section 4.3.2.
struct PasswordRequest<'a> {
    username: &'a str,
    password: &'a str,
    scope: Scope,
    resource: Resource,
}

impl<'a> PasswordRequest<'a> {
    fn from_form(oauth: &OAuth, client: &Client, form: &'a Fields) -> Result<Self, OAuthError> {
        Ok(Self {
            username: form.required("username")?,
            password: form.required("password")?,
            scope: oauth.asked_scope(client, form.one("scope")?)?,
            resource: oauth.asked_resource(form)?,
        })
    }
}

async fn redeem(oauth: &OAuth, request: GrantRequest<'_>) -> Result<TokenResponse, OAuthError> {
    let GrantRequest {
        client,
        form,
        origin,
        proof,
    } = request;
    let request = PasswordRequest::from_form(oauth, client, form)?;
    if client.is_suspended() {
        return Err(GrantError::ClientSuspended.into());
    }
    let (member, epoch) = check_password(oauth, client, &request, origin).await?;
    issue(oauth, client, request, origin, proof, &member, epoch).await
}

/// The member, and the epoch in which the password was right. A name that is
/// unknown takes the same way as a wrong password.
async fn check_password(
    oauth: &OAuth,
    client: &Client,
    request: &PasswordRequest<'_>,
    origin: Origin,
) -> Result<(Profile, MemberEpoch), OAuthError> {
    let known = oauth.members().find_by_username(request.username).await?;
    // However the name is typed, it is one account.
    let account = known
        .as_ref()
        .map_or(request.username, |member| &member.username);
    let (peer, now) = (origin.peer(), oauth.now());
    if let Some(wait) = oauth.password_throttle().wait(account, peer, now) {
        let counted = Counted::Member {
            client_id: &client.client_id,
            account,
            member_id: known.as_ref().map(|member| member.id),
        };
        oauth.tell_throttled(counted, origin, wait);
        return Err(OAuthError::Throttled(wait));
    }
    // Counted before the answer is known, so that guesses that come together
    // are not all free.
    oauth.password_throttle().failed(account, peer, now);
    let member_id = known.as_ref().map_or(0, |member| member.id);
    let epoch = oauth
        .read(move |connection| MemberEpoch::of(connection, member_id))
        .await?;
    let member = oauth
        .members()
        .check_password(request.username, request.password)
        .await?
        .filter(|member| member.id == member_id)
        .ok_or(GrantError::Password)?;
    oauth.password_throttle().succeeded(account, peer);
    Ok((member, epoch))
}

async fn issue(
    oauth: &OAuth,
    client: &Client,
    request: PasswordRequest<'_>,
    origin: Origin,
    proof: Option<&Proof>,
    member: &Profile,
    epoch: MemberEpoch,
) -> Result<TokenResponse, OAuthError> {
    let now = oauth.now();
    let PasswordRequest {
        scope, resource, ..
    } = request;
    let expires_at = oauth.consent_expires_at(now);
    let refresh = client.may_use(&refresh_token::GRANT).then(|| RefreshIssue {
        parent: None,
        scope: scope.clone(),
        resource: resource.clone(),
        key_thumbprint: refresh_key(client, None, proof),
        family_expires_at: now + oauth.settings().refresh_token_absolute_lifetime(),
    });
    let issue = Issue {
        client_id: client.client_id.clone(),
        holder: Holder::Member(ConsentingMember {
            member_id: member.id,
            consent: ConsentTerm {
                // Known when it is stored.
                id: 0,
                expires_at,
            },
            refresh,
        }),
        family: new_family(&mut operating_system_randomness()),
        scope: scope.clone(),
        resource: resource.clone(),
        proof: proof.cloned(),
        grant: &GRANT,
        origin,
    };
    // Who types the password into an application allows it what it asks for,
    // beside what was allowed before.
    let allowed = Allowed {
        member_id: member.id,
        client: client.clone(),
        audience: oauth.audience(&resource),
        resource,
        asked: scope.clone(),
        scope,
        expires_at,
    };
    let events = oauth.events();
    let act = Act::of_client(&client.client_id, origin, now);
    let issued = PreparedTokens::new(oauth, issue, now)
        .issue_under(oauth, now, move |connection| {
            if !Client::hold(connection, allowed.client.id, now)? {
                return Ok(Err(GrantError::ClientSuspended));
            }
            if !epoch.hold(connection, allowed.member_id, now)? {
                return Ok(Err(GrantError::Password));
            }
            Ok(Ok(allowed.store(connection, events, &act)?.id))
        })
        .await?;
    Ok(issued?)
}
