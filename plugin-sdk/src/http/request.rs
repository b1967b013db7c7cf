//! A request, as a handler sees it.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use hob_plugin_manifest::Route;
use serde::de::DeserializeOwned;

use super::{FieldError, Fields};
use crate::{
    Words,
    abi::http::{RawBody, RawMember, RawPartContent, RawRequest, Span},
    abi::words::WordsV1,
    db::Timestamp,
};

/// A request to one of the plugin's routes.
///
/// It is a pointer: handlers pass it on by value, and every `async fn` that it
/// goes through would hold all of it once more.
pub struct Request {
    inner: Box<Inner>,
}

struct Inner {
    raw: RawRequest,
    route: &'static BoundRoute,
    /// Made when it is first asked for.
    member: OnceLock<Option<Member>>,
}

/// A line of the manifest, with what is made of it once and not for each
/// request.
pub(crate) struct BoundRoute {
    line: &'static Route,
    scope: String,
    words: &'static WordsV1,
}

impl BoundRoute {
    pub(crate) fn new(line: &'static Route, words: &'static WordsV1) -> Self {
        Self {
            line,
            scope: line.scopes.join(" "),
            words,
        }
    }
}

/// The signed-in member on whose behalf a browser asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: i64,
    pub username: String,
    pub display_name: String,
    pub administrator: bool,
    /// The session, so that what was begun in one is not ended in another.
    pub session_id: i64,
    /// When the member last gave the password, or showed elsewhere who is there;
    /// 1970 where nobody can say when.
    pub authenticated_at: Timestamp,
}

/// For how long it counts that somebody showed who is there, where that is asked
/// for: who sits down at a session that was left open may do much, but not what
/// would let him in for ever.
const RECENTLY: Duration = Duration::from_secs(600);

/// Whether it still counts that somebody showed then who is there.
#[must_use]
pub fn is_recent(authenticated_at: Timestamp, now: Timestamp) -> bool {
    now < authenticated_at + RECENTLY
}

/// One part of a multipart form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    pub content: PartContent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartContent {
    Text(String),
    /// A file, spooled by the host and deleted when the request is over.
    File {
        file_name: String,
        path: PathBuf,
        size: u64,
    },
}

impl Request {
    pub(crate) fn from_raw(raw: RawRequest, route: &'static BoundRoute) -> Self {
        let inner = Inner {
            raw,
            route,
            member: OnceLock::new(),
        };
        Self {
            inner: Box::new(inner),
        }
    }

    fn raw(&self) -> &RawRequest {
        &self.inner.raw
    }

    fn bytes(&self, span: Span) -> &[u8] {
        self.raw().bytes(span)
    }

    fn text(&self, span: Span) -> &str {
        self.raw().text(span)
    }

