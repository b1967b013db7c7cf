//! The pages of the plugin: what each template needs, as plain data. Those that
//! ask a member and tell of it are shared (`hob_authorization::pages`).
//!
//! A template makes a fragment; the host sets it into the site's layout and
//! serves the stylesheet. This module knows neither the database nor the
//! protocol.

mod admin;

use askama::Template;
use hob_plugin_sdk::Words;

pub use hob_authorization::pages::{
    AskedMember, AskingClient, AuthorizationErrorPage, ClientFields, CodePage, ConsentPage,
    Departure, Emblem, Field, Moment, Onward, Registrar, Website,
};

pub use admin::{
    AdminClientPage, AdminPolicyPage, InitialTokenPage, InitialTokenRow, OwnedField, PolicyKey,
    PolicyScope, PolicyTopic,
};

/// Which device waits for the member?
#[derive(Template)]
#[template(path = "device.html")]
pub struct DevicePage<'a> {
    pub words: Words,
    pub site_name: &'a str,
    pub action: &'a str,
    pub csrf: &'a str,
    pub username: &'a str,
    pub display_name: &'a str,
    /// The sign-in page, with the way back to this one.
    pub switch_account_url: &'a str,
    pub user_code: Field<'a>,
    /// The code was in the address, and the member has to compare it.
    pub filled_in: bool,
}

/// What became of the device.
#[derive(Template)]
#[template(path = "device_done.html")]
pub struct DeviceDonePage<'a> {
    pub words: Words,
    pub client_name: &'a str,
    pub allowed: bool,
    pub connections_url: &'a str,
}

/// A registered application in its owner's list.
pub struct ClientRow<'a> {
    pub url: &'a str,
    pub name: &'a str,
    pub client_id: &'a str,
    /// In words, such as `on a server`.
    pub kind: String,
    pub registered: Moment<'a>,
    pub suspended: bool,
    pub emblem: Emblem<'a>,
}

/// The applications that a member registered.
#[derive(Template)]
#[template(path = "clients.html")]
pub struct ClientsPage<'a> {
    pub words: Words,
    pub site_name: &'a str,
    pub new_url: &'a str,
    /// Why the member can register no further one.
    pub obstacle: Option<&'a str>,
    pub clients: &'a [ClientRow<'a>],
}

/// The form that registers an application; after a mistake, with what was typed.
#[derive(Template)]
#[template(path = "client_new.html")]
pub struct ClientNewPage<'a> {
    pub words: Words,
    pub csrf: &'a str,
    pub action: &'a str,
    pub clients_url: &'a str,
    pub problem: Option<&'a str>,
    pub client: ClientFields<'a>,
    /// Sent as `kind`: `public` or `confidential`.
    pub public: bool,
}

/// Credentials, shown once.
#[derive(Template)]
#[template(path = "client_created.html")]
pub struct ClientCreatedPage<'a> {
    pub words: Words,
    pub site_name: &'a str,
    pub name: &'a str,
    pub client_id: &'a str,
    /// Absent for a public client.
    pub client_secret: Option<&'a str>,
    /// Of RFC 8414.
    pub metadata_url: &'a str,
    pub client_url: &'a str,
    /// For a shell, to see that it works.
    pub curl: Option<&'a str>,
}

/// A secret that took the place of another, shown once.
#[derive(Template)]
#[template(path = "client_secret.html")]
pub struct ClientSecretPage<'a> {
    pub words: Words,
    pub site_name: &'a str,
    pub name: &'a str,
    pub client_secret: &'a str,
    /// Absent if the old one is dead.
    pub old_works_until: Option<Moment<'a>>,
    pub client_url: &'a str,
    /// For a shell, to see that it works.
    pub curl: Option<&'a str>,
}

/// A secret that is not shown, in the list of its application.
pub struct SecretRow<'a> {
    pub created: Moment<'a>,
    pub expires: Option<Moment<'a>>,
    pub last_used: Option<Moment<'a>>,
}

/// An application, for its owner.
#[derive(Template)]
#[template(path = "client.html")]
pub struct ClientPage<'a> {
    pub words: Words,
    pub csrf: &'a str,
    pub clients_url: &'a str,
    pub save_url: &'a str,
    pub delete_url: &'a str,
    /// The name as stored, whatever stands in the field.
    pub name: &'a str,
    pub client_id: &'a str,
    /// In words, such as `on a server`.
    pub kind: String,
    pub registered: Moment<'a>,
    /// How many members allow it now.
    pub members: u64,
    pub suspended: bool,
    pub metadata_url: &'a str,
    /// For a shell, to see that it works; with a secret that is in its
    /// environment.
    pub curl: Option<&'a str>,
    /// None for a public client.
    pub secrets: &'a [SecretRow<'a>],
    pub rotate_url: &'a str,
    /// Why there is no new secret.
    pub secret_problem: Option<&'a str>,
    pub emblem: Emblem<'a>,
    pub logo_url: &'a str,
    pub logo_delete_url: &'a str,
    /// How large the file of a logo may be, in MiB.
    pub largest_logo: u64,
    /// Why there is no new logo.
    pub logo_problem: Option<&'a str>,
    pub problem: Option<&'a str>,
    pub client: ClientFields<'a>,
}

/// A personal access token, for its member.
pub struct PersonalTokenRow<'a> {
    pub name: &'a str,
    /// Its page among all that may use the account.
    pub url: &'a str,
    pub scope_sentences: &'a [&'a str],
    pub created: Moment<'a>,
    pub until: Moment<'a>,
    /// With the address, which may be empty.
    pub last_used: Option<(Moment<'a>, &'a str)>,
    pub revoke_url: &'a str,
}

/// A member's personal access tokens.
#[derive(Template)]
#[template(path = "personal_tokens.html")]
pub struct PersonalTokensPage<'a> {
    pub words: Words,
    pub csrf: &'a str,
    pub site_name: &'a str,
    pub new_url: &'a str,
    /// Whether the operator lets this member make one.
    pub may_make: bool,
    pub tokens: &'a [PersonalTokenRow<'a>],
}

/// What a personal access token can be made to allow.
pub struct TokenScope<'a> {
    pub name: &'a str,
    pub sentence: &'a str,
    pub dangerous: bool,
    pub checked: bool,
}

/// How long a personal access token can be made to live.
pub struct OfferedDays {
    pub days: u64,
    pub chosen: bool,
}

/// The form that makes a personal access token; after a mistake, with what was
/// typed.
#[derive(Template)]
#[template(path = "personal_token_new.html")]
pub struct PersonalTokenNewPage<'a> {
    pub words: Words,
    pub csrf: &'a str,
    pub action: &'a str,
    pub tokens_url: &'a str,
    pub problem: Option<&'a str>,
    pub called: Field<'a>,
    pub scopes: &'a [TokenScope<'a>],
    pub scopes_error: Option<&'a str>,
    pub days: &'a [OfferedDays],
    /// The member chose a day.
    pub on_a_day: bool,
    pub day: &'a str,
    pub ends_error: Option<&'a str>,
}

/// A personal access token, shown once.
#[derive(Template)]
#[template(path = "personal_token_created.html")]
pub struct PersonalTokenCreatedPage<'a> {
    pub words: Words,
    pub site_name: &'a str,
    pub name: &'a str,
    pub token: &'a str,
    pub until: Moment<'a>,
    pub tokens_url: &'a str,
    /// For a shell, to see that it works.
    pub curl: Option<&'a str>,
}
