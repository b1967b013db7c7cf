//! Issuing tokens: the same for every grant.

use std::time::Duration;

use hob_jose::KeyThumbprint;
use hob_plugin_sdk::db::{Connection, DbError, Timestamp};
use rand::Rng;
use serde::Serialize;

use super::{Grant, refresh_token};
use crate::{
    OAuth,
    act::{Act, Origin},
    dpop::{DpopError, Proof},
    error::OAuthError,
    events::{Events, Issued},
    models::{AccessToken, ConsentTerm, RefreshToken, UsedJwtId},
    resource::Resource,
    scope::Scope,
    secret::{PlainSecret, SecretDigest, SecretKind, operating_system_randomness},
};

/// A successful answer (RFC 6749, section 5.1). The scope is always named.
#[derive(Debug, Serialize)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    /// In seconds.
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: String,
}

/// What tokens are issued for.
pub struct Issue {
    pub client_id: String,
    pub holder: Holder,
    pub family: i64,
    /// Of the access token.
    pub scope: Scope,
    pub resource: Resource,
    /// Of the key that the access token is bound to.
    pub proof: Option<Proof>,
    pub grant: &'static Grant,
    pub origin: Origin,
}

/// In whose name a client acts.
pub enum Holder {
    Member(ConsentingMember),
    /// In its own (RFC 6749, section 4.4): its row. There is never a refresh
    /// token then.
    Client(i64),
}

/// A member, the consent, and the refresh token that may come of it.
pub struct ConsentingMember {
    pub member_id: i64,
    pub consent: ConsentTerm,
    pub refresh: Option<RefreshIssue>,
}

/// The refresh token beside an access token, which may allow more.
pub struct RefreshIssue {
    pub parent: Option<SecretDigest>,
    pub scope: Scope,
    pub resource: Resource,
    pub key_thumbprint: Option<KeyThumbprint>,
    pub family_expires_at: Timestamp,
}

/// Names what is issued on the strength of one authorization. It is no secret,
/// and only has to differ from the others under the same consent.
pub fn new_family(randomness: &mut impl Rng) -> i64 {
    (randomness.next_u64() >> 1).cast_signed()
}

/// How an access token has to be presented, by the key that it is bound to
/// (RFC 6750; RFC 9449, section 5).
#[must_use]
pub const fn token_type(bound_to: Option<&KeyThumbprint>) -> &'static str {
    match bound_to {
        Some(_) => "DPoP",
        None => "Bearer",
    }
}

/// Tokens that are made and not yet stored, so that as little as possible is
/// done while the database waits.
pub struct PreparedTokens {
    access_token: AccessToken,
    refresh_token: Option<RefreshToken>,
    /// To be used up by the issue.
    jwt_id: Option<UsedJwtId>,
    response: TokenResponse,
    events: Events,
    /// None where nobody listens.
    told: Option<Issued>,
}

impl PreparedTokens {
    pub fn new(oauth: &OAuth, issue: Issue, now: Timestamp) -> Self {
        let settings = oauth.settings();
        let randomness = &mut operating_system_randomness();
        let access_secret = PlainSecret::generate(SecretKind::AccessToken, now, randomness);
        let lifetime: Duration = settings.access_token_lifetime();
        let scope = issue.scope.to_string();
        let (key_thumbprint, jwt_id) = issue
            .proof
            .map(|proof| (proof.thumbprint, proof.jwt_id))
            .unzip();
        let token_type = token_type(key_thumbprint.as_ref());
        let events = oauth.events();
        let is_refresh = *issue.grant == refresh_token::GRANT;
        let told = events.hears_tokens_of(is_refresh).then(|| Issued {
            act: Act::of_client(&issue.client_id, issue.origin, now),
            grant_type: issue.grant.name,
            audience: oauth.audience(&issue.resource),
        });
        let mut access_token = AccessToken {
            digest: access_secret.digest(),
            client_id: issue.client_id,
            member_id: None,
            consent: None,
            client: None,
            family: issue.family,
            scope: issue.scope,
            resource: issue.resource,
            created_at: now,
            expires_at: now + lifetime,
            key_thumbprint,
            last_used_at: None,
        };
        let refresh = match issue.holder {
            Holder::Client(client) => {
                access_token.client = Some(client);
                None
            }
            Holder::Member(member) => {
                access_token.member_id = Some(member.member_id);
                access_token.consent = Some(member.consent.id);
                access_token.expires_at = member.consent.limit(access_token.expires_at);
                member.refresh.map(|refresh| {
                    let secret = PlainSecret::generate(SecretKind::RefreshToken, now, randomness);
                    let idle_until = now + settings.refresh_token_lifetime();
                    let end = member.consent.limit(refresh.family_expires_at);
                    let row = RefreshToken {
                        digest: secret.digest(),
                        client_id: access_token.client_id.clone(),
                        member_id: member.member_id,
                        consent: member.consent.id,
                        family: issue.family,
                        parent: refresh.parent,
                        scope: refresh.scope,
                        resource: refresh.resource,
                        created_at: now,
                        expires_at: idle_until.min(end),
                        family_expires_at: refresh.family_expires_at,
                        consumed_at: None,
                        siblings: 0,
                        key_thumbprint: refresh.key_thumbprint,
                        consent_expires_at: member.consent.expires_at,
                    };
                    (secret, row)
                })
            }
        };
        let (refresh_secret, refresh_token) = refresh.unzip();
        Self {
            response: TokenResponse {
                access_token: access_secret.reveal().to_owned(),
                token_type,
                expires_in: access_token
                    .expires_at
                    .saturating_duration_since(now)
                    .as_secs(),
                refresh_token: refresh_secret.map(|secret| secret.reveal().to_owned()),
                scope,
            },
            access_token,
            refresh_token,
            jwt_id,
            events,
            told,
        }
    }

