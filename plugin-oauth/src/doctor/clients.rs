//! What is risky about an application.

use std::time::Duration;

use hob_plugin_sdk::db::Timestamp;

use hob_authorization::doctor::{
    Check, Finding,
    Severity::{Danger, Notice, Warning},
};

use super::ClientFacts;
use crate::{grants::password, models::ClientAuthentication, redirect_uri::RedirectTarget};

pub const PASSWORD_GRANT: Check = Check::new("password_grant", Danger);
pub const SECRETS_IN_ADDRESSES: Check = Check::new("secrets_in_addresses", Danger);
pub const UNUSED: Check = Check::new("unused", Warning);
pub const OLD_SECRET: Check = Check::new("old_secret", Warning);
pub const SECOND_SECRET: Check = Check::new("second_secret", Warning);
pub const NO_SECRET: Check = Check::new("no_secret", Warning);
pub const CODES_TO_COPY: Check = Check::new("codes_to_copy", Warning);
pub const LONG_SUSPENDED: Check = Check::new("long_suspended", Notice);

const DAY: Duration = Duration::from_secs(24 * 3600);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
const OLDEST_SECRET: Duration = Duration::from_secs(2 * 365 * 24 * 3600);
/// Two secrets are for changing over.
const LONGEST_OVERLAP: Duration = Duration::from_secs(30 * 24 * 3600);

/// One that is suspended can do nothing, so that nothing else is said of it.
pub fn examine(facts: &ClientFacts, now: Timestamp) -> Vec<Finding> {
    let found = match facts.client.suspended_at {
        Some(since) => vec![long_suspended(facts, since, now)],
        None => vec![
            password_grant(facts),
            secrets_in_addresses(facts),
            unused(facts, now),
            old_secret(facts, now),
            second_secret(facts, now),
            no_secret(facts),
            codes_to_copy(facts),
        ],
    };
    found.into_iter().flatten().collect()
}

fn password_grant(facts: &ClientFacts) -> Option<Finding> {
    let client = &facts.client;
    client.may_use(&password::GRANT).then(|| {
        let others: String = client
            .grant_types
            .iter()
            .filter(|grant| **grant != password::GRANT)
            .map(|grant| format!(" --grant {}", grant.name))
            .collect();
        PASSWORD_GRANT.finds(
            subject(facts),
            "members type their passwords into it, so it can do all that they can",
            match others.as_str() {
                "" => format!("`hob oauth client delete {} --yes`", client.client_id),
                _ => format!("`hob oauth client edit {}{others}`", client.client_id),
            },
        )
    })
}

fn secrets_in_addresses(facts: &ClientFacts) -> Option<Finding> {
    facts.client.legacy_query.then(|| {
        SECRETS_IN_ADDRESSES.finds(
            subject(facts),
            "it sends codes, secrets and tokens in addresses, which stand in logs and histories",
            edit(facts, "--legacy-query false"),
        )
    })
}

fn unused(facts: &ClientFacts, now: Timestamp) -> Option<Finding> {
    let registered = facts.client.created_at;
    let used = facts.usage.last_used_at.unwrap_or(registered);
    let idle = now.saturating_duration_since(used.max(registered));
    (idle >= YEAR).then(|| {
        let id = &facts.client.client_id;
        UNUSED.finds(
            subject(facts),
            format!(
                "nobody has used it for {} days",
                idle.as_secs() / DAY.as_secs()
            ),
            format!("`hob oauth client suspend {id}`, which can be undone, or `client delete`"),
        )
    })
}

fn old_secret(facts: &ClientFacts, now: Timestamp) -> Option<Finding> {
    let age = |made_at: Timestamp| now.saturating_duration_since(made_at);
    let oldest = facts
        .secrets
        .iter()
        .map(|secret| age(secret.created_at))
        .max()?;
    (oldest >= OLDEST_SECRET).then(|| {
        OLD_SECRET.finds(
            subject(facts),
            format!(
                "it has had a secret for {} days",
                oldest.as_secs() / DAY.as_secs()
            ),
            format!("`hob oauth client rotate {}`", facts.client.client_id),
        )
    })
}

/// The newest is there for changing over to it.
fn second_secret(facts: &ClientFacts, now: Timestamp) -> Option<Finding> {
    let newest = facts.secrets.iter().map(|secret| secret.created_at).max()?;
    let overlap = now.saturating_duration_since(newest);
    (facts.secrets.len() > 1 && overlap >= LONGEST_OVERLAP).then(|| {
        SECOND_SECRET.finds(
            subject(facts),
            format!(
                "it got a new secret {} days ago, and the old one still counts",
                overlap.as_secs() / DAY.as_secs()
            ),
            format!(
                "`hob oauth client rotate {} --expire-old now`, and give it the new one",
                facts.client.client_id
            ),
        )
    })
}

fn no_secret(facts: &ClientFacts) -> Option<Finding> {
    let by_secret = facts.client.authentication() == ClientAuthentication::Secret;
    (by_secret && facts.secrets.is_empty()).then(|| {
        NO_SECRET.finds(
            subject(facts),
            "its last secret has ended, so it can't prove who it is",
            format!("`hob oauth client rotate {}`", facts.client.client_id),
        )
    })
}

fn codes_to_copy(facts: &ClientFacts) -> Option<Finding> {
    let mut uris = facts.client.redirect_uris.0.iter();
    uris.any(|uri| uri.target() == RedirectTarget::OutOfBand)
        .then(|| {
            CODES_TO_COPY.finds(
                subject(facts),
                "members copy its codes by hand, and can be talked into giving them away",
                edit(facts, "--redirect-uri http://127.0.0.1/callback"),
            )
        })
}

fn long_suspended(facts: &ClientFacts, since: Timestamp, now: Timestamp) -> Option<Finding> {
    (now.saturating_duration_since(since) >= YEAR).then(|| {
        let id = &facts.client.client_id;
        LONG_SUSPENDED.finds(
            subject(facts),
            "it has been suspended for a year",
            format!("`hob oauth client delete {id} --yes`, or `client resume`"),
        )
    })
}

fn subject(facts: &ClientFacts) -> String {
    format!("{} ({})", facts.client.client_id, facts.client.name)
}

fn edit(facts: &ClientFacts, change: &str) -> String {
    format!(
        "`hob oauth client edit {} {change}`",
        facts.client.client_id
    )
}
