//! `/admin/audit`: administrators look through the audit log, and take it away
//! as a file. Which entries fit is asked as on the command line.

mod asked;

use std::collections::BTreeMap;

use axum::{body::Body, extract::State, response::Response};
use futures_util::stream;
use hob_plugin_sdk::{
    Words,
    db::{Connection, Db, DbError, Timestamp},
};
use http::{HeaderValue, StatusCode, header, request::Parts};

use self::asked::{Asked, Problems, position, with_query};
use super::shown::ShownMoment;
use crate::{
    audit::{self, Entry, Export, Filter, Format},
    http::{
        App,
        address::Query,
        form::who_asks,
        page::{Failure, Frame, html},
        views::{AuditPage, AuditRow, ChosenOption, Field},
        visitor::Administrator,
    },
    members::Member,
    words::Phrase,
};

pub const PATH: &str = "/admin/audit";
/// Entries on one page.
const PAGE_LENGTH: usize = 50;

/// Shows a page of the log, the latest entry first.
///
/// # Errors
/// A cursor that is none, or the database failed.
pub async fn list(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let before = match asked.before.as_deref() {
        None => None,
        Some(cursor) => {
            let unknown = Failure::BadRequest(Phrase::new("problem-cursor"));
            Some(position(cursor).ok_or(unknown)?)
        }
    };
    let frame = Frame::new(
        &app,
        Some(&visitor),
        visitor.language,
        &app.site().address.path(&asked.path(PATH, None)),
    );
    let words = frame.words();
    let (status, problems, entries, usernames) = match asked.filter(&app).await? {
        Ok(filter) => {
            let (entries, usernames) = find(&app.site().db, filter, before).await?;
            (StatusCode::OK, Problems::default(), entries, usernames)
        }
        Err(problems) => {
            let nothing = (Vec::new(), BTreeMap::new());
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                problems,
                nothing.0,
                nothing.1,
            )
        }
    };
    let older_url = (entries.len() > PAGE_LENGTH).then(|| {
        let last = &entries[PAGE_LENGTH - 1];
        let cursor = format!("{}-{}", last.at.as_micros(), last.id);
        app.site()
            .address
            .path(&asked.path(PATH, Some(("before", &cursor))))
    });
    let newest_url = before.map(|_| app.site().address.path(&asked.path(PATH, None)));
    let shown: Vec<ShownEntry<'_>> = entries
        .iter()
        .take(PAGE_LENGTH)
        .map(|entry| ShownEntry::new(&app, words, entry, &usernames))
        .collect();
    let rows: Vec<AuditRow<'_>> = shown.iter().map(ShownEntry::row).collect();
    let said = |problem: &Option<Phrase>| problem.as_ref().map(|problem| problem.say(words));
    let (about_error, since_error, until_error) = (
        said(&problems.about),
        said(&problems.since),
        said(&problems.until),
    );
    let field = |value, error| Field { value, error };
    let owners =
        std::iter::once(audit::CORE).chain(app.plugins().iter().map(|plugin| plugin.id.as_str()));
    let plugins: Vec<ChosenOption<'_>> = owners
        .map(|id| ChosenOption {
            value: id,
            chosen: id == asked.plugin,
        })
        .collect();
    let export_path = format!("{PATH}/export");
    let export_url = |format: Format| {
        let path = asked.path(&export_path, Some(("format", format.name())));
        app.site().address.path(&path)
    };
    html(
        status,
        &AuditPage {
            layout: frame.layout(),
            admin_url: &app.site().address.path(super::admin::PATH),
            action: &app.site().address.path(PATH),
            who: field(&asked.who, None),
            about: field(&asked.about, about_error.as_deref()),
            subject: field(&asked.subject, None),
            subject_kind: field(&asked.subject_kind, None),
            what: field(&asked.what, None),
            from: field(&asked.from, None),
            since: field(&asked.since, since_error.as_deref()),
            until: field(&asked.until, until_error.as_deref()),
            plugins: &plugins,
            is_understood: status == StatusCode::OK,
            is_filtered: !asked.is_blank(),
            entries: &rows,
            newest_url: newest_url.as_deref(),
            older_url: older_url.as_deref(),
            csv_url: &export_url(Format::Csv),
            json_lines_url: &export_url(Format::JsonLines),
        },
    )
}

