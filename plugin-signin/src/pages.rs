//! The pages of the plugin: what each template needs, as plain data.
//!
//! A template makes a fragment; the host sets it into the site's layout.

use askama::Template;
use hob_plugin_sdk::{IntoResponse, Page, PluginError, Response, Words};

/// A time for people, and the same for programs (RFC 3339).
pub struct Moment {
    pub text: String,
    pub machine: String,
}

/// An account elsewhere that opens the member's.
pub struct AccountRow<'a> {
    pub id: i64,
    pub provider: &'a str,
    /// Empty where the provider does not say.
    pub name: &'a str,
    pub linked: Moment,
    pub last_used: Option<Moment>,
}

/// A provider at which an account can be linked.
pub struct ProviderButton<'a> {
    pub id: &'a str,
    pub title: &'a str,
}

/// A member's accounts elsewhere.
#[derive(Template)]
#[template(path = "accounts.html")]
pub struct AccountsPage<'a> {
    pub words: Words,
    pub csrf: &'a str,
    pub link_url: &'a str,
    pub unlink_url: &'a str,
    pub sign_out_url: &'a str,
    pub accounts: &'a [AccountRow<'a>],
    /// Where the member may be signed in, as far as one can be signed out there.
    pub sign_out_at: &'a [ProviderButton<'a>],
    pub providers: &'a [ProviderButton<'a>],
    /// The provider, by its title, that did not take back what was kept of an
    /// account that was just unlinked.
    pub still_given: Option<&'a str>,
    /// Where the member shows who is there before an account is linked, if that
    /// was not done a moment ago.
    pub sign_in_anew_url: Option<&'a str>,
}

/// A provider at which the site itself may have an account.
pub struct SiteAccountRow<'a> {
    pub id: &'a str,
    pub title: &'a str,
    /// What it is called there.
    pub account: Option<&'a str>,
    /// Whether plugins can make requests with it.
    pub is_used: bool,
}

/// The site's own accounts elsewhere.
#[derive(Template)]
#[template(path = "site.html")]
pub struct SitePage<'a> {
    pub words: Words,
    pub title: &'a str,
    pub csrf: &'a str,
    pub link_url: &'a str,
    pub unlink_url: &'a str,
    pub accounts: &'a [SiteAccountRow<'a>],
    /// As on [`AccountsPage`].
    pub still_given: Option<&'a str>,
    /// As on [`AccountsPage`].
    pub sign_in_anew_url: Option<&'a str>,
}

/// What was typed into a field, and what is wrong with it.
pub struct Field<'a> {
    pub value: &'a str,
    pub error: Option<&'a str>,
}

/// Whose account elsewhere opens none here makes one.
#[derive(Template)]
#[template(path = "register.html")]
pub struct RegisterPage<'a> {
    pub words: Words,
    pub title: &'a str,
    pub provider: &'a str,
    pub register_url: &'a str,
    pub login_url: &'a str,
    pub username: Field<'a>,
}

/// Why nobody is signed in, and what to do about it.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    pub words: Words,
    pub title: &'a str,
    pub sentence: &'a str,
    /// To begin again, where that may help.
    pub again_url: Option<&'a str>,
    pub login_url: &'a str,
    pub request_id: &'a str,
}

/// As the usual policy of the site, for a page whose form ends at a provider:
/// browsers apply `form-action` to the whole chain of redirects.
const POLICY_FOR_FORMS_THAT_LEAVE: &str = "default-src 'none'; img-src 'self'; \
     style-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A page in the site's layout.
pub fn page(status: u16, title: &str, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => framed(status, title, html),
        Err(error) => PluginError::new(format!("the page {title:?} can't be rendered: {error}"))
            .into_response(),
    }
}

/// The same, of HTML that is ready.
pub fn framed(status: u16, title: &str, html: String) -> Response {
    let page = Page::new(title, html).with_content_security_policy(POLICY_FOR_FORMS_THAT_LEAVE);
    Response::page(status, page)
        .with_header("cache-control", "no-store")
        .with_header("referrer-policy", "no-referrer")
}
