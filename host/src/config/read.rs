//! From a document to the core's sections.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use hob_plugin_manifest::{ConfigKey, ConfigType};
use serde_json::Value;
use toml::{Spanned, de::DeValue};
use url::{Host, Url};

use super::{
    Audit, Config, Database, DatabaseUrl, EnabledPlugin, HttpClient, Log, LogFormat, LogLevel,
    Media, Plugins, Sealing, Server, Site, Store,
    document::{Document, Section},
};
use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    http_client::Networks,
    members::Registration,
    words::{LANGUAGES, Language},
};

const SECTIONS: [&str; 10] = [
    "site",
    "server",
    "database",
    "media",
    "http_client",
    "plugins",
    "log",
    "audit",
    "secrets",
    "plugin",
];

pub(super) fn config(document: Document) -> Result<Config, Diagnostics> {
    let mut errors = Diagnostics::none();
    let root = document.root();
    document.refuse_unknown(&root, "", &SECTIONS, &mut errors);
    let folder = document.file().parent().unwrap_or(Path::new(""));
    let mut open = |title: &'static str| Reader {
        section: document.section(&root, title, title, &mut errors),
        errors: Diagnostics::none(),
        folder,
    };
    let (mut site, mut server) = (open("site"), open("server"));
    let (mut database, mut media) = (open("database"), open("media"));
    let (mut plugins, mut log) = (open("plugins"), open("log"));
    let (mut audit, mut http_client) = (open("audit"), open("http_client"));
    let mut secrets = open("secrets");
    let (site_values, server_values) = (read_site(&mut site), read_server(&mut server));
    if let (Some(site_values), Some(server_values)) = (&site_values, &server_values) {
        check_transport(&mut site, site_values, &mut server, server_values);
    }
    let database_values = read_database(&mut database);
    let media_values = read_media(&mut media);
    let plugins_values = read_plugins(&mut plugins);
    let log_values = read_log(&mut log);
    let keep = audit.duration("keep", "365d", "1d", "36500d");
    let http_client_values = read_http_client(&mut http_client);
    let sealing_values = read_secrets(&mut secrets, document.file());
    for reader in [
        site,
        server,
        database,
        media,
        http_client,
        plugins,
        log,
        audit,
        secrets,
    ] {
        errors.keep(reader.finish());
    }
    refuse_plugin_values(&document, root.get("plugin"), &mut errors);
    drop(root);
    errors.sort();
    match (
        site_values,
        server_values,
        database_values,
        media_values,
        http_client_values,
        log_values,
        keep,
    ) {
        (
            Some(site),
            Some(server),
            Some(database),
            Some(media),
            Some(http_client),
            Some(log),
            Some(keep),
        ) => errors.or(Config {
            site,
            server,
            database,
            media,
            http_client,
            plugins: plugins_values,
            log,
            audit: Audit { keep },
            sealing: sealing_values,
            document,
        }),
        _ => Err(errors),
    }
}

/// A section with the errors found in it.
struct Reader<'a> {
    section: Section<'a>,
    errors: Diagnostics,
    folder: &'a Path,
}

fn read_site(site: &mut Reader<'_>) -> Option<Site> {
    let name = site.string("name", "Hob");
    let language = site.choice(
        "language",
        &LANGUAGES.map(|(language, _)| language.as_str()),
    );
    let url = site.section.read("url", &text(None), &mut site.errors);
    let registration = site.choice("registration", &["closed", "open"]);
    let (name, language) = (name?, Language::named(&language?)?);
    let registration = match registration?.as_str() {
        "open" => Registration::Open,
        _ => Registration::Closed,
    };
    if name.trim().is_empty() {
        site.refuse("name", "must not be empty", "write the site's name");
    }
    let Some(written) = url.as_ref().and_then(Value::as_str) else {
        if site.errors.is_empty() {
            site.refuse(
                "url",
                "is missing",
                "add the address at which people reach the site, e.g. url = \"https://example.org\"",
            );
        }
        return None;
    };
    const FIX: &str = "write it as \"https://example.org\", or \"https://example.org/hob\"";
    let Some(url) = Url::parse(written)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    else {
        site.refuse("url", "must be an address with http or https", FIX);
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        site.refuse("url", "must not hold a user name or a password", FIX);
    }
    if url.query().is_some() || url.fragment().is_some() {
        site.refuse("url", "must not have a query or a fragment", FIX);
    }
    if !is_base(url.path()) {
        site.refuse(
            "url",
            "has a path of which links can't be made: it may hold letters, digits, `-`, `_`, `~` \
             and `.` between single slashes, and no part may begin with a dot",
            FIX,
        );
    }
    Some(Site {
        name,
        language,
        url,
        registration,
    })
}

