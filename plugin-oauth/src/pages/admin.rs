//! The pages of administrators: what each template needs, as plain data.

use askama::Template;
use hob_authorization::admin::{Administered, Findings};
use hob_plugin_sdk::Words;

use super::{Moment, SecretRow};

/// An application, for administrators.
#[derive(Template)]
#[template(path = "admin_client.html")]
pub struct AdminClientPage<'a> {
    pub words: Words,
    pub csrf: &'a str,
    pub client: Administered<'a>,
    pub client_id: &'a str,
    /// In words, such as `on a server`.
    pub kind: String,
    /// Of OAuth: `client_secret_basic`.
    pub authentication: &'a str,
    /// The ids of its keys, or their thumbprints.
    pub keys: &'a [String],
    pub redirect_uris: &'a [&'a str],
    pub grants: &'a [&'a str],
    pub introspects: bool,
    pub has_to_push: bool,
    pub dpop_bound: bool,
    pub legacy_query: bool,
    /// It proves who it is by a secret.
    pub has_secret: bool,
    pub secrets: &'a [SecretRow<'a>],
    pub rotate_url: &'a str,
    /// Why there is no new secret.
    pub secret_problem: Option<&'a str>,
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
    pub findings: Findings,
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
