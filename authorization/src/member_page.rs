//! What the pages of members share: rendering, times in words, and what is
//! said where nothing is found.

use std::fmt;

use askama::Template;
use hob_plugin_sdk::{IntoResponse, Member, Page, PluginError, Request, Response, Said};

pub use crate::lasting::TimeText;

/// A page in the site's layout.
pub fn page(status: u16, title: &str, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Response::page(status, Page::new(title, html)),
        Err(error) => PluginError::new(format!("the page {title:?} can't be rendered: {error}"))
            .into_response(),
    }
}

/// A short page without a form.
pub fn notice(status: u16, title: Said<'_>, sentence: impl fmt::Display) -> Response {
    #[derive(Template)]
    #[template(
        source = r#"<div class="narrow"><header class="page-top"><h1>{{ title }}</h1></header><p>{{ sentence }}</p></div>"#,
        ext = "html"
    )]
    struct Notice<'a> {
        title: &'a str,
        sentence: &'a str,
    }
    let title = &title.to_string();
    let sentence = &sentence.to_string();
    page(status, title, &Notice { title, sentence })
}

/// What a plugin refuses, in its words. Other errors stay what they are.
///
/// # Errors
/// It is no refusal.
pub fn refused(request: &Request, error: PluginError) -> Result<Response, PluginError> {
    if error.is_forbidden() {
        let title = request.words().say("refused-by-plugin");
        Ok(notice(403, title, error.message()))
    } else {
        Err(error)
    }
}

/// The signed-in member, on a route that the host opens to nobody else.
///
/// # Errors
/// It did.
pub fn member(request: &Request) -> Result<&Member, PluginError> {
    request
        .member()
        .ok_or_else(|| PluginError::new("the host let nobody onto a page of members"))
}
