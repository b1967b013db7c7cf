//! A request to another site that is right as far as it can be seen here, and
//! what came back.

use std::{net::IpAddr, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use url::{Host, Url};

use super::{OutboundError, networks::Admitted, redirect};

/// A request to another site.
#[derive(Clone)]
pub struct OutboundRequest {
    pub(super) method: Method,
    pub(super) url: Url,
    headers: HeaderMap,
    body: Vec<u8>,
    pub(super) redirects: u32,
    pub(super) timeout: Option<Duration>,
    pub(super) most_bytes: Option<u64>,
}

/// What came back, read to its end.
pub struct Answer {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// What belongs to the connection and not to the request (RFC 9110, 7.6.1), and
/// how the host calls itself.
const OWN: [HeaderName; 13] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::USER_AGENT,
    header::VIA,
];

impl OutboundRequest {
    /// # Errors
    /// The method or the URL can't be used.
    pub fn new(method: &str, url: &str) -> Result<Self, OutboundError> {
        let invalid = |what| OutboundError::Invalid { what };
        let method = Method::from_bytes(method.as_bytes())
            .ok()
            .filter(|method| ![Method::CONNECT, Method::TRACE].contains(method))
            .ok_or(invalid("its method"))?;
        let mut url = Url::parse(url).map_err(|_| invalid("its URL"))?;
        url.set_fragment(None);
        Self::check_url(&url)?;
        Ok(Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
            redirects: 0,
            timeout: None,
            most_bytes: None,
        })
    }

    /// # Errors
    /// Its name or its value is none of HTTP, or it is the host's own.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, OutboundError> {
        let invalid = || OutboundError::Invalid {
            what: "one of its headers",
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| invalid())?;
        if OWN.contains(&name) {
            return Err(invalid());
        }
        value.set_sensitive(true);
        self.headers.append(name, value);
        Ok(self)
    }

    #[must_use]
    pub fn with_body(self, body: Vec<u8>) -> Self {
        Self { body, ..self }
    }

    /// Follows so many redirects of a GET or a HEAD.
    #[must_use]
    pub fn following(self, redirects: u32) -> Self {
        Self { redirects, ..self }
    }

    #[must_use]
    pub fn within(self, timeout: Option<Duration>) -> Self {
        Self { timeout, ..self }
    }

    /// Reads a body of at most so many bytes.
    #[must_use]
    pub fn at_most(self, most_bytes: Option<u64>) -> Self {
        Self { most_bytes, ..self }
    }

    /// Whoever is asked, as the URL names it.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(super) fn is_plain(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// # Errors
    /// It is of no scheme that there is here, or says who asks.
    pub(super) fn check_url(url: &Url) -> Result<(), OutboundError> {
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        match is_web && is_anonymous {
            true => Ok(()),
            false => Err(OutboundError::Invalid { what: "its URL" }),
        }
    }

    /// Checks a URL that names an address: nobody looks that up.
    ///
    /// # Errors
    /// It may not be asked.
    pub(super) fn check_literal_address(&self, admitted: &Admitted) -> Result<(), OutboundError> {
        let literal = match self.url.host() {
            Some(Host::Ipv4(address)) => IpAddr::from(address),
            Some(Host::Ipv6(address)) => IpAddr::from(address),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        match admitted.admit(literal) {
            true => Ok(()),
            false => Err(OutboundError::forbidden(self.host())),
        }
    }

    pub(super) fn redirected(self, next: Url) -> Self {
        Self {
            headers: redirect::taken_along(self.headers, &self.url, &next),
            url: next,
            ..self
        }
    }

    pub(super) fn to_reqwest(&self) -> reqwest::Request {
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        request.headers_mut().clone_from(&self.headers);
        if !self.body.is_empty() || self.method == Method::POST {
            *request.body_mut() = Some(self.body.clone().into());
        }
        request
    }
}
