//! The authorization code grant (RFC 6749, section 4.1; RFC 7636).
//!
//! A code is redeemed once. Whoever redeems it again, in time or later, kills
//! the tokens that it gave (RFC 6749, section 4.1.2).

use std::time::Duration;

use hob_jose::KeyThumbprint;
use hob_plugin_sdk::{
    db::{Connection, DbError, Timestamp},
    http::Fields,
};

use super::{
    Given, Grant, GrantRequest, TokenResponse,
    issue::{ConsentingMember, Holder, Issue, PreparedTokens, RefreshIssue, new_family},
    key_binding::{refresh_key, verify_key},
    refresh_token,
};
use crate::{
    OAuth,
    act::{Act, Origin},
    dpop::Proof,
    error::{GrantError, OAuthError},
    events::{Events, Revoked, Telling},
    models::{AuthorizationCode, Client, ConsentTerm, revoke_family},
    pkce::CodeChallenge,
    redirect_uri::{RedirectTarget, RedirectUri},
    resource::Resource,
    scope::Scope,
    secret::{PlainSecret, SecretKind, operating_system_randomness},
};

pub static GRANT: Grant = Grant {
    name: "authorization_code",
    given: Given::ByDefault,
    for_public_clients: true,
    redirects: true,
    redeem: |oauth, request| Box::pin(redeem(oauth, request)),
};

/// A member who has to copy a code needs more time than a redirect.
const TIME_TO_COPY: Duration = Duration::from_secs(5 * 60);

/// How long a code works that goes to this redirect URI.
pub fn lifetime(oauth: &OAuth, redirect_uri: &RedirectUri) -> Duration {
    let usual = oauth.settings().authorization_code_lifetime();
    match redirect_uri.target() {
        RedirectTarget::OutOfBand => usual.max(TIME_TO_COPY),
        RedirectTarget::Web | RedirectTarget::Loopback | RedirectTarget::PrivateScheme => usual,
    }
}

/// What a code is issued for.
pub struct CodeIssue<'a> {
    pub client: &'a Client,
    pub member_id: i64,
    pub redirect_uri: RedirectUri,
    pub scope: Scope,
    pub resource: Resource,
    pub code_challenge: Option<CodeChallenge>,
    /// Of the key that it is for.
    pub key_thumbprint: Option<KeyThumbprint>,
}

/// A code that is made and not yet stored.
pub struct PreparedCode {
    secret: PlainSecret,
    row: AuthorizationCode,
}

/// A code that is stored once its transaction ends.
pub struct IssuedCode {
    secret: PlainSecret,
    row: AuthorizationCode,
}

impl IssuedCode {
    /// What the client gets, once the transaction has ended.
    pub fn hand_out(self, oauth: &OAuth) -> PlainSecret {
        // Under a consent that ends, a code may get another end.
        if self.row.consent_expires_at.is_none() {
            oauth.remember_code(self.row);
        }
        self.secret
    }
}

impl PreparedCode {
    pub fn new(oauth: &OAuth, issue: CodeIssue<'_>, now: Timestamp) -> Self {
        let mut randomness = operating_system_randomness();
        let secret = PlainSecret::generate(SecretKind::AuthorizationCode, now, &mut randomness);
        let expires_at = now + lifetime(oauth, &issue.redirect_uri);
        Self {
            row: AuthorizationCode {
                digest: secret.digest(),
                client_id: issue.client.client_id.clone(),
                member_id: issue.member_id,
                // Known when it is stored.
                consent: 0,
                family: new_family(&mut randomness),
                redirect_uri: issue.redirect_uri,
                scope: issue.scope,
                resource: issue.resource,
                code_challenge: issue.code_challenge,
                created_at: now,
                expires_at,
                consumed_at: None,
                forget_at: expires_at,
                key_thumbprint: issue.key_thumbprint,
                consent_expires_at: None,
            },
            secret,
        }
    }

    /// Stores it under a consent. `silent` where the member was not asked.
    ///
    /// # Errors
    /// A plugin refuses, in words; or the database's.
    pub fn store(
        mut self,
        connection: &mut Connection,
        consent: ConsentTerm,
        events: Events,
        telling: Option<&Telling>,
        silent: bool,
    ) -> Result<IssuedCode, DbError> {
        self.row.consent = consent.id;
        self.row.consent_expires_at = consent.expires_at;
        self.row.expires_at = consent.limit(self.row.expires_at);
        self.row.insert(connection)?;
        events.code_issued(connection, telling, &self.row, silent)?;
        let Self { secret, row } = self;
        Ok(IssuedCode { secret, row })
    }
}

/// The parameters of RFC 6749, section 4.1.3, and RFC 7636, section 4.5.
struct CodeRequest<'a> {
    code: &'a str,
    redirect_uri: Option<&'a str>,
    code_verifier: Option<&'a str>,
    resource: Resource,
}

