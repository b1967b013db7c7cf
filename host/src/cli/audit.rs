//! `hob audit`: who did what, when and from where.

use std::process::ExitCode;

use hob_plugin_manifest::config::parse_duration;
use hob_plugin_sdk::{
    AuditEntry, Who,
    db::{DbError, Timestamp},
};
use serde::Serialize;
use serde_json::Value;

use super::{Outcome, operator, print, runtime};
use crate::{
    audit::{self, Entry, Filter},
    config::Config,
    diagnostic::{Diagnostic, Diagnostics},
    members::named,
    startup::Started,
};

/// So many are read at a time.
const PAGE: i64 = 1000;

/// List and export the audit log: who did what, when and from where
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  hob audit list --since 7d\n  hob audit export --format csv --what client > clients.csv"
)]
pub struct Audit {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(clap::Subcommand)]
enum AuditCommand {
    /// List entries, the latest first
    #[command(
        after_help = "Examples:\n  hob audit list\n  hob audit list --what client --since 7d\n  hob audit list --about alice --json"
    )]
    List {
        #[command(flatten)]
        wanted: Wanted,
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Write all entries that fit to standard output, the latest first
    #[command(
        after_help = "That somebody exported them is noted as well.\n\nExamples:\n  hob audit export --format csv > audit.csv\n  hob audit export --format jsonl --since 2026-01-01 --until 2026-02-01"
    )]
    Export {
        #[command(flatten)]
        wanted: Wanted,
        /// A table, or a JSON object on each line
        #[arg(long)]
        format: Format,
    },
}

#[derive(clap::Args)]
struct Wanted {
    /// Done by: a member's username, an application's client id, or an
    /// operator's user on the machine
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// About the account of this member
    #[arg(long, value_name = "USERNAME")]
    about: Option<String>,
    /// What was done, or what that begins with: `client`
    #[arg(long, value_name = "ACTION")]
    what: Option<String>,
    /// Noted by this plugin; `core` for the site itself
    #[arg(long, value_name = "PLUGIN")]
    plugin: Option<String>,
    /// From then on: `7d` ago, a day, or a time
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Before then
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    Csv,
    Jsonl,
}

