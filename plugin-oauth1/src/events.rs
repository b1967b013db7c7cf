//! What others are told of what is done here (`hob-oauth1-events`): one method
//! for each event, called inside the transaction that it tells of.
//!
//! Each is a closure behind a [`Channel`], so that where nobody listens nothing
//! is made and nothing crosses. What an operator may want to find again is
//! noted in the audit log as well.

use hob_authorization::{redirect_uri::RedirectUri, scope::Scope};
use hob_oauth1_events::{
    AuthorizationDenied, AuthorizationGranted, AuthorizationRequested, ConsumerDeleted,
    ConsumerEdited, ConsumerRegistered, ConsumerResumed, ConsumerSuspended, SecretRotated,
    TokenIssued, TokenRevoked,
};
use hob_plugin_sdk::{
    AuditEntry, Channel, Declaration, Host, PluginError,
    db::{Connection, DbError},
};

use crate::{
    OAuth1,
    act::Act,
    models::{Consumer, NewAccessToken, NewRequestToken, Registrar},
};

/// Why tokens die before their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    ByMember,
    ByOperator,
    MemberDisabled,
    PasswordChanged,
    MemberDeleted,
}

/// Why an application goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    ByOwner,
    ByOperator,
    MemberDeleted,
    Unused,
}

impl Revoked {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByMember => "member",
            Self::ByOperator => "operator",
            Self::MemberDisabled => "member_disabled",
            Self::PasswordChanged => "password_changed",
            Self::MemberDeleted => "member_deleted",
        }
    }
}

impl Deletion {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ByOwner => "owner",
            Self::ByOperator => "operator",
            Self::MemberDeleted => "member_deleted",
            Self::Unused => "unused",
        }
    }
}

/// Who listens to what. Settled when the site starts.
#[derive(Debug, Clone, Copy)]
pub struct Events {
    consumer_registered: Channel<ConsumerRegistered>,
    consumer_edited: Channel<ConsumerEdited>,
    consumer_suspended: Channel<ConsumerSuspended>,
    consumer_resumed: Channel<ConsumerResumed>,
    consumer_deleted: Channel<ConsumerDeleted>,
    secret_rotated: Channel<SecretRotated>,
    authorization_requested: Channel<AuthorizationRequested>,
    authorization_granted: Channel<AuthorizationGranted>,
    authorization_denied: Channel<AuthorizationDenied>,
    token_issued: Channel<TokenIssued>,
    token_revoked: Channel<TokenRevoked>,
}

/// An entry of the audit log.
fn entry(action: &str, act: &Act) -> AuditEntry {
    AuditEntry::new("oauth1", action, &act.who, act.at)
}

/// An entry about an application.
fn consumer_entry(action: &str, act: &Act, consumer: &Consumer) -> AuditEntry {
    entry(action, act)
        .about("consumer", &consumer.consumer_key)
        .with("consumer_name", &consumer.name)
}

fn texts(callbacks: &[RedirectUri]) -> impl Iterator<Item = hob_plugin_sdk::Text> {
    callbacks.iter().map(|callback| callback.as_str().into())
}

impl Events {
    /// Binds each to its line of `plugin.toml`.
    pub fn declare(declaration: &mut Declaration<OAuth1>) {
        declaration
            .raises::<ConsumerRegistered>()
            .raises::<ConsumerEdited>()
            .raises::<ConsumerSuspended>()
            .raises::<ConsumerResumed>()
            .raises::<ConsumerDeleted>()
            .raises::<SecretRotated>()
            .raises::<AuthorizationRequested>()
            .raises::<AuthorizationGranted>()
            .raises::<AuthorizationDenied>()
            .raises::<TokenIssued>()
            .raises::<TokenRevoked>();
    }

    /// Asks the host who listens.
    ///
    /// # Errors
    /// The host offers no events.
    pub fn new(host: &Host) -> Result<Self, PluginError> {
        Ok(Self {
            consumer_registered: host.channel()?,
            consumer_edited: host.channel()?,
            consumer_suspended: host.channel()?,
            consumer_resumed: host.channel()?,
            consumer_deleted: host.channel()?,
            secret_rotated: host.channel()?,
            authorization_requested: host.channel()?,
            authorization_granted: host.channel()?,
            authorization_denied: host.channel()?,
            token_issued: host.channel()?,
            token_revoked: host.channel()?,
        })
    }

