//! What comes of a member's answer to the question whether an application may
//! use the account: the same for whatever asks.
//!
//! Knows neither what the application gets now nor how it hears of it.

pub use hob_authorization::decision::{Decision, DecisionError};
use hob_plugin_sdk::db::{Connection, DbError, Timestamp};

use crate::{
    act::Act,
    events::{DecidedConsent, Events, Revoked, Withdrawal},
    models::{Client, Consent, ConsentTerm, Consents, MemberEpoch, NewConsent, revoke_all_under},
    resource::Resource,
    scope::Scope,
};

/// What a member allows, and to whom.
#[derive(Debug, Clone)]
pub struct Allowed {
    pub member_id: i64,
    pub client: Client,
    pub resource: Resource,
    /// The resource's identifier (RFC 8707).
    pub audience: String,
    /// What was asked.
    pub asked: Scope,
    /// What of it was ticked.
    pub scope: Scope,
    /// Until when; none for good.
    pub expires_at: Option<Timestamp>,
}

impl Allowed {
    /// Stores it, and tells others of it. What was asked and is not ticked is
    /// taken back, and all that was issued so far dies, since it may allow that;
    /// what was not asked this time stays, and ends with the rest.
    ///
    /// # Errors
    /// A plugin refuses, in words for the member; or the database's.
    pub fn store(
        &self,
        connection: &mut Connection,
        events: Events,
        act: &Act,
    ) -> Result<ConsentTerm, DbError> {
        let now = act.at;
        // Who decides in another tab waits, and then sees what is decided here.
        MemberEpoch::lock(connection, self.member_id, now)?;
        // Such a client is kept because it is used.
        if self.client.registered_dynamically {
            Client::keep(connection, self.client.id, now)?;
        }
        let before = Consent::find(
            connection,
            self.member_id,
            self.client.id,
            &self.resource,
            now,
        )?;
        let kept = before
            .as_ref()
            .map(|consent| consent.scope.without(&self.asked))
            .unwrap_or_default();
        let after = kept.union(&self.scope);
        let term = Consent::grant(
            connection,
            &NewConsent {
                member_id: self.member_id,
                client: self.client.id,
                resource: self.resource.clone(),
                scope: after.clone(),
                granted_at: before.as_ref().map_or(now, |consent| consent.granted_at),
                updated_at: now,
                expires_at: self.expires_at,
                // No later consent can be taken for this one, whatever its id.
                revision: now.as_micros(),
            },
            before.as_ref(),
        )?;
        let decided = DecidedConsent {
            client: &self.client,
            member_id: self.member_id,
            term,
            resource: &self.audience,
            before: before.as_ref().map(|consent| &consent.scope),
            after: &after,
        };
        events.consent_decided(connection, act, &decided)?;
        if before.is_some_and(|consent| !consent.scope.is_within(&after)) {
            let ended = revoke_all_under(connection, Consents::One(term.id))?;
            let of = (self.client.client_id.as_str(), Some(self.member_id));
            events.tokens_revoked(connection, act, of, Revoked::Narrowed, ended)?;
        }
        Ok(term)
    }

    /// Takes back what was asked and is not ticked, and allows nothing more;
    /// what was not asked this time stays as it is.
    ///
    /// # Errors
    /// The database's.
    pub fn take_back(
        mut self,
        connection: &mut Connection,
        events: Events,
        act: &Act,
    ) -> Result<(), DbError> {
        let (member_id, client) = (self.member_id, self.client.id);
        MemberEpoch::lock(connection, member_id, act.at)?;
        let before = Consent::find(connection, member_id, client, &self.resource, act.at)?;
        let Some(before) = before else {
            return Ok(());
        };
        let taken = self.asked.without(&self.scope);
        let left = before.scope.without(&taken);
        if left.is_empty() {
            let (consents, ended) = Consent::revoke(connection, Consents::One(before.id))?;
            let of = (self.client.client_id.as_str(), Some(member_id));
            events.consents_revoked(connection, act, &consents, Withdrawal::ByMember)?;
            return events.tokens_revoked(connection, act, of, Revoked::Consents, ended);
        }
        if before.scope.is_within(&left) {
            return Ok(());
        }
        self.scope = self.asked.intersection(&left);
        self.expires_at = before.expires_at;
        self.store(connection, events, act).map(drop)
    }
}
