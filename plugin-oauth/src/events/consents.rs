//! Events of what members allow.

use hob_oauth_events::{
    ConsentExpired, ConsentGranted, ConsentNarrowed, ConsentRevoked, ConsentWidened,
};
use hob_plugin_sdk::{
    Text,
    db::{Connection, DbError},
};

use super::{Events, client_entry, entry};
use crate::{
    act::Act,
    models::{Client, ConsentTerm, EndedConsent},
    scope::Scope,
};

/// One act that ends more consents than this gets one entry.
const MOST_ENTRIES: usize = 100;

/// Why a consent is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    ByMember,
    ByOperator,
    MemberDeleted,
}

impl Withdrawal {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ByMember => "member",
            Self::ByOperator => "operator",
            Self::MemberDeleted => "member_deleted",
        }
    }
}

/// A consent as a decision leaves it.
pub struct DecidedConsent<'a> {
    pub client: &'a Client,
    pub member_id: i64,
    pub term: ConsentTerm,
    /// The resource's identifier (RFC 8707).
    pub resource: &'a str,
    /// What was allowed before, if anything that still counted.
    pub before: Option<&'a Scope>,
    pub after: &'a Scope,
}

impl Events {
    /// Granted, widened, narrowed, or both of the last two; nothing where it
    /// is as before.
    ///
    /// # Errors
    /// A plugin refuses, in words for the member.
    pub fn consent_decided(
        self,
        connection: &mut Connection,
        act: &Act,
        decided: &DecidedConsent<'_>,
    ) -> Result<(), DbError> {
        let client_id = || Text::from(decided.client.client_id.as_str());
        let client_name = || Text::from(decided.client.name.as_str());
        let expires_at = decided.term.expires_at.map(|end| end.as_micros());
        let scope = || Text::from(decided.after.to_string());
        let client = decided.client;
        let entry = |action| {
            client_entry(action, act, &client.client_id, &client.name)
                .about_member(decided.member_id)
                .with("scope", &decided.after.to_string())
        };
        let Some(before) = decided.before else {
            connection.note(entry("consent.granted"))?;
            return self.consent_granted.raise(connection, || ConsentGranted {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consent_id: decided.term.id,
                client_id: client_id(),
                client_name: client_name(),
                member_id: decided.member_id,
                scope: scope(),
                resource: decided.resource.into(),
                expires_at: expires_at.into(),
            });
        };
        let added = decided.after.without(before);
        if !added.is_empty() {
            connection.note(entry("consent.widened"))?;
            self.consent_widened.raise(connection, || ConsentWidened {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consent_id: decided.term.id,
                client_id: client_id(),
                client_name: client_name(),
                member_id: decided.member_id,
                scope: scope(),
                resource: decided.resource.into(),
                expires_at: expires_at.into(),
                added: added.to_string().into(),
            })?;
        }
        let removed = before.without(decided.after);
        if !removed.is_empty() {
            connection.note(entry("consent.narrowed"))?;
            self.consent_narrowed
                .raise(connection, || ConsentNarrowed {
                    at: act.at.as_micros(),
                    who: act.who.clone(),
                    consent_id: decided.term.id,
                    client_id: client_id(),
                    client_name: client_name(),
                    member_id: decided.member_id,
                    scope: scope(),
                    resource: decided.resource.into(),
                    expires_at: expires_at.into(),
                    removed: removed.to_string().into(),
                })?;
        }
        Ok(())
    }

    /// One event for each.
    ///
    /// # Errors
    /// The database's.
    pub fn consents_revoked(
        self,
        connection: &mut Connection,
        act: &Act,
        consents: &[EndedConsent],
        reason: Withdrawal,
    ) -> Result<(), DbError> {
        note(
            connection,
            act,
            "consent.revoked",
            consents,
            reason.as_str(),
        )?;
        if !self.consent_revoked.is_heard() {
            return Ok(());
        }
        EndedConsent::with_clients(connection, consents, |connection, consent, named| {
            self.consent_revoked.raise(connection, || ConsentRevoked {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consent_id: consent.id,
                client_id: named.client_id.as_str().into(),
                client_name: named.name.as_str().into(),
                member_id: consent.member_id,
                scope: consent.scope.to_string().into(),
                reason: reason.as_str().into(),
            })
        })
    }

    /// One event for each.
    ///
    /// # Errors
    /// The database's.
    pub fn consents_expired(
        self,
        connection: &mut Connection,
        act: &Act,
        consents: &[EndedConsent],
    ) -> Result<(), DbError> {
        note(connection, act, "consent.expired", consents, "expired")?;
        if !self.consent_expired.is_heard() {
            return Ok(());
        }
        EndedConsent::with_clients(connection, consents, |connection, consent, named| {
            self.consent_expired.raise(connection, || ConsentExpired {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consent_id: consent.id,
                client_id: named.client_id.as_str().into(),
                client_name: named.name.as_str().into(),
                member_id: consent.member_id,
                scope: consent.scope.to_string().into(),
                expired_at: consent.expires_at.unwrap_or(act.at).as_micros(),
            })
        })
    }
}

/// Notes that consents ended: one entry for each, or one for all where they
/// are many. An operator who looks for one of so many finds the act.
fn note(
    connection: &mut Connection,
    act: &Act,
    action: &str,
    consents: &[EndedConsent],
    reason: &str,
) -> Result<(), DbError> {
    if consents.len() > MOST_ENTRIES {
        let many = consents.len() as u64;
        let entry = entry(action, act).with("reason", reason);
        return connection.note(entry.with_count("consents", many));
    }
    EndedConsent::with_clients(connection, consents, |connection, consent, client| {
        let entry = client_entry(action, act, &client.client_id, &client.name)
            .about_member(consent.member_id)
            .with("reason", reason)
            .with("scope", &consent.scope.to_string());
        connection.note(entry)
    })
}
