//! A whole site in a test: the host's real router, database and media, with
//! plugins that are linked in, and a clock that can be moved.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use hob_plugin_manifest::packed;
use hob_plugin_sdk::{StaticPlugin, abi::command::RawOutput, db::Db};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{
    Browser,
    postgres::{FreshDatabase, fresh_database},
};
use crate::{
    cli,
    clock::Clock,
    config::Config,
    db::{Database, DatabaseOptions},
    diagnostic::{Diagnostic, Place},
    http::{App, Dispatch, dispatch},
    members::{Member, NewMember, Password},
    migrate::{self, Owner},
    plugins::{
        graph::{self, Node},
        running::PluginSource,
    },
    sealing::KeyFile,
    startup::{self, Started},
    watchdog::Watchdog,
};

/// A site for one test.
pub struct TestHost {
    started: Option<Started>,
    dispatch: Dispatch,
    clock: Clock,
    // Dropped after the site that lives in it. Gone only when `stop` takes it.
    house: Option<House>,
}

/// What a site lives in, and what is still there after it was stopped.
/// Nodes of one site live in one house.
#[derive(Clone)]
struct House {
    folder: Arc<TempDir>,
    postgres: Option<Arc<FreshDatabase>>,
}

/// What the site is to be like.
pub struct Builder {
    plugins: Vec<StaticPlugin>,
    sections: String,
    site: String,
    server: String,
    media: String,
    url: String,
    postgres: Option<Arc<FreshDatabase>>,
    /// Of a site that was there before; a fresh one makes its own.
    folder: Option<Arc<TempDir>>,
    clock: Clock,
    keyless: bool,
}

/// Runs a test on a fresh SQLite database, and then on a fresh PostgreSQL
/// database where there is one; under `CI=true` there has to be.
pub async fn on_each_database(test: impl AsyncFn(Builder)) {
    test(TestHost::builder()).await;
    let postgres = tokio::task::spawn_blocking(fresh_database)
        .await
        .expect("making a database does not panic");
    if let Some(postgres) = postgres {
        let mut builder = TestHost::builder();
        builder.postgres = Some(Arc::new(postgres));
        test(builder).await;
    }
}

