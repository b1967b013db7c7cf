//! Requests to other sites, by interface `hob.http_client`.
//!
//! The host sends them: a plugin has no sockets of its own. The operator's
//! section `[http_client]` bounds how long an answer may take and how large it
//! may be, and says which addresses that are not public may be asked at all.
//! No cookie is kept, and no redirect is followed unless the request says so.

use std::{fmt, time::Duration};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;

pub use crate::abi::http_client::RawOutboundErrorKind as OutboundErrorKind;
use crate::{
    PluginError,
    abi::{
        RawPair,
        http_client::{HttpClientV1, RawOutboundError, RawOutboundRequest, RawOutboundResponse},
    },
};

/// Sends requests to other sites.
#[derive(Clone, Copy)]
pub struct HttpClient {
    table: &'static HttpClientV1,
}

/// A request to another site. Its headers and its body may hold secrets, so
/// `Debug` shows neither, nor the query.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboundRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    redirects: u32,
    timeout: Option<Duration>,
    most_bytes: Option<u64>,
}

/// What another site answered, read to its end.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboundResponse {
    /// Who answered: another than was asked only where redirects were followed.
    pub url: String,
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Why another site gave no answer. The message is for the log: it names the
/// host that was asked, and no more of the URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OutboundError {
    pub kind: OutboundErrorKind,
    message: String,
}

/// What `application/x-www-form-urlencoded` leaves as it is.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'*');

/// Fields as `application/x-www-form-urlencoded`, for a query or a body.
#[must_use]
pub fn form_urlencoded(fields: &[(&str, &str)]) -> String {
    let encode = |text| utf8_percent_encode(text, FORM).to_string();
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

impl HttpClient {
    pub(crate) fn new(table: &'static HttpClientV1) -> Self {
        Self { table }
    }

    /// Sends a request. An answer is an answer whatever its status is.
    ///
    /// # Errors
    /// There is none: see [`OutboundErrorKind`].
    pub async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, OutboundError> {
        (self.table.send)(self.table.context, request.into_raw())
            .await
            .into_result()
            .map(OutboundResponse::from_raw)
            .map_err(OutboundError::from_raw)
    }
}

impl OutboundRequest {
    /// A request without a body. `url` is absolute, of `https` or `http`.
    #[must_use]
    pub fn new(method: &str, url: &str) -> Self {
        Self {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            redirects: 0,
            timeout: None,
            most_bytes: None,
        }
    }

    #[must_use]
    pub fn get(url: &str) -> Self {
        Self::new("GET", url)
    }

    /// A POST of a form.
    #[must_use]
    pub fn post_form(url: &str, fields: &[(&str, &str)]) -> Self {
        Self::new("POST", url).body(
            "application/x-www-form-urlencoded",
            form_urlencoded(fields).into_bytes(),
        )
    }

    /// Adds a header. Those that belong to the connection (`Host`,
    /// `Content-Length`, …) and `User-Agent` are the host's own.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Carries an access token (RFC 6750, 2.1).
    #[must_use]
    pub fn bearer(self, access_token: &str) -> Self {
        self.header("authorization", &format!("Bearer {access_token}"))
    }

    #[must_use]
    pub fn body(mut self, content_type: &str, body: Vec<u8>) -> Self {
        self.body = body;
        self.header("content-type", content_type)
    }

    /// Such as `GET`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The body, where it is a form.
    #[must_use]
    pub fn form(&self) -> Option<&[u8]> {
        let is_form = self.headers.iter().any(|(name, value)| {
            let value = value.split(';').next().unwrap_or_default().trim();
            name.eq_ignore_ascii_case("content-type")
                && value.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        is_form.then_some(&self.body)
    }

    /// Where it goes.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same request to another address.
    #[must_use]
    pub fn to(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    /// The same request without any header of this name, in lower case.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers
            .retain(|(given, _)| !given.eq_ignore_ascii_case(name));
        self
    }

    /// Follows so many redirects of a GET or a HEAD, and no more than the
    /// operator allows. Each is checked as the request was. None leads from
    /// https to http, and to another origin none takes more along than what
    /// the request accepts.
    #[must_use]
    pub fn following(mut self, redirects: u32) -> Self {
        self.redirects = redirects;
        self
    }

    /// Waits no longer than this, redirects included.
    #[must_use]
    pub fn within(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Reads no larger body than this.
    #[must_use]
    pub fn at_most(mut self, bytes: u64) -> Self {
        self.most_bytes = Some(bytes);
        self
    }

    fn into_raw(self) -> RawOutboundRequest {
        let pair = |(name, value): (String, String)| RawPair {
            name: name.into(),
            value: value.into(),
        };
        // 0 means the operator's bound, so the least that can be asked for is 1.
        let millis = |timeout: Duration| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        RawOutboundRequest {
            method: self.method.into(),
            url: self.url.into(),
            headers: self.headers.into_iter().map(pair).collect(),
            body: self.body.into(),
            redirects: self.redirects,
            timeout_millis: self.timeout.map_or(0, |timeout| millis(timeout).max(1)),
            most_bytes: self.most_bytes.map_or(0, |bytes| bytes.max(1)),
        }
    }
}

impl OutboundResponse {
    /// The first header of this name, in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All headers of this name, in lower case.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the status is one of success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// It is not of this shape. The error repeats nothing of the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, PluginError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            PluginError::new(format!(
                "an answer is not the JSON that was expected, at line {}, column {}",
                error.line(),
                error.column()
            ))
        })
    }

    fn from_raw(raw: RawOutboundResponse) -> Self {
        let pair = |pair: RawPair| (pair.name.into(), pair.value.into());
        Self {
            url: raw.url.into(),
            status: raw.status,
            headers: raw.headers.into_iter().map(pair).collect(),
            body: raw.body.into(),
        }
    }
}