    /// When the last of what may come of them is dead.
    pub fn dead_at(&self) -> Timestamp {
        let Some(refresh_token) = &self.refresh_token else {
            return self.access_token.expires_at;
        };
        // An access token that is given just before the family ends outlives
        // it, but not the consent.
        let lifetime = self
            .access_token
            .expires_at
            .saturating_duration_since(self.access_token.created_at);
        let last = refresh_token.family_expires_at + lifetime;
        refresh_token.term().limit(last)
    }

    /// Consumes what they are given for and stores them, in one transaction,
    /// and hands out the answer. Where `consume` refuses, its refusal is what
    /// comes back, and what it wrote stays.
    ///
    /// # Errors
    /// The proof was used before, and nothing is consumed; or the database's.
    pub async fn issue<E: Send + 'static>(
        self,
        oauth: &OAuth,
        now: Timestamp,
        consume: impl FnOnce(&mut Connection) -> Result<Result<(), E>, DbError> + Send + 'static,
    ) -> Result<Result<TokenResponse, E>, OAuthError> {
        self.issue_with(oauth, now, |_, connection| consume(connection))
            .await
    }

    /// As [`Self::issue`], for a grant that gets its consent only now:
    /// `consume` answers with its id.
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub async fn issue_under<E: Send + 'static>(
        self,
        oauth: &OAuth,
        now: Timestamp,
        consume: impl FnOnce(&mut Connection) -> Result<Result<i64, E>, DbError> + Send + 'static,
    ) -> Result<Result<TokenResponse, E>, OAuthError> {
        self.issue_with(oauth, now, |tokens, connection| {
            let consent = consume(connection)?;
            Ok(consent.map(|consent| tokens.put_under(consent)))
        })
        .await
    }

    async fn issue_with<E: Send + 'static>(
        mut self,
        oauth: &OAuth,
        now: Timestamp,
        consume: impl FnOnce(&mut Self, &mut Connection) -> Result<Result<(), E>, DbError>
        + Send
        + 'static,
    ) -> Result<Result<TokenResponse, E>, OAuthError> {
        let housekeeping = oauth.housekeeping();
        oauth
            .change(move |connection| {
                if let Some(jwt_id) = &self.jwt_id
                    && !jwt_id.use_up(connection)?
                {
                    return Ok(Err(DpopError::Replayed.into()));
                }
                if let Err(refusal) = consume(&mut self, connection)? {
                    return Ok(Ok(Err(refusal)));
                }
                self.access_token.insert(connection)?;
                if let Some(refresh_token) = &self.refresh_token {
                    refresh_token.insert(connection)?;
                }
                if let Some(told) = &self.told {
                    self.tell(connection, told)?;
                }
                housekeeping.run(connection, now)?;
                Ok(Ok(Ok(self.response)))
            })
            .await?
    }

    fn tell(&self, connection: &mut Connection, told: &Issued) -> Result<(), DbError> {
        let (events, token) = (self.events, &self.access_token);
        if told.grant_type == refresh_token::GRANT.name {
            events.token_refreshed(connection, told, token)
        } else {
            events.token_issued(connection, told, token, self.refresh_token.is_some())
        }
    }

    fn put_under(&mut self, consent: i64) {
        self.access_token.consent = Some(consent);
        if let Some(refresh_token) = &mut self.refresh_token {
            refresh_token.consent = consent;
        }
    }
}