impl TestHost {
    /// A site on SQLite without plugins.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            plugins: Vec::new(),
            sections: String::new(),
            site: String::new(),
            server: String::new(),
            media: String::new(),
            url: "http://127.0.0.1:8080".to_owned(),
            postgres: None,
            folder: None,
            clock: Clock::system(),
            keyless: false,
        }
    }

    /// Stops the site, and hands back what it lived in: the database, the files
    /// and the clock, to be started again with other plugins or settings.
    ///
    /// # Panics
    /// Never: stopping does not.
    pub async fn stop(self) -> Builder {
        self.stop_within(Duration::from_secs(10)).await
    }

    /// As [`Self::stop`], where for what is under way so long is waited, as
    /// `shutdown_timeout` says it.
    ///
    /// # Panics
    /// Never: stopping does not.
    pub async fn stop_within(mut self, at_most: Duration) -> Builder {
        let started = self.started.take().expect("runs until it is stopped");
        started.finish_events(at_most).await;
        tokio::task::spawn_blocking(move || started.stop())
            .await
            .expect("stopping does not panic");
        let House { folder, postgres } = self.house.take().expect("it is there until now");
        Builder {
            folder: Some(folder),
            postgres,
            clock: self.clock.clone(),
            ..Self::builder()
        }
    }

    /// Another node of the same site: with the same database, files, keys and
    /// clock, and whatever plugins and settings are added.
    #[must_use]
    pub fn second_node(&self) -> Builder {
        let House { folder, postgres } = self.house().clone();
        Builder {
            folder: Some(folder),
            postgres,
            clock: self.clock.clone(),
            ..Self::builder()
        }
    }

    /// The clock that everything on this site asks.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The site's database.
    #[must_use]
    pub fn db(&self) -> Db {
        self.app().site().db.clone()
    }

    /// The running application.
    ///
    /// # Panics
    /// Never: it runs until this is dropped.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.started.as_ref().expect("runs until dropped").app
    }

    fn house(&self) -> &House {
        self.house.as_ref().expect("there until it is stopped")
    }

    /// Where its files lie. It is gone with the site.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.house().folder.path()
    }

    /// The keys that seal. A change counts when it is started again.
    #[must_use]
    pub fn key_file(&self) -> KeyFile {
        KeyFile::at(self.folder().join("hob.keys"))
    }

    /// Its database, where that is PostgreSQL.
    pub(super) fn postgres(&self) -> Option<&FreshDatabase> {
        self.house().postgres.as_deref()
    }

    /// A client without cookies.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::new(
            self.dispatch.clone(),
            self.app().site().address.path("/login"),
        )
    }

    /// A client without cookies, which asks this host and no other. As
    /// browsers do, it takes no cookies along from another.
    #[must_use]
    pub fn browser_at(&self, host: &str) -> Browser {
        let address = self.app().site().address.on_host(host);
        Browser::new(self.dispatch.clone(), address.path("/login")).at(host)
    }

    /// Adds a member who may publish.
    ///
    /// # Panics
    /// The name is taken or the password too weak.
    pub async fn add_member(&self, username: &str, password: &str) -> Member {
        self.add_account(username, password, false).await
    }

    /// Adds a member who looks after the site.
    ///
    /// # Panics
    /// The name is taken or the password too weak.
    pub async fn add_administrator(&self, username: &str, password: &str) -> Member {
        self.add_account(username, password, true).await
    }

    async fn add_account(&self, username: &str, password: &str, administrator: bool) -> Member {
        let site = self.app().site();
        let password = Password::chosen(password, username).expect("a password that is taken");
        let new = NewMember {
            username: username.to_owned(),
            display_name: username.to_owned(),
            email: format!("{username}@example.org"),
            email_verified: false,
            password_hash: site.passwords.hash(password).await,
            administrator,
            uploader: true,
            created_at: site.clock.now(),
        };
        site.db
            .write(move |connection| Member::create(connection, new))
            .await
            .expect("the member can be added")
    }

    /// Switches a member's account off, as an operator does.
    ///
    /// # Panics
    /// A plugin refuses.
    pub async fn disable_member(&self, id: i64) {
        let now = self.clock.now();
        self.db()
            .write(move |connection| Member::disable(connection, id, now))
            .await
            .expect("nobody refuses");
    }

    /// Sets a member's password, as an operator does.
    ///
    /// # Panics
    /// A plugin refuses.
    pub async fn change_password(&self, id: i64, password: &str) {
        let site = self.app().site();
        let hash = site.passwords.hash(Password::presented(password)).await;
        self.db()
            .write(move |connection| Member::change_password(connection, id, &hash, None))
            .await
            .expect("nobody refuses");
    }

    /// Runs a plugin's command as `hob` does: parsed by the plugin's manifest,
    /// e.g. `["oauth", "client", "add", …]`.
    ///
    /// # Panics
    /// The words are not understood, or the plugin fails.
    pub async fn run_command(&self, words: &[&str]) -> RawOutput {
        let plugin = self
            .app()
            .plugins()
            .find(words[0])
            .expect("a command of a plugin of this site");
        let invocation = cli::plugin_invocation(&plugin.manifest, words)
            .unwrap_or_else(|error| panic!("{error}"));
        plugin
            .run_command(invocation)
            .await
            .unwrap_or_else(|error| panic!("{}", error.message))
    }

    /// Runs a plugin's periodic job once, as the host does at intervals.
    ///
    /// # Panics
    /// There is no such plugin or job, or the job fails.
    pub async fn run_job(&self, plugin: &str, job: &str) {
        self.app()
            .plugins()
            .find(plugin)
            .expect("a plugin of this site")
            .run_job(job)
            .await
            .expect("a job of this plugin")
            .unwrap_or_else(|error| panic!("{}", error.message));
    }

    /// How many statements and savepoints jobs of this process have asked
    /// their database for: for a test that is alone in it.
    #[must_use]
    pub fn statements(&self) -> u64 {
        crate::db::STATEMENTS.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Finishes the queued writes, delivers the events of what is committed to
    /// those who hear of it afterwards, and waits for them.
    pub async fn settle_events(&self) {
        self.app().plugins().finish_events().await;
    }

    /// Does what the background worker would do, until nothing is left.
    ///
    /// # Panics
    /// Disk or database fail.
    pub async fn settle_media(&self) {
        while self
            .app()
            .site()
            .media
            .work_once()
            .await
            .expect("media can be processed")
        {}
    }
}

impl Drop for TestHost {
    fn drop(&mut self) {
        if let Some(started) = self.started.take() {
            started.stop();
        }
    }
}

impl Builder {
    /// Adds a plugin, enabled.
    #[must_use]
    pub fn plugin(mut self, plugin: StaticPlugin) -> Self {
        self.plugins.push(plugin);
        self
    }

    /// Lines of a plugin's section of `hob.toml`.
    #[must_use]
    pub fn plugin_toml(mut self, id: &str, lines: &str) -> Self {
        writeln!(self.sections, "[plugin.{id}]\n{lines}").expect("strings take text");
        self
    }

    /// More lines of `[site]`.
    #[must_use]
    pub fn site_toml(mut self, lines: &str) -> Self {
        self.site = lines.to_owned();
        self
    }

    /// Lines of `[server]`.
    #[must_use]
    pub fn server_toml(mut self, lines: &str) -> Self {
        self.server = lines.to_owned();
        self
    }

    /// More lines of `[media]`.
    #[must_use]
    pub fn media_toml(mut self, lines: &str) -> Self {
        self.media = lines.to_owned();
        self
    }

    /// Lines of `[http_client]`.
    #[must_use]
    pub fn http_client_toml(mut self, lines: &str) -> Self {
        writeln!(self.sections, "[http_client]\n{lines}").expect("strings take text");
        self
    }

    /// Makes no file of keys, as a site has none that was made before there
    /// were such.
    #[must_use]
    pub fn without_keys(mut self) -> Self {
        self.keyless = true;
        self
    }

