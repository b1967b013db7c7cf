//! The pages of the plugin: what each template needs, as plain data.
//!
//! A template makes a fragment; the host sets it into the site's layout and
//! serves the stylesheet. This module knows neither the database nor the
//! protocol.

mod admin;

use askama::Template;
use hob_plugin_sdk::Words;

pub use admin::{
    AdminClientPage, AdminClientRow, AdminClientsPage, AdminPolicyPage, AllowedScope,
    AllowingMember, FindingRow, InitialTokenPage, InitialTokenRow, OwnedField, PolicyKey,
    PolicyScope, PolicyTopic, Remark,
};

/// A time for people, and the same for programs (RFC 3339).
pub struct Moment<'a> {
    pub text: &'a str,
    pub machine: &'a str,
}

/// What was typed into a field, and what is wrong with it.
#[derive(Default)]
pub struct Field<'a> {
    pub value: &'a str,
    pub error: Option<&'a str>,
}

/// An application's web site. The URL is `http` or `https`.
pub struct Website<'a> {
    pub url: &'a str,
    pub host: &'a str,
}

impl<'a> Website<'a> {
    /// Of an address that was checked when it was stored.
    pub fn of(url: &'a str) -> Self {
        let after_scheme = url.find("://").map_or(0, |at| at + 3);
        let host = url[after_scheme..].split('/').next().unwrap_or_default();
        Self { url, host }
    }
}

/// What stands beside an application's name.
pub struct Emblem<'a> {
    /// The address of its logo, if it has one.
    pub logo: Option<&'a str>,
    /// The name's first letter, where it has none.
    pub initial: &'a str,
}

/// Who registered an application, and how.
pub enum Registrar<'a> {
    /// By a command.
    Operator,
    /// On the site's pages: the username.
    Member(&'a str),
    /// Whose account is gone.
    FormerMember,
    /// By itself (RFC 7591).
    Itself,
}

/// Who asks.
pub struct AskingClient<'a> {
    pub client_id: &'a str,
    pub name: &'a str,
    pub emblem: Emblem<'a>,
    pub website: Option<Website<'a>>,
    pub registered_by: Registrar<'a>,
    pub registered: Moment<'a>,
    pub verified: bool,
}

/// Who is asked.
pub struct AskedMember<'a> {
    pub username: &'a str,
    pub display_name: &'a str,
    /// The sign-in page, with the way back to this request.
    pub switch_account_url: Option<&'a str>,
}

/// A scope on the consent page.
pub struct AskedScope<'a> {
    pub name: &'a str,
    pub sentence: &'a str,
    pub dangerous: bool,
    /// The application does not work without it, so there is no choice.
    pub required: bool,
}

/// Scopes that touch the same.
pub struct AskedGroup<'a> {
    pub title: &'a str,
    pub scopes: Vec<AskedScope<'a>>,
}

/// How long what is allowed lasts, unless it is taken back sooner. Lengths of
/// time are in words.
pub struct ShownLasting<'a> {
    pub decision: ShownDecision<'a>,
    pub access: ShownAccess<'a>,
}

/// How long the member's decision counts.
pub enum ShownDecision<'a> {
    UntilTakenBack,
    UntilDay(Moment<'a>),
    For(&'a str),
}

/// How long the application's access lasts within that.
pub enum ShownAccess<'a> {
    EachTime(&'a str),
    /// It renews its access by itself: for so long at most, and no longer if it
    /// did not for so long.
    Renewed {
        longest: Option<&'a str>,
        idle: Option<&'a str>,
    },
}

/// What happens when the member has decided.
pub enum Onward<'a> {
    /// The browser goes on.
    Redirect {
        /// In words: a host, or `an app on this device`.
        destination: &'a str,
        redirect_uri: &'a str,
    },
    /// The member is shown a code to copy.
    Copy,
    /// A device hears of it by itself.
    Device {
        /// As it shows it.
        user_code: &'a str,
    },
}

/// May this application use the account, and for what?
#[derive(Template)]
#[template(path = "consent.html")]
pub struct ConsentPage<'a> {
    pub words: Words,
    pub site_name: &'a str,
    /// Where the form is sent to.
    pub action: &'a str,
    pub csrf: &'a str,
    /// The id of the stored authorization request.
    pub request: &'a str,
    pub client: AskingClient<'a>,
    pub member: AskedMember<'a>,
    /// Not granted so far.
    pub newly_asked: &'a [AskedGroup<'a>],
    pub granted_before: &'a [AskedGroup<'a>],
    pub onward: &'a Onward<'a>,
    pub connections_url: &'a str,
    pub lasting: ShownLasting<'a>,
    /// What was wrong with the last answer.
    pub error: Option<&'a str>,
}

/// A code that the member has to copy into the application.
#[derive(Template)]
#[template(path = "code.html")]
pub struct CodePage<'a> {
    pub words: Words,
    pub client_name: &'a str,
    pub code: &'a str,
    /// How long it works.
    pub minutes: u64,
    pub connections_url: &'a str,
}

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

/// The way to an application for which nobody vouches.
pub struct Departure<'a> {
    pub site_name: &'a str,
    /// In words: a host, or `an app on this device`.
    pub destination: &'a str,
    /// The redirect URI with the answer.
    pub url: &'a str,
}

/// An authorization request that must not be answered by a redirect.
#[derive(Template)]
#[template(path = "error.html")]
pub struct AuthorizationErrorPage<'a> {
    pub words: Words,
    pub heading: &'a str,
    /// For the member.
    pub explanation: &'a str,
    /// The error code of RFC 6749.
    pub code: &'a str,
    /// For the developer: what was wrong, and the fix.
    pub developer_detail: &'a str,
    pub client_id: Option<&'a str>,
    pub request_id: &'a str,
    /// Where the member can go from here.
    pub departure: Option<Departure<'a>>,
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

/// A scope in the form of an application.
pub struct OfferedScope<'a> {
    pub name: &'a str,
    pub sentence: &'a str,
    pub checked: bool,
    /// The application does not work without it.
    pub required: bool,
}

/// What an application's owner can set.
pub struct ClientFields<'a> {
    pub name: Field<'a>,
    pub website: Field<'a>,
    /// One on a line.
    pub redirect_uris: Field<'a>,
    pub scopes: &'a [OfferedScope<'a>],
    pub scopes_error: Option<&'a str>,
    pub required_scopes_error: Option<&'a str>,
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
