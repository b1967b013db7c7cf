//! `doctor`: what is risky, and what would mend it.

use std::fmt::Write;

use hob_plugin_sdk::{CommandError, Invocation, Output, prelude::*};
use serde::Serialize;

use crate::{
    OAuth1,
    doctor::{Facts, Finding, Severity, examine},
    models::Consumer,
    settings::ClientRegistration,
};

/// What was found, for programs.
#[derive(Serialize)]
struct Examined<'a> {
    /// None if nothing was found.
    worst: Option<Severity>,
    findings: &'a [Finding],
}

/// Ends with 1 if there is danger; with `--strict`, if there is something to be
/// warned of.
pub async fn examine_site(
    oauth1: Arc<OAuth1>,
    invocation: Invocation,
) -> Result<Output, CommandError> {
    let settings = oauth1.settings();
    let facts = Facts {
        now: oauth1.now(),
        signature_methods: oauth1.signature_methods().to_vec(),
        empty_consumer_secrets: settings.empty_consumer_secrets,
        timestamp_window: settings.timestamp_window(),
        tokens_end: settings.access_token_lifetime().is_some(),
        registration_is_open: settings.client_registration == ClientRegistration::Open,
        consumers: oauth1.read(Consumer::all).await?,
    };
    let findings = examine(&facts);
    let worst = findings.iter().map(|finding| finding.severity).max();
    let borne = match invocation.given("strict") {
        true => Severity::Notice,
        false => Severity::Warning,
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
        .expect("a text takes what is written to it");
    }
    if findings.is_empty() {
        text.push_str("Nothing risky was found.\n");
    }
    text
}
