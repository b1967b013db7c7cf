//! What Hob's OAuth plugin tells other plugins of: its events, and nothing
//! else.
//!
//! A plugin that listens depends on this crate and on the SDK, and names what
//! it hears of in its `plugin.toml`, under `[subscribes]` or
//! `[subscribes_after]`. `docs/plugin-author/events.md` is made of
//! [`EVENTS`].

mod attempts;
mod authorizations;
mod clients;
mod consents;
mod personal_tokens;
mod tokens;

use hob_plugin_sdk::EventDescription;

pub use attempts::{ClientAuthenticationFailed, ClientThrottled, LegacyUsed};
pub use authorizations::{
    AuthorizationDenied, AuthorizationRequested, CodeExchanged, CodeIssued, CodeReplayed,
    DeviceApproved, DeviceDenied,
};
pub use clients::{
    ClientDeleted, ClientEdited, ClientRegistered, ClientResumed, ClientSuspended, SecretAdded,
    SecretRetired,
};
pub use consents::{
    ConsentExpired, ConsentGranted, ConsentNarrowed, ConsentRevoked, ConsentWidened,
};
pub use personal_tokens::{PersonalTokenMade, PersonalTokenRevoked};
pub use tokens::{RefreshReused, TokenExpired, TokenIssued, TokenRefreshed, TokenRevoked};

/// All of them.
pub const EVENTS: &[EventDescription] = &[
    ClientRegistered::DESCRIPTION,
    ClientEdited::DESCRIPTION,
    ClientSuspended::DESCRIPTION,
    ClientResumed::DESCRIPTION,
    ClientDeleted::DESCRIPTION,
    SecretAdded::DESCRIPTION,
    SecretRetired::DESCRIPTION,
    AuthorizationRequested::DESCRIPTION,
    AuthorizationDenied::DESCRIPTION,
    ConsentGranted::DESCRIPTION,
    ConsentWidened::DESCRIPTION,
    ConsentNarrowed::DESCRIPTION,
    ConsentRevoked::DESCRIPTION,
    ConsentExpired::DESCRIPTION,
    CodeIssued::DESCRIPTION,
    CodeExchanged::DESCRIPTION,
    CodeReplayed::DESCRIPTION,
    DeviceApproved::DESCRIPTION,
    DeviceDenied::DESCRIPTION,
    TokenIssued::DESCRIPTION,
    TokenRefreshed::DESCRIPTION,
    TokenRevoked::DESCRIPTION,
    TokenExpired::DESCRIPTION,
    RefreshReused::DESCRIPTION,
    PersonalTokenMade::DESCRIPTION,
    PersonalTokenRevoked::DESCRIPTION,
    ClientAuthenticationFailed::DESCRIPTION,
    ClientThrottled::DESCRIPTION,
    LegacyUsed::DESCRIPTION,
];