    /// # Errors
    /// A plugin refuses, in words for whoever registers it.
    pub fn consumer_registered(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
    ) -> Result<(), DbError> {
        let entry = consumer_entry("consumer.registered", act, consumer);
        connection.note(
            entry
                .with("scope", consumer.scope.as_str())
                .with("credential", consumer.credential.as_str()),
        )?;
        self.consumer_registered
            .raise(connection, || ConsumerRegistered {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consumer_key: consumer.consumer_key.as_str().into(),
                consumer_name: consumer.name.as_str().into(),
                credential: consumer.credential.as_str().into(),
                registrar: match consumer.registrar() {
                    Registrar::Operator => "operator",
                    Registrar::Member(_) => "member",
                    Registrar::Itself => "itself",
                }
                .into(),
                owner_id: consumer.owner_id.into(),
                scope: consumer.scope.as_str().into(),
                callbacks: texts(&consumer.callbacks.0).collect(),
            })
    }

    /// Nothing where nothing is different.
    ///
    /// # Errors
    /// A plugin refuses, in words for whoever changes it.
    pub fn consumer_edited(
        self,
        connection: &mut Connection,
        act: &Act,
        before: &Consumer,
        after: &Consumer,
    ) -> Result<(), DbError> {
        let changed = [
            ("name", before.name != after.name),
            ("website", before.website != after.website),
            ("callbacks", before.callbacks != after.callbacks),
            ("scope", before.scope != after.scope),
            (
                "required_scope",
                before.required_scope != after.required_scope,
            ),
        ];
        let changed: Vec<&str> = changed
            .into_iter()
            .filter_map(|(name, is_changed)| is_changed.then_some(name))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let entry = consumer_entry("consumer.edited", act, after);
        connection.note(entry.with("changed", &changed.join(" ")))?;
        self.consumer_edited.raise(connection, || ConsumerEdited {
            at: act.at.as_micros(),
            who: act.who.clone(),
            consumer_key: after.consumer_key.as_str().into(),
            consumer_name: after.name.as_str().into(),
            changed: changed.into_iter().map(Into::into).collect(),
            scope_before: before.scope.as_str().into(),
            scope_after: after.scope.as_str().into(),
            callbacks_before: texts(&before.callbacks.0).collect(),
            callbacks_after: texts(&after.callbacks.0).collect(),
        })
    }

    /// # Errors
    /// The database's.
    pub fn consumer_suspended(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
        reason: Option<&str>,
    ) -> Result<(), DbError> {
        let reason = reason.unwrap_or_default();
        let entry = consumer_entry("consumer.suspended", act, consumer);
        connection.note(entry.with("reason", reason))?;
        self.consumer_suspended
            .raise(connection, || ConsumerSuspended {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consumer_key: consumer.consumer_key.as_str().into(),
                consumer_name: consumer.name.as_str().into(),
                reason: reason.into(),
            })
    }

    /// # Errors
    /// A plugin refuses, in words for the operator.
    pub fn consumer_resumed(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
    ) -> Result<(), DbError> {
        connection.note(consumer_entry("consumer.resumed", act, consumer))?;
        self.consumer_resumed.raise(connection, || ConsumerResumed {
            at: act.at.as_micros(),
            who: act.who.clone(),
            consumer_key: consumer.consumer_key.as_str().into(),
            consumer_name: consumer.name.as_str().into(),
        })
    }

    /// # Errors
    /// The database's.
    pub fn consumer_deleted(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
        reason: Deletion,
        tokens_ended: u64,
    ) -> Result<(), DbError> {
        let entry = consumer_entry("consumer.deleted", act, consumer);
        let entry = entry.with("reason", reason.as_str());
        connection.note(entry.with_count("tokens_ended", tokens_ended))?;
        self.consumer_deleted.raise(connection, || ConsumerDeleted {
            at: act.at.as_micros(),
            who: act.who.clone(),
            consumer_key: consumer.consumer_key.as_str().into(),
            consumer_name: consumer.name.as_str().into(),
            reason: reason.as_str().into(),
            tokens_ended,
        })
    }

