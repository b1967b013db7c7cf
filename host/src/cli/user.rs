//! `hob user`: the people of the site, from the command line.

use std::{io::Read, process::ExitCode};

use hob_plugin_sdk::{AuditEntry, Who, db::Timestamp};
use serde::Serialize;

use super::{Outcome, operator, print, runtime};
use crate::{
    audit,
    config::Config,
    diagnostic::{Diagnostic, Diagnostics},
    members::{Member, MemberError, NewMember, Password, Username, check_email, named},
    secret::Secret,
    startup::Started,
};

/// Add, list and change the site's members
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  hob user add alice --email alice@example.org\n  hob user list"
)]
pub struct User {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(clap::Subcommand)]
enum UserCommand {
    /// Add a member
    #[command(
        after_help = "Without a flag for it, the password is asked for at the terminal.\n\nExamples:\n  hob user add alice --email alice@example.org\n  pass show hob/alice | hob user add alice --password-stdin\n  hob user add admin --admin --generate-password"
    )]
    Add(Add),
    /// Set a member's password; ends the member's sessions and tokens
    #[command(
        after_help = "Examples:\n  hob user passwd alice\n  hob user passwd alice --generate-password"
    )]
    Passwd {
        username: String,
        #[command(flatten)]
        password: NewPassword,
    },
    /// List all members
    #[command(after_help = "Examples:\n  hob user list\n  hob user list --json")]
    List {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Switch a member's account off; ends the member's sessions and tokens
    #[command(after_help = "Examples:\n  hob user disable mallory")]
    Disable { username: String },
}

#[derive(clap::Args)]
struct Add {
    username: String,
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    email: String,
    /// What others see; the username where it is not given
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// Make the member an administrator
    #[arg(long)]
    admin: bool,
    /// The member may look and allow applications, but not publish
    #[arg(long)]
    no_uploads: bool,
    #[command(flatten)]
    password: NewPassword,
}

#[derive(clap::Args)]
struct NewPassword {
    /// Read the password from standard input
    #[arg(long, conflicts_with = "generate_password")]
    password_stdin: bool,
    /// Make a password and print it, once
    #[arg(long)]
    generate_password: bool,
}

/// A member, as `hob user list --json` writes it.
#[derive(Serialize)]
struct Listed<'a> {
    id: i64,
    username: &'a str,
    display_name: &'a str,
    email: &'a str,
    administrator: bool,
    uploader: bool,
    disabled: bool,
    created_at: String,
}

