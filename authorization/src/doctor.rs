//! What a doctor finds: how bad it is, where, and what would mend it; and how
//! its command tells of it. What is looked for is each plugin's own.

use std::fmt::Write;

use hob_plugin_sdk::{CommandError, Invocation, Output};
use serde::Serialize;

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

impl Check {
    #[must_use]
    pub const fn new(id: &'static str, severity: Severity) -> Self {
        Self { id, severity }
    }

    /// It is so, here.
    #[must_use]
    pub fn finds(
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

/// The worst first; what is as bad stays in its order, so that what is found in
/// one place stays together.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
}

/// What was found, for programs.
#[derive(Serialize)]
struct Examined<'a> {
    /// None if nothing was found.
    worst: Option<Severity>,
    findings: &'a [Finding],
}

/// What a command `doctor` prints. It ends with 1 if there is danger; with
/// `--strict`, if there is something to be warned of.
///
/// # Errors
/// As [`Output::json`].
pub fn report(invocation: &Invocation, findings: &[Finding]) -> Result<Output, CommandError> {
    let worst = findings.iter().map(|finding| finding.severity).max();
    let borne = match invocation.given("strict") {
        true => Severity::Notice,
        false => Severity::Warning,
    };
    let output = match invocation.given("json") {
        true => Output::json(&Examined { worst, findings })?,
        false => Output::text(text(findings)),
    };
    Ok(match worst {
        Some(worst) if worst > borne => output.with_exit_code(1),
        _ => output,
    })
}

fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        writeln!(
            text,
            "{}: {}: {} [{}]\n  fix: {}",
            finding.severity.as_str(),
            finding.subject,
            finding.what,
            finding.id,
            finding.fix
        )
        .expect("writing to a string does not fail");
    }
    if findings.is_empty() {
        text.push_str("Nothing risky was found.\n");
    }
    text
}
