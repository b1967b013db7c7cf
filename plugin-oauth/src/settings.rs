//! The section `[plugin.oauth]` of `hob.toml`, as the host checked it against
//! `plugin.toml`, where defaults, bounds and help stand.

use std::time::Duration;

use hob_authorization::policy::{Obstacle, Whom};
use hob_plugin_sdk::Member;
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
    pub registration: Whom,
    applications_per_member: u64,
    pub dynamic_registration: DynamicRegistration,
    /// None: all scopes that are not dangerous.
    pub dynamic_registration_scopes: Option<Vec<String>>,
    unused_registration_lifetime: u64,
    pub personal_tokens: Whom,
    personal_token_longest_lifetime: u64,
    personal_tokens_per_member: u64,
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

/// What a key of the settings is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Who registers applications on the site's pages.
    Registration,
    DynamicRegistration,
    PersonalTokens,
    Lifetimes,
    /// What applications have to do beyond what OAuth asks of them.
    Demands,
}

impl Topic {
    /// In the order of [`Settings::written`].
    pub const ALL: [Self; 5] = [
        Self::Registration,
        Self::DynamicRegistration,
        Self::PersonalTokens,
        Self::Lifetimes,
        Self::Demands,
    ];
}

impl DynamicRegistration {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::InitialToken => "initial_token",
            Self::Open => "open",
        }
    }
}

fn quoted(word: &str) -> String {
    format!("\"{word}\"")
}

/// Seconds as `hob.toml` has them, in the largest unit that is whole.
fn duration(seconds: u64) -> String {
    let units = [(86400, "d"), (3600, "h"), (60, "m")];
    let whole = |(unit, _): &&(u64, &str)| seconds > 0 && seconds.is_multiple_of(*unit);
    match units.iter().find(whole) {
        Some((unit, name)) => format!("\"{}{name}\"", seconds / unit),
        None => format!("\"{seconds}s\""),
    }
}

impl Settings {
    /// Each key with its value, as `hob.toml` has it or would have it, in the
    /// order in which an operator thinks of them.
    #[must_use]
    pub fn written(&self) -> Vec<(Topic, &'static str, String)> {
        // Each is named, so that none is forgotten.
        let Self {
            access_token_lifetime,
            refresh_token_lifetime,
            refresh_token_absolute_lifetime,
            consent_lifetime,
            authorization_code_lifetime,
            authorization_request_lifetime,
            pushed_authorization_request_lifetime,
            require_pushed_authorization_requests,
            device_code_lifetime,
            require_pkce,
            localhost_with_any_port,
            dpop_nonce,
            registration,
            applications_per_member,
            dynamic_registration,
            dynamic_registration_scopes,
            unused_registration_lifetime,
            personal_tokens,
            personal_token_longest_lifetime,
            personal_tokens_per_member,
        } = self;
        let scopes = dynamic_registration_scopes.as_ref();
        let scopes = scopes.map_or(String::new(), |scopes| format!("{scopes:?}"));
        let consents = consent_lifetime.map_or(String::new(), duration);
        use Topic::{Demands, DynamicRegistration, Lifetimes, PersonalTokens, Registration};
        vec![
            (Registration, "registration", quoted(registration.as_str())),
            (
                Registration,
                "applications_per_member",
                applications_per_member.to_string(),
            ),
            (
                DynamicRegistration,
                "dynamic_registration",
                quoted(dynamic_registration.as_str()),
            ),
            (DynamicRegistration, "dynamic_registration_scopes", scopes),
            (
                DynamicRegistration,
                "unused_registration_lifetime",
                duration(*unused_registration_lifetime),
            ),
            (
                PersonalTokens,
                "personal_tokens",
                quoted(personal_tokens.as_str()),
            ),
            (
                PersonalTokens,
                "personal_tokens_per_member",
                personal_tokens_per_member.to_string(),
            ),
            (
                PersonalTokens,
                "personal_token_longest_lifetime",
                duration(*personal_token_longest_lifetime),
            ),
            (
                Lifetimes,
                "access_token_lifetime",
                duration(*access_token_lifetime),
            ),
            (
                Lifetimes,
                "refresh_token_lifetime",
                duration(*refresh_token_lifetime),
            ),
            (
                Lifetimes,
                "refresh_token_absolute_lifetime",
                duration(*refresh_token_absolute_lifetime),
            ),
            (Lifetimes, "consent_lifetime", consents),
            (
                Lifetimes,
                "authorization_code_lifetime",
                duration(*authorization_code_lifetime),
            ),
            (
                Lifetimes,
                "authorization_request_lifetime",
                duration(*authorization_request_lifetime),
            ),
            (
                Lifetimes,
                "pushed_authorization_request_lifetime",
                duration(*pushed_authorization_request_lifetime),
            ),
            (
                Lifetimes,
                "device_code_lifetime",
                duration(*device_code_lifetime),
            ),
            (Demands, "require_pkce", require_pkce.to_string()),
            (
                Demands,
                "require_pushed_authorization_requests",
                require_pushed_authorization_requests.to_string(),
            ),
            (Demands, "dpop_nonce", dpop_nonce.to_string()),
            (
                Demands,
                "localhost_with_any_port",
                localhost_with_any_port.to_string(),
            ),
        ]
    }

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

    /// What keeps a member from one more application who has `there` of them.
    #[must_use]
    pub fn obstacle(&self, member: &Member, there: u64) -> Option<Obstacle> {
        let most = self.applications_per_member();
        self.registration.obstacle(member, there, most)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_written_as_an_operator_would() {
        let written = [0, 1, 90, 60, 5400, 3600, 86400, 31_536_000].map(duration);
        let expected = ["0s", "1s", "90s", "1m", "90m", "1h", "1d", "365d"].map(quoted);
        assert_eq!(written, expected);
    }
}
