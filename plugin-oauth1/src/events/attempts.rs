//! Events of what was tried, and their entries in the audit log, as seldom as
//! [`Gates`] let them through.

use std::time::Duration;

use hob_authorization::attempts::{Gates, cut};
use hob_oauth1_events::{ConsumerAuthenticationFailed, ConsumerThrottled};
use hob_oauth1_signature::SignatureMethod;
use hob_plugin_sdk::{
    AuditEntry,
    db::{Connection, DbError},
    whole_seconds,
};

use super::entry;
use crate::{
    OAuth1,
    act::{Act, Origin},
    models::Consumer,
};

/// What was told of lately, by each node for itself.
#[derive(Debug)]
pub struct Attempts {
    failures: Gates,
    throttled: Gates,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            failures: Gates::for_strangers(),
            throttled: Gates::for_strangers(),
        }
    }
}

/// For what somebody was counted who has to wait.
#[derive(Debug, Clone, Copy)]
pub enum Counted<'a> {
    /// An application, as it calls itself, by the wrong secrets that it sent.
    Consumer(&'a str),
    Registration,
    UnprovenConsumer(&'a str),
}

impl Counted<'_> {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Consumer(_) => "consumer",
            Self::Registration => "registration",
            Self::UnprovenConsumer(_) => "unproven_consumer",
        }
    }

    /// As it was sent; empty where only the address counts.
    const fn name(&self) -> &str {
        match self {
            Self::Consumer(name) | Self::UnprovenConsumer(name) => name,
            Self::Registration => "",
        }
    }
}

impl OAuth1 {
    /// A request was not proven to be of the application that it names, by this
    /// method; none where the secret itself was sent. What it is called is known
    /// if there is one of this key; of any other nothing is noted, since
    /// nobody's access was tried for.
    pub fn tell_authentication_failed(
        &self,
        consumer_key: &str,
        known: Option<String>,
        method: Option<SignatureMethod>,
        origin: Origin,
    ) {
        let (channel, now) = (self.events.consumer_authentication_failed, self.now());
        let (method, peer) = (method.map_or("", SignatureMethod::as_str), origin.peer());
        tracing::info!(
            consumer_key = known.as_ref().map(|_| consumer_key),
            method,
            peer,
            "an application could not prove who it is"
        );
        let (gates, noteworthy) = (&self.attempts.failures, known.is_some());
        let Some(passed) = gates.pass(channel, noteworthy, (consumer_key, peer), now) else {
            return;
        };
        let consumer_key = cut(consumer_key);
        let act = Act::of_client(&consumer_key, origin, now);
        self.db.write_later(move |connection| {
            let name = known.as_deref().unwrap_or_default();
            let noted = || {
                entry("consumer.authentication_failed", &act)
                    .about("consumer", &consumer_key)
                    .with("consumer_name", name)
                    .with("signature_method", method)
            };
            passed.tell(
                connection,
                |_| Ok(noted()),
                || ConsumerAuthenticationFailed {
                    at: act.at.as_micros(),
                    who: act.who.clone(),
                    consumer_key: consumer_key.as_str().into(),
                    known: known.is_some(),
                    signature_method: method.into(),
                },
            )
        });
    }

    /// Somebody has to wait, and what for.
    pub fn tell_throttled(&self, counted: Counted<'_>, origin: Origin, wait: Duration) {
        let (channel, now) = (self.events.consumer_throttled, self.now());
        let (gates, peer) = (&self.attempts.throttled, origin.peer());
        let (seconds, account) = (whole_seconds(wait), counted.kind());
        tracing::info!(
            account,
            peer,
            seconds,
            "somebody tries too often and has to wait"
        );
        let what = format!("{account} {}", counted.name());
        let Some(passed) = gates.pass(channel, true, (&what, peer), now) else {
            return;
        };
        let name = cut(counted.name());
        let act = Act::of_client(&name, origin, now);
        self.db.write_later(move |connection| {
            let noted = |connection: &mut Connection| {
                let noted = throttled_entry(connection, &act, &name)?;
                Ok(noted
                    .with("account", account)
                    .with_count("wait_seconds", seconds))
            };
            passed.tell(connection, noted, || ConsumerThrottled {
                at: act.at.as_micros(),
                who: act.who.clone(),
                account: account.into(),
                name: name.as_str().into(),
                wait_seconds: seconds,
            })
        });
    }
}

/// That somebody has to wait. A name stands in it only if it is that of an
/// application: whatever else was sent there may be a secret.
fn throttled_entry(
    connection: &mut Connection,
    act: &Act,
    name: &str,
) -> Result<AuditEntry, DbError> {
    let consumer = match name {
        "" => None,
        name => Consumer::find(connection, name)?,
    };
    let Some(consumer) = consumer else {
        let mut act = act.clone();
        act.who.name = "".into();
        return Ok(entry("consumer.throttled", &act));
    };
    Ok(super::consumer_entry("consumer.throttled", act, &consumer))
}
