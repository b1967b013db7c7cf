//! The pages of administrators: what each template needs, as plain data.

use askama::Template;
use hob_plugin_sdk::Words;

use super::{Moment, SecretRow, Website};

/// What is worth seeing of an application at a glance.
pub struct Remark {
    /// In words.
    pub text: String,
    pub severe: bool,
}

/// An application in the list of all.
pub struct AdminClientRow<'a> {
    pub url: &'a str,
    pub name: &'a str,
    pub client_id: &'a str,
    pub remarks: &'a [Remark],
    /// How many members allow it now.
    pub members: u64,
    /// In words.
    pub registrar: &'a str,
    pub registered: Moment<'a>,
    pub last_used: Option<Moment<'a>>,
}

/// All applications, page by page.
#[derive(Template)]
#[template(path = "admin_clients.html")]
pub struct AdminClientsPage<'a> {
    pub words: Words,
    /// The site's page of administration.
    pub admin_url: &'a str,
    /// Where the search goes.
    pub action: &'a str,
    pub policy_url: &'a str,
    /// One was just deleted.
    pub deleted: bool,
    /// What was searched for; empty if nothing was.
    pub search: &'a str,
    pub clients: &'a [AdminClientRow<'a>],
    /// Absent on the first page.
    pub newest_url: Option<&'a str>,
    /// Absent on the last page.
    pub older_url: Option<&'a str>,
}

/// What an application may ask for.
pub struct AllowedScope<'a> {
    pub name: &'a str,
    pub sentence: &'a str,
}

/// A member who allows an application something.
pub struct AllowingMember<'a> {
    /// None of a member who is gone.
    pub username: Option<&'a str>,
    pub member_id: i64,
    /// The names of the scopes.
    pub scope: &'a str,
    /// Absent where it is the whole site.
    pub resource: Option<&'a str>,
    pub granted: Moment<'a>,
    /// With the address, which may be empty.
    pub last_used: Option<(Moment<'a>, &'a str)>,
    /// When it ends by itself, if it does.
    pub until: Option<Moment<'a>>,
}

/// An application, for administrators.
#[derive(Template)]
#[template(path = "admin_client.html")]
pub struct AdminClientPage<'a> {
    pub words: Words,
    pub csrf: &'a str,
    pub clients_url: &'a str,
    /// What the audit log has of it.
    pub audit_url: &'a str,
    /// This page; what is done to the application stands below it.
    pub url: &'a str,
    /// The message that says what was just done.
    pub done: Option<&'static str>,
    pub name: &'a str,
    pub remarks: &'a [Remark],
    pub client_id: &'a str,
    /// In words, such as `on a server`.
    pub kind: String,
    /// Of OAuth: `client_secret_basic`.
    pub authentication: &'a str,
    /// The ids of its keys, or their thumbprints.
    pub keys: &'a [String],
    pub website: Option<Website<'a>>,
    pub redirect_uris: &'a [&'a str],
    pub grants: &'a [&'a str],
    pub scopes: &'a [AllowedScope<'a>],
    pub introspects: bool,
    pub has_to_push: bool,
    pub dpop_bound: bool,
    pub legacy_query: bool,
    /// In words.
    pub registrar: &'a str,
    /// The number of the initial access token that let it in.
    pub initial_token: Option<&'a str>,
    pub registered: Moment<'a>,
    /// How many members allow it now.
    pub members_count: u64,
    pub last_used: Option<Moment<'a>>,
    pub suspended: Option<Moment<'a>>,
    pub suspension_reason: Option<&'a str>,
    pub members: &'a [AllowingMember<'a>],
    /// Absent on the first page.
    pub first_members_url: Option<&'a str>,
    /// Absent on the last page.
    pub more_members_url: Option<&'a str>,
    /// What was typed as the reason of a suspension, and what is wrong with it.
    pub reason: &'a str,
    pub reason_error: Option<&'a str>,
    /// It proves who it is by a secret.
    pub has_secret: bool,
    pub secrets: &'a [SecretRow<'a>],
    pub rotate_url: &'a str,
    /// Why there is no new secret.
    pub secret_problem: Option<&'a str>,
}

/// Something risky.
pub struct FindingRow<'a> {
    /// The message that says what it is.
    pub message: String,
    /// The message of its severity.
    pub severity: &'static str,
    /// The class of its badge, beside `badge`.
    pub badge: &'static str,
    pub id: &'static str,
    /// A key, or an application.
    pub subject: &'a str,
    /// In English, as on the command line.
    pub what: &'a str,
    /// Likewise.
    pub fix: &'a str,
}

/// A key of the plugin's section of `hob.toml`.
pub struct PolicyKey<'a> {
    pub name: &'static str,
    /// The message that says what it decides.
    pub message: String,
    /// As it stands there; empty where it is not set.
    pub value: &'a str,
}

/// Keys about the same.
pub struct PolicyTopic<'a> {
    /// The message of its heading.
    pub title: &'static str,
    pub keys: Vec<PolicyKey<'a>>,
}

/// A scope of the site.
pub struct PolicyScope<'a> {
    pub name: &'a str,
    pub sentence: &'a str,
    pub dangerous: bool,
    /// An application that registers itself may ask for it.
    pub self_registered: bool,
}

/// An initial access token, without what is shown only once.
pub struct InitialTokenRow<'a> {
    pub id: i64,
    pub note: Option<&'a str>,
    pub uses_left: i64,
    pub created: Moment<'a>,
    pub until: Moment<'a>,
    pub revoke_url: &'a str,
}

/// What stands in a field, and what is wrong with it.
pub struct OwnedField {
    pub value: String,
    pub error: Option<String>,
}

/// What the operator decided, and the initial access tokens.
#[derive(Template)]
#[template(path = "admin_policy.html")]
pub struct AdminPolicyPage<'a> {
    pub words: Words,
    pub csrf: &'a str,
    /// The site's page of administration.
    pub admin_url: &'a str,
    pub clients_url: &'a str,
    /// Of `hob.toml`: `[plugin.oauth]`.
    pub section: String,
    /// An initial access token was just revoked.
    pub revoked: bool,
    pub findings: &'a [FindingRow<'a>],
    pub topics: &'a [PolicyTopic<'a>],
    pub scopes: &'a [PolicyScope<'a>],
    /// Whether initial access tokens are what is asked for.
    pub tokens_count: bool,
    pub tokens: &'a [InitialTokenRow<'a>],
    pub issue_url: &'a str,
    pub uses: OwnedField,
    pub days: OwnedField,
    pub note: OwnedField,
}

/// An initial access token, shown once.
#[derive(Template)]
#[template(path = "admin_initial_token.html")]
pub struct InitialTokenPage<'a> {
    pub words: Words,
    pub site_name: &'a str,
    pub token: &'a str,
    pub uses: i64,
    pub until: Moment<'a>,
    /// The registration endpoint (RFC 7591).
    pub register_url: &'a str,
    pub policy_url: &'a str,
}
