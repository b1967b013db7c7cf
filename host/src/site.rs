//! The site: what the rest of the host works with. Made once, at start.

use std::{sync::Arc, time::Duration};

use hob_plugin_sdk::{
    Seldom, Throttle,
    db::{Db, Memo},
};
use url::Url;

use crate::{
    clock::Clock,
    http::{Patience, uploads::Uploads},
    http_client::HttpClient,
    media::library::MediaLibrary,
    members::{PasswordHasher, Registration, SignedIn},
    sealing::KeyRing,
    words::Language,
};

/// Sessions with their members, by the digests of their cookies.
pub type KnownSessions = Memo<Vec<u8>, Option<Arc<SignedIn>>>;

/// Where the site stands, as its visitors see it: from the configuration, and
/// never from a `Host` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    url: String,
    origin: String,
    base: String,
}

impl Address {
    /// Takes apart the configured URL.
    ///
    /// # Panics
    /// The URL has no host; the configuration has checked that.
    #[must_use]
    pub fn new(url: &Url) -> Self {
        let origin = url.origin().ascii_serialization();
        let base = url.path().trim_end_matches('/').to_owned();
        Self {
            url: format!("{origin}{base}"),
            origin,
            base,
        }
    }

    /// The address of another host of the same site, `host[:port]`: all of it
    /// stands at its root.
    #[must_use]
    pub fn on_host(&self, host: &str) -> Self {
        let scheme = if self.is_secure() { "https" } else { "http" };
        let origin = format!("{scheme}://{host}");
        Self {
            url: origin.clone(),
            origin,
            base: String::new(),
        }
    }

    /// Whether a request's `Host` names this one, written as it may be.
    #[must_use]
    pub fn is_host(&self, asked: &str) -> bool {
        let (_, own) = self.origin.split_once("://").unwrap_or_default();
        let usual_port = if self.is_secure() { ":443" } else { ":80" };
        let asked = asked.strip_suffix(usual_port).unwrap_or(asked);
        asked.eq_ignore_ascii_case(own)
    }

    /// `scheme://host[:port][/path]`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `scheme://host[:port]`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path under which everything stands: empty, or `/hob`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The path of a page, for links and redirects.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The absolute URL of a page.
    #[must_use]
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Whether visitors reach the site over TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }
}

/// What the operator allows of each request.
#[derive(Debug, Clone, Copy)]
pub struct RequestLimits {
    /// The largest body that a route takes unless it says otherwise, in bytes.
    pub body: u64,
    /// The largest upload, in bytes.
    pub upload: u64,
    /// How long a plugin may take to answer.
    pub time: Duration,
    /// How long the sender of a body is waited for.
    pub patience: Patience,
}

/// The parts of the site that plugins are given, and pages are made of. Clones
/// share all but the address.
#[derive(Clone)]
pub struct Site {
    pub name: String,
    /// For visitors who ask for none that the site has.
    pub language: Language,
    pub address: Address,
    pub limits: RequestLimits,
    /// A proxy stands in front, and says for whom it asks.
    pub behind_proxy: bool,
    /// What kind of database it is, by its own name.
    pub database_kind: &'static str,
    pub db: Db,
    pub clock: Clock,
    pub passwords: PasswordHasher,
    /// Whether strangers may make accounts.
    pub registration: Registration,
    /// Asks other sites.
    pub http_client: Arc<HttpClient>,
    /// Wrong passwords, by username and address.
    pub wrong_passwords: Arc<Throttle>,
    /// What was read of sessions, by the digests of their cookies.
    pub sessions: Arc<KnownSessions>,
    /// Guessing that was noted in the audit log lately.
    pub noted_guesses: Arc<Seldom>,
    /// How long entries of the audit log are kept.
    pub audit_kept: Duration,
    pub media: Arc<MediaLibrary>,
    /// The keys that seal, where a plugin needs them.
    pub keys: Option<Arc<KeyRing>>,
    /// Files that are on their way in.
    pub uploads: Uploads,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_however_it_is_written() {
        let site = Address::new(&Url::parse("https://photos.example/hob").unwrap());
        let own = site.on_host("auth.example:8443");
        assert_eq!(own.url(), "https://auth.example:8443");
        assert_eq!(own.path("/login"), "/login");
        assert!(own.is_secure());
        for (address, asked, known) in [
            (&own, "auth.example:8443", true),
            (&own, "AUTH.example:8443", true),
            (&own, "auth.example", false),
            (&own, "auth.example:443", false),
            (&own, "x@auth.example:8443", false),
            (&site.on_host("auth.example"), "auth.example:443", true),
            (&site.on_host("auth.example"), "auth.example:80", false),
            (&site.on_host("auth.example"), "auth.example.evil", false),
            (&site.on_host("auth.example"), "", false),
        ] {
            assert_eq!(address.is_host(asked), known, "{asked}");
        }
        let plain = Address::new(&Url::parse("http://127.0.0.1:8080").unwrap());
        assert!(plain.on_host("auth.localhost").is_host("auth.localhost:80"));
    }
}
