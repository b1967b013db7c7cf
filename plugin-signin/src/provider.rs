//! A provider that can be used: what the operator wrote, completed with what
//! is known of its kind.
//!
//! It knows no HTTP: [`crate::metadata`] asks a provider for what it says of
//! itself.

use hob_plugin_sdk::PluginError;
use url::Url;

use crate::{
    metadata::Metadata,
    settings::{ClientAuthentication, ClientSecret, Kind, ProviderSettings},
};

/// A site to sign in with.
#[derive(Debug)]
pub struct Provider {
    /// What the operator calls it, in addresses and in the audit log.
    pub id: String,
    /// What members call it.
    pub title: String,
    /// Whose accounts they are. What two providers of one issuer say is of the
    /// same accounts.
    pub issuer: String,
    /// Whoever has no account here may make one with it, if the site lets them.
    pub registers: bool,
    pub client_id: String,
    pub client_secret: Option<ClientSecret>,
    pub client_authentication: ClientAuthentication,
    /// Words between single spaces; may be empty.
    pub scope: String,
    pub endpoints: Endpoints,
    pub claims: Claims,
}

/// Where a provider is asked.
#[derive(Debug)]
pub enum Endpoints {
    Known(Metadata),
    /// It says so itself, at this address; what the operator wrote goes first.
    Published {
        at: String,
        written: Written,
    },
}

/// Endpoints that the operator wrote.
#[derive(Debug, Clone, Default)]
pub struct Written {
    pub authorization: Option<String>,
    pub token: Option<String>,
    pub userinfo: Option<String>,
    /// The keys by which it signs ID tokens.
    pub jwks: Option<String>,
}

/// In which members of the provider's answer it stands who somebody is.
#[derive(Debug, PartialEq, Eq)]
pub struct Claims {
    /// An id that never changes and never comes again.
    pub subject: String,
    /// A name for people.
    pub name: String,
}

/// What is known of a kind of provider.
struct Known {
    title: Option<&'static str>,
    issuer: Option<&'static str>,
    scopes: &'static [&'static str],
    subject: &'static str,
    name: &'static str,
    /// Paths below the issuer, or whole addresses, where it publishes none.
    endpoints: Option<[&'static str; 3]>,
    /// Where it publishes them, by which document.
    document: Document,
}

/// Which document a provider publishes about itself.
#[derive(Clone, Copy)]
enum Document {
    /// OpenID Connect Discovery, section 4.
    Openid,
    /// RFC 8414, section 3.
    AuthorizationServer,
}

impl Provider {
    /// # Errors
    /// Something is missing or is no address, in words for the operator.
    pub fn new(id: &str, written: &ProviderSettings) -> Result<Self, PluginError> {
        let known = known(written.kind);
        let wrong =
            |problem: String| PluginError::new(format!("[plugin.signin.provider.{id}]: {problem}"));
        let missing = |key: &str| wrong(format!("`{key}` is missing, which this kind needs"));
        let issuer = written
            .issuer
            .as_deref()
            .or(known.issuer)
            .ok_or_else(|| missing("issuer"))?;
        let issuer_url = checked_url(issuer)
            .ok_or_else(|| wrong("`issuer` is no address with https or http".to_owned()))?;
        let own = Written {
            authorization: written.authorization_endpoint.clone(),
            token: written.token_endpoint.clone(),
            userinfo: written.userinfo_endpoint.clone(),
            jwks: written.jwks_uri.clone(),
        };
        for (key, url) in [
            ("authorization_endpoint", &own.authorization),
            ("token_endpoint", &own.token),
            ("userinfo_endpoint", &own.userinfo),
            ("jwks_uri", &own.jwks),
        ] {
            if let Some(url) = url
                && checked_url(url).is_none()
            {
                return Err(wrong(format!("`{key}` is no address with https or http")));
            }
        }
        let below = |path: &str| match path.starts_with('/') {
            true => format!("{}{path}", issuer.trim_end_matches('/')),
            false => path.to_owned(),
        };
        let endpoints = match (written.kind, known.endpoints) {
            (Kind::Oauth, _) => Endpoints::Known(Metadata {
                jwks_uri: own.jwks,
                ..Metadata::written(
                    issuer,
                    own.authorization
                        .ok_or_else(|| missing("authorization_endpoint"))?,
                    own.token.ok_or_else(|| missing("token_endpoint"))?,
                    Some(own.userinfo.ok_or_else(|| missing("userinfo_endpoint"))?),
                )
            }),
            (_, Some([authorization, token, userinfo])) => Endpoints::Known(Metadata::written(
                issuer,
                own.authorization.unwrap_or_else(|| below(authorization)),
                own.token.unwrap_or_else(|| below(token)),
                Some(own.userinfo.unwrap_or_else(|| below(userinfo))),
            )),
            (kind, None) => Endpoints::Published {
                at: known.document.url(&issuer_url),
                written: Written {
                    userinfo: match kind {
                        Kind::Hob => own.userinfo.or_else(|| Some(below("/api/v1/me"))),
                        _ => own.userinfo,
                    },
                    ..own
                },
            },
        };
        let text =
            |own: &Option<String>, usual: &str| own.clone().unwrap_or_else(|| usual.to_owned());
        let scope = match &written.scopes {
            Some(own) => own.join(" "),
            None => known.scopes.join(" "),
        };
        if let Endpoints::Known(metadata) = &endpoints
            && is_openid(&scope)
            && metadata.jwks_uri.is_none()
        {
            return Err(missing("jwks_uri"));
        }
        Ok(Self {
            id: id.to_owned(),
            title: text(&written.title, known.title.unwrap_or(id)),
            issuer: issuer.to_owned(),
            registers: written.registers,
            client_id: written.client_id.clone(),
            client_secret: written.client_secret.clone(),
            client_authentication: written.client_authentication,
            scope,
            endpoints,
            claims: Claims {
                subject: text(&written.subject, known.subject),
                name: text(&written.name, known.name),
            },
        })
    }

