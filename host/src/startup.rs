//! From a configuration to a running site, step by step. The server, the
//! command line and tests all go this way.

use std::{num::NonZeroUsize, path::Path, sync::Arc, time::Duration};

use hob_plugin_manifest::Migration;
use hob_plugin_sdk::{Seldom, db::Db};
use reqwest::Certificate;

use crate::{
    clock::Clock,
    config::{self, Config},
    db::{Database, DatabaseOptions, DatabaseUrl},
    diagnostic::{Diagnostic, Diagnostics},
    http::{App, Patience, routes::CORE_ROUTES, uploads::Uploads},
    http_client::{HttpClient, HttpClientSettings, SystemNames},
    media::{Limits, MediaLibrary, MediaStore},
    members::PasswordHasher,
    migrate::{self, MigrateError, Owner},
    plugins::{
        self, Core, ResolvedPlugin,
        running::{PluginSource, Plugins},
    },
    sealing::{KeyFile, KeyRing},
    site::{Address, KnownSessions, RequestLimits, Site},
    watchdog::Watchdog,
};

/// What the host claims for itself, so that no plugin does.
pub const CORE: Core<'static> = Core {
    routes: CORE_ROUTES,
    commands: crate::cli::CORE_COMMANDS,
    tables: &["hob_", "members", "sessions", "media"],
    services: &[],
    events: CORE_EVENTS,
};

/// What [`hob_plugin_sdk::CORE_EVENTS`] are called.
const CORE_EVENTS: &[(&str, u32)] = &{
    use hob_plugin_sdk::CORE_EVENTS as DESCRIBED;
    let mut events = [("", 0); DESCRIBED.len()];
    let mut at = 0;
    while at < events.len() {
        events[at] = (DESCRIBED[at].name, DESCRIBED[at].version);
        at += 1;
    }
    events
};

/// The enabled plugins in the order of their start, checked as far as that
/// goes without running them.
///
/// # Errors
/// All that is wrong with the configuration, the files or their requirements.
pub fn resolve_plugins(config: &Config) -> Result<Vec<ResolvedPlugin>, Diagnostics> {
    plugins::resolve(config, &plugins::discover(config), &CORE)
}

/// Opens the configured database. Blocks.
///
/// # Errors
/// It can't be created, opened or reached.
pub fn open_database(config: &Config) -> Result<Database, Diagnostic> {
    let failed = |error: &dyn std::fmt::Display| {
        Diagnostic::new(format!("the database can't be opened: {error}"))
            .at(config.file())
            .fix(match &config.database.url {
                config::DatabaseUrl::Sqlite(file) => format!(
                    "let the user who runs Hob write to the folder of {}, or set another `url` in \
                     [database]",
                    file.display()
                ),
                config::DatabaseUrl::Postgres(_) => {
                    "see that PostgreSQL runs there and lets this user in, or correct `url` in \
                     [database]"
                        .to_owned()
                }
            })
    };
    let url = match &config.database.url {
        config::DatabaseUrl::Sqlite(file) => DatabaseUrl::Sqlite(file.clone()),
        config::DatabaseUrl::Postgres(url) => url.parse().map_err(|error| failed(&error))?,
    };
    let mut options = DatabaseOptions::default();
    if let Some(connections) = usize::try_from(config.database.connections)
        .ok()
        .and_then(NonZeroUsize::new)
    {
        options.postgres_connections = connections;
    }
    Database::open(&url, options).map_err(|error| failed(&error))
}

/// Whose migrations there are: the core's first, then the plugins' in the
/// order of their start.
#[must_use]
pub fn owners<'a>(
    plugins: impl IntoIterator<Item = &'a hob_plugin_manifest::Packed>,
) -> Vec<Owner> {
    let core: Vec<Migration> =
        serde_json::from_slice(include_bytes!(concat!(env!("OUT_DIR"), "/migrations.json")))
            .expect("the build script wrote it");
    let core = Owner {
        name: "core".to_owned(),
        table_prefix: None,
        migrations: core,
    };
    std::iter::once(core)
        .chain(plugins.into_iter().map(owner))
        .collect()
}

/// A plugin's migrations.
#[must_use]
pub fn owner(packed: &hob_plugin_manifest::Packed) -> Owner {
    Owner {
        name: packed.manifest.id.clone(),
        table_prefix: Some(packed.manifest.tables.clone()),
        migrations: packed.migrations.clone(),
    }
}

