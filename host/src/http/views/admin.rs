//! The pages of administrators.

use askama::Template;

use super::{Field, Layout, MenuLink, Moment};

/// A plugin of the running site.
pub struct PluginRow<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub version: &'a str,
    /// Some of its code does not give its thread back.
    pub blocks: bool,
    /// Its pages for administrators.
    pub links: Vec<MenuLink<'a>>,
}

/// How the site is, for its administrators.
#[derive(Template)]
#[template(path = "admin.html")]
pub struct AdminPage<'a> {
    pub layout: Layout<'a>,
    /// Of Hob.
    pub version: &'a str,
    pub site_url: &'a str,
    /// The kind of database, by its own name.
    pub database: &'a str,
    pub members: i64,
    /// How many of them are switched off.
    pub disabled: i64,
    pub media: i64,
    /// Why the site should be sent nothing now. None if it is ready.
    pub unready: Option<&'a str>,
    /// The code of plugins that blocks a thread, by the watchdog's names.
    pub late: &'a [String],
    /// Of the audit log.
    pub entries: i64,
    pub entries_kept_days: u64,
    pub audit_url: &'a str,
    pub plugins: &'a [PluginRow<'a>],
}

/// What may be chosen from a list.
pub struct ChosenOption<'a> {
    pub value: &'a str,
    pub chosen: bool,
}

/// An entry of the audit log.
pub struct AuditRow<'a> {
    pub action: &'a str,
    pub plugin: &'a str,
    pub at: Moment<'a>,
    /// In words, such as `member`.
    pub who_kind: &'a str,
    pub who: &'a str,
    /// What else is noted of the same.
    pub who_url: Option<&'a str>,
    /// An address, or empty.
    pub from: &'a str,
    pub from_url: Option<&'a str>,
    /// Whose account it is about.
    pub about: Option<&'a str>,
    pub subject_kind: &'a str,
    /// Empty if it was done to nothing beside a member.
    pub subject: &'a str,
    pub subject_url: Option<&'a str>,
    pub request_id: &'a str,
    /// Names and values.
    pub details: &'a [(String, String)],
}

/// The audit log, page by page.
#[derive(Template)]
#[template(path = "admin_audit.html")]
pub struct AuditPage<'a> {
    pub layout: Layout<'a>,
    pub admin_url: &'a str,
    /// Where the form of the filter goes.
    pub action: &'a str,
    pub who: Field<'a>,
    pub about: Field<'a>,
    pub subject: Field<'a>,
    pub subject_kind: Field<'a>,
    pub what: Field<'a>,
    pub from: Field<'a>,
    pub since: Field<'a>,
    pub until: Field<'a>,
    /// The core and each plugin.
    pub plugins: &'a [ChosenOption<'a>],
    /// Whether the filter was, and something was looked up.
    pub is_understood: bool,
    pub is_filtered: bool,
    pub entries: &'a [AuditRow<'a>],
    /// Absent on the first page.
    pub newest_url: Option<&'a str>,
    /// Absent on the last page.
    pub older_url: Option<&'a str>,
    pub csv_url: &'a str,
    pub json_lines_url: &'a str,
}
