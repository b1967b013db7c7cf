//! `hob keys`: the keys under which secrets are sealed.
//!
//! A change counts for a running site when that is started again. Until then
//! its key stays in the ring, so that nothing it seals is lost.

use std::{collections::BTreeMap, process::ExitCode};

use hob_plugin_sdk::{AuditEntry, Who, sealing::KeyId};

use super::{Outcome, operator, print, runtime};
use crate::{
    audit,
    clock::Clock,
    config::Config,
    diagnostic::{Diagnostic, Diagnostics},
    sealing::{KeyFile, KeyFileError, KeyRing, SealedProvider},
    startup::Started,
};

/// List and change the keys under which plugins seal secrets
#[derive(clap::Args)]
#[command(
    after_help = "They lie in the file that `key_file` in [secrets] names, outside the database. A site\nthat runs takes up a change when it is started again.\n\nExamples:\n  hob keys list\n  hob keys rotate"
)]
pub struct Keys {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(clap::Subcommand)]
enum KeysCommand {
    /// Make the file of keys, for a site that has none
    #[command(
        after_help = "`hob init` makes it for a new site. If there was one that is gone, put that back: a new\nkey opens nothing that was sealed under another.\n\nExamples:\n  hob keys init"
    )]
    Init,
    /// List the keys, and how many secrets are sealed under each
    #[command(after_help = "Examples:\n  hob keys list")]
    List,
    /// Add a key that opens and does not seal yet
    #[command(
        after_help = "For sites that run on several machines: give the file to each of them and start them\nagain, then let the key seal with `hob keys rotate ID`.\n\nExamples:\n  hob keys add"
    )]
    Add,
    /// Let a new key seal from now on, or one that is there
    #[command(after_help = "Examples:\n  hob keys rotate\n  hob keys rotate 4f1c9a02d7e3b651")]
    Rotate {
        /// A key that is there; a new one is made where none is named
        #[arg(value_name = "ID")]
        id: Option<String>,
    },
    /// Seal anew all that is sealed under an older key
    #[command(after_help = "Examples:\n  hob keys reseal")]
    Reseal,
    /// Take out a key under which nothing is sealed any more
    #[command(
        after_help = "Plugins that are not enabled are not asked: what they keep sealed under it is lost.\n\nExamples:\n  hob keys retire 4f1c9a02d7e3b651"
    )]
    Retire {
        #[arg(value_name = "ID")]
        id: String,
    },
}

impl Keys {
    pub fn run(self, config: &Config) -> Outcome {
        let file = KeyFile::at(&config.sealing.key_file);
        let failed = |error: KeyFileError| Diagnostics::from(file.diagnostic(&error));
        if let KeysCommand::Init = self.command {
            let id = file.create(Clock::system().now()).map_err(failed)?;
            print(format!(
                "Wrote {} with the key {id}. Keep a copy of it apart from the backups of the \
                 database.\n",
                file.path().display()
            ));
            return Ok(ExitCode::SUCCESS);
        }
        let ring = file.read().map_err(failed)?;
        let started = super::start(config)?;
        let asked = Asked {
            file: &file,
            ring: &ring,
            started: &started,
        };
        let outcome = runtime()?.block_on(asked.run(self.command));
        started.stop();
        outcome
    }
}

/// A site that is asked about its keys.
struct Asked<'a> {
    file: &'a KeyFile,
    ring: &'a KeyRing,
    started: &'a Started,
}