/// Refuses a database whose tables are not what this binary and its plugins
/// know. Blocks.
///
/// # Errors
/// Migrations are pending, were edited, or are unknown here.
pub fn check_migrations(
    config: &Config,
    database: &Database,
    owners: &[Owner],
) -> Result<(), Diagnostic> {
    let statuses = migrate::status(database, owners).map_err(|error| migration_failed(&error))?;
    if let Some(problem) = statuses.iter().find_map(migrate::OwnerStatus::problem) {
        return Err(migration_failed(&problem));
    }
    let pending: Vec<String> = statuses
        .iter()
        .filter(|status| !status.pending.is_empty())
        .map(|status| format!("{} of {}", status.pending.len(), status.owner))
        .collect();
    if pending.is_empty() {
        return Ok(());
    }
    Err(Diagnostic::new(format!(
        "the database's tables are not up to date: migrations are pending ({})",
        pending.join(", ")
    ))
    .at(config.file())
    .fix(format!(
        "make a backup, then run `hob dbupdate{}`",
        config_option(config.file())
    )))
}

/// ` --config FILE`, where the file is not the one that is taken by default.
fn config_option(file: &Path) -> String {
    if file == Path::new(crate::cli::DEFAULT_CONFIG) {
        String::new()
    } else {
        format!(" --config {}", file.display())
    }
}

/// What a failed migration is to an operator.
#[must_use]
pub fn migration_failed(error: &MigrateError) -> Diagnostic {
    let fix = match error {
        MigrateError::Unknown { owner, .. } => format!("install the newer version of {owner}"),
        MigrateError::TooFewToRevert { .. } => {
            "`hob dbupdate --status` shows what is applied".to_owned()
        }
        MigrateError::Edited { owner, .. } => {
            format!("restore the file as {owner} had it, and put the change into a new migration")
        }
        MigrateError::Statement { owner, .. }
        | MigrateError::ForeignTable { owner, .. }
        | MigrateError::LedgerTouched { owner, .. } => format!(
            "what was there before stays as it is; take the migration to the author of {owner}"
        ),
        MigrateError::Database(_) => {
            "see that the database is there and can be written to, then run the same again"
                .to_owned()
        }
    };
    Diagnostic::new(error.to_string()).fix(fix)
}

/// The keys that seal, if a plugin needs them: no other site has to have any.
fn keys(config: &Config, sources: &[PluginSource]) -> Result<Option<Arc<KeyRing>>, Diagnostic> {
    let sealing = sources
        .iter()
        .map(|source| &source.packed.manifest)
        .find(|manifest| manifest.seals);
    let Some(manifest) = sealing else {
        return Ok(None);
    };
    let file = KeyFile::at(&config.sealing.key_file);
    let ring = file.read().map_err(|error| {
        let diagnostic = file.diagnostic(&error);
        diagnostic.because(&format!("plugin {} keeps secrets sealed", manifest.id))
    })?;
    Ok(Some(Arc::new(ring)))
}

/// A site with its started plugins, not yet serving.
pub struct Started {
    pub app: App,
    pub database: Database,
}

impl Started {
    /// Stops the database, which finishes what is queued, and then the
    /// plugins, which hear of what it did inside its transactions. Who is to
    /// hear of it afterwards has to be waited for before
    /// ([`Self::finish_events`]). Blocks.
    pub fn stop(self) {
        let plugins = self.app.plugins().clone();
        self.database.shutdown();
        let events = plugins.waiting_events();
        if events > 0 {
            tracing::warn!(
                events,
                "what is stored was not told to those who hear of it after the commit"
            );
        }
        plugins.stop();
    }

    /// Waits for the writes that are queued, for those who hear of events
    /// after the commit, and for what comes of that; but not for ever.
    pub async fn finish_events(&self, at_most: Duration) {
        let finished = self.app.plugins().finish_events();
        if tokio::time::timeout(at_most, finished).await.is_err() {
            tracing::warn!(
                seconds = at_most.as_secs(),
                "not every plugin has heard of all that is stored"
            );
        }
    }
}

