//! `hob.plugin.http` 1: requests to a plugin's routes, and their answers.

use abi_stable::{
    StableAbi,
    std_types::{RBox, ROption, RResult, RString, RVec},
};

use super::{FfiFuture, RawContext, RawError, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct PluginHttpV1 {
    pub context: RawContext,
    /// The routes that have a handler, as the manifest writes them, e.g.
    /// `GET /authorize`. A route's place in this list is its number.
    pub routes: extern "C" fn(RawContext) -> RVec<RString>,
    pub handle:
        extern "C" fn(RawContext, u32, RawRequest) -> FfiFuture<RResult<RawResponse, RawError>>,
}

interface!(PluginHttpV1, "hob.plugin.http", 1);

/// A part of the `text` beside it in a request or an answer.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, Default)]
pub struct Span {
    pub start: u32,
    pub len: u32,
}

impl Span {
    /// Adds a part to the text.
    pub fn push(text: &mut Vec<u8>, part: &[u8]) -> Self {
        let start = u32::try_from(text.len()).unwrap_or(u32::MAX);
        text.extend_from_slice(part);
        Self {
            start,
            len: u32::try_from(part.len()).unwrap_or(0),
        }
    }

    /// The part of the text; nothing where it would reach beyond its end.
    #[must_use]
    pub fn of(self, text: &[u8]) -> &[u8] {
        let start = self.start as usize;
        text.get(start..start + self.len as usize)
            .unwrap_or_default()
    }
}

/// A name and a value in the text beside it.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug)]
pub struct SpanPair {
    pub name: Span,
    pub value: Span,
}

/// A request. All its small texts stand in one buffer, so that handing it over
/// costs two or three allocations and not two for each header.
#[repr(C)]
#[derive(StableAbi)]
pub struct RawRequest {
    pub text: RVec<u8>,
    pub method: Span,
    /// The path as it came, not decoded.
    pub path: Span,
    /// The query as it came, without `?`.
    pub query: Span,
    /// The peer's address, without a port.
    pub peer: Span,
    pub request_id: Span,
    /// What a form of this plugin must carry in its field `csrf`; empty where
    /// nobody is signed in.
    pub csrf: Span,
    /// The visitor's language, such as `de`; empty on routes whose callers are
    /// no visitors of the site.
    pub language: Span,
    /// Names the browser that asks, to this plugin alone; empty where the route
    /// does not want that.
    pub visit: Span,
    /// Repeats are kept, in order. Names are lower case.
    pub headers: RVec<SpanPair>,
    /// The path's parameters, decoded.
    pub parameters: RVec<SpanPair>,
    pub member: ROption<RawMember>,
    pub body: RawBody,
}

/// The signed-in member on whose behalf a browser asks.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawMember {
    pub id: i64,
    pub username: RString,
    pub display_name: RString,
    pub administrator: bool,
    /// The session, so that what was begun in one is not ended in another.
    pub session_id: i64,
    /// When the member last showed who is there, as far as that is known:
    /// microseconds, UTC; 0 where it is not.
    pub authenticated_at: i64,
}

#[repr(C, u8)]
#[derive(StableAbi)]
pub enum RawBody {
    None,
    Bytes(RVec<u8>),
    Multipart(RVec<RawPart>),
}

/// One part of a multipart form.
#[repr(C)]
#[derive(StableAbi)]
pub struct RawPart {
    pub name: RString,
    /// Empty for a part that is no file.
    pub file_name: RString,
    pub content: RawPartContent,
}

#[repr(C, u8)]
#[derive(StableAbi)]
pub enum RawPartContent {
    Text(RString),
    /// A temporary file, deleted when the request is over.
    File {
        path: RString,
        size: u64,
    },
}

#[repr(C)]
#[derive(StableAbi)]
pub struct RawResponse {
    pub status: u16,
    pub text: RVec<u8>,
    pub headers: RVec<SpanPair>,
    pub body: RawResponseBody,
    /// What becomes of the session of the browser that asked.
    pub session: RawSessionChange,
}

impl RawResponse {
    /// Whether it is all that there is to answer: no file of the host's, and
    /// nothing that becomes of a session.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !matches!(self.body, RawResponseBody::Media { .. })
            && matches!(self.session, RawSessionChange::Stays)
    }
}

/// What an answer does to the browser's session. For plugins whose manifest
/// says that they sign members in.
#[repr(C, u8)]
#[derive(StableAbi, Clone, Debug, Default)]
pub enum RawSessionChange {
    /// It stays as it is.
    #[default]
    Stays,
    /// A fresh one begins in its place.
    Begins(RBox<RawSignIn>),
    /// It ends.
    Ends,
}

/// Somebody who is to be signed in.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawSignIn {
    pub who: RawSignInWho,
    /// What vouches for the member, as the audit log calls it: `mastodon`.
    pub by: RString,
    /// By what the plugin knows this sign-in again, in the events that tell of
    /// it.
    pub reference: RString,
    /// When somebody showed to whoever vouches who is there: microseconds, UTC;
    /// 0 where that is not known.
    pub authenticated_at: i64,
}

#[repr(C, u8)]
#[derive(StableAbi, Clone, Debug)]
pub enum RawSignInWho {
    /// A member, by id.
    Member(i64),
    /// Somebody who has no account yet, and gets one.
    Newcomer(RawNewcomer),
}

/// Whose account is to be made. It has no password.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawNewcomer {
    pub username: RString,
    /// For people; empty for the username.
    pub display_name: RString,
}

#[repr(C, u8)]
#[derive(StableAbi)]
pub enum RawResponseBody {
    Empty,
    Bytes(RVec<u8>),
    /// A page that the host sets into the site's own layout.
    Page(RawPage),
    /// A stored file of a medium; the host serves ranges and ETags.
    Media {
        media_id: i64,
        /// `original`, `medium` or `thumbnail`.
        size: RString,
    },
}

#[repr(C)]
#[derive(StableAbi)]
pub struct RawPage {
    pub title: RString,
    pub html: RString,
    /// Replaces the site's Content-Security-Policy for this page, if any.
    pub content_security_policy: ROption<RString>,
}
