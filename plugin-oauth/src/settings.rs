//! The section `[plugin.oauth]` of `hob.toml`, as the host checked it against
//! `plugin.toml`, where defaults, bounds and help stand.

use std::time::Duration;

use serde::Deserialize;

/// What the operator decided.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    // In seconds.
    access_token_lifetime: u64,
    refresh_token_lifetime: u64,
    refresh_token_absolute_lifetime: u64,
    consent_lifetime: Option<u64>,
    authorization_code_lifetime: u64,
    authorization_request_lifetime: u64,
    pushed_authorization_request_lifetime: u64,
    pub require_pushed_authorization_requests: bool,
    device_code_lifetime: u64,
    pub require_pkce: bool,
    pub localhost_with_any_port: bool,
    pub dpop_nonce: bool,
    pub registration: Registration,
    applications_per_member: u64,
    pub dynamic_registration: DynamicRegistration,
    /// None: all scopes that are not dangerous.
    pub dynamic_registration_scopes: Option<Vec<String>>,
    unused_registration_lifetime: u64,
    pub personal_tokens: PersonalTokens,
    personal_token_longest_lifetime: u64,
    personal_tokens_per_member: u64,
}

/// Who may register applications on the site's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    Members,
    Administrators,
    Closed,
}

/// Who may make personal access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalTokens {
    Members,
    Administrators,
    Closed,
}

/// Which applications may register themselves (RFC 7591).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DynamicRegistration {
    Closed,
    /// Those that the operator gave an initial access token.
    InitialToken,
    Open,
}

impl Settings {
    #[must_use]
    pub const fn access_token_lifetime(&self) -> Duration {
        Duration::from_secs(self.access_token_lifetime)
    }

    /// For a refresh token that is not used.
    #[must_use]
    pub const fn refresh_token_lifetime(&self) -> Duration {
        Duration::from_secs(self.refresh_token_lifetime)
    }

    /// For all refresh tokens that come of one authorization.
    #[must_use]
    pub const fn refresh_token_absolute_lifetime(&self) -> Duration {
        Duration::from_secs(self.refresh_token_absolute_lifetime)
    }

    /// How long a member's decision counts; none: until it is taken back.
    #[must_use]
    pub fn consent_lifetime(&self) -> Option<Duration> {
        self.consent_lifetime.map(Duration::from_secs)
    }

    #[must_use]
    pub const fn authorization_code_lifetime(&self) -> Duration {
        Duration::from_secs(self.authorization_code_lifetime)
    }

    /// How many applications a member may have; none: without end.
    #[must_use]
    pub const fn applications_per_member(&self) -> Option<u64> {
        match self.applications_per_member {
            0 => None,
            most => Some(most),
        }
    }

    /// How long a client is kept that registered itself and that nobody uses;
    /// none: for good.
    #[must_use]
    pub const fn unused_registration_lifetime(&self) -> Option<Duration> {
        match self.unused_registration_lifetime {
            0 => None,
            seconds => Some(Duration::from_secs(seconds)),
        }
    }

    /// How many personal access tokens of a member can count at once; none:
    /// without end.
    #[must_use]
    pub const fn personal_tokens_per_member(&self) -> Option<u64> {
        match self.personal_tokens_per_member {
            0 => None,
            most => Some(most),
        }
    }

    #[must_use]
    pub const fn personal_token_longest_lifetime(&self) -> Duration {
        Duration::from_secs(self.personal_token_longest_lifetime)
    }

    #[must_use]
    pub const fn authorization_request_lifetime(&self) -> Duration {
        Duration::from_secs(self.authorization_request_lifetime)
    }

    /// From the device's question to the member's decision.
    #[must_use]
    pub const fn device_code_lifetime(&self) -> Duration {
        Duration::from_secs(self.device_code_lifetime)
    }

    /// Until a browser comes with it.
    #[must_use]
    pub const fn pushed_authorization_request_lifetime(&self) -> Duration {
        Duration::from_secs(self.pushed_authorization_request_lifetime)
    }
}