    /// # Errors
    /// A plugin refuses, in words for whoever rotates it.
    pub fn secret_rotated(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
    ) -> Result<(), DbError> {
        let entry = consumer_entry("secret.rotated", act, consumer);
        connection.note(entry.with("credential", consumer.credential.as_str()))?;
        self.secret_rotated.raise(connection, || SecretRotated {
            at: act.at.as_micros(),
            who: act.who.clone(),
            consumer_key: consumer.consumer_key.as_str().into(),
            consumer_name: consumer.name.as_str().into(),
            credential: consumer.credential.as_str().into(),
        })
    }

    /// Nothing is noted: nobody has decided anything.
    ///
    /// # Errors
    /// A plugin refuses.
    pub fn authorization_requested(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
        new: &NewRequestToken,
    ) -> Result<(), DbError> {
        self.authorization_requested
            .raise(connection, || AuthorizationRequested {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consumer_key: consumer.consumer_key.as_str().into(),
                consumer_name: consumer.name.as_str().into(),
                scope: new.scope.as_str().into(),
                callback: new
                    .callback
                    .as_ref()
                    .map(|callback| callback.as_str().into())
                    .into(),
            })
    }

    /// # Errors
    /// A plugin refuses, in words for the member.
    pub fn authorization_granted(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
        member_id: i64,
        (asked, scope): (&Scope, &Scope),
    ) -> Result<(), DbError> {
        let entry = consumer_entry("authorization.granted", act, consumer).about_member(member_id);
        connection.note(entry.with("scope", scope.as_str()))?;
        self.authorization_granted
            .raise(connection, || AuthorizationGranted {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consumer_key: consumer.consumer_key.as_str().into(),
                consumer_name: consumer.name.as_str().into(),
                member_id,
                asked: asked.as_str().into(),
                scope: scope.as_str().into(),
            })
    }

    /// # Errors
    /// The database's.
    pub fn authorization_denied(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
        member_id: i64,
        asked: &Scope,
    ) -> Result<(), DbError> {
        let entry = consumer_entry("authorization.denied", act, consumer).about_member(member_id);
        connection.note(entry.with("scope", asked.as_str()))?;
        self.authorization_denied
            .raise(connection, || AuthorizationDenied {
                at: act.at.as_micros(),
                who: act.who.clone(),
                consumer_key: consumer.consumer_key.as_str().into(),
                consumer_name: consumer.name.as_str().into(),
                member_id,
                asked: asked.as_str().into(),
            })
    }

    /// # Errors
    /// A plugin refuses.
    pub fn token_issued(
        self,
        connection: &mut Connection,
        act: &Act,
        consumer: &Consumer,
        new: &NewAccessToken,
    ) -> Result<(), DbError> {
        self.token_issued.raise(connection, || TokenIssued {
            at: act.at.as_micros(),
            who: act.who.clone(),
            consumer_key: consumer.consumer_key.as_str().into(),
            consumer_name: consumer.name.as_str().into(),
            member_id: new.member_id,
            scope: new.scope.as_str().into(),
            token: new.digest.name().into(),
            expires_at: new.expires_at.map(|end| end.as_micros()).into(),
        })
    }

    /// Nothing where none died.
    ///
    /// # Errors
    /// The database's.
    pub fn tokens_revoked(
        self,
        connection: &mut Connection,
        act: &Act,
        (consumer_key, member_id): (&str, Option<i64>),
        reason: Revoked,
        tokens: u64,
    ) -> Result<(), DbError> {
        if tokens == 0 {
            return Ok(());
        }
        let mut noted = entry("token.revoked", act)
            .with("reason", reason.as_str())
            .with_count("tokens", tokens);
        if !consumer_key.is_empty() {
            noted = noted.about("consumer", consumer_key);
        }
        if let Some(member_id) = member_id {
            noted = noted.about_member(member_id);
        }
        connection.note(noted)?;
        self.token_revoked.raise(connection, || TokenRevoked {
            at: act.at.as_micros(),
            who: act.who.clone(),
            consumer_key: consumer_key.into(),
            member_id: member_id.into(),
            reason: reason.as_str().into(),
            tokens,
        })
    }
}
