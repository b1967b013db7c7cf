//! What the pages of administrators share, whatever the protocol: all
//! applications page by page, one of them with its members, and what is done to
//! it. The host lets nobody else onto them, by the routes'
//! `authentication = "administrator"`.
//!
//! Knows neither a database nor what an application is made of: a plugin reads
//! its rows, and says of each what is to be seen.

mod client;
mod findings;
mod list;

use askama::Template;
use hob_plugin_sdk::{Host, PluginError, Request, Response, Words, http::Fields};

pub use client::{Administered, AllowedScope, AllowingMember, TypedReason, allowed_scopes};
pub use findings::{FindingRow, Findings};
pub use list::{Asked, ListPage, ListedClient};

use crate::{
    act::Act,
    member_page::{member, page},
};

/// What is worth seeing of an application at a glance.
pub struct Remark {
    /// In words.
    pub text: String,
    pub severe: bool,
}

impl Remark {
    /// What this message says.
    pub fn severe(words: Words, message: &str) -> Self {
        Self {
            text: words.say(message).to_string(),
            severe: true,
        }
    }

    /// What this message says, where it is less bad.
    pub fn mild(words: Words, message: &str) -> Self {
        Self {
            severe: false,
            ..Self::severe(words, message)
        }
    }
}

/// Who registered an application.
#[derive(Debug, Clone, Copy)]
pub enum Registered<'a> {
    ByOperator,
    /// The member's id, and the username if he or she is still there.
    ByMember(i64, Option<&'a str>),
    ByItself,
}

impl Registered<'_> {
    #[must_use]
    pub fn in_words(self, words: Words) -> String {
        match self {
            Self::ByOperator => words.say("admin-by-operator"),
            Self::ByMember(_, Some(username)) => {
                words.say("admin-by-member").with("username", username)
            }
            Self::ByMember(id, None) => words.say("admin-by-former-member").with("id", id),
            Self::ByItself => words.say("admin-by-itself"),
        }
        .to_string()
    }
}

/// What the administrator does in this request.
///
/// # Errors
/// The host let in somebody whom it does not know.
pub fn act(host: &Host, request: &Request) -> Result<Act, PluginError> {
    Ok(Act::of_member(host, member(request)?, request))
}

/// # Errors
/// It is no form.
pub fn form(request: &Request) -> Result<Fields, PluginError> {
    request
        .form()
        .map_err(|error| PluginError::new(format!("the form can't be read: {error}")))
}

/// To a page that says what was done.
#[must_use]
pub fn done(path: &str, what: &str) -> Response {
    Response::redirect(format!("{path}?done={what}"))
}

/// The list of all applications.
pub fn show_list(list: &ListPage<'_>) -> Response {
    let title = list.words.say("menu-admin-clients").to_string();
    page(200, &title, list)
}

/// The page of one, which a plugin makes of [`Administered`] and of what else
/// it knows.
pub fn show_client(client: &Administered<'_>, shown: &impl Template) -> Response {
    page(client.status, client.name, shown)
}