/// As it crosses: for services that hand requests on.
impl From<OutboundRequest> for RawOutboundRequest {
    fn from(request: OutboundRequest) -> Self {
        request.into_raw()
    }
}

/// What came across, so that a service that hands it on can look at it.
impl From<RawOutboundRequest> for OutboundRequest {
    fn from(raw: RawOutboundRequest) -> Self {
        let pair = |pair: RawPair| (pair.name.into(), pair.value.into());
        let timeout = (raw.timeout_millis > 0).then(|| Duration::from_millis(raw.timeout_millis));
        Self {
            method: raw.method.into(),
            url: raw.url.into(),
            headers: raw.headers.into_iter().map(pair).collect(),
            body: raw.body.into(),
            redirects: raw.redirects,
            timeout,
            most_bytes: (raw.most_bytes > 0).then_some(raw.most_bytes),
        }
    }
}

impl From<OutboundResponse> for RawOutboundResponse {
    fn from(response: OutboundResponse) -> Self {
        let pair = |(name, value): (String, String)| RawPair {
            name: name.into(),
            value: value.into(),
        };
        Self {
            url: response.url.into(),
            status: response.status,
            headers: response.headers.into_iter().map(pair).collect(),
            body: response.body.into(),
        }
    }
}

impl From<RawOutboundResponse> for OutboundResponse {
    fn from(raw: RawOutboundResponse) -> Self {
        Self::from_raw(raw)
    }
}

impl OutboundError {
    fn from_raw(raw: RawOutboundError) -> Self {
        Self {
            kind: raw.kind,
            message: raw.message.into(),
        }
    }
}

impl From<OutboundError> for PluginError {
    fn from(error: OutboundError) -> Self {
        Self::new(error.message)
    }
}

/// A URL without what may be secret in it.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

impl fmt::Debug for OutboundRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OutboundRequest")
            .field("method", &self.method)
            .field("url", &without_query(&self.url))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OutboundResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OutboundResponse")
            .field("url", &without_query(&self.url))
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_encoded_so_that_it_can_be_read_again() {
        let fields = [("a b", "1+1=2&3"), ("ü", ""), ("~", "*-._")];
        let encoded = form_urlencoded(&fields);
        assert_eq!(encoded, "a%20b=1%2B1%3D2%263&%C3%BC=&%7E=*-._");
        let read = crate::Fields::parse(encoded.as_bytes()).unwrap();
        assert_eq!(read.iter().collect::<Vec<_>>(), fields);
    }

    #[test]
    fn a_form_is_told_from_another_body() {
        let form = OutboundRequest::post_form("https://a.example/", &[("a", "b")]);
        assert_eq!((form.method(), form.form()), ("POST", Some(&b"a=b"[..])));
        let with_charset = OutboundRequest::new("PUT", "https://a.example/").body(
            "Application/X-www-form-urlencoded; charset=utf-8",
            b"a=b".to_vec(),
        );
        assert_eq!(with_charset.form(), Some(&b"a=b"[..]));
        let json = OutboundRequest::new("POST", "https://a.example/");
        assert_eq!(
            json.clone().body("application/json", b"{}".to_vec()).form(),
            None
        );
        assert_eq!(json.form(), None);
    }

    #[test]
    fn debug_shows_no_secret() {
        let request =
            OutboundRequest::post_form("https://a.example/t?code=s3cret", &[("c", "s3cret")])
                .bearer("s3cret");
        let shown = format!("{request:?}");
        assert!(shown.contains("https://a.example/t"), "{shown}");
        assert!(!shown.contains("s3cret"), "{shown}");
        let response = OutboundResponse {
            url: "https://a.example/t?code=s3cret".to_owned(),
            status: 200,
            headers: vec![("x".to_owned(), "s3cret".to_owned())],
            body: b"s3cret".to_vec(),
        };
        assert!(!format!("{response:?}").contains("s3cret"));
        assert!(!format!("{:?}", response.json::<u8>()).contains("s3cret"));
    }

    #[test]
    fn no_bound_of_a_plugin_is_taken_for_none() {
        let bounded = OutboundRequest::get("https://a.example/")
            .within(Duration::ZERO)
            .at_most(0)
            .into_raw();
        assert_eq!((bounded.timeout_millis, bounded.most_bytes), (1, 1));
        let open = OutboundRequest::get("https://a.example/").into_raw();
        assert_eq!((open.timeout_millis, open.most_bytes), (0, 0));
    }
}
