//! A provider that can be used: what the operator wrote, completed with what
//! is known of its kind.
//!
//! It knows no HTTP: [`crate::metadata`] asks a provider for what it says of
//! itself.

use hob_plugin_sdk::{PluginError, db::Timestamp, http_client::OutboundRequest};
use url::Url;

use crate::{
    error::SignInError,
    kind::known,
    metadata::Metadata,
    oauth1::OAuth1,
    settings::{ClientAuthentication, ClientSecret, Keeping, Kind, ProviderSettings},
    tokens::{Holder, Tokens},
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
    pub tokens: Keeping,
    /// Administrators may link an account for the site itself.
    pub site_account: bool,
    /// Below which address other plugins' requests may go: with a slash at its
    /// end.
    pub api: Option<Url>,
    pub client_id: String,
    pub client_secret: Option<ClientSecret>,
    pub client_authentication: ClientAuthentication,
    /// Words between single spaces; may be empty.
    pub scope: String,
    pub endpoints: Endpoints,
    pub claims: Claims,
    /// How its requests are signed, if it speaks OAuth 1.0a.
    pub oauth1: Option<OAuth1>,
    says_when: bool,
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
    /// Takes tokens back.
    pub revocation: Option<String>,
}

/// In which members of the provider's answer it stands who somebody is.
#[derive(Debug, PartialEq, Eq)]
pub struct Claims {
    /// An id that never changes and never comes again.
    pub subject: String,
    /// A name for people.
    pub name: String,
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
            revocation: written.revocation_endpoint.clone(),
        };
        for (key, url) in [
            ("authorization_endpoint", &own.authorization),
            ("token_endpoint", &own.token),
            ("userinfo_endpoint", &own.userinfo),
            ("jwks_uri", &own.jwks),
            ("revocation_endpoint", &own.revocation),
            ("request_token_endpoint", &written.request_token_endpoint),
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
            (Kind::Oauth | Kind::Oauth1, _) => Endpoints::Known(Metadata {
                jwks_uri: own.jwks,
                revocation_endpoint: own.revocation,
                ..Metadata::written(
                    issuer,
                    own.authorization
                        .ok_or_else(|| missing("authorization_endpoint"))?,
                    own.token.ok_or_else(|| missing("token_endpoint"))?,
                    Some(own.userinfo.ok_or_else(|| missing("userinfo_endpoint"))?),
                )
            }),
            (_, Some([authorization, token, userinfo])) => Endpoints::Known(Metadata {
                revocation_endpoint: own.revocation.or_else(|| known.revocation.map(below)),
                ..Metadata::written(
                    issuer,
                    own.authorization.unwrap_or_else(|| below(authorization)),
                    own.token.unwrap_or_else(|| below(token)),
                    Some(own.userinfo.unwrap_or_else(|| below(userinfo))),
                )
            }),
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
        let api = match written.api.clone().or_else(|| known.api.map(below)) {
            None => None,
            Some(written) => {
                let with_slash = format!("{}/", written.trim_end_matches('/'));
                let api = checked_url(&with_slash).filter(|url| url.query().is_none());
                Some(api.ok_or_else(|| wrong("`api` is no address with https or http".to_owned()))?)
            }
        };
        let oauth1 = match written.kind {
            Kind::Oauth1 => Some(signing(written, &endpoints, api.as_ref()).map_err(wrong)?),
            _ => None,
        };
        if api.is_none() && (written.tokens != Keeping::None || written.site_account) {
            return Err(missing("api"));
        }
        Ok(Self {
            id: id.to_owned(),
            title: text(&written.title, known.title.unwrap_or(id)),
            issuer: issuer.to_owned(),
            registers: written.registers,
            tokens: written.tokens,
            site_account: written.site_account,
            api,
            client_id: written.client_id.clone(),
            client_secret: written.client_secret.clone(),
            client_authentication: written.client_authentication,
            scope,
            oauth1,
            says_when: known.says_when,
            endpoints,
            claims: Claims {
                subject: text(&written.subject, known.subject),
                name: text(&written.name, known.name),
            },
        })
    }

    /// The request with what lets it in there as whoever these tokens are.
    ///
    /// # Errors
    /// It can't be signed.
    pub fn authorized(
        &self,
        request: OutboundRequest,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<OutboundRequest, SignInError> {
        match &self.oauth1 {
            Some(oauth1) => oauth1.sign(request, Some(tokens), &[], now),
            None => Ok(request.bearer(&tokens.access_token)),
        }
    }

    /// Where a request of another plugin's goes: a path counts below the API,
    /// and an address has to stand there. None for any other.
    #[must_use]
    pub fn api_url(&self, asked: &str) -> Option<Url> {
        let api = self.api.as_ref()?;
        let url = match asked.strip_prefix('/') {
            Some(path) if !path.starts_with('/') => Url::parse(&format!("{api}{path}")).ok()?,
            _ => checked_url(asked)?,
        };
        // After dot segments were taken out.
        let is_below = url.origin() == api.origin() && url.path().starts_with(api.path());
        is_below.then_some(url)
    }

    /// Whether the operator lets other plugins use tokens of this holder. What
    /// was kept under other settings is not used under these.
    #[must_use]
    pub const fn lets_use(&self, holder: Holder) -> bool {
        match holder {
            Holder::Member(_) => matches!(self.tokens, Keeping::Database),
            Holder::Session(_) => matches!(self.tokens, Keeping::Session),
            Holder::Site => self.site_account,
            // Nobody's yet.
            Holder::Arrival(_) => false,
        }
    }

    /// Whether it can tell when somebody showed there who is there: only an ID
    /// token says so.
    #[must_use]
    pub fn tells_when(&self) -> bool {
        self.is_openid() && self.says_when
    }

    /// Whether it is asked for an ID token (OpenID Connect Core, section
    /// 3.1.2.1), which OAuth 1.0a has none of.
    #[must_use]
    pub fn is_openid(&self) -> bool {
        self.oauth1.is_none() && is_openid(&self.scope)
    }
}

