//! `hob.auth.token_verifier` 1: who may call, whatever the scheme.
//!
//! The interface names no scheme: it takes what any could need (OAuth 1.0a
//! signs method, URL, query and form; DPoP signs method and URL), and answers
//! with a grant or a refusal. Several providers may stand in a chain.

use abi_stable::{
    StableAbi,
    std_types::{ROption, RResult, RString, RVec},
};

use super::{FfiFuture, RawContext, RawError, RawPairs, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct TokenVerifierV1 {
    pub context: RawContext,
    pub verify:
        extern "C" fn(RawContext, RawTokenRequest) -> FfiFuture<RResult<RawVerdict, RawError>>,
    /// The challenges to send where a request carries no credentials at all:
    /// values of `WWW-Authenticate`.
    pub challenges: extern "C" fn(RawContext, RawWanted) -> RVec<RString>,
    /// The issuer identifier of the authorization server behind this verifier
    /// (RFC 8414), where it has one.
    pub issuer: extern "C" fn(RawContext) -> ROption<RString>,
}

interface!(TokenVerifierV1, "hob.auth.token_verifier", 1);

/// What the resource wants of a caller.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawWanted {
    /// All of these are needed.
    pub scopes: RVec<RString>,
    /// The resource's identifier (RFC 8707), e.g. `https://example.org/api/v1`.
    pub audience: RString,
    /// Where the resource describes itself (RFC 9728); empty if nowhere.
    pub resource_metadata: RString,
}

/// The request to be judged.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawTokenRequest {
    pub method: RString,
    /// `scheme://host[:port]` of the site, from its configuration.
    pub origin: RString,
    /// As they came, not decoded.
    pub path: RString,
    pub query: RString,
    /// All `Authorization` headers.
    pub authorization: RVec<RString>,
    /// All `DPoP` headers.
    pub dpop: RVec<RString>,
    /// The body, where it is `application/x-www-form-urlencoded`.
    pub form: ROption<RVec<u8>>,
    pub peer: RString,
    pub wanted: RawWanted,
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
#[derive(StableAbi, Clone, Debug)]
pub struct RawGrant {
    /// None where a client acts for itself.
    pub member_id: ROption<i64>,
    pub client_id: RString,
    pub scopes: RVec<RString>,
    /// Microseconds since the Unix epoch, UTC.
    pub expires_at: i64,
    /// Names the token in logs; tells nothing of its secret.
    pub token_id: RString,
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
