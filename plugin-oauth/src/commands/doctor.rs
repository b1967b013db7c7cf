//! `hob oauth doctor`: what is risky, and what would mend it.

use std::fmt::Write;

use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};
use serde::Serialize;

use crate::{
    OAuth,
    doctor::{Facts, Finding, Severity, examine},
};

/// What was found, for programs.
#[derive(Serialize)]
struct Examined<'a> {
    /// None if nothing was found.
    worst: Option<Severity>,
    findings: &'a [Finding],
}

/// `doctor`. Ends with 1 if there is danger; with `--strict`, if there is
/// something to be warned of.
pub async fn examine_site(
    oauth: Arc<OAuth>,
    invocation: Invocation,
) -> Result<Output, CommandError> {
    let findings = examine(&Facts::collect(&oauth).await?);
    let worst = findings.iter().map(|finding| finding.severity).max();
    let borne = if invocation.given("strict") {
        Severity::Notice
    } else {
        Severity::Warning
    };
    let output = if invocation.given("json") {
        Output::json(&Examined {
            worst,
            findings: &findings,
        })?
    } else {
        Output::text(text(&findings))
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
