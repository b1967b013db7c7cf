//! What is risky in `hob.toml`, and in what the site leaves lying about.

use std::{net::IpAddr, time::Duration};

use url::{Host, Url};

use hob_authorization::{
    doctor::{
        Check, Finding,
        Severity::{Danger, Notice, Warning},
    },
    policy::Whom,
};

use super::Facts;
use crate::settings::DynamicRegistration;

pub const PLAIN_HTTP: Check = Check::new("plain_http", Danger);
pub const LONG_ACCESS_TOKENS: Check = Check::new("long_access_tokens", Danger);
pub const OPEN_REGISTRATION_WITH_SENSITIVE_SCOPES: Check =
    Check::new("open_registration_with_sensitive_scopes", Danger);
pub const LONG_REFRESHING: Check = Check::new("long_refreshing", Warning);
pub const LONG_CONSENTS: Check = Check::new("long_consents", Warning);
pub const LONG_CODES: Check = Check::new("long_codes", Warning);
pub const LOCALHOST_WITH_ANY_PORT: Check = Check::new("localhost_with_any_port", Warning);
pub const UNBOUNDED_APPLICATIONS: Check = Check::new("unbounded_applications", Warning);
pub const UNUSED_REGISTRATIONS_STAY: Check = Check::new("unused_registrations_stay", Warning);
pub const LONG_PERSONAL_TOKENS: Check = Check::new("long_personal_tokens", Warning);
pub const UNBOUNDED_PERSONAL_TOKENS: Check = Check::new("unbounded_personal_tokens", Warning);
pub const UNUSED_PERSONAL_TOKENS: Check = Check::new("unused_personal_tokens", Notice);
pub const NOT_PRUNED: Check = Check::new("not_pruned", Notice);

const DAY: Duration = Duration::from_secs(24 * 3600);
/// A stolen access token works so long at most.
const LONGEST_ACCESS_TOKENS: Duration = DAY;
/// For what a member allowed once and nobody asked about again.
const LONGEST_TRUST: Duration = Duration::from_secs(2 * 365 * 24 * 3600);
/// RFC 6749, section 4.1.2, recommends ten minutes at most; who needs more than
/// this is a person who copies.
const LONGEST_CODES: Duration = Duration::from_secs(120);

/// A script is looked at once a year.
const LONGEST_PERSONAL_TOKENS: Duration = Duration::from_secs(366 * 24 * 3600);
/// What is not used for so long is forgotten.
pub const UNUSED_FOR: Duration = Duration::from_secs(90 * 24 * 3600);

pub fn examine(facts: &Facts) -> Vec<Finding> {
    let found = [
        plain_http(facts),
        long_access_tokens(facts),
        open_registration(facts),
        long_refreshing(facts),
        long_consents(facts),
        long_codes(facts),
        localhost_with_any_port(facts),
        unbounded_applications(facts),
        unused_registrations_stay(facts),
        long_personal_tokens(facts),
        unbounded_personal_tokens(facts),
        unused_personal_tokens(facts),
        not_pruned(facts),
    ];
    found.into_iter().flatten().collect()
}

fn plain_http(facts: &Facts) -> Option<Finding> {
    let mut urls = facts.site_urls.iter();
    let open = urls.find(|url| Url::parse(url).is_ok_and(|url| is_plain_and_not_local(&url)))?;
    Some(
        PLAIN_HTTP.finds(
            open.as_str(),
            "passwords, codes and tokens cross the network in the clear",
            "put a proxy that ends TLS in front of Hob, write its https address as `url` in [site], and take \
             `allow_plain_http` out",
        ),
    )
}

fn is_plain_and_not_local(url: &Url) -> bool {
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    };
    url.scheme() == "http" && !is_local
}

fn long_access_tokens(facts: &Facts) -> Option<Finding> {
    let lifetime = facts.settings.access_token_lifetime();
    (lifetime > LONGEST_ACCESS_TOKENS).then(|| {
        LONG_ACCESS_TOKENS.finds(
            "access_token_lifetime in [plugin.oauth]",
            format!("a stolen access token works for {}", in_words(lifetime)),
            "make it an hour; applications get new ones by their refresh tokens",
        )
    })
}

fn open_registration(facts: &Facts) -> Option<Finding> {
    let given = facts
        .self_registered_scope
        .intersection(&facts.sensitive_scope);
    let is_open = facts.settings.dynamic_registration == DynamicRegistration::Open;
    (is_open && !given.is_empty()).then(|| {
        OPEN_REGISTRATION_WITH_SENSITIVE_SCOPES.finds(
            "dynamic_registration in [plugin.oauth]",
            format!("any program may register itself and ask members for {given}"),
            "make it \"initial_token\", or take the sensitive ones out of \
             `dynamic_registration_scopes`",
        )
    })
}

