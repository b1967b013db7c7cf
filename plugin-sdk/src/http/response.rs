//! What a handler answers.

use std::borrow::Cow;

use abi_stable::std_types::{ROption, RVec};
use serde::Serialize;

use crate::{
    PluginError,
    abi::http::{RawPage, RawResponse, RawResponseBody, Span, SpanPair},
    panic,
};

/// An answer. Headers that are no valid HTTP make it a 500, with the name of
/// the header in the log.
#[derive(Debug)]
pub struct Response {
    status: u16,
    headers: Vec<Header>,
    body: Body,
}

/// Name and value.
type Header = (Cow<'static, str>, Cow<'static, str>);

#[derive(Debug)]
enum Body {
    Empty,
    Bytes(Vec<u8>),
    Page(Page),
    Media { media_id: i64, size: String },
}

/// A page that the host sets into the site's own layout.
#[derive(Debug, Clone)]
pub struct Page {
    title: String,
    html: String,
    content_security_policy: Option<String>,
}

impl Page {
    /// A page of this title (plain text) and body (HTML).
    pub fn new(title: impl Into<String>, html: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            html: html.into(),
            content_security_policy: None,
        }
    }

    /// Replaces the site's Content-Security-Policy for this page.
    #[must_use]
    pub fn with_content_security_policy(mut self, policy: impl Into<String>) -> Self {
        self.content_security_policy = Some(policy.into());
        self
    }
}

impl Response {
    /// An answer without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Empty,
        }
    }

    /// Bytes of this content type.
    pub fn bytes(
        status: u16,
        content_type: impl Into<Cow<'static, str>>,
        bytes: impl Into<Vec<u8>>,
    ) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), content_type.into())],
            body: Body::Bytes(bytes.into()),
        }
    }

    /// Plain text.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::bytes(status, "text/plain; charset=utf-8", text.into())
    }

    /// JSON. A value that can't be written is a 500.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => Self::bytes(status, "application/json", bytes),
            Err(error) => PluginError::from(error).into_response(),
        }
    }

    /// 303 See Other: the browser goes on with GET.
    pub fn redirect(location: impl Into<Cow<'static, str>>) -> Self {
        Self::empty(303).with_header("location", location)
    }

    /// A page in the site's layout.
    #[must_use]
    pub fn page(status: u16, page: Page) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Page(page),
        }
    }

    /// A stored file of a medium. The host serves ranges, ETags and cache
    /// headers; the plugin has asked before whether the caller may see it.
    pub fn media(media_id: i64, size: impl Into<String>) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: Body::Media {
                media_id,
                size: size.into(),
            },
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Whether a header of this name (in lower case) was added.
    #[must_use]
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(own, _)| own == name)
    }

    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn into_raw(self) -> RawResponse {
        let length = self
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        let mut text = Vec::with_capacity(length);
        let mut span = |part: &str| {
            let start = text.len();
            text.extend_from_slice(part.as_bytes());
            Span {
                start: u32::try_from(start).unwrap_or(u32::MAX),
                len: u32::try_from(part.len()).unwrap_or(0),
            }
        };
        let headers: RVec<SpanPair> = self
            .headers
            .iter()
            .map(|(name, value)| SpanPair {
                name: span(name),
                value: span(value),
            })
            .collect();
        RawResponse {
            status: self.status,
            text: text.into(),
            headers,
            body: match self.body {
                Body::Empty => RawResponseBody::Empty,
                Body::Bytes(bytes) => RawResponseBody::Bytes(bytes.into()),
                Body::Page(page) => RawResponseBody::Page(RawPage {
                    title: page.title.into(),
                    html: page.html.into(),
                    content_security_policy: match page.content_security_policy {
                        Some(policy) => ROption::RSome(policy.into()),
                        None => ROption::RNone,
                    },
                }),
                Body::Media { media_id, size } => RawResponseBody::Media {
                    media_id,
                    size: size.into(),
                },
            },
        }
    }
}

/// What a handler may return.
pub trait IntoResponse {
    fn into_response(self) -> Response;
}

impl IntoResponse for Response {
    fn into_response(self) -> Response {
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        Response::page(200, self)
    }
}

impl<T: IntoResponse, E: IntoResponse> IntoResponse for Result<T, E> {
    fn into_response(self) -> Response {
        match self {
            Ok(value) => value.into_response(),
            Err(error) => error.into_response(),
        }
    }
}

impl IntoResponse for PluginError {
    /// The message goes to the log, with the request's id; the client sees a
    /// 500 that says nothing of the inside.
    fn into_response(self) -> Response {
        panic::with_request_id(|request_id| {
            tracing::error!(request_id, error = %self, "the request failed");
        });
        Response::json(
            500,
            &serde_json::json!({"error": {"code": "server_error", "message": "Something went wrong here. It has been logged."}}),
        )
    }
}
