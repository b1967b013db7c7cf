//! Entries as files: a table for spreadsheets, or a JSON object on each line
//! for programs.
//!
//! Knows no command line and no HTTP: both write the same.

use hob_plugin_sdk::{
    AuditEntry, Who,
    db::{Db, DbError, Timestamp},
};
use serde::Serialize;
use serde_json::Value;

use super::{CORE, Entry, Filter};

/// So many entries are read at a time.
const AT_A_TIME: i64 = 1000;

/// How entries are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, with a row of names first.
    Csv,
    /// A JSON object on each line.
    JsonLines,
}

impl Format {
    /// As it is asked for, and as files of it end.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Csv, Self::JsonLines]
            .into_iter()
            .find(|format| format.name() == name)
    }

    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines => "application/x-ndjson",
        }
    }

    fn head(self) -> String {
        match self {
            Self::Csv => row(&COLUMNS),
            Self::JsonLines => String::new(),
        }
    }

    fn line(self, entry: &Entry) -> String {
        match self {
            Self::Csv => table_row(entry),
            Self::JsonLines => {
                let text = serde_json::to_string(&EntryJson::new(entry));
                text.expect("plain strings are JSON") + "\n"
            }
        }
    }
}

/// An export, which is read part by part, so that any number of entries fits.
pub struct Export {
    db: Db,
    filter: Filter,
    format: Format,
    next: Next,
}

enum Next {
    Head,
    After(Option<(Timestamp, i64)>),
    Nothing,
}

impl Export {
    /// Begins one, and notes who did so: whoever takes the log away leaves a
    /// trace in it.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(
        db: &Db,
        who: Who,
        at: Timestamp,
        filter: Filter,
        format: Format,
    ) -> Result<Self, DbError> {
        db.write(move |connection| {
            let entry = AuditEntry::new(CORE, "audit.exported", &who, at);
            connection.note(entry.with("format", format.name()))
        })
        .await?;
        Ok(Self {
            db: db.clone(),
            filter,
            format,
            next: Next::Head,
        })
    }

    /// The next part of the file; none at its end.
    ///
    /// # Errors
    /// The database's.
    pub async fn next(&mut self) -> Result<Option<String>, DbError> {
        let before = match self.next {
            Next::Nothing => return Ok(None),
            Next::Head => None,
            Next::After(last) => last,
        };
        let filter = self.filter.clone();
        let entries = self
            .db
            .read(move |connection| -> Result<_, DbError> {
                Ok(Entry::find(connection, &filter, before, AT_A_TIME)?)
            })
            .await?;
        let mut text = match self.next {
            Next::Head => self.format.head(),
            Next::After(_) | Next::Nothing => String::new(),
        };
        text.extend(entries.iter().map(|entry| self.format.line(entry)));
        self.next = match entries.last() {
            Some(last) => Next::After(Some((last.at, last.id))),
            None => Next::Nothing,
        };
        Ok((!text.is_empty()).then_some(text))
    }
}

/// An entry, for programs.
#[derive(Serialize)]
pub struct EntryJson<'a> {
    at: String,
    plugin: &'a str,
    action: &'a str,
    who: WhoJson<'a>,
    about_member_id: Option<i64>,
    subject_kind: &'a str,
    subject: &'a str,
    details: Value,
}

#[derive(Serialize)]
struct WhoJson<'a> {
    kind: &'a str,
    member_id: Option<i64>,
    name: &'a str,
    peer: &'a str,
    request_id: &'a str,
}

impl<'a> EntryJson<'a> {
    #[must_use]
    pub fn new(entry: &'a Entry) -> Self {
        Self {
            at: entry.at.to_string(),
            plugin: &entry.plugin,
            action: &entry.action,
            who: WhoJson {
                kind: &entry.who_kind,
                member_id: entry.who_member,
                name: &entry.who_name,
                peer: &entry.peer,
                request_id: &entry.request_id,
            },
            about_member_id: entry.member_id,
            subject_kind: &entry.subject_kind,
            subject: &entry.subject,
            // It was made as JSON; a row that was changed by hand may be none.
            details: serde_json::from_str(&entry.details).unwrap_or_default(),
        }
    }
}

const COLUMNS: [&str; 12] = [
    "at",
    "plugin",
    "action",
    "who_kind",
    "who_member_id",
    "who_name",
    "peer",
    "request_id",
    "about_member_id",
    "subject_kind",
    "subject",
    "details",
];

fn table_row(entry: &Entry) -> String {
    let id = |id: Option<i64>| id.map_or_else(String::new, |id| id.to_string());
    row(&[
        &entry.at.to_string(),
        &entry.plugin,
        &entry.action,
        &entry.who_kind,
        &id(entry.who_member),
        &entry.who_name,
        &entry.peer,
        &entry.request_id,
        &id(entry.member_id),
        &entry.subject_kind,
        &entry.subject,
        &entry.details,
    ])
}

/// A line of RFC 4180. A cell that a spreadsheet would take for a formula gets
/// an apostrophe before it: a name that somebody chose must not calculate.
fn row(cells: &[&str]) -> String {
    let harmless = cells.iter().map(|cell| {
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        format!("{}{cell}", if formula { "'" } else { "" })
    });
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer
        .write_record(harmless)
        .expect("memory takes all that is written");
    let line = writer.into_inner().expect("memory needs no flush");
    String::from_utf8(line).expect("it was made of texts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        assert_eq!(row(&["a", "b c", ""]), "a,b c,\r\n");
        assert_eq!(
            row(&["a,b", "\"x\"", "l\nm"]),
            "\"a,b\",\"\"\"x\"\"\",\"l\nm\"\r\n"
        );
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(row(&[formula]), format!("'{formula}\r\n"));
        }
    }

    #[test]
    fn a_format_is_asked_for_by_its_name() {
        for format in [Format::Csv, Format::JsonLines] {
            assert_eq!(Format::named(format.name()), Some(format));
        }
        assert_eq!(Format::named("xlsx"), None);
    }
}