    /// Whether it is asked for an ID token (OpenID Connect Core, section
    /// 3.1.2.1).
    #[must_use]
    pub fn is_openid(&self) -> bool {
        is_openid(&self.scope)
    }
}

fn is_openid(scope: &str) -> bool {
    scope.split(' ').any(|scope| scope == "openid")
}

/// An address on the web, without what would say who asks.
#[must_use]
pub fn checked_url(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
    })
}

const fn known(kind: Kind) -> Known {
    let openid = Known {
        title: None,
        issuer: None,
        scopes: &["openid", "profile"],
        subject: "sub",
        name: "preferred_username",
        endpoints: None,
        document: Document::Openid,
    };
    match kind {
        Kind::Openid => openid,
        Kind::Oauth => Known {
            scopes: &[],
            name: "name",
            ..openid
        },
        Kind::Github => Known {
            title: Some("GitHub"),
            issuer: Some("https://github.com"),
            scopes: &[],
            subject: "id",
            name: "login",
            endpoints: Some([
                "/login/oauth/authorize",
                "/login/oauth/access_token",
                "https://api.github.com/user",
            ]),
            ..openid
        },
        Kind::Gitlab => Known {
            title: Some("GitLab"),
            issuer: Some("https://gitlab.com"),
            name: "nickname",
            ..openid
        },
        Kind::Google => Known {
            title: Some("Google"),
            issuer: Some("https://accounts.google.com"),
            name: "name",
            ..openid
        },
        Kind::Mastodon => Known {
            title: Some("Mastodon"),
            scopes: &["read:accounts"],
            subject: "id",
            name: "acct",
            endpoints: Some([
                "/oauth/authorize",
                "/oauth/token",
                "/api/v1/accounts/verify_credentials",
            ]),
            ..openid
        },
        Kind::Hob => Known {
            scopes: &["profile"],
            subject: "id",
            name: "username",
            document: Document::AuthorizationServer,
            ..openid
        },
    }
}

impl Document {
    /// Where it stands: after the issuer's path (OpenID Connect Discovery,
    /// section 4.1), or between its host and its path (RFC 8414, section 3.1).
    fn url(self, issuer: &Url) -> String {
        let origin = issuer.origin().ascii_serialization();
        let path = issuer.path().trim_end_matches('/');
        match self {
            Self::Openid => format!("{origin}{path}/.well-known/openid-configuration"),
            Self::AuthorizationServer => {
                format!("{origin}/.well-known/oauth-authorization-server{path}")
            }
        }
    }
}
