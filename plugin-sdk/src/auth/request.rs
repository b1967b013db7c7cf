//! What is asked of a verifier. All of it is lent by the request that came in.

use abi_stable::std_types::{ROption, RSlice, RStr};
use smallvec::SmallVec;

use super::words;
use crate::{
    Request,
    abi::auth::{RawTokenRequest, RawWanted},
};

/// The values of a header that should be there once. It is a slice of texts
/// and allocates only where it is repeated.
pub type HeaderValues<'a> = SmallVec<[&'a str; 1]>;

/// What a resource wants of its callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// All of these are needed: words with single spaces between them
    /// (RFC 6749, section 3.3). May be empty.
    pub scope: &'a str,
    /// The resource's identifier (RFC 8707), e.g. `https://example.org/api/v1`.
    pub audience: &'a str,
    /// Where the resource describes itself (RFC 9728).
    pub resource_metadata: Option<&'a str>,
}

/// A request with all that any scheme could need to judge it.
#[derive(Debug, Clone)]
pub struct TokenRequest<'a> {
    pub method: &'a str,
    /// `scheme://host[:port]`, from the site's configuration.
    pub origin: &'a str,
    /// As they came, not decoded.
    pub path: &'a str,
    pub query: &'a str,
    /// All `Authorization` headers.
    pub authorization: HeaderValues<'a>,
    /// All `DPoP` headers.
    pub dpop: HeaderValues<'a>,
    /// The body, where it is a form.
    pub form: Option<&'a [u8]>,
    /// The address of the peer, without a port.
    pub peer: &'a str,
    pub wanted: Wanted<'a>,
}

impl<'a> Wanted<'a> {
    /// The words of [`Self::scope`].
    pub fn scopes(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        words(self.scope)
    }

    pub(super) fn to_raw(self) -> RawWanted<'a> {
        RawWanted {
            scope: self.scope.into(),
            audience: self.audience.into(),
            resource_metadata: self.resource_metadata.unwrap_or_default().into(),
        }
    }

    pub(super) fn from_raw(raw: RawWanted<'a>) -> Self {
        Self {
            scope: raw.scope.as_str(),
            audience: raw.audience.as_str(),
            resource_metadata: Some(raw.resource_metadata.as_str()).filter(|url| !url.is_empty()),
        }
    }
}

impl<'a> TokenRequest<'a> {
    /// What a request to a resource brings along. A header that is no text
    /// counts as an empty one: nothing is overlooked for being odd.
    #[must_use]
    pub fn new(request: &'a Request, origin: &'a str, wanted: Wanted<'a>) -> Self {
        Self {
            method: request.method(),
            origin,
            path: request.path(),
            query: request.query(),
            authorization: request.all_headers("authorization").collect(),
            dpop: request.all_headers("dpop").collect(),
            form: request.is_form().then(|| request.body()),
            peer: request.peer(),
            wanted,
        }
    }

    pub(super) fn from_raw(raw: &RawTokenRequest<'a>) -> Self {
        Self {
            method: raw.method.as_str(),
            origin: raw.origin.as_str(),
            path: raw.path.as_str(),
            query: raw.query.as_str(),
            authorization: raw.authorization.iter().map(RStr::as_str).collect(),
            dpop: raw.dpop.iter().map(RStr::as_str).collect(),
            form: match raw.form {
                ROption::RSome(form) => Some(form.as_slice()),
                ROption::RNone => None,
            },
            peer: raw.peer.as_str(),
            wanted: Wanted::from_raw(raw.wanted),
        }
    }
}

/// A request whose lists are in the form that crosses.
pub(super) struct Crossing<'r, 'a> {
    request: &'r TokenRequest<'a>,
    authorization: SmallVec<[RStr<'a>; 1]>,
    dpop: SmallVec<[RStr<'a>; 1]>,
}

impl<'r, 'a> Crossing<'r, 'a> {
    pub(super) fn of(request: &'r TokenRequest<'a>) -> Self {
        let texts = |values: &HeaderValues<'a>| values.iter().copied().map(RStr::from).collect();
        Self {
            request,
            authorization: texts(&request.authorization),
            dpop: texts(&request.dpop),
        }
    }

    pub(super) fn raw(&self) -> RawTokenRequest<'_> {
        let request = self.request;
        RawTokenRequest {
            method: request.method.into(),
            origin: request.origin.into(),
            path: request.path.into(),
            query: request.query.into(),
            authorization: RSlice::from_slice(&self.authorization),
            dpop: RSlice::from_slice(&self.dpop),
            form: request.form.map(RSlice::from_slice).into(),
            peer: request.peer.into(),
            wanted: request.wanted.to_raw(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_comes_out_as_it_went_in() {
        let request = TokenRequest {
            method: "POST",
            origin: "https://example.org",
            path: "/api/v1/media",
            query: "a=1",
            authorization: ["Bearer a", "Bearer b"].into_iter().collect(),
            dpop: HeaderValues::new(),
            form: Some(b"b=2"),
            peer: "127.0.0.1",
            wanted: Wanted {
                scope: "media:read media:write",
                audience: "https://example.org/api/v1",
                resource_metadata: None,
            },
        };
        let crossing = Crossing::of(&request);
        let raw = crossing.raw();
        let arrived = TokenRequest::from_raw(&raw);
        assert_eq!(format!("{arrived:?}"), format!("{request:?}"));
        assert_eq!(arrived.path.as_ptr(), request.path.as_ptr(), "it is lent");
        let scopes: Vec<&str> = arrived.wanted.scopes().collect();
        assert_eq!(scopes, ["media:read", "media:write"]);
    }

    #[test]
    fn no_scope_has_no_words() {
        let wanted = Wanted {
            scope: "",
            audience: "",
            resource_metadata: Some("https://example.org/x"),
        };
        assert_eq!(wanted.scopes().next(), None);
        assert_eq!(Wanted::from_raw(wanted.to_raw()), wanted);
    }
}
