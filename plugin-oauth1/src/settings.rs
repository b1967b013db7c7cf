//! The section `[plugin.oauth1]` of `hob.toml`, as the host checked it against
//! `plugin.toml`, where defaults, bounds and help stand.

use std::time::Duration;

use hob_authorization::policy::{Obstacle, Whom};
use hob_oauth1_signature::SignatureMethod;
use hob_plugin_sdk::{Member, PluginError};
use serde::Deserialize;

/// What the operator decided.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    signature_methods: Vec<String>,
    pub empty_consumer_secrets: bool,
    // In seconds.
    timestamp_window: u64,
    request_token_lifetime: u64,
    access_token_lifetime: Option<u64>,
    pub registration: Whom,
    applications_per_member: u64,
    pub client_registration: ClientRegistration,
    unused_registration_lifetime: u64,
}

/// Which applications may register themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientRegistration {
    Closed,
    Open,
}

impl Settings {
    /// How applications may sign.
    ///
    /// # Errors
    /// There is no such method, or none at all.
    pub fn signature_methods(&self) -> Result<Vec<SignatureMethod>, PluginError> {
        let known = || SignatureMethod::ALL.map(SignatureMethod::as_str).join(", ");
        let read = |name: &String| {
            SignatureMethod::parse(name).ok_or_else(|| {
                PluginError::new(format!(
                    "[plugin.oauth1] signature_methods: there is no method {name:?}; there are: {}",
                    known()
                ))
            })
        };
        let methods: Vec<SignatureMethod> = self
            .signature_methods
            .iter()
            .map(read)
            .collect::<Result<_, _>>()?;
        if methods.is_empty() {
            return Err(PluginError::new(format!(
                "[plugin.oauth1] signature_methods: no application could sign; name some of: {}",
                known()
            )));
        }
        Ok(methods)
    }

    /// How far an application's clock may be off.
    #[must_use]
    pub const fn timestamp_window(&self) -> Duration {
        Duration::from_secs(self.timestamp_window)
    }

    /// From the application's first request to its last.
    #[must_use]
    pub const fn request_token_lifetime(&self) -> Duration {
        Duration::from_secs(self.request_token_lifetime)
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

    /// How long an application is kept that registered itself and that no
    /// member allows; none: for good.
    #[must_use]
    pub const fn unused_registration_lifetime(&self) -> Option<Duration> {
        match self.unused_registration_lifetime {
            0 => None,
            seconds => Some(Duration::from_secs(seconds)),
        }
    }

    /// None: until it is taken back.
    #[must_use]
    pub fn access_token_lifetime(&self) -> Option<Duration> {
        self.access_token_lifetime.map(Duration::from_secs)
    }
}