/// Sends all entries that fit as a file, read part by part.
///
/// # Errors
/// The filter or the format is not understood, or the database failed.
pub async fn export(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Query(asked): Query<Asked>,
    parts: Parts,
) -> Result<Response, Failure> {
    let format = asked.format.as_deref().and_then(Format::named);
    let format = format.ok_or(Failure::BadRequest(Phrase::new("failure-query")))?;
    let filter = asked.filter(&app).await?.map_err(|problems| {
        let unknown = Phrase::new("failure-query");
        Failure::BadRequest(problems.first().unwrap_or(unknown))
    })?;
    let site = app.site();
    let now = site.clock.now();
    let export = Export::begin(&site.db, who_asks(&visitor, &parts), now, filter, format)
        .await
        .map_err(failed)?;
    let parts = stream::unfold(export, async |mut export| match export.next().await {
        Ok(part) => part.map(|part| (Ok(part), export)),
        // The connection ends in the middle, so nobody takes it for all.
        Err(error) => {
            tracing::error!(%error, "an export of the audit log broke off");
            Some((Err(error), export))
        }
    });
    let mut response = Response::new(Body::from_stream(parts));
    let day = now.to_string();
    let name = format!(
        "attachment; filename=\"audit-{}.{}\"",
        day.get(..10).unwrap_or_default(),
        format.name()
    );
    let headers = response.headers_mut();
    for (header, value) in [
        (header::CONTENT_TYPE, format.content_type()),
        (header::CONTENT_DISPOSITION, name.as_str()),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        let value = HeaderValue::from_str(value).expect("plain words are a header's value");
        headers.insert(header, value);
    }
    Ok(response)
}

/// A page and one entry more, so that it is known whether there are older ones;
/// with the names of the members that they are about.
async fn find(
    db: &Db,
    filter: Filter,
    before: Option<(Timestamp, i64)>,
) -> Result<(Vec<Entry>, BTreeMap<i64, String>), Failure> {
    let most = i64::try_from(PAGE_LENGTH + 1).expect("a page is short");
    let find = move |connection: &mut Connection| -> Result<_, DbError> {
        let entries = Entry::find(connection, &filter, before, most)?;
        let about: Vec<i64> = entries.iter().filter_map(|entry| entry.member_id).collect();
        let usernames = Member::usernames(connection, &about)?;
        Ok((entries, usernames))
    };
    db.read(find).await.map_err(failed)
}

fn failed(error: DbError) -> Failure {
    Failure::internal(format!("the audit log: {error}"))
}

/// Owns what a row of the page borrows.
struct ShownEntry<'a> {
    entry: &'a Entry,
    at: ShownMoment,
    who_kind: String,
    who_url: Option<String>,
    from_url: Option<String>,
    subject_url: Option<String>,
    /// The username, or that the member is gone.
    about: Option<String>,
    details: Vec<(String, String)>,
}

impl<'a> ShownEntry<'a> {
    fn new(app: &App, words: Words, entry: &'a Entry, usernames: &BTreeMap<i64, String>) -> Self {
        let only_with = |name: &str, value: &str, more: Option<(&str, &str)>| {
            let path = with_query(PATH, std::iter::once((name, value)).chain(more));
            (!value.is_empty()).then(|| app.site().address.path(&path))
        };
        let only = |name: &str, value: &str| only_with(name, value, None);
        let kind = Some(("subject_kind", entry.subject_kind.as_str()));
        let kind = kind.filter(|(_, kind)| !kind.is_empty());
        let about = |id: i64| match usernames.get(&id) {
            Some(username) => username.clone(),
            None => words.say("audit-member-gone").with("id", id).to_string(),
        };
        Self {
            at: ShownMoment::to_the_second(words, entry.at),
            who_kind: words.say(kind_message(&entry.who_kind)).to_string(),
            who_url: only("who", &entry.who_name),
            from_url: only("from", &entry.peer),
            subject_url: only_with("subject", &entry.subject, kind),
            about: entry.member_id.map(about),
            details: details(&entry.details),
            entry,
        }
    }

    fn row(&self) -> AuditRow<'_> {
        let entry = self.entry;
        AuditRow {
            action: &entry.action,
            plugin: &entry.plugin,
            at: self.at.moment(),
            who_kind: &self.who_kind,
            who: &entry.who_name,
            who_url: self.who_url.as_deref(),
            from: &entry.peer,
            from_url: self.from_url.as_deref(),
            about: self.about.as_deref(),
            subject_kind: &entry.subject_kind,
            subject: &entry.subject,
            subject_url: self.subject_url.as_deref(),
            request_id: &entry.request_id,
            details: &self.details,
        }
    }
}

fn kind_message(kind: &str) -> &'static str {
    match kind {
        "member" => "audit-who-member",
        "client" => "audit-who-client",
        "operator" => "audit-who-operator",
        _ => "audit-who-site",
    }
}

/// The fields of a JSON object, each as text.
fn details(json: &str) -> Vec<(String, String)> {
    use serde_json::{Map, Value};
    let fields: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
    let text = |value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    fields
        .into_iter()
        .map(|(name, value)| (name, text(value)))
        .collect()
}
