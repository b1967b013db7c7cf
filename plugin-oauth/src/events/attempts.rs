//! Events of what was tried. They tell of no other write, so each has one of
//! its own, for which nobody waits; and nobody who tries can fill the queue of
//! writes, or whatever a listener keeps, since only the first in a while is
//! told of.

use std::time::Duration;

use hob_oauth_events::{ClientAuthenticationFailed, ClientThrottled, LegacyUsed};
use hob_plugin_sdk::{Throttle, Who, db::Timestamp, whole_seconds};

use crate::{OAuth, act::Origin};

/// Of somebody who tries again and again, one event in this time is told.
const FAILURES_EACH: Duration = Duration::from_secs(60);
/// Of an old way that is still gone, likewise.
const LEGACY_EACH: Duration = Duration::from_secs(3600);
/// Of a name as it was sent, so much is told.
const LONGEST_NAME: usize = 64;

/// What was told of lately, by each node for itself.
#[derive(Debug)]
pub struct Attempts {
    failures: Throttle,
    legacy: Throttle,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            failures: Throttle::with_burst(1, FAILURES_EACH),
            legacy: Throttle::with_burst(1, LEGACY_EACH),
        }
    }
}

/// Whether nothing was told of this lately.
fn passes(gate: &Throttle, what: &str, name: &str, peer: &str, now: Timestamp) -> bool {
    let account = format!("{what} {name}");
    let is_free = gate.wait(&account, peer, now).is_none();
    if is_free {
        gate.failed(&account, peer, now);
    }
    is_free
}

/// For what somebody was counted who has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    Client,
    Member,
    UserCode,
    Registration,
    RegistrationToken,
    UnprovenClient,
}

impl Counted {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Member => "member",
            Self::UserCode => "user_code",
            Self::Registration => "registration",
            Self::RegistrationToken => "registration_token",
            Self::UnprovenClient => "unproven_client",
        }
    }
}

/// A way that only an old application goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegacySwitch {
    PasswordGrant,
    SecretsInAddress,
    TokenInAddress,
}

impl LegacySwitch {
    const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordGrant => "password_grant",
            Self::SecretsInAddress => "secrets_in_address",
            Self::TokenInAddress => "token_in_address",
        }
    }
}

impl OAuth {
    /// An application could not prove who it is, by this way.
    pub fn tell_authentication_failed(&self, client_id: &str, way: &'static str, origin: Origin) {
        let (channel, now) = (self.events.client_authentication_failed, self.now());
        let gate = &self.attempts.failures;
        if !channel.is_heard() || !passes(gate, "failed", client_id, origin.peer(), now) {
            return;
        }
        let client_id = cut(client_id);
        self.db.write_later(move |connection| {
            channel.raise(connection, || ClientAuthenticationFailed {
                at: now.as_micros(),
                who: Who::client(&client_id, origin.peer(), origin.request_id()),
                client_id: client_id.as_str().into(),
                way: way.into(),
            })
        });
    }

    /// Somebody has to wait, for whom was counted by this name.
    pub fn tell_throttled(&self, counted: Counted, name: &str, origin: Origin, wait: Duration) {
        let (channel, now) = (self.events.client_throttled, self.now());
        let gate = &self.attempts.failures;
        if !channel.is_heard() || !passes(gate, counted.as_str(), name, origin.peer(), now) {
            return;
        }
        let name = cut(name);
        self.db.write_later(move |connection| {
            channel.raise(connection, || ClientThrottled {
                at: now.as_micros(),
                who: Who::client(&name, origin.peer(), origin.request_id()),
                account: counted.as_str().into(),
                name: name.as_str().into(),
                wait_seconds: whole_seconds(wait),
            })
        });
    }

    /// An application goes a way that only an old one needs.
    pub fn tell_legacy_used(&self, switch: LegacySwitch, client_id: &str, origin: Origin) {
        let (channel, now) = (self.events.legacy_used, self.now());
        let gate = &self.attempts.legacy;
        // One for each application, wherever it runs.
        if !channel.is_heard() || !passes(gate, switch.as_str(), client_id, "", now) {
            return;
        }
        let client_id = client_id.to_owned();
        self.db.write_later(move |connection| {
            channel.raise(connection, || LegacyUsed {
                at: now.as_micros(),
                who: Who::client(&client_id, origin.peer(), origin.request_id()),
                client_id: client_id.as_str().into(),
                switch: switch.as_str().into(),
            })
        });
    }
}

fn cut(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}
