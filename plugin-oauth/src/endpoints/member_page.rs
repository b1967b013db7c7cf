//! What the pages of members share: rendering, times in words, and what is
//! said where nothing is found.

use std::{fmt, time::Duration};

use askama::Template;
use hob_plugin_sdk::{
    IntoResponse, Page, PluginError, Request, Response, Said, Words, db::Timestamp,
};

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

/// A time, as text for people and for programs.
pub struct TimeText {
    pub text: String,
    pub machine: String,
}

impl TimeText {
    /// The day, in UTC.
    pub fn of(words: Words, time: Timestamp) -> Self {
        Self {
            text: words.day(time),
            machine: time.to_string(),
        }
    }

    /// The last day on which something works that ends at this time: one that
    /// ends with a day ends at the midnight after it.
    pub fn of_end(words: Words, end: Timestamp) -> Self {
        Self {
            text: words.day(end - Duration::from_micros(1)),
            machine: end.to_string(),
        }
    }

    pub fn moment(&self) -> crate::pages::Moment<'_> {
        crate::pages::Moment {
            text: &self.text,
            machine: &self.machine,
        }
    }
}
