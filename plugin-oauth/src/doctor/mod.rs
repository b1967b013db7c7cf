//! What is risky about how the authorization server is set up and used.
//!
//! [`examine`] judges [`Facts`] and asks nobody: no database, no clock, no
//! command line. It changes nothing; each finding says what would mend it.

mod clients;
mod facts;
mod settings;
#[cfg(test)]
mod tests;

#[cfg(test)]
use hob_authorization::doctor::Check;
use hob_authorization::doctor::{self, Finding};

pub use facts::{ClientFacts, Facts};

/// All that is looked for, for the tests: that each is tried, and in the
/// documentation.
#[cfg(test)]
const CHECKS: [Check; 21] = [
    settings::PLAIN_HTTP,
    settings::LONG_ACCESS_TOKENS,
    settings::OPEN_REGISTRATION_WITH_SENSITIVE_SCOPES,
    clients::PASSWORD_GRANT,
    clients::SECRETS_IN_ADDRESSES,
    settings::LONG_REFRESHING,
    settings::LONG_CONSENTS,
    settings::LONG_CODES,
    settings::LOCALHOST_WITH_ANY_PORT,
    settings::UNBOUNDED_APPLICATIONS,
    settings::UNUSED_REGISTRATIONS_STAY,
    settings::LONG_PERSONAL_TOKENS,
    settings::UNBOUNDED_PERSONAL_TOKENS,
    clients::UNUSED,
    clients::OLD_SECRET,
    clients::SECOND_SECRET,
    clients::NO_SECRET,
    clients::CODES_TO_COPY,
    clients::LONG_SUSPENDED,
    settings::UNUSED_PERSONAL_TOKENS,
    settings::NOT_PRUNED,
];

/// All findings, the worst first.
#[must_use]
pub fn examine(facts: &Facts) -> Vec<Finding> {
    let mut findings = settings::examine(facts);
    for client in &facts.clients {
        findings.extend(clients::examine(client, facts.now));
    }
    doctor::sort(&mut findings);
    findings
}
