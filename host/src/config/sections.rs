//! The core's sections, as types.

use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

use url::Url;

use crate::{diagnostic::Place, http_client::Networks, members::Registration, words::Language};

/// `[site]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub name: String,
    /// For visitors who ask for none that the site has.
    pub language: Language,
    /// Where people reach the site: an origin, and the path below which all of
    /// it stands, if there is one. `site::Address` takes it apart.
    pub url: Url,
    /// Whether strangers may make accounts.
    pub registration: Registration,
}

/// `[server]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub bind: SocketAddr,
    /// A request that takes longer is answered with 503.
    pub request_timeout: Duration,
    /// How long a client may send nothing in the middle of a body.
    pub body_timeout: Duration,
    /// How many bytes of a body have to come for each second of waiting beyond
    /// that.
    pub min_body_rate: u64,
    /// How many uploads may be under way at a time.
    pub uploads_at_once: usize,
    /// How long requests in flight may take to finish at a stop.
    pub shutdown_timeout: Duration,
    /// The largest body, in bytes, of a request that is no upload.
    pub max_body_bytes: u64,
    /// A proxy in front ends TLS.
    pub behind_tls_proxy: bool,
    /// Passwords and tokens may cross a network in the clear.
    pub allow_plain_http: bool,
}

/// `[database]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    pub url: DatabaseUrl,
    /// How many connections are held open at most.
    pub connections: u32,
}

/// Which database, and where.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    /// The whole URL. It may hold a password, so `Debug` doesn't show it.
    Postgres(String),
}

impl DatabaseUrl {
    /// Which kind of database it is, by its own name.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => formatter.debug_tuple("Sqlite").field(file).finish(),
            Self::Postgres(_) => formatter.write_str("Postgres(…)"),
        }
    }
}

/// `[media]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    pub store: Store,
    /// The largest file that may be uploaded.
    pub max_bytes: u64,
    /// The largest picture that may be uploaded: width times height.
    pub max_pixels: u64,
}

/// Where media are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// A folder of this machine.
    Folder(PathBuf),
}

/// `[http_client]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpClient {
    /// Addresses that are not public and may be asked all the same, in plain
    /// http too.
    pub allow: Networks,
    /// Certificates, in PEM, of whoever is trusted beside those whom the
    /// system trusts.
    pub ca_file: Option<PathBuf>,
    /// For a connection to stand.
    pub connect_timeout: Duration,
    /// For all of a request, redirects included.
    pub timeout: Duration,
    /// The largest body of an answer.
    pub max_bytes: u64,
    pub max_redirects: u32,
}

/// `[plugins]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugins {
    pub folder: PathBuf,
    /// In the order in which the operator wrote them; no id stands twice.
    pub enabled: Vec<EnabledPlugin>,
}

/// A plugin that the operator wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnabledPlugin {
    pub id: String,
    /// Where `enabled` names it.
    pub place: Place,
}

/// `[audit]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// How long entries are kept.
    pub keep: Duration,
}

/// `[secrets]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealing {
    /// The keys under which secrets are sealed that have to be kept in the
    /// clear.
    pub key_file: PathBuf,
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    pub format: LogFormat,
    pub level: LogLevel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl From<LogLevel> for tracing::Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}