    /// The line of this plugin's `plugin.toml` that the request came by, with
    /// the scopes that it asks for.
    #[must_use]
    pub fn route(&self) -> &'static Route {
        self.inner.route.line
    }

    /// The scopes that the route asks for, as [`crate::auth::Wanted`] has
    /// them: words with single spaces between them.
    #[must_use]
    pub fn wanted_scope(&self) -> &'static str {
        &self.inner.route.scope
    }

    /// The method, in capitals.
    #[must_use]
    pub fn method(&self) -> &str {
        self.text(self.raw().method)
    }

    /// The path as it came, not decoded.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text(self.raw().path)
    }

    /// The query as it came, without `?`.
    #[must_use]
    pub fn query(&self) -> &str {
        self.text(self.raw().query)
    }

    /// The query's fields.
    ///
    /// # Errors
    /// [`FieldError::Encoding`].
    pub fn query_fields(&self) -> Result<Fields, FieldError> {
        Fields::parse(self.bytes(self.raw().query))
    }

    /// The address of the peer, without a port.
    #[must_use]
    pub fn peer(&self) -> &str {
        self.text(self.raw().peer)
    }

    /// Names this request in logs and on error pages.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.raw().request_id()
    }

    /// What a form of this plugin must carry in its field `csrf`. Empty where
    /// nobody is signed in.
    #[must_use]
    pub fn csrf(&self) -> &str {
        self.text(self.raw().csrf)
    }

    /// The visitor's language, such as `de`. Empty on a route that declares its
    /// own authentication: who calls there is no visitor of the site.
    #[must_use]
    pub fn language(&self) -> &str {
        self.text(self.raw().language)
    }

    /// Names the browser that asks, whether somebody is signed in or not: what
    /// was begun in one is not ended in another. This plugin alone knows it by
    /// this name, for an hour at least and until somebody signs in. Empty on a
    /// route that does not say `visit = true`.
    #[must_use]
    pub fn visit(&self) -> &str {
        self.text(self.raw().visit)
    }

    /// What this plugin's pages say, in the visitor's language.
    #[must_use]
    pub fn words(&self) -> Words {
        Words::of(self.inner.route.words, self.language())
    }

    /// The first header of this name (in lower case), where it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.raw()
            .headers
            .iter()
            .find(|header| self.bytes(header.name) == name.as_bytes())
            .and_then(|header| std::str::from_utf8(self.bytes(header.value)).ok())
    }

    /// All headers of this name (in lower case) that are text, in order.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.raw()
            .headers
            .iter()
            .filter(move |header| self.bytes(header.name) == name.as_bytes())
            .filter_map(|header| std::str::from_utf8(self.bytes(header.value)).ok())
    }

    /// All headers of this name (in lower case), in order; one that is no text
    /// is an empty one, so that it is not overlooked.
    pub(crate) fn all_headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.raw()
            .headers
            .iter()
            .filter(move |header| self.bytes(header.name) == name.as_bytes())
            .map(|header| self.text(header.value))
    }

    /// How many headers of this name there are, text or not.
    #[must_use]
    pub fn header_count(&self, name: &str) -> usize {
        self.raw()
            .headers
            .iter()
            .filter(|header| self.bytes(header.name) == name.as_bytes())
            .count()
    }

    /// A parameter of the route's path, decoded: `id` of `/media/{id}`.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.raw()
            .parameters
            .iter()
            .find(|parameter| self.bytes(parameter.name) == name.as_bytes())
            .map(|parameter| self.text(parameter.value))
    }

    /// The signed-in member. Never there on a route that declares its own
    /// authentication.
    #[must_use]
    pub fn member(&self) -> Option<&Member> {
        let member = || self.raw().member.as_ref().map(Member::from_raw);
        self.inner
            .member
            .get_or_init(|| member().into_option())
            .as_ref()
    }

    /// The body, where the route takes it buffered; else empty.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        match &self.raw().body {
            RawBody::Bytes(bytes) => bytes,
            RawBody::None | RawBody::Multipart(_) => &[],
        }
    }

    /// The media type of the body in lower case, without its parameters.
    #[must_use]
    pub fn content_type(&self) -> Option<String> {
        Some(self.media_type()?.to_ascii_lowercase())
    }

    fn media_type(&self) -> Option<&str> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim())
    }

    /// Whether the body says that it is a form.
    #[must_use]
    pub fn is_form(&self) -> bool {
        self.media_type()
            .is_some_and(|own| own.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    }

    /// The body's fields, where it is a form.
    ///
    /// # Errors
    /// [`FieldError::Encoding`].
    pub fn form(&self) -> Result<Fields, FieldError> {
        if self.is_form() {
            Fields::parse(self.body())
        } else {
            Ok(Fields::default())
        }
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// What does not fit, with line and column.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(self.body())
    }

    /// The parts, where the route takes a multipart form.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let RawBody::Multipart(parts) = &self.raw().body else {
            return Vec::new();
        };
        parts
            .iter()
            .map(|part| Part {
                name: part.name.clone().into(),
                content: match &part.content {
                    RawPartContent::Text(text) => PartContent::Text(text.clone().into()),
                    RawPartContent::File { path, size } => PartContent::File {
                        file_name: part.file_name.clone().into(),
                        path: Path::new(path.as_str()).to_owned(),
                        size: *size,
                    },
                },
            })
            .collect()
    }
}

impl RawRequest {
    fn bytes(&self, span: Span) -> &[u8] {
        span.of(&self.text)
    }

    fn text(&self, span: Span) -> &str {
        std::str::from_utf8(self.bytes(span)).unwrap_or_default()
    }

    pub(crate) fn request_id(&self) -> &str {
        self.text(self.request_id)
    }
}

impl Member {
    /// Whether the member has shown a moment ago who is there. Who has not is
    /// sent to [`Site::sign_in_anew_path`](crate::Site::sign_in_anew_path).
    #[must_use]
    pub fn signed_in_recently(&self, now: Timestamp) -> bool {
        is_recent(self.authenticated_at, now)
    }

    fn from_raw(raw: &RawMember) -> Self {
        Self {
            id: raw.id,
            username: raw.username.as_str().to_owned(),
            display_name: raw.display_name.as_str().to_owned(),
            administrator: raw.administrator,
            session_id: raw.session_id,
            authenticated_at: Timestamp::from_micros(raw.authenticated_at),
        }
    }
}