/// Whether a whole site can stand below this path. It is written into links,
/// into the cookie's `Path` and into the map of addresses as it is, so it has
/// nothing that needs escaping in any of them; a leading dot would let it reach
/// into `/.well-known/`, which belongs to the host.
fn is_base(path: &str) -> bool {
    let base = path.strip_suffix('/').unwrap_or(path);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~.".contains(&byte);
    base.is_empty()
        || base
            .split('/')
            .skip(1)
            .all(|part| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain))
}

fn read_server(server: &mut Reader<'_>) -> Option<Server> {
    let bind = server.string("bind", "127.0.0.1:8080");
    let request_timeout = server.duration("request_timeout", "30s", "1s", "1h");
    let body_timeout = server.duration("body_timeout", "30s", "1s", "1h");
    let min_body_rate = server.integer("min_body_rate", 1024, 1, 1 << 20);
    let uploads_at_once = server.integer("uploads_at_once", 32, 1, 10_000);
    let shutdown_timeout = server.duration("shutdown_timeout", "30s", "1s", "1h");
    let max_body_bytes = server.integer("max_body_bytes", 1 << 20, 1 << 10, 1 << 30);
    let behind_tls_proxy = server.boolean("behind_tls_proxy");
    let allow_plain_http = server.boolean("allow_plain_http");
    let bind = bind?.parse::<SocketAddr>().ok();
    if bind.is_none() {
        server.refuse(
            "bind",
            "must be an IP address with a port",
            "write it as \"127.0.0.1:8080\", or \"[::1]:8080\"",
        );
    }
    Some(Server {
        bind: bind?,
        request_timeout: request_timeout?,
        body_timeout: body_timeout?,
        min_body_rate: min_body_rate?,
        uploads_at_once: usize::try_from(uploads_at_once?).ok()?,
        shutdown_timeout: shutdown_timeout?,
        max_body_bytes: max_body_bytes?,
        behind_tls_proxy: behind_tls_proxy?,
        allow_plain_http: allow_plain_http?,
    })
}

