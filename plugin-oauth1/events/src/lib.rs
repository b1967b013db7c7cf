//! What Hob's OAuth 1.0a plugin tells other plugins of: its events, and nothing
//! else.
//!
//! A plugin that listens depends on this crate and on the SDK, and names what
//! it hears of in its `plugin.toml`, under `[subscribes]` or
//! `[subscribes_after]`. `docs/plugin-author/events.md` is made of
//! [`EVENTS`].

mod attempts;
mod consumers;
mod permissions;

use hob_plugin_sdk::EventDescription;

pub use attempts::{ConsumerAuthenticationFailed, ConsumerThrottled};
pub use consumers::{
    ConsumerDeleted, ConsumerEdited, ConsumerRegistered, ConsumerResumed, ConsumerSuspended,
    SecretRotated,
};
pub use permissions::{
    AuthorizationDenied, AuthorizationGranted, AuthorizationRequested, TokenExpired, TokenIssued,
    TokenRevoked,
};

/// All of them.
pub const EVENTS: &[EventDescription] = &[
    ConsumerRegistered::DESCRIPTION,
    ConsumerEdited::DESCRIPTION,
    ConsumerSuspended::DESCRIPTION,
    ConsumerResumed::DESCRIPTION,
    ConsumerDeleted::DESCRIPTION,
    SecretRotated::DESCRIPTION,
    AuthorizationRequested::DESCRIPTION,
    AuthorizationGranted::DESCRIPTION,
    AuthorizationDenied::DESCRIPTION,
    TokenIssued::DESCRIPTION,
    TokenRevoked::DESCRIPTION,
    TokenExpired::DESCRIPTION,
    ConsumerAuthenticationFailed::DESCRIPTION,
    ConsumerThrottled::DESCRIPTION,
];