    /// Where the site stands; `http://127.0.0.1:8080` unless said.
    #[must_use]
    pub fn url(mut self, url: &str) -> Self {
        self.url = url.to_owned();
        self
    }

    /// Starts the site.
    ///
    /// # Panics
    /// It does not start; the message is the operator's.
    pub async fn start(self) -> TestHost {
        match self.try_start().await {
            Ok(site) => site,
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`Self::start`], for a test of what keeps a site from starting.
    ///
    /// # Errors
    /// What the operator would read.
    ///
    /// # Panics
    /// The temporary folder can't be made.
    pub async fn try_start(self) -> Result<TestHost, String> {
        tokio::task::spawn_blocking(move || self.start_blocking())
            .await
            .expect("starting does not panic")
    }

    fn start_blocking(self) -> Result<TestHost, String> {
        let folder = self.folder.unwrap_or_else(|| {
            Arc::new(TempDir::with_prefix("hob-test-").expect("a temporary folder can be made"))
        });
        let unpacked: Vec<_> = self
            .plugins
            .iter()
            .map(|plugin| packed::unpack(plugin.packed).expect("the build packed it"))
            .collect();
        let enabled: Vec<String> = unpacked
            .iter()
            .map(|packed| packed.manifest.id.clone())
            .collect();
        let database = match &self.postgres {
            Some(postgres) => postgres.address(),
            None => "sqlite:hob.db".to_owned(),
        };
        let text = format!(
            "[site]\nname = \"Hob\"\nurl = {:?}\n{}\n[server]\n{}\n[database]\nurl = {database:?}\n\
             [media]\nstore = \"file:media\"\n{}\n[plugins]\nenabled = {enabled:?}\n{}",
            self.url, self.site, self.server, self.media, self.sections
        );
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let config =
            Config::parse(&folder.path().join("hob.toml"), text).map_err(|error| words(&error))?;
        let keys = KeyFile::at(&config.sealing.key_file);
        if !self.keyless && !keys.path().exists() {
            keys.create(self.clock.now())
                .map_err(|error| words(&error))?;
        }
        let mut sources = Vec::new();
        for (plugin, packed) in self.plugins.iter().zip(unpacked) {
            let section = config
                .plugin_section(&packed.manifest)
                .map_err(|error| words(&error))?;
            let (id, init) = (packed.manifest.id.clone(), plugin.init);
            sources.push(PluginSource {
                packed,
                prefix: section.prefix,
                host: section.host,
                config: serde_json::Value::Object(section.values).to_string(),
                start: Box::new(move |host| {
                    init(host).into_result().map_err(|error| {
                        Diagnostic::new(format!("plugin {id} refuses to start: {}", error.message))
                            .fix("repair that, or start the site without it")
                    })
                }),
            });
        }
        let nodes: Vec<Node<'_>> = sources
            .iter()
            .map(|source| Node {
                manifest: &source.packed.manifest,
                prefix: &source.prefix,
                host: source.host.as_deref(),
                place: Place::from(config.file()),
            })
            .collect();
        let order =
            graph::start_order(&nodes, &[], &startup::CORE).map_err(|error| words(&error))?;
        let mut waiting: Vec<Option<PluginSource>> = sources.into_iter().map(Some).collect();
        let sources: Vec<PluginSource> = order
            .into_iter()
            .filter_map(|index| waiting[index].take())
            .collect();
        let owners = startup::owners(sources.iter().map(|source| &source.packed));
        if let Some(postgres) = &self.postgres {
            postgres
                .make_filled(&digest(&owners), |address| make_tables(address, &owners))
                .map_err(|error| words(&error))?;
        }
        let database = startup::open_database(&config).map_err(|error| words(&error))?;
        migrate::apply(&database, &owners, |_| {}).map_err(|error| words(&error))?;
        let clock = self.clock;
        let started = startup::start_with(
            &config,
            database,
            clock.clone(),
            &Watchdog::default(),
            sources,
            &enabled,
        )
        .map_err(|error| words(&error))?;
        Ok(TestHost {
            dispatch: dispatch(&started.app),
            started: Some(started),
            clock,
            house: Some(House {
                folder,
                postgres: self.postgres,
            }),
        })
    }
}

/// Of all that makes the tables what they are.
fn digest(owners: &[Owner]) -> String {
    let mut digest = Sha256::new();
    for owner in owners {
        digest.update(&owner.name);
        for migration in &owner.migrations {
            digest.update(&migration.version);
            digest.update(migration.postgres.sha256());
        }
    }
    let digest = digest.finalize();
    digest[..8].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn make_tables(address: &str, owners: &[Owner]) -> Result<(), String> {
    let url = address.parse().expect("it is the test's own address");
    let database = Database::open(&url, DatabaseOptions::default());
    let database = database.map_err(|error| error.to_string())?;
    let made = migrate::apply(&database, owners, |_| {}).map_err(|error| error.to_string());
    database.shutdown();
    made.map(drop)
}