/// Opens everything and starts the plugins, over whose code `watchdog` is to
/// watch. Blocks; not for an async context.
///
/// # Errors
/// All that is wrong, each with its place and its fix.
pub fn start(config: &Config, watchdog: &Watchdog) -> Result<Started, Diagnostics> {
    let resolved = resolve_plugins(config)?;
    let database = open_database(config)?;
    let owners = owners(resolved.iter().map(|plugin| &plugin.file.packed));
    check_migrations(config, &database, &owners)?;
    let mut sources = Vec::new();
    for plugin in resolved {
        let opened = plugin.open()?;
        sources.push(PluginSource {
            prefix: plugin.section.prefix.clone(),
            host: plugin.section.host.clone(),
            config: plugin.config_json(),
            packed: plugin.file.packed,
            start: Box::new(move |host| opened.start(host)),
        });
    }
    let enabled: Vec<String> = config
        .plugins
        .enabled
        .iter()
        .map(|plugin| plugin.id.clone())
        .collect();
    Ok(start_with(
        config,
        database,
        Clock::system(),
        watchdog,
        sources,
        &enabled,
    )?)
}

/// As [`start`], with plugins from anywhere over a database that is up to
/// date.
///
/// # Errors
/// The media store can't be opened, there are no keys for a plugin that seals,
/// or a plugin does not start.
pub fn start_with(
    config: &Config,
    database: Database,
    clock: Clock,
    watchdog: &Watchdog,
    sources: Vec<PluginSource>,
    enabled: &[String],
) -> Result<Started, Diagnostic> {
    let db = Db::from_abi(database.interface());
    let address = Address::new(&config.site.url);
    let config::Store::Folder(folder) = &config.media.store;
    let store = MediaStore::open(&format!("file:{}", folder.display()), Path::new("")).map_err(
        |error| {
            Diagnostic::new(error.to_string())
                .at(config.file())
                .fix("let the user who runs Hob write there, or set another `store` in [media]")
        },
    )?;
    let limits = Limits {
        max_bytes: config.media.max_bytes,
        max_pixels: config.media.max_pixels,
    };
    let media = MediaLibrary::new(db.clone(), clock.clone(), store, limits, address.clone());
    let http_client = http_client_settings(config)?;
    let http_client = HttpClient::new(http_client, address.url(), Arc::new(SystemNames));
    let site = Arc::new(Site {
        name: config.site.name.clone(),
        language: config.site.language,
        address,
        limits: RequestLimits {
            body: config.server.max_body_bytes,
            upload: config.media.max_bytes,
            time: config.server.request_timeout,
            patience: Patience {
                silence: config.server.body_timeout,
                least_rate: config.server.min_body_rate,
            },
        },
        // Hob itself speaks plain http: where people type https, a proxy
        // answers them.
        behind_proxy: config.server.behind_tls_proxy || config.site.url.scheme() == "https",
        database_kind: config.database.url.kind(),
        db,
        clock,
        passwords: PasswordHasher::default(),
        registration: config.site.registration,
        http_client: Arc::new(http_client),
        wrong_passwords: Arc::default(),
        sessions: Arc::new(KnownSessions::with_capacity(4096)),
        noted_guesses: Arc::new(Seldom::for_audit_log()),
        audit_kept: config.audit.keep,
        media: Arc::new(media),
        keys: keys(config, &sources)?,
        uploads: Uploads::at_most(config.server.uploads_at_once),
    });
    let plugins = Plugins::start(&site, &database, watchdog, sources, enabled)?;
    let fresh = database.set_event_sink(Box::new(plugins.clone()));
    assert!(fresh.is_ok(), "a database gets its event sink once");
    Ok(Started {
        app: App::new(site, plugins),
        database,
    })
}

/// # Errors
/// The file of certificates can't be read, or holds none.
fn http_client_settings(config: &Config) -> Result<HttpClientSettings, Diagnostic> {
    let written = &config.http_client;
    let authorities = match &written.ca_file {
        None => Vec::new(),
        Some(file) => {
            let wrong = |problem: &dyn std::fmt::Display| {
                Diagnostic::new(format!(
                    "`ca_file` in [http_client], {}: {problem}",
                    file.display()
                ))
                .at(config.file())
                .fix("name a file with certificates in PEM that the user who runs Hob can read")
            };
            let pem = std::fs::read(file).map_err(|error| wrong(&error))?;
            let found = Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&error))?;
            if found.is_empty() {
                return Err(wrong(&"there is no certificate in it"));
            }
            found
        }
    };
    Ok(HttpClientSettings {
        allow: written.allow.clone(),
        authorities,
        connect_timeout: written.connect_timeout,
        timeout: written.timeout,
        most_bytes: written.max_bytes,
        most_redirects: written.max_redirects,
    })
}
