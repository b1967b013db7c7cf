//! The pages that every such plugin shows: what each template needs, as plain
//! data.
//!
//! A template makes a fragment; the host sets it into the site's layout and
//! serves the stylesheet. This module knows neither the database nor the
//! protocol.

use askama::Template;
use hob_plugin_sdk::{IntoResponse, Page, PluginError, Response, Words};

/// A time for people, and the same for programs (RFC 3339).
pub struct Moment<'a> {
    pub text: &'a str,
    pub machine: &'a str,
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
    /// By itself.
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
    /// It has no secret of its own, so that any program can act as it.
    pub unproven: bool,
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
    /// It ends with the decision.
    WithDecision,
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
    /// The error code of the protocol.
    pub code: &'a str,
    /// For the developer: what was wrong, and the fix.
    pub developer_detail: &'a str,
    pub client_id: Option<&'a str>,
    pub request_id: &'a str,
    /// Where the member can go from here.
    pub departure: Option<Departure<'a>>,
}

/// What was typed into a field, and what is wrong with it.
#[derive(Default)]
pub struct Field<'a> {
    pub value: &'a str,
    pub error: Option<&'a str>,
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
    /// Without any, members copy a code.
    pub redirect_uri_needed: bool,
    pub scopes: &'a [OfferedScope<'a>],
    pub scopes_error: Option<&'a str>,
    pub required_scopes_error: Option<&'a str>,
}

/// Without `form-action`: browsers apply it to the redirects that follow a
/// form, and the consent form leads to the application.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// A page in the site's layout that is not stored, can't be framed, and does
/// not tell the next site where the browser came from.
pub fn page(status: u16, title: &str, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => guarded(Response::page(
            status,
            Page::new(title, html).with_content_security_policy(CONTENT_SECURITY_POLICY),
        ))
        .with_header("x-frame-options", "DENY"),
        Err(error) => PluginError::new(format!("the page {title:?} can't be rendered: {error}"))
            .into_response(),
    }
}

/// An answer of the front channel: not stored, and without a referrer.
#[must_use]
pub fn guarded(response: Response) -> Response {
    response
        .with_header("cache-control", "no-store")
        .with_header("referrer-policy", "no-referrer")
}
