//! What a handler answers.

use std::fmt;

use abi_stable::std_types::{RBox, ROption, RString};
use serde::Serialize;

use crate::{
    PluginError,
    abi::http::{
        RawNewcomer, RawPage, RawResponse, RawResponseBody, RawSessionChange, RawSignIn,
        RawSignInWho, Span, SpanPair,
    },
    db::Timestamp,
};

/// An answer. Headers that are no valid HTTP make it a 500, with the name of
/// the header in the log.
pub struct Response {
    status: u16,
    /// The headers' names and values, in the form that crosses.
    text: Vec<u8>,
    headers: Vec<SpanPair>,
    body: Body,
    session: RawSessionChange,
}

/// Somebody who is to have an account.
#[derive(Debug, Clone, Copy)]
pub struct Newcomer<'a> {
    /// As typed; the host checks it.
    pub username: &'a str,
    /// A name for people; empty for the username. What is too long is cut.
    pub display_name: &'a str,
}

/// Room for the headers that most answers have.
const USUAL_HEADERS: usize = 4;
/// Room for a small object in JSON.
const USUAL_JSON: usize = 512;
/// Room for their text.
const USUAL_TEXT: usize = 128;

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
        Self::new(status, Body::Empty)
    }

    fn new(status: u16, body: Body) -> Self {
        Self {
            status,
            text: Vec::new(),
            headers: Vec::new(),
            body,
            session: RawSessionChange::Stays,
        }
    }

    /// Bytes of this content type.
    pub fn bytes(status: u16, content_type: impl AsRef<str>, bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(status, Body::Bytes(bytes.into())).with_header("content-type", content_type)
    }

    /// Plain text.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::bytes(status, "text/plain; charset=utf-8", text.into())
    }

    /// JSON. A value that can't be written is a 500.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        let mut bytes = Vec::with_capacity(USUAL_JSON);
        match serde_json::to_writer(&mut bytes, value) {
            Ok(()) => Self::bytes(status, "application/json", bytes),
            Err(error) => PluginError::from(error).into_response(),
        }
    }

    /// 303 See Other: the browser goes on with GET.
    pub fn redirect(location: impl AsRef<str>) -> Self {
        Self::empty(303).with_header("location", location)
    }

    /// A page in the site's layout.
    #[must_use]
    pub fn page(status: u16, page: Page) -> Self {
        Self::new(status, Body::Page(page))
    }

    /// A stored file of a medium. The host serves ranges, ETags and cache
    /// headers; the plugin has asked before whether the caller may see it.
    pub fn media(media_id: i64, size: impl Into<String>) -> Self {
        let size = size.into();
        Self::new(200, Body::Media { media_id, size })
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        if self.headers.is_empty() {
            self.headers.reserve(USUAL_HEADERS);
            self.text.reserve(USUAL_TEXT);
        }
        self.headers.push(SpanPair {
            name: Span::push(&mut self.text, name.as_ref().as_bytes()),
            value: Span::push(&mut self.text, value.as_ref().as_bytes()),
        });
        self
    }

    /// Signs a member in, in the browser that asked: a fresh session, whatever
    /// session there was. `by` is what vouches for the member, as the audit log
    /// calls it. For a plugin whose manifest says `signs_in = true`, on a route
    /// of the site's own sign-in; any other gets a 500. A member who is
    /// disabled is not signed in, and gets a page that says so. It counts as
    /// signing in anew only with [`Self::authenticated_at`].
    #[must_use]
    pub fn signing_in(self, member_id: i64, by: &str) -> Self {
        self.begins(RawSignInWho::Member(member_id), by)
    }

    /// Names the sign-in of this answer, so that the plugin knows it again when
    /// it hears of it: [`SessionBegun`](crate::SessionBegun) and
    /// [`MemberRegistered`](crate::MemberRegistered), in the transaction that
    /// begins the session. Nothing for an answer that signs nobody in.
    #[must_use]
    pub fn with_reference(mut self, reference: &str) -> Self {
        if let RawSessionChange::Begins(sign_in) = &mut self.session {
            sign_in.reference = reference.into();
        }
        self
    }

    /// Says when somebody showed to whoever vouches who is there. Nothing for an
    /// answer that signs nobody in.
    #[must_use]
    pub fn authenticated_at(mut self, at: Timestamp) -> Self {
        if let RawSessionChange::Begins(sign_in) = &mut self.session {
            sign_in.authenticated_at = at.as_micros();
        }
        self
    }

    /// Ends the session of the browser that asked, as the site's own button
    /// does. For a plugin whose manifest says `signs_in = true`; any other gets
    /// a 500.
    #[must_use]
    pub fn signing_out(mut self) -> Self {
        self.session = RawSessionChange::Ends;
        self
    }

    /// Makes an account for somebody who has none, and signs the new member in
    /// as [`Self::signing_in`] does. Where the operator keeps registration
    /// closed, or the username is taken meanwhile, there is no account, and a
    /// page that says so: ask [`Members`](crate::members::Members) before.
    ///
    /// The account is made in one transaction with what its subscribers do who
    /// hear of [`MemberRegistered`](crate::MemberRegistered): there the plugin
    /// keeps what belongs to the new member, by [`Self::with_reference`].
    #[must_use]
    pub fn registering(self, newcomer: Newcomer<'_>, by: &str) -> Self {
        let newcomer = RawNewcomer {
            username: newcomer.username.into(),
            display_name: newcomer.display_name.into(),
        };
        self.begins(RawSignInWho::Newcomer(newcomer), by)
    }

    fn begins(mut self, who: RawSignInWho, by: &str) -> Self {
        self.session = RawSessionChange::Begins(RBox::new(RawSignIn {
            who,
            by: by.into(),
            reference: RString::new(),
            authenticated_at: 0,
        }));
        self
    }

    /// Whether a header of this name (in lower case) was added.
    #[must_use]
    pub fn has_header(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|own| own.name.of(&self.text) == name.as_bytes())
    }

    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn into_raw(self) -> RawResponse {
        RawResponse {
            status: self.status,
            text: self.text.into(),
            headers: self.headers.into(),
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
            session: self.session,
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |span: Span| String::from_utf8_lossy(span.of(&self.text));
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|pair| (text(pair.name), text(pair.value)))
            .collect();
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &headers)
            .field("body", &self.body)
            .field("session", &self.session)
            .finish()
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
    /// The message goes to the log; the client sees a 500 that says nothing of the inside.
    fn into_response(self) -> Response {
        tracing::error!(error = %self, "the request failed");
        Response::json(
            500,
            &serde_json::json!({"error": {"code": "server_error", "message": "Something went wrong here. It has been logged."}}),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(raw: &RawResponse) -> Vec<(&[u8], &[u8])> {
        raw.headers
            .iter()
            .map(|pair| (pair.name.of(&raw.text), pair.value.of(&raw.text)))
            .collect()
    }

    #[test]
    fn headers_cross_in_order_and_repeats_are_kept() {
        let response = Response::text(201, "made")
            .with_header("link", "a")
            .with_header("link", String::new())
            .with_header("x-empty", "");
        assert!(response.has_header("link") && response.has_header("content-type"));
        assert!(!response.has_header("lin") && !response.has_header(""));
        let raw = response.into_raw();
        assert_eq!(raw.status, 201);
        let expected: [(&[u8], &[u8]); 4] = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"link", b"a"),
            (b"link", b""),
            (b"x-empty", b""),
        ];
        assert_eq!(headers(&raw), expected);
        assert!(matches!(raw.body, RawResponseBody::Bytes(bytes) if bytes == b"made".as_slice()));
    }

    #[test]
    fn a_span_that_reaches_beyond_the_text_is_nothing() {
        let span = |start, len| Span { start, len };
        assert_eq!(span(1, 2).of(b"abc"), b"bc");
        assert_eq!(span(1, 3).of(b"abc"), b"");
        assert_eq!(span(u32::MAX, u32::MAX).of(b"abc"), b"");
    }
}
