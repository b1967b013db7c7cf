//! `/admin`: how the site is, at a glance, and the way to what plugins offer
//! its administrators.

use axum::{extract::State, response::Response};
use diesel::QueryResult;
use hob_plugin_manifest::MenuAudience;
use http::StatusCode;

use super::health::{Unready, readiness};
use crate::{
    audit::Entry,
    http::{
        App,
        page::{Failure, Frame, html},
        views::{AdminPage, MenuLink, PluginRow},
        visitor::Administrator,
    },
    media::rows::Medium,
    members::Member,
};

/// The page of administration.
pub const PATH: &str = "/admin";

/// Shows it.
///
/// # Errors
/// The database failed, other than by being slow: that is what is shown.
pub async fn show(
    State(app): State<App>,
    Administrator(visitor): Administrator,
) -> Result<Response, Failure> {
    let unready = readiness(&app).await.err();
    let site = app.site();
    let counted: QueryResult<_> = site
        .db
        .read(|connection| {
            Ok((
                Member::count(connection)?,
                Medium::count(connection)?,
                Entry::count(connection)?,
            ))
        })
        .await;
    let ((members, disabled), media, entries) = counted?;
    let late = app.watchdog().late();
    let language = visitor.language;
    let frame = Frame::new(&app, Some(&visitor), language, &site.address.path(PATH));
    let words = frame.words();
    let unready = unready.map(|unready| words.say(message(unready)).to_string());
    let plugins: Vec<PluginRow<'_>> = app
        .plugins()
        .iter()
        .map(|plugin| PluginRow {
            id: &plugin.id,
            title: &plugin.manifest.title,
            version: &plugin.version,
            blocks: late.iter().any(|code| is_of_plugin(code, &plugin.id)),
            links: app
                .menu(MenuAudience::Administrators)
                .filter(|entry| entry.owner == plugin.id)
                .map(|entry| MenuLink {
                    url: &entry.url,
                    text: entry.text(language),
                })
                .collect(),
        })
        .collect();
    html(
        StatusCode::OK,
        &AdminPage {
            layout: frame.layout(),
            version: env!("CARGO_PKG_VERSION"),
            site_url: site.address.url(),
            database: site.database_kind,
            members,
            disabled,
            media,
            unready: unready.as_deref(),
            late: &late,
            entries,
            entries_kept_days: site.audit_kept.as_secs() / (24 * 3600),
            audit_url: &site.address.path(super::admin_audit::PATH),
            plugins: &plugins,
        },
    )
}

const fn message(unready: Unready) -> &'static str {
    match unready {
        Unready::Stopping => "admin-unready-stopping",
        Unready::Blocked => "admin-unready-blocked",
        Unready::Database => "admin-unready-database",
        Unready::DatabaseSlow => "admin-unready-database-slow",
    }
}

/// Whether the watchdog's name for a piece of code is of this plugin's.
fn is_of_plugin(code: &str, id: &str) -> bool {
    code.strip_prefix("plugin ")
        .and_then(|rest| rest.strip_prefix(id))
        .is_some_and(|rest| rest.starts_with(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_code_is_told_by_the_plugin_s_whole_name() {
        let code = "plugin oauth2, route GET /authorize";
        assert!(is_of_plugin(code, "oauth2"));
        assert!(!is_of_plugin(code, "oauth"));
        assert!(!is_of_plugin("oauth2, route GET /", "oauth2"));
    }
}
