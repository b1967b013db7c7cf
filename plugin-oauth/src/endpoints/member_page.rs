//! What the pages of members share: rendering, times in words, and what is
//! said where nothing is found.

use askama::Template;
use hob_plugin_sdk::{IntoResponse, Page, PluginError, Response, db::Timestamp};
use jiff::tz::TimeZone;

/// A page in the site's layout.
pub fn page(status: u16, title: &str, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Response::page(status, Page::new(title, html)),
        Err(error) => PluginError::new(format!("the page {title:?} can't be rendered: {error}"))
            .into_response(),
    }
}

/// A short page without a form.
pub fn notice(status: u16, title: &str, sentence: &str) -> Response {
    #[derive(Template)]
    #[template(
        source = r#"<div class="narrow"><header class="page-top"><h1>{{ title }}</h1></header><p>{{ sentence }}</p></div>"#,
        ext = "html"
    )]
    struct Notice<'a> {
        title: &'a str,
        sentence: &'a str,
    }
    page(status, title, &Notice { title, sentence })
}

/// What a plugin refuses, in its words. Other errors stay what they are.
///
/// # Errors
/// It is no refusal.
pub fn refused(error: PluginError) -> Result<Response, PluginError> {
    if error.is_forbidden() {
        Ok(notice(403, "This site does not allow it", error.message()))
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
    pub fn of(time: Timestamp) -> Self {
        let day = jiff::Timestamp::try_from(time)
            .map(|time| {
                time.to_zoned(TimeZone::UTC)
                    .strftime("%-d %B %Y")
                    .to_string()
            })
            .unwrap_or_else(|_| time.to_string());
        Self {
            text: day,
            machine: time.to_string(),
        }
    }

    pub fn moment(&self) -> crate::pages::Moment<'_> {
        crate::pages::Moment {
            text: &self.text,
            machine: &self.machine,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_out() {
        let time = TimeText::of("2024-02-09T23:30:00Z".parse().unwrap());
        assert_eq!(time.text, "9 February 2024");
        assert_eq!(time.machine, "2024-02-09T23:30:00Z");
    }
}
