//! `hob audit`: who did what, when and from where.

use std::process::ExitCode;

use hob_plugin_sdk::{
    Who,
    db::{DbError, Timestamp},
};

use super::{Outcome, operator, print, runtime};
use crate::{
    audit::{Entry, EntryJson, Export, Filter, Format, read_time},
    config::Config,
    diagnostic::{Diagnostic, Diagnostics},
    members::named,
    startup::Started,
};

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
        format: Written,
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
    /// Done to: the id of an application, or of what else an entry names
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// What kind of thing that is: `client`
    #[arg(long, value_name = "KIND")]
    subject_kind: Option<String>,
    /// What was done, or what that begins with: `client`
    #[arg(long, value_name = "ACTION")]
    what: Option<String>,
    /// Noted by this plugin; `core` for the site itself
    #[arg(long, value_name = "PLUGIN")]
    plugin: Option<String>,
    /// Done from this address
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// From then on: `7d` ago, a day, or a time
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Before then
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Written {
    Csv,
    Jsonl,
}

impl From<Written> for Format {
    fn from(written: Written) -> Self {
        match written {
            Written::Csv => Self::Csv,
            Written::Jsonl => Self::JsonLines,
        }
    }
}

impl Audit {
    pub fn run(self, config: &Config) -> Outcome {
        let started = super::start(config)?;
        let outcome = runtime()?.block_on(async {
            let outcome = self.command.run(&started).await;
            started.finish_events(config.server.shutdown_timeout).await;
            outcome
        });
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
                export(started, wanted.filter(started).await?, format.into()).await
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
            subject: self.subject,
            subject_kind: self.subject_kind,
            what: self.what,
            plugin: self.plugin,
            from: self.from,
        })
    }
}

fn time(argument: &str, typed: &str, now: Timestamp) -> Result<Timestamp, Diagnostic> {
    read_time(typed, now).ok_or_else(|| {
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

async fn export(started: &Started, filter: Filter, format: Format) -> Outcome {
    let site = started.app.site();
    let who = Who::operator(&operator::user());
    let mut export = Export::begin(&site.db, who, site.clock.now(), filter, format)
        .await
        .map_err(failed)?;
    while let Some(part) = export.next().await.map_err(failed)? {
        print(part);
    }
    Ok(ExitCode::SUCCESS)
}

fn failed(error: DbError) -> Diagnostics {
    Diagnostic::new(error.to_string())
        .fix("see that the database is there, then run the same again")
        .into()
}
