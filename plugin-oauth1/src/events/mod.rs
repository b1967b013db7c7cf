//! What others are told of what is done here (`hob-oauth1-events`): one method
//! for each event, called inside the transaction that it tells of.
//!
//! Each is a closure behind a [`Channel`], so that where nobody listens nothing
//! is made and nothing crosses. What an operator may want to find again is
//! noted in the audit log as well.

mod attempts;
mod consumers;
mod permissions;

use hob_oauth1_events::{
    AuthorizationDenied, AuthorizationGranted, AuthorizationRequested,
    ConsumerAuthenticationFailed, ConsumerDeleted, ConsumerEdited, ConsumerRegistered,
    ConsumerResumed, ConsumerSuspended, ConsumerThrottled, SecretRotated, TokenExpired,
    TokenIssued, TokenRevoked,
};
use hob_plugin_sdk::{AuditEntry, Channel, Declaration, Host, PluginError};

pub use attempts::{Attempts, Counted};

use crate::{OAuth1, act::Act, models::Consumer};

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
    token_expired: Channel<TokenExpired>,
    consumer_authentication_failed: Channel<ConsumerAuthenticationFailed>,
    consumer_throttled: Channel<ConsumerThrottled>,
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
            .raises::<TokenRevoked>()
            .raises::<TokenExpired>()
            .raises::<ConsumerAuthenticationFailed>()
            .raises::<ConsumerThrottled>();
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
            token_expired: host.channel()?,
            consumer_authentication_failed: host.channel()?,
            consumer_throttled: host.channel()?,
        })
    }
}
