//! What others are told of what is done here (`hob-oauth-events`): one method
//! for each event, called inside the transaction that it tells of.
//!
//! Each is a closure behind a [`Channel`], so that where nobody listens
//! nothing is made and nothing crosses. What an operator may want to find
//! again is noted in the audit log as well.

mod attempts;
mod authorizations;
mod clients;
mod consents;
mod initial_tokens;
mod personal_tokens;
mod pruned;
mod tokens;

use hob_oauth_events::{
    AuthorizationDenied, AuthorizationRequested, ClientAuthenticationFailed, ClientDeleted,
    ClientEdited, ClientRegistered, ClientResumed, ClientSuspended, ClientThrottled, CodeExchanged,
    CodeIssued, CodeReplayed, ConsentExpired, ConsentGranted, ConsentNarrowed, ConsentRevoked,
    ConsentWidened, DeviceApproved, DeviceDenied, LegacyUsed, PersonalTokenMade,
    PersonalTokenRevoked, RefreshReused, SecretAdded, SecretRetired, TokenExpired, TokenIssued,
    TokenRefreshed, TokenRevoked,
};
use hob_plugin_sdk::{AuditEntry, Channel, Declaration, Host, PluginError};

pub use attempts::{Attempts, Counted, LegacySwitch};
pub use authorizations::{Requested, Telling};
pub use clients::Deletion;
pub use consents::{DecidedConsent, Withdrawal};
pub use initial_tokens::{initial_token_issued, initial_token_revoked};
pub use personal_tokens::PersonalTokenEnd;
pub use pruned::pruned;
pub use tokens::{Issued, Revoked};

use crate::{OAuth, act::Act};

/// Who listens to what. Settled when the site starts.
#[derive(Debug, Clone, Copy)]
pub struct Events {
    client_registered: Channel<ClientRegistered>,
    client_edited: Channel<ClientEdited>,
    client_suspended: Channel<ClientSuspended>,
    client_resumed: Channel<ClientResumed>,
    client_deleted: Channel<ClientDeleted>,
    secret_added: Channel<SecretAdded>,
    secret_retired: Channel<SecretRetired>,
    authorization_denied: Channel<AuthorizationDenied>,
    consent_granted: Channel<ConsentGranted>,
    consent_widened: Channel<ConsentWidened>,
    consent_narrowed: Channel<ConsentNarrowed>,
    consent_revoked: Channel<ConsentRevoked>,
    consent_expired: Channel<ConsentExpired>,
    code_replayed: Channel<CodeReplayed>,
    device_approved: Channel<DeviceApproved>,
    device_denied: Channel<DeviceDenied>,
    token_revoked: Channel<TokenRevoked>,
    refresh_reused: Channel<RefreshReused>,
    authorization_requested: Channel<AuthorizationRequested>,
    code_issued: Channel<CodeIssued>,
    code_exchanged: Channel<CodeExchanged>,
    token_issued: Channel<TokenIssued>,
    token_refreshed: Channel<TokenRefreshed>,
    token_expired: Channel<TokenExpired>,
    client_authentication_failed: Channel<ClientAuthenticationFailed>,
    client_throttled: Channel<ClientThrottled>,
    legacy_used: Channel<LegacyUsed>,
    personal_token_made: Channel<PersonalTokenMade>,
    personal_token_revoked: Channel<PersonalTokenRevoked>,
}

/// An entry of the audit log.
fn entry(action: &str, act: &Act) -> AuditEntry {
    AuditEntry::new("oauth", action, &act.who, act.at)
}

/// An entry about an application.
fn client_entry(action: &str, act: &Act, client_id: &str, client_name: &str) -> AuditEntry {
    entry(action, act)
        .about("client", client_id)
        .with("client_name", client_name)
}

impl Events {
    /// Binds each to its line of `plugin.toml`.
    pub fn declare(declaration: &mut Declaration<OAuth>) {
        declaration
            .raises::<ClientRegistered>()
            .raises::<ClientEdited>()
            .raises::<ClientSuspended>()
            .raises::<ClientResumed>()
            .raises::<ClientDeleted>()
            .raises::<SecretAdded>()
            .raises::<SecretRetired>()
            .raises::<AuthorizationDenied>()
            .raises::<ConsentGranted>()
            .raises::<ConsentWidened>()
            .raises::<ConsentNarrowed>()
            .raises::<ConsentRevoked>()
            .raises::<ConsentExpired>()
            .raises::<CodeReplayed>()
            .raises::<DeviceApproved>()
            .raises::<DeviceDenied>()
            .raises::<TokenRevoked>()
            .raises::<RefreshReused>()
            .raises::<AuthorizationRequested>()
            .raises::<CodeIssued>()
            .raises::<CodeExchanged>()
            .raises::<TokenIssued>()
            .raises::<TokenRefreshed>()
            .raises::<TokenExpired>()
            .raises::<ClientAuthenticationFailed>()
            .raises::<ClientThrottled>()
            .raises::<LegacyUsed>()
            .raises::<PersonalTokenMade>()
            .raises::<PersonalTokenRevoked>();
    }

    /// Asks the host who listens.
    ///
    /// # Errors
    /// The host offers no events.
    pub fn new(host: &Host) -> Result<Self, PluginError> {
        Ok(Self {
            client_registered: host.channel()?,
            client_edited: host.channel()?,
            client_suspended: host.channel()?,
            client_resumed: host.channel()?,
            client_deleted: host.channel()?,
            secret_added: host.channel()?,
            secret_retired: host.channel()?,
            authorization_denied: host.channel()?,
            consent_granted: host.channel()?,
            consent_widened: host.channel()?,
            consent_narrowed: host.channel()?,
            consent_revoked: host.channel()?,
            consent_expired: host.channel()?,
            code_replayed: host.channel()?,
            device_approved: host.channel()?,
            device_denied: host.channel()?,
            token_revoked: host.channel()?,
            refresh_reused: host.channel()?,
            authorization_requested: host.channel()?,
            code_issued: host.channel()?,
            code_exchanged: host.channel()?,
            token_issued: host.channel()?,
            token_refreshed: host.channel()?,
            token_expired: host.channel()?,
            client_authentication_failed: host.channel()?,
            client_throttled: host.channel()?,
            legacy_used: host.channel()?,
            personal_token_made: host.channel()?,
            personal_token_revoked: host.channel()?,
        })
    }
}
