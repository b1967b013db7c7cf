//! What is risky about how the provider is set up and used.
//!
//! [`examine`] judges [`Facts`] and asks nobody: no database, no clock, no
//! command line. It changes nothing; each finding says what would mend it.

use std::time::Duration;

use hob_authorization::doctor::{self, Check, Finding, Severity};
use hob_oauth1_signature::SignatureMethod;
use hob_plugin_sdk::{PluginError, db::Timestamp};

use crate::{
    OAuth1,
    models::{Consumer, Credential},
    settings::ClientRegistration,
};

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Facts {
    pub now: Timestamp,
    pub signature_methods: Vec<SignatureMethod>,
    pub empty_consumer_secrets: bool,
    pub timestamp_window: Duration,
    pub tokens_end: bool,
    pub registration_is_open: bool,
    pub consumers: Vec<Consumer>,
}

impl Facts {
    /// As things are now.
    ///
    /// # Errors
    /// The database's.
    pub async fn collect(oauth1: &OAuth1) -> Result<Self, PluginError> {
        let settings = oauth1.settings();
        Ok(Self {
            now: oauth1.now(),
            signature_methods: oauth1.signature_methods().to_vec(),
            empty_consumer_secrets: settings.empty_consumer_secrets,
            timestamp_window: settings.timestamp_window(),
            tokens_end: settings.access_token_lifetime().is_some(),
            registration_is_open: settings.client_registration == ClientRegistration::Open,
            consumers: oauth1.read(Consumer::all).await?,
        })
    }
}

/// By which of the methods that are on somebody can sign whose credential this
/// is.
#[must_use]
pub fn usable(
    on: &[SignatureMethod],
    credential: Credential,
    empty_secrets_count: bool,
) -> Vec<SignatureMethod> {
    let counts = credential != Credential::None || empty_secrets_count;
    let signs = |method: &SignatureMethod| counts && credential.signs_by(*method);
    on.iter().copied().filter(signs).collect()
}

/// Nonces are kept for so long twice over, and clocks are better than this.
const LONG_WINDOW: Duration = Duration::from_secs(15 * 60);
/// What is stopped for so long will not go on.
const LONG_SUSPENSION: Duration = Duration::from_secs(365 * 24 * 3600);

/// All findings, the worst first.
#[must_use]
pub fn examine(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = settings(facts).into_iter().flatten().collect();
    for consumer in &facts.consumers {
        findings.extend(empty_secret(facts, consumer));
        findings.extend(nothing_signs(facts, consumer));
        findings.extend(long_suspended(facts, consumer));
    }
    doctor::sort(&mut findings);
    findings
}

fn settings(facts: &Facts) -> [Option<Finding>; 5] {
    let key = |id, severity, subject: &str, what: &str, fix: &str| {
        Check::new(id, severity).finds(subject, what, fix)
    };
    let has = |method| facts.signature_methods.contains(&method);
    [
        has(SignatureMethod::Plaintext).then(|| {
            key(
                "plaintext",
                Severity::Warning,
                "signature_methods",
                "PLAINTEXT sends secrets with each request, to be read wherever TLS ends, and nothing \
                 keeps such a request from being sent twice",
                "take PLAINTEXT out",
            )
        }),
        has(SignatureMethod::RsaSha1).then(|| {
            key(
                "rsa_sha1",
                Severity::Notice,
                "signature_methods",
                "RSA-SHA1 signs a digest for which two texts can be found",
                "take RSA-SHA1 out, if no application needs it; RSA-SHA256 is the same with a better \
                 digest",
            )
        }),
        (facts.timestamp_window > LONG_WINDOW).then(|| {
            key(
                "long_window",
                Severity::Warning,
                "timestamp_window",
                "a request that somebody recorded and kept from arriving works for long",
                "15m or less is enough for clocks that are set",
            )
        }),
        (!facts.tokens_end).then(|| {
            key(
                "endless_tokens",
                Severity::Notice,
                "access_token_lifetime",
                "what a member allows lasts until it is taken back, whether or not it is used",
                "set access_token_lifetime, for example to \"365d\"",
            )
        }),
        facts.registration_is_open.then(|| {
            key(
                "open_registration",
                Severity::Notice,
                "client_registration",
                "any program on the network can register itself",
                "close it, unless programs are meant to",
            )
        }),
    ]
}

fn of(consumer: &Consumer) -> String {
    format!("{} ({})", consumer.name, consumer.consumer_key)
}