/// How requests are signed, in words for the operator where they can't be.
fn signing(
    written: &ProviderSettings,
    endpoints: &Endpoints,
    api: Option<&Url>,
) -> Result<OAuth1, String> {
    if written.revocation_endpoint.is_some() {
        return Err(
            "`revocation_endpoint` is of OAuth 2, and this kind has none: take it out".to_owned(),
        );
    }

    let begins_at = written.request_token_endpoint.as_deref();
    let begins_at =
        begins_at.ok_or("`request_token_endpoint` is missing, which this kind needs")?;
    let oauth1 = OAuth1::new(written, begins_at)?;
    if let Endpoints::Known(metadata) = endpoints
        && oauth1.shows_secrets()
    {
        let userinfo = metadata.userinfo_endpoint.as_deref();
        let asked = [
            Some(begins_at),
            Some(metadata.token_endpoint.as_str()),
            userinfo,
            api.map(Url::as_str),
        ];
        if !asked
            .iter()
            .flatten()
            .all(|url| url.starts_with("https://"))
        {
            return Err(
                "`signature_method` PLAINTEXT sends the secrets themselves: all \
                        endpoints, and `api`, have to begin with https"
                    .to_owned(),
            );
        }
    }
    Ok(oauth1)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn provider(api: Option<&str>) -> Provider {
        let written = json!({
            "kind": "hob", "issuer": "https://hob.example/a", "client_id": "c",
            "client_authentication": "metadata", "signature_method": "HMAC-SHA1", "registers": true, "tokens": "database",
            "site_account": false, "api": api,
        });
        let written = serde_json::from_value(written).expect("a test's settings");
        Provider::new("other", &written).expect("they are right")
    }

    #[test]
    fn a_request_goes_nowhere_but_to_the_api() {
        let usual = provider(None);
        let url = |asked: &str| usual.api_url(asked).map(String::from);
        let media = Some("https://hob.example/a/api/v1/media?limit=2".to_owned());
        assert_eq!(url("/media?limit=2"), media);
        assert_eq!(url("https://hob.example/a/api/v1/media?limit=2"), media);
        for elsewhere in [
            "https://evil.example/a/api/v1/media",
            "http://hob.example/a/api/v1/media",
            "https://hob.example:444/a/api/v1/media",
            "https://hob.example/a/oauth/token",
            "https://hob.example/a/api/v12",
            "https://me@hob.example/a/api/v1/media",
            "/../../oauth/token",
            "/%2e%2e/admin",
            "//evil.example/",
            "media",
            "",
        ] {
            assert_eq!(url(elsewhere), None, "{elsewhere}");
        }
        let own = provider(Some("https://api.example/"));
        let me = own.api_url("/me").map(String::from);
        assert_eq!(me.as_deref(), Some("https://api.example/me"));
    }
}
