//! Events of what was tried, and their entries in the audit log, as seldom as
//! [`Gates`] let them through.

use std::time::Duration;

use hob_authorization::attempts::{Gates, cut};
use hob_oauth_events::{ClientAuthenticationFailed, ClientThrottled, LegacyUsed};
use hob_plugin_sdk::{
    AuditEntry, Member, Who,
    db::{Connection, DbError},
    whole_seconds,
};

use super::entry;
use crate::{
    OAuth,
    act::{Act, Origin},
    models::Client,
};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What was told of lately, by each node for itself.
#[derive(Debug)]
pub struct Attempts {
    failures: Gates,
    throttled: Gates,
    legacy: Gates,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            failures: Gates::for_strangers(),
            throttled: Gates::for_strangers(),
            // Old applications go their way all the time.
            legacy: Gates::for_proven(HOUR, DAY),
        }
    }
}

/// For what somebody was counted who has to wait.
#[derive(Debug, Clone, Copy)]
pub enum Counted<'a> {
    /// An application, as it calls itself.
    Client(&'a str),
    /// A member whose password this application sends.
    Member {
        client_id: &'a str,
        account: &'a str,
        /// None where there is no such member.
        member_id: Option<i64>,
    },
    UserCode(&'a Member),
    Registration,
    /// The initial one without a name, or that of an application.
    RegistrationToken(&'a str),
    UnprovenClient(&'a str),
}

impl Counted<'_> {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Client(_) => "client",
            Self::Member { .. } => "member",
            Self::UserCode(_) => "user_code",
            Self::Registration => "registration",
            Self::RegistrationToken(_) => "registration_token",
            Self::UnprovenClient(_) => "unproven_client",
        }
    }

    /// By which it was counted; empty where only the address counts.
    fn name(&self) -> &str {
        match self {
            Self::Client(name) | Self::RegistrationToken(name) | Self::UnprovenClient(name) => name,
            Self::Member { account, .. } => account,
            Self::UserCode(member) => &member.username,
            Self::Registration => "",
        }
    }

    /// The application's name for itself, where one asks.
    fn client_id(&self) -> &str {
        match self {
            Self::Client(name) | Self::RegistrationToken(name) | Self::UnprovenClient(name) => name,
            Self::Member { client_id, .. } => client_id,
            Self::UserCode(_) | Self::Registration => "",
        }
    }

    fn who(&self, origin: &Origin) -> Who {
        let (peer, request_id) = (origin.peer(), origin.request_id());
        match self {
            Self::UserCode(member) => Who::member(member.id, &member.username, peer, request_id),
            others => Who::client(&cut(others.client_id()), peer, request_id),
        }
    }

    fn member_id(&self) -> Option<i64> {
        match self {
            Self::Member { member_id, .. } => *member_id,
            Self::UserCode(member) => Some(member.id),
            _ => None,
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
    /// An application could not prove who it is, by this way. What it is called
    /// is known if there is one of this id; of any other nothing is noted,
    /// since nobody's access was tried for.
    pub fn tell_authentication_failed(
        &self,
        client_id: &str,
        known: Option<String>,
        way: &'static str,
        origin: Origin,
    ) {
        let (channel, now) = (self.events.client_authentication_failed, self.now());
        let peer = origin.peer();
        tracing::info!(
            client_id = known.as_ref().map(|_| client_id),
            way,
            peer,
            "an application could not prove who it is"
        );
        let (gates, noteworthy) = (&self.attempts.failures, known.is_some());
        let Some(passed) = gates.pass(channel, noteworthy, (client_id, peer), now) else {
            return;
        };
        let client_id = cut(client_id);
        let act = Act::of_client(&client_id, origin, now);
        self.db.write_later(move |connection| {
            let name = known.as_deref().unwrap_or_default();
            let noted = || {
                entry("client.authentication_failed", &act)
                    .about("client", &client_id)
                    .with("client_name", name)
                    .with("way", way)
            };
            passed.tell(
                connection,
                |_| Ok(noted()),
                || ClientAuthenticationFailed {
                    at: act.at.as_micros(),
                    who: act.who.clone(),
                    client_id: client_id.as_str().into(),
                    known: known.is_some(),
                    way: way.into(),
                },
            )
        });
    }

    /// Somebody has to wait, and what for.
    pub fn tell_throttled(&self, counted: Counted<'_>, origin: Origin, wait: Duration) {
        let (channel, now) = (self.events.client_throttled, self.now());
        let (gates, peer) = (&self.attempts.throttled, origin.peer());
        let (seconds, account) = (whole_seconds(wait), counted.kind());
        tracing::info!(
            account,
            peer,
            seconds,
            "somebody tries too often and has to wait"
        );
        let what = format!("{} {}", counted.kind(), counted.name());
        let Some(passed) = gates.pass(channel, true, (&what, peer), now) else {
            return;
        };
        let (kind, name, client_id) = (
            counted.kind(),
            cut(counted.name()),
            cut(counted.client_id()),
        );
        let member_id = counted.member_id();
        let act = Act {
            who: counted.who(&origin),
            at: now,
        };
        self.db.write_later(move |connection| {
            let entry = |connection: &mut Connection| {
                let entry = throttled_entry(connection, &act, &client_id, member_id)?;
                Ok(entry
                    .with("account", kind)
                    .with_count("wait_seconds", seconds))
            };
            passed.tell(connection, entry, || ClientThrottled {
                at: act.at.as_micros(),
                who: act.who.clone(),
                account: kind.into(),
                name: name.as_str().into(),
                wait_seconds: seconds,
            })
        });
    }

    /// An application goes a way that only an old one needs.
    pub fn tell_legacy_used(&self, switch: LegacySwitch, client_id: &str, origin: Origin) {
        let (channel, now) = (self.events.legacy_used, self.now());
        // One for each application, wherever it runs.
        let what = format!("{} {client_id}", switch.as_str());
        let gates = &self.attempts.legacy;
        let Some(passed) = gates.pass(channel, true, (&what, ""), now) else {
            return;
        };
        let client_id = client_id.to_owned();
        let act = Act::of_client(&client_id, origin, now);
        self.db.write_later(move |connection| {
            let noted = || {
                entry("legacy.used", &act)
                    .about("client", &client_id)
                    .with("switch", switch.as_str())
            };
            passed.tell(
                connection,
                |_| Ok(noted()),
                || LegacyUsed {
                    at: act.at.as_micros(),
                    who: act.who.clone(),
                    client_id: client_id.as_str().into(),
                    switch: switch.as_str().into(),
                },
            )
        });
    }
}

/// That somebody has to wait. A name stands in it only if it is that of an
/// application or a member: whatever else was typed there may be a secret.
fn throttled_entry(
    connection: &mut Connection,
    act: &Act,
    client_id: &str,
    member_id: Option<i64>,
) -> Result<AuditEntry, DbError> {
    let client = match client_id {
        "" => None,
        client_id => Client::find(connection, client_id)?,
    };
    let mut act = act.clone();
    if client.is_none() && act.who.member_id.is_none() {
        act.who.name = "".into();
    }
    let entry = entry("client.throttled", &act);
    let entry = match &client {
        Some(client) => entry
            .about("client", &client.client_id)
            .with("client_name", &client.name),
        None => entry,
    };
    Ok(match member_id {
        Some(member_id) => entry.about_member(member_id),
        None => entry,
    })
}