fn long_refreshing(facts: &Facts) -> Option<Finding> {
    let lifetime = facts.settings.refresh_token_absolute_lifetime();
    (lifetime > LONGEST_TRUST).then(|| {
        LONG_REFRESHING.finds(
            "refresh_token_absolute_lifetime in [plugin.oauth]",
            format!(
                "an application goes on for {} without the member",
                in_words(lifetime)
            ),
            "make it a year",
        )
    })
}

fn long_consents(facts: &Facts) -> Option<Finding> {
    let lifetime = facts.settings.consent_lifetime()?;
    (lifetime > LONGEST_TRUST).then(|| {
        LONG_CONSENTS.finds(
            "consent_lifetime in [plugin.oauth]",
            format!("members are asked again only after {}", in_words(lifetime)),
            "make it a year",
        )
    })
}

fn long_codes(facts: &Facts) -> Option<Finding> {
    let lifetime = facts.settings.authorization_code_lifetime();
    (lifetime > LONGEST_CODES).then(|| {
        LONG_CODES.finds(
            "authorization_code_lifetime in [plugin.oauth]",
            format!(
                "a code that somebody else catches can be swapped for {}",
                in_words(lifetime)
            ),
            "make it a minute",
        )
    })
}

fn localhost_with_any_port(facts: &Facts) -> Option<Finding> {
    facts.settings.localhost_with_any_port.then(|| {
        LOCALHOST_WITH_ANY_PORT.finds(
            "localhost_with_any_port in [plugin.oauth]",
            "codes go to whatever the name localhost means on a member's machine (RFC 8252, \
             section 8.3)",
            "let applications register http://127.0.0.1 and take it out",
        )
    })
}

fn unbounded_applications(facts: &Facts) -> Option<Finding> {
    let settings = &facts.settings;
    let is_open = settings.registration == Whom::Members;
    (is_open && settings.applications_per_member().is_none()).then(|| {
        UNBOUNDED_APPLICATIONS.finds(
            "applications_per_member in [plugin.oauth]",
            "one member can register applications without end",
            "make it 20",
        )
    })
}

fn unused_registrations_stay(facts: &Facts) -> Option<Finding> {
    let settings = &facts.settings;
    let is_open = settings.dynamic_registration != DynamicRegistration::Closed;
    (is_open && settings.unused_registration_lifetime().is_none()).then(|| {
        UNUSED_REGISTRATIONS_STAY.finds(
            "unused_registration_lifetime in [plugin.oauth]",
            "applications that registered themselves stay for good, also if nobody uses them",
            "make it 30d",
        )
    })
}

fn long_personal_tokens(facts: &Facts) -> Option<Finding> {
    let lifetime = facts.settings.personal_token_longest_lifetime();
    let are_made = facts.settings.personal_tokens != Whom::Closed;
    (are_made && lifetime > LONGEST_PERSONAL_TOKENS).then(|| {
        LONG_PERSONAL_TOKENS.finds(
            "personal_token_longest_lifetime in [plugin.oauth]",
            format!(
                "a token that leaks from a script works for {}",
                in_words(lifetime)
            ),
            "make it a year",
        )
    })
}

fn unbounded_personal_tokens(facts: &Facts) -> Option<Finding> {
    let settings = &facts.settings;
    let is_open = settings.personal_tokens == Whom::Members;
    (is_open && settings.personal_tokens_per_member().is_none()).then(|| {
        UNBOUNDED_PERSONAL_TOKENS.finds(
            "personal_tokens_per_member in [plugin.oauth]",
            "one member can make personal access tokens without end",
            "make it 50",
        )
    })
}

fn unused_personal_tokens(facts: &Facts) -> Option<Finding> {
    let tokens = facts.unused_personal_tokens;
    (tokens > 0).then(|| {
        UNUSED_PERSONAL_TOKENS.finds(
            "the database",
            format!(
                "personal access tokens that still count and that nobody has used for {}: {tokens}",
                in_words(UNUSED_FOR)
            ),
            "ask their members to revoke them; `hob oauth token list --member NAME` says when \
             each was last used",
        )
    })
}

fn not_pruned(facts: &Facts) -> Option<Finding> {
    let rows = facts.expired_rows;
    (rows > 0).then(|| {
        NOT_PRUNED.finds(
            "the database",
            format!("{rows} rows expired more than a day ago and are still there"),
            "run `hob oauth prune`; while the site runs, it does so each hour, and its log says \
             why if it can't",
        )
    })
}

/// Seconds, minutes, hours or days, whichever are whole.
fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86400, "days"), (3600, "hours"), (60, "minutes")];
    match units.iter().find(|(unit, _)| seconds.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{} {name}", seconds / unit),
        None => format!("{seconds} seconds"),
    }
}