impl Asked<'_> {
    async fn run(&self, command: KeysCommand) -> Outcome {
        match command {
            // Done before anything was started.
            KeysCommand::Init => {}
            KeysCommand::List => self.list().await?,
            KeysCommand::Add => self.add().await?,
            KeysCommand::Rotate { id: None } => self.rotate().await?,
            KeysCommand::Rotate { id: Some(id) } => self.promote(self.known(&id)?).await?,
            KeysCommand::Reseal => return self.reseal().await,
            KeysCommand::Retire { id } => self.retire(self.known(&id)?).await?,
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn list(&self) -> Result<(), Diagnostics> {
        let mut uses = self.uses().await?;
        for (at, key) in self.ring.keys().iter().enumerate() {
            print(format!(
                "{}  made {}  {:<5}  {} sealed\n",
                key.id(),
                key.made_at(),
                if at == 0 { "seals" } else { "opens" },
                uses.remove(&key.id()).unwrap_or(0)
            ));
        }
        for (id, secrets) in uses {
            print(format!(
                "{id}  is not there; {secrets} secrets are sealed under it and can't be opened\n"
            ));
        }
        Ok(())
    }

    async fn add(&self) -> Result<(), Diagnostics> {
        let now = self.started.app.site().clock.now();
        let id = self.file.add(now).map_err(|error| self.failed(&error))?;
        self.note("keys.added", id).await?;
        print(format!(
            "Added the key {id}, which opens. Once every machine of the site has the file and was \
             started again: `hob keys rotate {id}`.\n"
        ));
        Ok(())
    }

    async fn rotate(&self) -> Result<(), Diagnostics> {
        let now = self.started.app.site().clock.now();
        let id = self.file.add(now).map_err(|error| self.failed(&error))?;
        self.promote(id).await
    }

    async fn promote(&self, id: KeyId) -> Result<(), Diagnostics> {
        self.file.promote(id).map_err(|error| self.failed(&error))?;
        self.note("keys.rotated", id).await?;
        print(format!(
            "The key {id} seals from the next start on. Next: keep a copy of {}, start the site \
             again, then `hob keys reseal`.\n",
            self.file.path().display()
        ));
        Ok(())
    }

    async fn reseal(&self) -> Outcome {
        let mut unopened = 0;
        for provider in self.providers()? {
            let resealed = provider
                .reseal()
                .await
                .map_err(|error| silent(&provider, error.message.as_str()))?;
            unopened += resealed.unopened;
            let id = provider.id;
            print(format!("{id}: {} sealed anew\n", resealed.anew));
            if resealed.unopened > 0 {
                print(format!(
                    "{id}: {} can't be opened, and stay as they are\n",
                    resealed.unopened
                ));
            }
        }
        self.note("keys.resealed", self.ring.newest().id()).await?;
        if unopened > 0 {
            return Ok(ExitCode::FAILURE);
        }
        let older = self.ring.keys().iter().skip(1);
        for key in older {
            print(format!(
                "Once the site was started again since the last `hob keys rotate`: `hob keys \
                 retire {}`\n",
                key.id()
            ));
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn retire(&self, id: KeyId) -> Result<(), Diagnostics> {
        let secrets = self.uses().await?.remove(&id).unwrap_or(0);
        if secrets > 0 && self.ring.newest().id() != id {
            return Err(Diagnostic::new(format!(
                "{secrets} secrets are sealed under the key {id}, and without it they are lost"
            ))
            .at(self.file.path())
            .fix("run `hob keys reseal` first")
            .into());
        }
        self.file.remove(id).map_err(|error| self.failed(&error))?;
        self.note("keys.retired", id).await?;
        print(format!("Took out the key {id}.\n"));
        Ok(())
    }

    /// The key of this name.
    fn known(&self, name: &str) -> Result<KeyId, Diagnostics> {
        let mut keys = self.ring.keys().iter().map(|key| key.id());
        keys.find(|id| id.to_string() == name).ok_or_else(|| {
            Diagnostic::new(format!("there is no key {name:?}"))
                .at(self.file.path())
                .fix("`hob keys list` names all keys")
                .into()
        })
    }

    /// How many secrets all plugins keep under which key.
    async fn uses(&self) -> Result<BTreeMap<KeyId, u64>, Diagnostics> {
        let mut all = BTreeMap::new();
        for provider in self.providers()? {
            let uses = provider.uses().await;
            for uses in uses.map_err(|error| silent(&provider, error.message.as_str()))? {
                *all.entry(uses.key).or_insert(0) += uses.secrets;
            }
        }
        Ok(all)
    }

    fn providers(&self) -> Result<Vec<SealedProvider<'_>>, Diagnostics> {
        let providers = self.started.app.plugins().sealed_providers();
        providers.map_err(|error| Diagnostic::from(error).into())
    }

    /// Notes it in the audit log. The id of a key tells nothing of it.
    async fn note(&self, action: &str, id: KeyId) -> Result<(), Diagnostics> {
        let site = self.started.app.site();
        let who = Who::operator(&operator::user());
        let entry = AuditEntry::new(audit::CORE, action, &who, site.clock.now())
            .with("key", &id.to_string());
        let noted = site
            .db
            .write(move |connection| connection.note(entry))
            .await;
        noted.map_err(|error| {
            Diagnostic::new(format!("it is done, and could not be noted: {error}"))
                .fix("see that the database is there")
                .into()
        })
    }

    fn failed(&self, error: &KeyFileError) -> Diagnostics {
        self.file.diagnostic(error).into()
    }
}

fn silent(provider: &SealedProvider<'_>, message: &str) -> Diagnostics {
    Diagnostic::new(format!(
        "plugin {} does not do what was asked: {message}",
        provider.id
    ))
    .fix("see what it says, then run the same again")
    .into()
}