/// An entry, for programs.
#[derive(Serialize)]
struct EntryJson<'a> {
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
    fn new(entry: &'a Entry) -> Self {
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

impl Audit {
    pub fn run(self, config: &Config) -> Outcome {
        let started = super::start(config)?;
        let outcome = runtime()?.block_on(self.command.run(&started));
        started.stop();
        outcome
    }
}

impl AuditCommand {
    async fn run(self, started: &Started) -> Outcome {
        match self {
            Self::List {
                wanted,
                limit,
                json,
            } => list(started, &wanted.filter(started).await?, limit, json).await,
            Self::Export { wanted, format } => {
                export(started, wanted.filter(started).await?, format).await
            }
        }
    }
}

impl Wanted {
    async fn filter(self, started: &Started) -> Result<Filter, Diagnostics> {
        let now = started.app.site().clock.now();
        let about = match &self.about {
            None => None,
            Some(username) => {
                let found = named(&started.app.site().db, username).await;
                let member = found.map_err(|error| {
                    Diagnostic::new(error.to_string()).fix("`hob user list` names all members")
                })?;
                Some(member.id)
            }
        };
        let time = |argument, typed: Option<&String>| {
            typed.map(|typed| time(argument, typed, now)).transpose()
        };
        Ok(Filter {
            about,
            since: time("--since", self.since.as_ref())?,
            until: time("--until", self.until.as_ref())?,
            who: self.who,
            what: self.what,
            plugin: self.plugin,
        })
    }
}

/// A duration before now, a day, or a time (RFC 3339).
fn time(argument: &str, typed: &str, now: Timestamp) -> Result<Timestamp, Diagnostic> {
    let ago = parse_duration(typed).ok();
    if let Some(seconds) = ago.and_then(|seconds| u64::try_from(seconds).ok()) {
        return Ok(now - std::time::Duration::from_secs(seconds));
    }
    typed
        .parse()
        .or_else(|_| format!("{typed}T00:00:00Z").parse())
        .map_err(|_| {
            Diagnostic::new(format!("{argument}: {typed:?} is no time"))
                .fix("write it as 7d (that long ago), 2026-01-31, or 2026-01-31T12:00:00Z")
        })
}

async fn list(started: &Started, filter: &Filter, limit: u32, json: bool) -> Outcome {
    let filter = filter.clone();
    let entries = started
        .app
        .site()
        .db
        .read(move |connection| -> Result<_, DbError> {
            Ok(Entry::find(connection, &filter, None, i64::from(limit))?)
        })
        .await
        .map_err(failed)?;
    if json {
        let all: Vec<EntryJson<'_>> = entries.iter().map(EntryJson::new).collect();
        let text = serde_json::to_string_pretty(&all).expect("plain strings are JSON");
        print(text + "\n");
        return Ok(ExitCode::SUCCESS);
    }
    for entry in &entries {
        print(line(entry) + "\n");
    }
    if entries.is_empty() {
        print("Nothing was noted.\n");
    }
    Ok(ExitCode::SUCCESS)
}

fn line(entry: &Entry) -> String {
    let mut line = format!(
        "{}  {} {} ({})",
        entry.at,
        entry.plugin,
        entry.action,
        match entry.peer.as_str() {
            "" => format!("{} {}", entry.who_kind, entry.who_name),
            peer => format!("{} {} from {peer}", entry.who_kind, entry.who_name),
        }
    );
    if !entry.subject.is_empty() {
        line.push_str(&format!("  {} {}", entry.subject_kind, entry.subject));
    }
    if let Some(member_id) = entry.member_id {
        line.push_str(&format!("  member {member_id}"));
    }
    if entry.details != "{}" {
        line.push_str(&format!("  {}", entry.details));
    }
    line
}

/// Page by page, so that any number fits.
async fn export(started: &Started, filter: Filter, format: Format) -> Outcome {
    let site = started.app.site();
    let (who, now) = (Who::operator(&operator::user()), site.clock.now());
    site.db
        .write(move |connection| {
            connection.note(AuditEntry::new(audit::CORE, "audit.exported", &who, now))
        })
        .await
        .map_err(failed)?;
    if matches!(format, Format::Csv) {
        print(row(&COLUMNS));
    }
    let mut before = None;
    loop {
        let filter = filter.clone();
        let entries = site
            .db
            .read(move |connection| -> Result<_, DbError> {
                Ok(Entry::find(connection, &filter, before, PAGE)?)
            })
            .await
            .map_err(failed)?;
        for entry in &entries {
            print(match format {
                Format::Csv => table_row(entry),
                Format::Jsonl => {
                    let text = serde_json::to_string(&EntryJson::new(entry));
                    text.expect("plain strings are JSON") + "\n"
                }
            });
        }
        let Some(last) = entries.last() else {
            return Ok(ExitCode::SUCCESS);
        };
        before = Some((last.at, last.id));
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

fn failed(error: DbError) -> Diagnostics {
    Diagnostic::new(error.to_string())
        .fix("see that the database is there, then run the same again")
        .into()
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
    fn a_time_is_written_in_three_ways() {
        let now: Timestamp = "2026-03-08T12:00:00Z".parse().unwrap();
        let read = |typed| time("--since", typed, now).map(|time| time.to_string());
        assert_eq!(read("7d").unwrap(), "2026-03-01T12:00:00Z");
        assert_eq!(read("2026-01-31").unwrap(), "2026-01-31T00:00:00Z");
        assert_eq!(
            read("2026-01-31T06:00:00Z").unwrap(),
            "2026-01-31T06:00:00Z"
        );
        for bad in ["yesterday", "", "2026-13-01"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