/// Passwords and tokens cross a network in the clear only if the operator
/// says so: OAuth rests on TLS (RFC 6749, 1.6).
fn check_transport(
    site: &mut Reader<'_>,
    site_values: &Site,
    server: &mut Reader<'_>,
    values: &Server,
) {
    let plain = site_values.url.scheme() == "http";
    if values.behind_tls_proxy && plain {
        site.refuse(
            "url",
            "begins with http, and `behind_tls_proxy` in [server] says that a proxy ends TLS",
            "write the address that the proxy answers, which begins with https",
        );
        return;
    }
    if values.allow_plain_http {
        return;
    }
    if plain && !is_loopback(&site_values.url) {
        site.refuse(
            "url",
            "is plain http and not on this machine, so passwords and tokens would cross the \
             network in the clear",
            "put a proxy that ends TLS in front and write https here, or, on a network that you \
             trust, set `allow_plain_http = true` in [server]",
        );
    }
    if !values.bind.ip().to_canonical().is_loopback() && !values.behind_tls_proxy {
        server.refuse(
            "bind",
            "can be reached from other machines, and Hob itself speaks plain http",
            "bind to 127.0.0.1, or, if only a proxy that ends TLS can reach it, set \
             `behind_tls_proxy = true` in [server]",
        );
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        // RFC 6761, 6.3: names under `localhost` never leave the machine.
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

fn read_database(database: &mut Reader<'_>) -> Option<Database> {
    let connections = database.integer("connections", 8, 1, 1000);
    let written = database.string("url", "sqlite:data/hob.db")?;
    let url = if let Some(file) = written.strip_prefix("sqlite:") {
        let file = file.strip_prefix("//").unwrap_or(file);
        if file.is_empty() || file.starts_with(":memory:") || file.contains('?') {
            database.refuse(
                "url",
                "must name a file after `sqlite:`",
                "write it as \"sqlite:data/hob.db\"",
            );
        }
        DatabaseUrl::Sqlite(database.path(file))
    } else if written.starts_with("postgres://") || written.starts_with("postgresql://") {
        // The URL may hold a password, so it is not repeated.
        if written.parse::<postgres::Config>().is_err() {
            database.refuse(
                "url",
                "is no address of a PostgreSQL database",
                "write it as \"postgres://user:password@host/database\"",
            );
        }
        DatabaseUrl::Postgres(written)
    } else {
        database.refuse(
            "url",
            "must begin with `sqlite:`, `postgres://` or `postgresql://`",
            "write it as \"sqlite:data/hob.db\", or \"postgres://user:password@host/database\"",
        );
        return None;
    };
    Some(Database {
        url,
        connections: u32::try_from(connections?).ok()?,
    })
}

fn read_media(media: &mut Reader<'_>) -> Option<Media> {
    let max_bytes = media.integer("max_bytes", 50 << 20, 1, 1 << 40);
    let max_pixels = media.integer("max_pixels", 64_000_000, 1, 10_000_000_000);
    let written = media.string("store", "file:data/media")?;
    let Some(folder) = written
        .strip_prefix("file:")
        .map(|folder| folder.strip_prefix("//").unwrap_or(folder))
        .filter(|folder| !folder.is_empty())
    else {
        media.refuse(
            "store",
            "must be a folder",
            "write it as \"file:data/media\"",
        );
        return None;
    };
    Some(Media {
        store: Store::Folder(media.path(folder)),
        max_bytes: max_bytes?,
        max_pixels: max_pixels?,
    })
}

fn read_http_client(client: &mut Reader<'_>) -> Option<HttpClient> {
    let mut allow = Vec::new();
    for (written, place) in client.section.strings("allow", &mut client.errors) {
        match Networks::parse_one(written) {
            Some(network) => allow.push(network),
            None => client.errors.push(
                Diagnostic::new(format!(
                    "`allow` in [http_client] must hold addresses and networks, not {written:?}"
                ))
                .at(place)
                .fix("write it as \"192.168.1.7\", or \"10.0.0.0/8\""),
            ),
        }
    }
    let connect_timeout = client.duration("connect_timeout", "5s", "1s", "5m");
    let timeout = client.duration("timeout", "10s", "1s", "10m");
    let max_bytes = client.integer("max_bytes", 16 << 20, 1 << 10, 1 << 30);
    let max_redirects = client.integer("max_redirects", 3, 0, 20);
    let ca_file = client.value("ca_file", &text(None));
    let ca_file = ca_file.as_ref().and_then(Value::as_str);
    Some(HttpClient {
        allow: allow.into_iter().collect(),
        ca_file: ca_file.map(|file| client.path(file)),
        connect_timeout: connect_timeout?,
        timeout: timeout?,
        max_bytes: max_bytes?,
        max_redirects: u32::try_from(max_redirects?).ok()?,
    })
}

fn read_plugins(plugins: &mut Reader<'_>) -> Plugins {
    let folder = plugins.string("dir", "plugins").unwrap_or_default();
    let mut enabled: Vec<EnabledPlugin> = Vec::new();
    for (id, place) in plugins.section.strings("enabled", &mut plugins.errors) {
        if let Some(first) = enabled.iter().find(|earlier| earlier.id == id) {
            plugins.errors.push(
                Diagnostic::new(format!("plugin {id} is enabled twice"))
                    .at(place)
                    .at(first.place.clone())
                    .fix("remove one of them"),
            );
        } else {
            let id = id.to_owned();
            enabled.push(EnabledPlugin { id, place });
        }
    }
    Plugins {
        folder: plugins.path(&folder),
        enabled,
    }
}

fn read_log(log: &mut Reader<'_>) -> Option<Log> {
    let format = log.choice("format", &["text", "json"]);
    let level = log.choice("level", &["info", "error", "warn", "debug", "trace"]);
    Some(Log {
        format: match format?.as_str() {
            "json" => LogFormat::Json,
            _ => LogFormat::Text,
        },
        level: match level?.as_str() {
            "error" => LogLevel::Error,
            "warn" => LogLevel::Warn,
            "debug" => LogLevel::Debug,
            "trace" => LogLevel::Trace,
            _ => LogLevel::Info,
        },
    })
}

/// The keys lie beside the configuration and have its name, so that two sites
/// can share a folder.
fn read_secrets(secrets: &mut Reader<'_>, configuration: &Path) -> Sealing {
    let written = secrets.value("key_file", &text(None));
    let key_file = match written.as_ref().and_then(Value::as_str) {
        Some("") => {
            secrets.refuse(
                "key_file",
                "must name a file",
                "write it as \"hob.keys\", or leave it out",
            );
            PathBuf::new()
        }
        Some(file) => secrets.path(file),
        None => configuration.with_extension("keys"),
    };
    Sealing { key_file }
}

/// `[plugin]` holds sections and no values of its own.
fn refuse_plugin_values(
    document: &Document,
    plugin: Option<&Spanned<DeValue<'_>>>,
    errors: &mut Diagnostics,
) {
    let Some(plugin) = plugin else { return };
    let Some(sections) = plugin.get_ref().as_table() else {
        errors.push(
            Diagnostic::new("`plugin` must be a section for each plugin, not a value")
                .at(document.place(plugin))
                .fix("write [plugin.<id>] on a line of its own"),
        );
        return;
    };
    for (key, value) in sections {
        if !value.get_ref().is_table() {
            errors.push(
                Diagnostic::new(format!("unknown key `{}` in [plugin]", key.get_ref()))
                    .at(document.place(key))
                    .fix("a plugin's keys stand in its own section, [plugin.<id>]"),
            );
        }
    }
}

impl Reader<'_> {
    fn value(&mut self, name: &str, key: &ConfigKey) -> Option<Value> {
        self.section.read(name, key, &mut self.errors)
    }

    fn string(&mut self, name: &str, default: &str) -> Option<String> {
        let value = self.value(name, &text(Some(default)))?;
        value.as_str().map(str::to_owned)
    }

    fn choice(&mut self, name: &str, values: &[&str]) -> Option<String> {
        let key = ConfigKey {
            kind: ConfigType::Choice,
            values: values.iter().map(|&value| value.to_owned()).collect(),
            ..text(values.first().copied())
        };
        self.value(name, &key)?.as_str().map(str::to_owned)
    }

    fn boolean(&mut self, name: &str) -> Option<bool> {
        self.value(name, &key(ConfigType::Boolean, false))?
            .as_bool()
    }

    fn integer(&mut self, name: &str, default: u64, min: u64, max: u64) -> Option<u64> {
        let key = ConfigKey {
            min: Some(min.into()),
            max: Some(max.into()),
            ..key(ConfigType::Integer, default)
        };
        self.value(name, &key)?.as_u64()
    }

    fn duration(&mut self, name: &str, default: &str, min: &str, max: &str) -> Option<Duration> {
        let key = ConfigKey {
            min: Some(min.into()),
            max: Some(max.into()),
            ..key(ConfigType::Duration, default)
        };
        self.value(name, &key)?.as_u64().map(Duration::from_secs)
    }

    fn path(&self, written: &str) -> PathBuf {
        self.folder.join(written)
    }

    fn refuse(&mut self, name: &str, problem: &str, fix: &str) {
        self.errors
            .push(self.section.problem(name, problem).fix(fix));
    }

    fn finish(mut self) -> Result<(), Diagnostics> {
        self.section.finish(&mut self.errors);
        self.errors.or(())
    }
}

fn key(kind: ConfigType, default: impl Into<Value>) -> ConfigKey {
    ConfigKey {
        kind,
        default: Some(default.into()),
        required: false,
        min: None,
        max: None,
        values: Vec::new(),
        help: String::new(),
    }
}

fn text(default: Option<&str>) -> ConfigKey {
    ConfigKey {
        default: default.map(Value::from),
        ..key(ConfigType::String, "")
    }
}