impl<'a> CodeRequest<'a> {
    fn from_form(oauth: &OAuth, form: &'a Fields) -> Result<Self, OAuthError> {
        Ok(Self {
            code: form.required("code")?,
            redirect_uri: form.one("redirect_uri")?,
            code_verifier: form.one("code_verifier")?,
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
    let request = CodeRequest::from_form(oauth, form)?;
    let digest = PlainSecret::parse(SecretKind::AuthorizationCode, request.code)
        .ok_or(GrantError::Unknown)?
        .digest();
    let now = oauth.now();
    let mut issued_here = oauth.take_issued_code(&digest);
    loop {
        let is_as_issued = issued_here.is_some();
        let code = match issued_here.take() {
            Some(code) => code,
            None => oauth
                .read(move |connection| AuthorizationCode::find(connection, &digest))
                .await?
                .ok_or(GrantError::Unknown)?,
        };
        match verify(&code, client, &request, proof, now) {
            // What is wrong is told of what is stored.
            Err(_) if is_as_issued => continue,
            Err(GrantError::CodeReplayed) => {
                return Err(kill_replayed(oauth, client, origin, &code).await?.into());
            }
            verified => verified?,
        }
        let resource = narrow(&code, &request.resource)?;
        let issued = consume_and_issue(oauth, client, origin, code, resource, proof, now).await?;
        if let Some(response) = issued {
            return Ok(response);
        }
        // It was consumed meanwhile, or has died: the next look tells.
    }
}

/// Whether this client may redeem the code now, with what it sent along.
fn verify(
    code: &AuthorizationCode,
    client: &Client,
    request: &CodeRequest<'_>,
    proof: Option<&Proof>,
    now: Timestamp,
) -> Result<(), GrantError> {
    if code.client_id != client.client_id {
        return Err(GrantError::OtherClient);
    }
    if client.is_suspended() {
        return Err(GrantError::ClientSuspended);
    }
    if code.consumed_at.is_some() {
        return Err(GrantError::CodeReplayed);
    }
    if code.expires_at <= now {
        return Err(GrantError::Expired);
    }
    match request.redirect_uri {
        Some(presented) if presented == code.redirect_uri.as_str() => {}
        // MediaGoblin's clients do not know that it has to be sent again.
        None if client.legacy_query => {}
        Some(_) | None => return Err(GrantError::RedirectUri),
    }
    match (&code.code_challenge, request.code_verifier) {
        (None, None) => {}
        (None, Some(_)) => return Err(GrantError::CodeVerifierUnasked),
        (Some(_), None) => return Err(GrantError::CodeVerifierMissing),
        (Some(challenge), Some(verifier)) if challenge.is_answered_by(verifier) => {}
        (Some(_), Some(_)) => return Err(GrantError::CodeVerifierWrong),
    }
    verify_key(code.key_thumbprint.as_ref(), proof)
}

/// The resource of the access token: what was granted, or a part of it if the
/// client names one (RFC 8707, section 2.2).
fn narrow(code: &AuthorizationCode, asked: &Resource) -> Result<Resource, OAuthError> {
    if asked.is_whole_site() {
        Ok(code.resource.clone())
    } else if asked.is_within(&code.resource) {
        Ok(asked.clone())
    } else {
        Err(OAuthError::ResourceNotGranted)
    }
}

/// None if somebody else was faster, or if the code has died since.
async fn consume_and_issue(
    oauth: &OAuth,
    client: &Client,
    origin: Origin,
    code: AuthorizationCode,
    resource: Resource,
    proof: Option<&Proof>,
    now: Timestamp,
) -> Result<Option<TokenResponse>, OAuthError> {
    // The client may have been changed since.
    let scope = code.scope.intersection(&client.scope);
    let refresh = client.may_use(&refresh_token::GRANT).then(|| RefreshIssue {
        parent: None,
        scope: scope.clone(),
        resource: code.resource.clone(),
        key_thumbprint: refresh_key(client, None, proof),
        family_expires_at: now + oauth.settings().refresh_token_absolute_lifetime(),
    });
    let issue = Issue {
        client_id: code.client_id.clone(),
        holder: Holder::Member(ConsentingMember {
            member_id: code.member_id,
            consent: code.term(),
            refresh,
        }),
        family: code.family,
        scope,
        resource,
        proof: proof.cloned(),
        grant: &GRANT,
        origin,
    };
    let tokens = PreparedTokens::new(oauth, issue, now);
    let forget_at = tokens.dead_at();
    let events = oauth.events();
    let telling = events.hears_exchanges().then(|| Telling {
        act: Act::of_client(&client.client_id, origin, now),
        client: client.clone(),
    });
    let issued = tokens
        .issue(oauth, now, move |connection| {
            if !code.consume(connection, now, forget_at)? {
                return Ok(Err(()));
            }
            let of = (code.member_id, code.consent);
            events.code_exchanged(connection, telling.as_ref(), of, &code.digest, false)?;
            Ok(Ok(()))
        })
        .await?;
    Ok(issued.ok())
}

/// What a replayed code gave dies, and the code is forgotten: whoever goes on
/// trying finds nothing, and costs neither a write nor a line in a log.
async fn kill_replayed(
    oauth: &OAuth,
    client: &Client,
    origin: Origin,
    code: &AuthorizationCode,
) -> Result<GrantError, OAuthError> {
    let (consent, family) = (code.consent, code.family);
    let events = oauth.events();
    let act = Act::of_client(&client.client_id, origin, oauth.now());
    let (client, member_id, digest) = (client.clone(), Some(code.member_id), code.digest);
    let first = oauth
        .change(move |connection| {
            if !AuthorizationCode::forget(connection, &digest)? {
                return Ok(false);
            }
            let ended = revoke_family(connection, consent, family)?;
            let of = (client.client_id.as_str(), member_id);
            let code = (&digest, false);
            events.code_replayed(connection, &act, &client, member_id, code, ended)?;
            events.tokens_revoked(connection, &act, of, Revoked::Replayed, ended)?;
            Ok(true)
        })
        .await?;
    if first {
        tracing::warn!(
            client_id = code.client_id,
            member_id = code.member_id,
            code = code.digest.name(),
            "an authorization code was used again; what it gave is revoked"
        );
    }
    Ok(GrantError::CodeReplayed)
}
