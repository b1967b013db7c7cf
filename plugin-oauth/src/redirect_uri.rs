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

    /// The host that it leads to, where that is one of the web.
    #[must_use]
    pub fn web_host(&self) -> Option<String> {
        let url = Url::parse(&self.0).ok();
        url.filter(|_| self.target() == RedirectTarget::Web)
            .and_then(|url| url.host_str().map(ToOwned::to_owned))
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bad_input::{many_cases, text};

    fn register(text: &str) -> Result<RedirectUri, RedirectUriError> {
        RedirectUri::for_registration(text)
    }

    fn admits(registered: &str, presented: &str) -> bool {
        register(registered)
            .unwrap()
            .admit(presented, false)
            .is_some()
    }

    #[test]
    fn what_may_be_registered() {
        for good in [
            "https://example.org",
            "https://example.org/cb?x=1",
            "https://example.org:8443/cb;p",
            "http://127.0.0.1/cb",
            "http://127.0.0.1:5000/cb",
            "http://[::1]:5000/cb",
            "http://localhost:5000/cb",
            "com.example.app:/cb",
            "com.example.app://cb",
            OUT_OF_BAND,
        ] {
            assert!(register(good).is_ok(), "{good}: {:?}", register(good));
        }
    }

    #[test]
    fn what_may_not_be_registered() {
        use RedirectUriError as Error;
        for (bad, error) in [
            ("https://example.org/cb#x", Error::Fragment),
            ("https://example.org/cb#", Error::Fragment),
            ("https://*.example.org/cb", Error::Wildcard),
            ("https://example.org/*", Error::Wildcard),
            ("javascript:alert(1)", Error::PrivateScheme),
            ("data:text/html,x", Error::PrivateScheme),
            ("vbscript:x", Error::PrivateScheme),
            ("file:///etc/passwd", Error::PrivateScheme),
            ("myapp:/cb", Error::PrivateScheme),
            ("urn:ietf:wg:oauth:2.0:oob:auto", Error::PrivateScheme),
            ("URN:IETF:WG:OAUTH:2.0:OOB", Error::PrivateScheme),
            ("urn:x", Error::PrivateScheme),
            ("com.example.app:", Error::PrivateScheme),
            ("http://example.org/cb", Error::PlainHttp),
            ("http://127.0.0.1.evil/cb", Error::PlainHttp),
            ("http://127.0.0.1:99999/cb", Error::NotAbsolute),
            ("http://localhost.evil/cb", Error::PlainHttp),
            ("https://user@example.org/cb", Error::UserInfo),
            ("http://127.0.0.1@evil/cb", Error::UserInfo),
            ("https://example.org\\@evil/cb", Error::Characters),
            ("https://example.org/c b", Error::Characters),
            ("https://example.org/cb\r\nx", Error::Characters),
            ("https://exämple.org/cb", Error::Characters),
            ("https://example.org/a/../b", Error::DotSegments),
            ("https://example.org/a/%2e%2E/b", Error::DotSegments),
            ("https:example.org", Error::NotAbsolute),
            ("https:///cb", Error::NotAbsolute),
            ("/cb", Error::NotAbsolute),
            ("", Error::NotAbsolute),
        ] {
            assert_eq!(register(bad), Err(error), "{bad}");
        }
        assert_eq!(
            register(&format!("https://example.org/{}", "a".repeat(2000))),
            Err(Error::Length)
        );
    }

    #[test]
    fn a_web_uri_is_compared_letter_by_letter() {
        let registered = "https://example.org/cb";
        assert!(admits(registered, registered));
        for other in [
            "https://example.org/cb/",
            "https://example.org/CB",
            "https://EXAMPLE.org/cb",
            "https://example.org:443/cb",
            "http://example.org/cb",
            "https://example.org/cb?code=evil",
            "https://example.org/cb#",
            "https://example.org/cb;p",
            "https://user@example.org/cb",
            "https://example.org/cb%2FX",
            "https://example.org/cb/..%2FX",
            "https://example.org/cb/%252e%252e%252FX",
            "https://example.org/cb/;/../../X",
            "https://example.org/cb%0A%0D/../../X",
            "",
        ] {
            assert!(!admits(registered, other), "{other}");
        }
    }

    #[test]
    fn only_the_port_of_a_loopback_address_is_free() {
        for registered in ["http://127.0.0.1/cb?x=1", "http://127.0.0.1:80/cb?x=1"] {
            assert!(admits(registered, "http://127.0.0.1:5000/cb?x=1"));
            assert!(admits(registered, "http://127.0.0.1/cb?x=1"));
            for other in [
                "http://[::1]:5000/cb?x=1",
                "http://localhost:5000/cb?x=1",
                "http://127.0.0.1:5000/cb",
                "http://127.0.0.1:5000/cb?x=2",
                "http://127.0.0.1:5000/other?x=1",
                "http://127.0.0.1:5000/cb?x=1#",
                "http://user@127.0.0.1:5000/cb?x=1",
                "http://127.0.0.1:5000@evil/cb?x=1",
                "http://127.0.0.1.evil:5000/cb?x=1",
                "http://127.0.0.1.evil/cb?x=1",
                "http://127.0.0.1:0/cb?x=1",
                "http://127.0.0.1:65536/cb?x=1",
                "http://127.0.0.1:/cb?x=1",
                "http://127.0.0.1:+80/cb?x=1",
                "https://127.0.0.1:5000/cb?x=1",
            ] {
                assert!(!admits(registered, other), "{other}");
            }
        }
        assert!(admits("http://[::1]/cb", "http://[::1]:61234/cb"));
    }

    #[test]
    fn the_port_of_localhost_is_free_only_if_the_operator_says_so() {
        let registered = register("http://localhost:5000/cb").unwrap();
        assert!(
            registered
                .admit("http://localhost:5000/cb", false)
                .is_some()
        );
        assert!(
            registered
                .admit("http://localhost:5001/cb", false)
                .is_none()
        );
        assert!(registered.admit("http://localhost:5001/cb", true).is_some());
        assert!(registered.admit("http://localhost.evil/cb", true).is_none());
    }

    #[test]
    fn parameters_join_the_uris_own_query() {
        let with = |uri: &str| {
            register(uri)
                .unwrap()
                .with_parameters(&[("state", "a b&c+%"), ("x", "")])
        };
        assert_eq!(
            with("https://example.org/cb"),
            "https://example.org/cb?state=a+b%26c%2B%25&x="
        );
        assert_eq!(
            with("https://example.org/cb?own=1"),
            "https://example.org/cb?own=1&state=a+b%26c%2B%25&x="
        );
        assert_eq!(
            with("com.example.app:/cb"),
            "com.example.app:/cb?state=a+b%26c%2B%25&x="
        );
    }

    #[test]
    fn only_the_web_has_a_host() {
        let host = |uri: &str| register(uri).unwrap().web_host();
        let example = Some("example.org".to_owned());
        assert_eq!(host("https://example.org:8443/cb"), example);
        assert_eq!(host("http://[::1]/cb"), None);
        assert_eq!(host("com.example.app:/cb"), None);
        assert_eq!(host(OUT_OF_BAND), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,120}") {
            let _ = register(&text);
            let _ = register(&format!("http://127.0.0.1{text}"));
            let _ = register("http://127.0.0.1/cb").unwrap().admit(&text, true);
        }

        #[test]
        fn whatever_a_loopback_uri_admits_is_on_that_host(tail in "[:@./0-9a-z?#\\\\%]{0,40}") {
            let presented = format!("http://127.0.0.1{tail}");
            if admits("http://127.0.0.1/cb", &presented) {
                let url = Url::parse(&presented).unwrap();
                prop_assert_eq!(url.host_str(), Some("127.0.0.1"));
                prop_assert_eq!(url.path(), "/cb");
                prop_assert_eq!((url.username(), url.query()), ("", None));
            }
        }

        #[test]
        fn whatever_is_registered_fits_a_header(text in "(https://example\\.org|com\\.example:)[ -~]{0,40}") {
            if let Ok(uri) = register(&text) {
                prop_assert!(uri.with_parameters(&[("state", &text)]).bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
    }

    proptest! {
        #![proptest_config(many_cases())]

        #[test]
        fn whatever_is_registered_leads_where_a_browser_reads_it(
            start in prop_oneof![
                Just("https://a.example"), Just("http://127.0.0.1"), Just("http://[::1]:5000"),
                Just("com.example.app:/cb"), Just("javascript:"), Just(""),
            ],
            (rest, presented) in (text(), text()),
        ) {
            let uri = format!("{start}{rest}");
            let Ok(registered) = register(&uri) else { return Ok(()) };
            let parsed = Url::parse(&uri).unwrap();
            prop_assert_eq!((parsed.username(), parsed.fragment()), ("", None));
            match registered.target() {
                RedirectTarget::Web => prop_assert_eq!(parsed.scheme(), "https"),
                RedirectTarget::Loopback => {
                    prop_assert!(LOOPBACK_HOSTS.contains(&parsed.host_str().unwrap()));
                }
                RedirectTarget::PrivateScheme => prop_assert!(parsed.scheme().contains('.')),
                RedirectTarget::OutOfBand => prop_assert_eq!(&uri, OUT_OF_BAND),
            }
            let sent = registered.with_parameters(&[("state", &presented)]);
            prop_assert!(sent.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(registered.admit(&uri, false), Some(registered.clone()));
            let presented = format!("{start}{presented}");
            if registered.admit(&presented, true).is_some() && presented != uri {
                prop_assert_eq!(registered.target(), RedirectTarget::Loopback);
                let presented = Url::parse(&presented).unwrap();
                prop_assert_eq!(presented.host_str(), parsed.host_str());
                prop_assert_eq!((presented.path(), presented.query()), (parsed.path(), parsed.query()));
            }
        }
    }
}
