//! What is risky about how the authorization server is set up and used.
//!
//! [`examine`] judges [`Facts`] and asks nobody: no database, no clock, no
//! command line. It changes nothing; each finding says what would mend it.

mod clients;
mod facts;
mod settings;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use facts::{ClientFacts, Facts};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// Weaker than it need be.
    Warning,
    /// Whoever finds it out can harm members.
    Danger,
}

/// Something that is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// For programs, and for the list in the documentation.
    pub id: &'static str,
    pub severity: Severity,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub id: &'static str,
    pub severity: Severity,
    /// Where: a key of the configuration, or an application.
    pub subject: String,
    pub what: String,
    pub fix: String,
}

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

impl Check {
    const fn new(id: &'static str, severity: Severity) -> Self {
        Self { id, severity }
    }

    fn finds(
        self,
        subject: impl Into<String>,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        Finding {
            id: self.id,
            severity: self.severity,
            subject: subject.into(),
            what: what.into(),
            fix: fix.into(),
        }
    }
}

/// All findings, the worst first.
#[must_use]
pub fn examine(facts: &Facts) -> Vec<Finding> {
    let mut findings = settings::examine(facts);
    for client in &facts.clients {
        findings.extend(clients::examine(client, facts.now));
    }
    // Stable, so that what is found in one place stays together.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

impl Severity {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }
}
