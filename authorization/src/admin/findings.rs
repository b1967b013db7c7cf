//! What a doctor finds, on a page.

use crate::doctor::{Finding, Severity};

/// All that was found, above what an administrator looks at.
pub struct Findings {
    pub rows: Vec<FindingRow>,
    /// What prints the same on the command line.
    pub command: &'static str,
}

/// Something risky.
pub struct FindingRow {
    /// The message that says what it is.
    pub message: String,
    /// The message of its severity.
    pub severity: &'static str,
    /// The class of its badge, beside `badge`.
    pub badge: &'static str,
    /// What is in English, as on the command line.
    pub finding: Finding,
}

impl Findings {
    #[must_use]
    pub fn new(findings: Vec<Finding>, command: &'static str) -> Self {
        Self {
            rows: findings.into_iter().map(FindingRow::new).collect(),
            command,
        }
    }
}

impl FindingRow {
    fn new(finding: Finding) -> Self {
        let (severity, badge) = match finding.severity {
            Severity::Danger => ("policy-danger", "badge-danger"),
            Severity::Warning => ("policy-warning", "badge-warning"),
            Severity::Notice => ("policy-notice", ""),
        };
        Self {
            message: format!("finding-{}", finding.id),
            severity,
            badge,
            finding,
        }
    }
}
