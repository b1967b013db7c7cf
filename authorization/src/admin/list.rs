//! All applications, page by page.

use askama::Template;
use hob_plugin_sdk::{Request, Words};

use super::{Findings, Remark};
use crate::member_page::TimeText;

/// Applications on one page.
const PAGE_LENGTH: usize = 50;

/// Which part of the list is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What a name or an id has to have in it; empty if nothing is searched for.
    pub part: String,
    /// The row before which the page begins; none of the first page.
    pub before: Option<i64>,
    deleted: bool,
}

impl Asked {
    /// Of the query.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let asked = request.query_fields().unwrap_or_default();
        let typed = asked.first("q").unwrap_or_default().trim();
        Self {
            // No name has any, and not every database takes them.
            part: typed.chars().filter(|sign| !sign.is_control()).collect(),
            // What is no row of ours begins nowhere.
            before: asked.first("before").map(|row| row.parse().unwrap_or(0)),
            deleted: asked.first("done") == Some("deleted"),
        }
    }

    /// So many rows are read: one more than a page has.
    #[must_use]
    pub fn most() -> i64 {
        i64::try_from(PAGE_LENGTH + 1).expect("a page is short")
    }

    /// Leaves as many as a page has. Whether there are more.
    pub fn cut<T>(rows: &mut Vec<T>) -> bool {
        let has_more = rows.len() > PAGE_LENGTH;
        rows.truncate(PAGE_LENGTH);
        has_more
    }

    /// Whether it is the first page of all.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.part.is_empty() && self.before.is_none()
    }

    fn query(&self, path: &str, before: Option<i64>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !self.part.is_empty() {
            query.append_pair("q", &self.part);
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        match query.finish().as_str() {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}

/// An application in the list.
pub struct ListedClient {
    /// Its row, before which the next page begins.
    pub row: i64,
    pub url: String,
    pub name: String,
    /// By which its protocol knows it.
    pub client_id: String,
    pub remarks: Vec<Remark>,
    /// How many members allow it now.
    pub members: u64,
    /// In words.
    pub registrar: String,
    pub registered: TimeText,
    pub last_used: Option<TimeText>,
}

/// All applications.
#[derive(Template)]
#[template(path = "admin_clients.html")]
pub struct ListPage<'a> {
    pub words: Words,
    pub asked: &'a Asked,
    /// The site's page of administration.
    pub admin_url: &'a str,
    /// Where the list is, and where its search goes.
    pub action: &'a str,
    /// Another page of administrators beside it, and what that is called.
    pub beside: Option<(&'a str, String)>,
    /// What is searched, in words.
    pub search_label: String,
    /// What to do where there is none.
    pub empty_hint: String,
    pub findings: Option<Findings>,
    pub clients: Vec<ListedClient>,
    pub has_more: bool,
}

impl ListPage<'_> {
    fn newest_url(&self) -> Option<String> {
        let asked = self.asked;
        asked.before.map(|_| asked.query(self.action, None))
    }

    fn older_url(&self) -> Option<String> {
        let last = self.clients.last().filter(|_| self.has_more)?;
        Some(self.asked.query(self.action, Some(last.row)))
    }
}
