//! Redirect URIs: which may be registered, and which presented one is the
//! registered one (RFC 6749, section 3.1.2; RFC 8252, sections 7 and 8.3;
//! RFC 9700, section 2.1).
//!
//! A URI is compared as a string and never normalised: what two parsers may
//! read differently does not get past the comparison. Only the port of a
//! loopback address is free.

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};
use hob_plugin_sdk::db::{Hob, Value};
use serde::{Deserialize, Serialize};
use url::Url;

pub const LONGEST: usize = 2000;
/// Stands in for a redirect URI where a client can't be redirected to: an early
/// draft's word, which many libraries know.
const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";
const LOOPBACK_HOSTS: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// Why a URI can't be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    #[error("it is longer than {LONGEST} characters")]
    Length,
    #[error("it has characters that a URI does not have; percent-encode them")]
    Characters,
    #[error("it has a wildcard; register each URI on its own")]
    Wildcard,
    #[error("it has a fragment (#…), which never reaches an application")]
    Fragment,
    #[error(
        "it has the path segments . or .., which browsers resolve; write the path that is meant"
    )]
    DotSegments,
    #[error("it is no absolute URI")]
    NotAbsolute,
    #[error("it names a user; leave out what stands before the @")]
    UserInfo,
    #[error("plain http works only on 127.0.0.1, [::1] and localhost; use https")]
    PlainHttp,
    #[error(
        "a scheme of an app's own is a domain name backwards, such as com.example.app:/callback"
    )]
    PrivateScheme,
}

/// Where a redirect URI leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectTarget {
    /// A web server, by https.
    Web,
    /// A program on the member's own device, by a loopback address.
    Loopback,
    /// An app on the member's own device, by a scheme of its own.
    PrivateScheme,
    /// Nowhere: the member is shown the code and copies it.
    OutOfBand,
}

/// A redirect URI that is registered, or was found to be a registered one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
#[serde(transparent)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Reads a URI that shall be registered.
    ///
    /// # Errors
    /// [`RedirectUriError`].
    pub fn for_registration(text: &str) -> Result<Self, RedirectUriError> {
        if text == OUT_OF_BAND {
            return Ok(Self(text.to_owned()));
        }
        if text.len() > LONGEST {
            return Err(RedirectUriError::Length);
        }
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        if text.contains('*') {
            return Err(RedirectUriError::Wildcard);
        }
        if !text.bytes().all(is_uri_byte) {
            return Err(RedirectUriError::Characters);
        }
        let (scheme, rest) = text.split_once(':').ok_or(RedirectUriError::NotAbsolute)?;
        let path = rest.split('?').next().unwrap_or_default();
        if path.split(['/', ';']).any(is_dot_segment) {
            return Err(RedirectUriError::DotSegments);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute)?;
        match scheme {
            "https" | "http" => {
                let authority = rest
                    .strip_prefix("//")
                    .and_then(|rest| rest.split(['/', '?']).next())
                    .filter(|authority| !authority.is_empty() && url.has_host())
                    .ok_or(RedirectUriError::NotAbsolute)?;
                if authority.contains('@') {
                    return Err(RedirectUriError::UserInfo);
                }
                if scheme == "http" && Loopback::parse(text).is_none() {
                    return Err(RedirectUriError::PlainHttp);
                }
            }
            // RFC 8252, section 7.1: this also shuts out `javascript:`,
            // `data:` and every other scheme that means something by itself.
            _ if !scheme.contains('.') || rest.is_empty() => {
                return Err(RedirectUriError::PrivateScheme);
            }
            _ => {}
        }
        Ok(Self(text.to_owned()))
    }

    /// The presented URI, if it is this one: the same string, or on a loopback
    /// address the same apart from its port. For `localhost` the port is free
    /// only where the operator said so.
    #[must_use]
    pub fn admit(&self, presented: &str, any_localhost_port: bool) -> Option<Self> {
        let same = self.0 == presented
            || match (Loopback::parse(&self.0), Loopback::parse(presented)) {
                (Some(own), Some(other)) => {
                    own.host == other.host
                        && own.rest == other.rest
                        && (own.host != "localhost" || any_localhost_port)
                }
                _ => false,
            };
        same.then(|| Self(presented.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn target(&self) -> RedirectTarget {
        if self.0 == OUT_OF_BAND {
            RedirectTarget::OutOfBand
        } else if self.0.starts_with("https:") {
            RedirectTarget::Web
        } else if self.0.starts_with("http:") {
            RedirectTarget::Loopback
        } else {
            RedirectTarget::PrivateScheme
        }
    }

    /// The host that it leads to, where that is one of the web; with its port,
    /// where that is not the scheme's: another port can be another's server.
    #[must_use]
    pub fn web_host(&self) -> Option<String> {
        let url = Url::parse(&self.0).ok();
        let url = url.filter(|_| self.target() == RedirectTarget::Web)?;
        let host = url.host_str()?;
        Some(match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        })
    }

    /// The URI with parameters added to its query; its own query is kept
    /// (RFC 6749, section 4.1.2).
    #[must_use]
    pub fn with_parameters(&self, parameters: &[(&str, &str)]) -> String {
        let mut uri = self.0.clone();
        for (name, value) in parameters {
            uri.push(if uri.contains('?') { '&' } else { '?' });
            uri.extend(form_urlencoded::byte_serialize(name.as_bytes()));
            uri.push('=');
            uri.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        }
        uri
    }
}

/// What RFC 3986 lets stand in a URI, apart from `#`.
fn is_uri_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()+,;=%".contains(&byte)
}

fn is_dot_segment(segment: &str) -> bool {
    let decoded = segment.to_ascii_lowercase().replace("%2e", ".");
    decoded == "." || decoded == ".."
}

/// `http://<loopback>[:port]<rest>`, taken apart as a string.
struct Loopback<'a> {
    host: &'static str,
    /// Path and query.
    rest: &'a str,
}

impl<'a> Loopback<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let after_scheme = text.strip_prefix("http://")?;
        let (host, after_host) = LOOPBACK_HOSTS
            .into_iter()
            .find_map(|host| Some((host, after_scheme.strip_prefix(host)?)))?;
        let rest = match after_host.strip_prefix(':') {
            Some(after_colon) => {
                let digits = after_colon.bytes().take_while(u8::is_ascii_digit).count();
                let (port, rest) = after_colon.split_at(digits);
                port.parse::<u16>().ok().filter(|port| *port > 0)?;
                rest
            }
            None => after_host,
        };
        (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(Self { host, rest })
    }
}

impl ToSql<Text, Hob> for RedirectUri {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Hob>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<Text, Hob> for RedirectUri {
    fn from_sql(value: Value<'_>) -> deserialize::Result<Self> {
        Ok(Self(<String as FromSql<Text, Hob>>::from_sql(value)?))
    }
}

#[cfg(test)]
mod tests;