impl User {
    pub fn run(self, config: &Config) -> Outcome {
        // Plugins have to hear of what is done to a member.
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

impl UserCommand {
    async fn run(self, started: &Started) -> Outcome {
        match self {
            Self::Add(add) => add.run(started).await,
            Self::Passwd { username, password } => change(started, &username, password).await,
            Self::List { json } => list(started, json).await,
            Self::Disable { username } => disable(started, &username).await,
        }
    }
}

impl Add {
    async fn run(self, started: &Started) -> Outcome {
        let site = started.app.site();
        let username = Username::parse(&self.username).map_err(refused)?;
        let email = check_email(&self.email).map_err(refused)?;
        let (password, generated) = self.password.take(username.as_str())?;
        let now = site.clock.now();
        let new = NewMember {
            username: username.as_str().to_owned(),
            display_name: self
                .display_name
                .unwrap_or_else(|| username.as_str().to_owned()),
            email,
            email_verified: false,
            password_hash: site.passwords.hash(password).await,
            administrator: self.admin,
            uploader: !self.no_uploads,
            created_at: now,
        };
        let member = site
            .db
            .write(move |connection| {
                let member = Member::create(connection, new)?;
                let entry = entry("member.added", now).about_member(member.id);
                connection.note(entry.with("username", &member.username))?;
                Ok(member)
            })
            .await
            .map_err(refused)?;
        print(format!("Added {}.\n", member.username));
        print_generated(generated.as_ref());
        Ok(ExitCode::SUCCESS)
    }
}

async fn change(started: &Started, username: &str, password: NewPassword) -> Outcome {
    let site = started.app.site();
    let member = named(&site.db, username).await.map_err(refused)?;
    let (password, generated) = password.take(&member.username)?;
    let hash = site.passwords.hash(password).await;
    let (id, entry) = (member.id, entry("member.password_set", site.clock.now()));
    site.db
        .write(move |connection| {
            Member::change_password(connection, id, &hash, None)?;
            Ok(connection.note(entry.about_member(id))?)
        })
        .await
        .map_err(refused)?;
    print(format!(
        "Changed the password of {}; all sessions and tokens have ended.\n",
        member.username
    ));
    print_generated(generated.as_ref());
    Ok(ExitCode::SUCCESS)
}

async fn list(started: &Started, json: bool) -> Outcome {
    let site = started.app.site();
    let members = site
        .db
        .read(Member::list)
        .await
        .map_err(|error| refused(MemberError::Database(error)))?;
    if json {
        let listed: Vec<Listed<'_>> = members
            .iter()
            .map(|member| Listed {
                id: member.id,
                username: &member.username,
                display_name: &member.display_name,
                email: &member.email,
                administrator: member.administrator,
                uploader: member.uploader,
                disabled: member.is_disabled(),
                created_at: member.created_at.to_string(),
            })
            .collect();
        let text = serde_json::to_string_pretty(&listed).expect("plain strings are JSON");
        print(text + "\n");
        return Ok(ExitCode::SUCCESS);
    }
    for member in &members {
        let mut notes = Vec::new();
        if member.administrator {
            notes.push("administrator");
        }
        if !member.uploader {
            notes.push("no uploads");
        }
        if member.is_disabled() {
            notes.push("disabled");
        }
        let line = format!(
            "{:<30}  {:<40}  {}",
            member.username,
            member.email,
            notes.join(", ")
        );
        print(format!("{}\n", line.trim_end()));
    }
    Ok(ExitCode::SUCCESS)
}

async fn disable(started: &Started, username: &str) -> Outcome {
    let site = started.app.site();
    let member = named(&site.db, username).await.map_err(refused)?;
    let (id, now) = (member.id, site.clock.now());
    let entry = entry("member.disabled", now);
    site.db
        .write(move |connection| {
            Member::disable(connection, id, now)?;
            Ok(connection.note(entry.about_member(id))?)
        })
        .await
        .map_err(refused)?;
    print(format!(
        "Disabled {}; all sessions and tokens have ended.\n",
        member.username
    ));
    Ok(ExitCode::SUCCESS)
}

/// What an operator does.
fn entry(action: &str, now: Timestamp) -> AuditEntry {
    AuditEntry::new(audit::CORE, action, &Who::operator(&operator::user()), now)
}

impl NewPassword {
    /// The password, and the secret to print if it was made here.
    fn take(&self, username: &str) -> Result<(Password, Option<Secret>), Diagnostics> {
        let (text, generated) = if self.generate_password {
            let secret = Secret::generate();
            (secret.reveal()[..24].to_owned(), Some(secret))
        } else if self.password_stdin {
            let mut text = String::new();
            std::io::stdin()
                .take(4096)
                .read_to_string(&mut text)
                .map_err(|error| {
                    Diagnostic::new(format!("standard input can't be read: {error}"))
                        .fix("give the password as one line of UTF-8, or use --generate-password")
                })?;
            (text.trim_end_matches(['\r', '\n']).to_owned(), None)
        } else {
            (ask()?, None)
        };
        let password = Password::chosen(&text, username).map_err(|error| {
            Diagnostic::new(format!("the password is not taken: {error}"))
                .fix("choose another, or let Hob make one with --generate-password")
        })?;
        Ok((password, generated))
    }
}

fn ask() -> Result<String, Diagnostics> {
    let prompt = |text: &str| {
        rpassword::prompt_password(text).map_err(|error| {
            Diagnostics::from(
                Diagnostic::new(format!(
                    "there is no terminal to ask for the password: {error}"
                ))
                .fix("use --password-stdin or --generate-password"),
            )
        })
    };
    let first = prompt("Password: ")?;
    if prompt("Once more: ")? != first {
        return Err(Diagnostic::new("the two passwords differ")
            .fix("run it again and type the same one twice")
            .into());
    }
    Ok(first)
}

fn print_generated(secret: Option<&Secret>) {
    if let Some(secret) = secret {
        print(format!(
            "Password: {}\nIt is not shown again.\n",
            &secret.reveal()[..24]
        ));
    }
}

fn refused(error: MemberError) -> Diagnostics {
    let fix = match &error {
        MemberError::Unknown(_) => "`hob user list` names all members",
        MemberError::UsernameTaken(_) => "choose another, or change that account",
        MemberError::BadUsername(_) => "choose a name of that kind",
        MemberError::EmailTaken => "give another, or change the account that has it",
        MemberError::BadEmail(_) => "write it as name@example.org",
        MemberError::PluginFailed(_) => "see what the log says of it, or disable the plugin",
        MemberError::RefusedByPlugin(_) => "see what the plugin says, or disable it",
        MemberError::Database(_) => "see that the database is there, then run the same again",
    };
    Diagnostic::new(error.to_string()).fix(fix).into()
}
