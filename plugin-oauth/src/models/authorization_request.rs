//! Authorization requests that wait for a browser, a sign-in or a decision.

use std::time::Duration;

use diesel::prelude::*;
use hob_jose::KeyThumbprint;
use hob_plugin_sdk::{
    Member,
    db::{Connection, Hob, Timestamp},
};

use super::schema::oauth_authorization_requests::{self as requests, dsl};
use crate::{
    authorization_request::AuthorizationRequest, pkce::CodeChallenge, prompt::Prompt,
    redirect_uri::RedirectUri, resource::Resource, scope::Scope, secret::SecretDigest,
};

/// A stored authorization request. The browser carries only its name.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(
    table_name = requests,
    check_for_backend(Hob),
    treat_none_as_default_value = false
)]
pub struct StoredRequest {
    pub digest: SecretDigest,
    pub client: i64,
    /// Whom the consent page was shown to last, and in which session.
    pub member_id: Option<i64>,
    pub session_id: Option<i64>,
    pub redirect_uri: RedirectUri,
    pub scope: Scope,
    pub resource: Resource,
    pub state: Option<String>,
    pub code_challenge: Option<CodeChallenge>,
    pub prompt: Prompt,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    /// When a browser first came with it; none where it was pushed and none
    /// has come.
    pub presented_at: Option<Timestamp>,
    pub login_hint: Option<String>,
    /// In seconds.
    pub max_age: Option<i64>,
    /// Of the key whose owner alone may redeem the code.
    pub key_thumbprint: Option<KeyThumbprint>,
}

impl StoredRequest {
    /// One that is still waiting.
    pub fn find_waiting(
        connection: &mut Connection,
        digest: &SecretDigest,
        now: Timestamp,
    ) -> QueryResult<Option<Self>> {
        let stored = requests::table
            .find(digest)
            .select(Self::as_select())
            .first(connection)
            .optional()?;
        Ok(stored.filter(|stored| stored.decided_at.is_none() && now < stored.expires_at))
    }

    /// What a client asks for, until `expires_at`. Nobody was shown it.
    #[must_use]
    pub fn new(
        digest: SecretDigest,
        client: i64,
        request: AuthorizationRequest,
        created_at: Timestamp,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            digest,
            client,
            member_id: None,
            session_id: None,
            redirect_uri: request.redirect_uri,
            scope: request.scope,
            resource: request.resource,
            state: request.state,
            code_challenge: request.code_challenge,
            prompt: request.prompt,
            created_at,
            expires_at,
            decided_at: None,
            presented_at: None,
            login_hint: request.login_hint,
            max_age: request
                .max_age
                .map(|age| i64::try_from(age.as_secs()).unwrap_or(i64::MAX)),
            key_thumbprint: request.key_thumbprint,
        }
    }

    /// Stores one that is decided now and was kept nowhere before. False if
    /// that was done before, or it has expired.
    pub fn insert_decided(&self, connection: &mut Connection, now: Timestamp) -> QueryResult<bool> {
        if now >= self.expires_at {
            return Ok(false);
        }
        let decided = Self {
            decided_at: Some(now),
            ..self.clone()
        };
        let stored = diesel::insert_into(requests::table)
            .values(decided)
            .on_conflict(dsl::digest)
            .do_nothing()
            .execute(connection)?;
        Ok(stored == 1)
    }

    pub fn insert(&self, connection: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(requests::table)
            .values(self)
            .execute(connection)?;
        Ok(())
    }

    /// Notes that a browser has come with it: from now on there is time until
    /// `until`. A browser that comes again changes nothing.
    pub fn present(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        until: Timestamp,
    ) -> QueryResult<()> {
        if self.presented_at.is_none() {
            diesel::update(
                requests::table
                    .filter(dsl::digest.eq(self.digest))
                    .filter(dsl::presented_at.is_null())
                    .filter(dsl::expires_at.gt(now)),
            )
            .set((dsl::presented_at.eq(now), dsl::expires_at.eq(until)))
            .execute(connection)?;
        }
        Ok(())
    }

    /// Binds it to whom the consent page is shown to now. False if it was
    /// decided since.
    pub fn show_to(&self, connection: &mut Connection, member: &Member) -> QueryResult<bool> {
        let touched = diesel::update(
            requests::table
                .filter(dsl::digest.eq(self.digest))
                .filter(dsl::decided_at.is_null()),
        )
        .set((
            dsl::member_id.eq(member.id),
            dsl::session_id.eq(member.session_id),
        ))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// Whether it is this member, in this session, who was asked.
    #[must_use]
    pub fn was_shown_to(&self, member: &Member) -> bool {
        self.member_id == Some(member.id) && self.session_id == Some(member.session_id)
    }

    /// Decides it, once. False if it was decided before, was shown to somebody
    /// else since, or has died.
    pub fn decide(
        &self,
        connection: &mut Connection,
        member: &Member,
        now: Timestamp,
    ) -> QueryResult<bool> {
        let touched = diesel::update(
            requests::table
                .filter(dsl::digest.eq(self.digest))
                .filter(dsl::decided_at.is_null())
                .filter(dsl::expires_at.gt(now))
                .filter(dsl::member_id.eq(member.id))
                .filter(dsl::session_id.eq(member.session_id)),
        )
        .set(dsl::decided_at.eq(now))
        .execute(connection)?;
        Ok(touched == 1)
    }

    /// What was asked.
    #[must_use]
    pub fn request(&self) -> AuthorizationRequest {
        AuthorizationRequest {
            redirect_uri: self.redirect_uri.clone(),
            state: self.state.clone(),
            scope: self.scope.clone(),
            resource: self.resource.clone(),
            code_challenge: self.code_challenge.clone(),
            prompt: self.prompt,
            login_hint: self.login_hint.clone(),
            max_age: self
                .max_age
                .and_then(|seconds| u64::try_from(seconds).ok())
                .map(Duration::from_secs),
            key_thumbprint: self.key_thumbprint.clone(),
        }
    }
}
