//! What is known of each kind of provider before it is asked anything.

use url::Url;

use crate::settings::Kind;

/// What is known of a kind of provider.
pub struct Known {
    pub title: Option<&'static str>,
    pub issuer: Option<&'static str>,
    pub scopes: &'static [&'static str],
    pub subject: &'static str,
    pub name: &'static str,
    /// Paths below the issuer, or whole addresses, where it publishes none.
    pub endpoints: Option<[&'static str; 3]>,
    /// Where it publishes them, by which document.
    pub document: Document,
    /// Where it takes tokens back, where it does not publish that.
    pub revocation: Option<&'static str>,
    /// Where its API stands: a path below the issuer, or a whole address.
    pub api: Option<&'static str>,
    /// Its ID tokens say when somebody showed who is there, if they are asked to
    /// (`auth_time`).
    pub says_when: bool,
}

/// Which document a provider publishes about itself.
#[derive(Clone, Copy)]
pub enum Document {
    /// OpenID Connect Discovery, section 4.
    Openid,
    /// RFC 8414, section 3.
    AuthorizationServer,
}

/// What is known of this kind.
#[must_use]
pub const fn known(kind: Kind) -> Known {
    let openid = Known {
        title: None,
        issuer: None,
        scopes: &["openid", "profile"],
        subject: "sub",
        name: "preferred_username",
        endpoints: None,
        revocation: None,
        document: Document::Openid,
        api: None,
        says_when: true,
    };
    match kind {
        Kind::Openid => openid,
        Kind::Oauth => Known {
            scopes: &[],
            name: "name",
            ..openid
        },
        Kind::Oauth1 => Known {
            scopes: &[],
            subject: "id",
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
            api: Some("https://api.github.com"),
            ..openid
        },
        Kind::Gitlab => Known {
            title: Some("GitLab"),
            issuer: Some("https://gitlab.com"),
            api: Some("/api/v4"),
            name: "nickname",
            ..openid
        },
        Kind::Google => Known {
            title: Some("Google"),
            issuer: Some("https://accounts.google.com"),
            api: Some("https://www.googleapis.com"),
            says_when: false,
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
            revocation: Some("/oauth/revoke"),
            api: Some("/api"),
            ..openid
        },
        Kind::Hob => Known {
            scopes: &["profile"],
            subject: "id",
            name: "username",
            document: Document::AuthorizationServer,
            api: Some("/api/v1"),
            ..openid
        },
    }
}

impl Document {
    /// Where it stands: after the issuer's path (OpenID Connect Discovery,
    /// section 4.1), or between its host and its path (RFC 8414, section 3.1).
    #[must_use]
    pub fn url(self, issuer: &Url) -> String {
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