fn empty_secret(facts: &Facts, consumer: &Consumer) -> Option<Finding> {
    let counts = facts.empty_consumer_secrets && consumer.credential == Credential::None;
    counts.then(|| {
        Check::new("empty_secret", Severity::Danger).finds(
            of(consumer),
            "anybody can act as it: its secret is empty",
            format!(
                "give it a secret: hob oauth1 consumer rotate {}",
                consumer.consumer_key
            ),
        )
    })
}

fn nothing_signs(facts: &Facts, consumer: &Consumer) -> Option<Finding> {
    let (on, empty) = (&facts.signature_methods, facts.empty_consumer_secrets);
    let nothing = usable(on, consumer.credential, empty).is_empty();
    nothing.then(|| {
        Check::new("nothing_signs", Severity::Notice).finds(
            of(consumer),
            "no method that is switched on is one that it can sign by",
            "switch one on in signature_methods, or delete the application",
        )
    })
}

fn long_suspended(facts: &Facts, consumer: &Consumer) -> Option<Finding> {
    let since = consumer.suspended_at?;
    let is_long = facts.now.saturating_duration_since(since) > LONG_SUSPENSION;
    is_long.then(|| {
        Check::new("long_suspended", Severity::Notice).finds(
            of(consumer),
            "it has been suspended for more than a year",
            format!(
                "delete it: hob oauth1 consumer delete {}",
                consumer.consumer_key
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use hob_authorization::scope::Scope;
    use hob_plugin_sdk::db::Json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

    fn consumer(credential: Credential) -> Consumer {
        Consumer {
            id: 1,
            consumer_key: "4f1x".to_owned(),
            name: "Desk".to_owned(),
            owner_id: None,
            website: None,
            callbacks: Json(Vec::new()),
            scope: Scope::default(),
            required_scope: Scope::default(),
            credential,
            sealed_secret: None,
            public_key: None,
            registered_itself: false,
            created_at: NOW,
            suspended_at: None,
            suspension_reason: None,
        }
    }

    fn facts() -> Facts {
        Facts {
            now: NOW,
            signature_methods: vec![SignatureMethod::HmacSha256, SignatureMethod::RsaSha256],
            empty_consumer_secrets: false,
            timestamp_window: Duration::from_secs(300),
            tokens_end: true,
            registration_is_open: false,
            consumers: vec![consumer(Credential::Secret), consumer(Credential::Key)],
        }
    }

    fn found(change: impl FnOnce(&mut Facts)) -> Vec<&'static str> {
        let mut facts = facts();
        change(&mut facts);
        examine(&facts).iter().map(|finding| finding.id).collect()
    }

    #[test]
    fn each_finding_is_found_and_nothing_where_nothing_is() {
        assert!(found(|_| {}).is_empty());
        let add = |facts: &mut Facts, method| facts.signature_methods.push(method);
        assert_eq!(
            found(|facts| add(facts, SignatureMethod::Plaintext)),
            ["plaintext"]
        );
        assert_eq!(
            found(|facts| add(facts, SignatureMethod::RsaSha1)),
            ["rsa_sha1"]
        );
        let window = Duration::from_secs(16 * 60);
        assert_eq!(
            found(|facts| facts.timestamp_window = window),
            ["long_window"]
        );
        assert_eq!(found(|facts| facts.tokens_end = false), ["endless_tokens"]);
        assert_eq!(
            found(|facts| facts.registration_is_open = true),
            ["open_registration"]
        );
        let no_key = |facts: &mut Facts| {
            facts.signature_methods.pop();
        };
        assert_eq!(found(no_key), ["nothing_signs"]);
        let stopped = |facts: &mut Facts, days: u64| {
            facts.consumers[0].suspended_at = Some(NOW - Duration::from_secs(days * 86400));
        };
        assert!(found(|facts| stopped(facts, 365)).is_empty());
        assert_eq!(found(|facts| stopped(facts, 366)), ["long_suspended"]);
    }

    #[test]
    fn an_empty_secret_is_a_danger_where_it_counts() {
        let with_empty = |facts: &mut Facts| facts.consumers.push(consumer(Credential::None));
        assert_eq!(found(with_empty), ["nothing_signs"]);
        let counts = |facts: &mut Facts| {
            with_empty(facts);
            facts.empty_consumer_secrets = true;
            facts.tokens_end = false;
        };
        assert_eq!(found(counts), ["empty_secret", "endless_tokens"]);
    }
}
