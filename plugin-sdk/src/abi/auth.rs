//! `hob.auth.token_verifier` 1: who may call, whatever the scheme.
//!
//! The interface names no scheme: it takes what any could need (OAuth 1.0a
//! signs method, URL, query and form; DPoP signs method and URL), and answers
//! with a grant or a refusal. Several providers may stand in a chain.
//!
//! A check stands before every call of an API, so nothing is copied on the way
//! in: the request is lent until the answer is there.

use abi_stable::{
    StableAbi,
    std_types::{ROption, RResult, RSlice, RStr, RString, RVec},
};

use super::{BorrowingFfiFuture, RawContext, RawError, RawPairs, interface::interface};

/// A verdict on its way, for as long as the request is lent.
pub type VerdictFuture<'a> = BorrowingFfiFuture<'a, RResult<RawVerdict, RawError>>;

#[repr(C)]
#[derive(StableAbi)]
pub struct TokenVerifierV1 {
    pub context: RawContext,
    pub verify: for<'a> extern "C" fn(RawContext, &'a RawTokenRequest<'a>) -> VerdictFuture<'a>,
    /// The challenges to send where a request carries no credentials at all:
    /// values of `WWW-Authenticate`.
    pub challenges: extern "C" fn(RawContext, RawWanted<'_>) -> RVec<RString>,
    /// The issuer identifier of the authorization server behind this verifier
    /// (RFC 8414), where it has one.
    pub issuer: extern "C" fn(RawContext) -> ROption<RString>,
}

interface!(TokenVerifierV1, "hob.auth.token_verifier", 1);

/// What the resource wants of a caller.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug)]
pub struct RawWanted<'a> {
    /// All of these are needed: words between single spaces; may be empty.
    pub scope: RStr<'a>,
    /// The resource's identifier (RFC 8707), e.g. `https://example.org/api/v1`.
    pub audience: RStr<'a>,
    /// Where the resource describes itself (RFC 9728); empty if nowhere.
    pub resource_metadata: RStr<'a>,
}

/// The request to be judged.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawTokenRequest<'a> {
    pub method: RStr<'a>,
    /// `scheme://host[:port]` of the site, from its configuration.
    pub origin: RStr<'a>,
    /// As they came, not decoded.
    pub path: RStr<'a>,
    pub query: RStr<'a>,
    /// All `Authorization` headers.
    pub authorization: RSlice<'a, RStr<'a>>,
    /// All `DPoP` headers.
    pub dpop: RSlice<'a, RStr<'a>>,
    /// The body, where it is `application/x-www-form-urlencoded`.
    pub form: ROption<RSlice<'a, u8>>,
    pub peer: RStr<'a>,
    pub wanted: RawWanted<'a>,
}

#[repr(C, u8)]
#[derive(StableAbi, Clone, Debug)]
pub enum RawVerdict {
    Granted(RawGrant),
    /// No credentials of this verifier's scheme: the next one may look.
    NotMine,
    /// Credentials of this scheme that this verifier does not know: the next
    /// one may look; if none knows them, this is the refusal.
    Unknown(RawRefusal),
    /// Known and refused: final.
    Refused(RawRefusal),
}

#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct RawGrant {
    /// None where a client acts for itself.
    pub member_id: ROption<i64>,
    pub client_id: RString,
    /// Words between single spaces.
    pub scope: RString,
    /// Microseconds since the Unix epoch, UTC.
    pub expires_at: i64,
    /// Names the token in logs; tells nothing of its secret.
    pub token_id: u64,
    /// Headers to add to the answer.
    pub headers: RawPairs,
}

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawRefusal {
    /// 400, 401 or 403.
    pub status: u16,
    /// The scheme's own code, e.g. `invalid_token`; may be empty.
    pub error: RString,
    pub description: RString,
    /// Values of `WWW-Authenticate`.
    pub challenges: RVec<RString>,
    /// Headers to add to the answer.
    pub headers: RawPairs,
}
