//! `hob.http_client` 1: requests to other sites, which the host sends.
//!
//! A plugin has no sockets. The host has them in one place, with the bounds
//! that the operator set and a guard against addresses that are not public.

use abi_stable::{
    StableAbi,
    std_types::{RResult, RString, RVec},
};

use super::{FfiFuture, RawContext, RawPairs, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct HttpClientV1 {
    pub context: RawContext,
    /// Sends a request, and answers with what came back, whatever its status
    /// is. To drop the future ends the exchange.
    pub send: extern "C" fn(RawContext, RawOutboundRequest) -> OutboundFuture,
}

interface!(HttpClientV1, "hob.http_client", 1);

/// An answer of another site on its way.
pub type OutboundFuture = FfiFuture<RResult<RawOutboundResponse, RawOutboundError>>;

/// A request to another site. The operator's bounds count beside the plugin's.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawOutboundRequest {
    pub method: RString,
    /// Absolute, of `https` or `http`, without a user name.
    pub url: RString,
    pub headers: RawPairs,
    pub body: RVec<u8>,
    /// How many redirects of a GET or a HEAD are followed.
    pub redirects: u32,
    /// For all of it, redirects too. 0 for as long as the operator allows.
    pub timeout_millis: u64,
    /// Of the answer's body. 0 for as much as the operator allows.
    pub most_bytes: u64,
}

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawOutboundResponse {
    /// Who answered: another than was asked only where redirects were followed.
    pub url: RString,
    pub status: u16,
    /// Names are lower case, repeats are kept. A value that is no UTF-8 is
    /// left out.
    pub headers: RawPairs,
    pub body: RVec<u8>,
}

/// Why there is no answer.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawOutboundError {
    pub kind: RawOutboundErrorKind,
    /// For the log. It names the host that was asked, and no more of the URL.
    pub message: RString,
}

#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawOutboundErrorKind {
    /// The request itself is wrong: its URL, its method, a header.
    Invalid,
    /// The operator does not let requests go to that address, or not in plain
    /// http.
    Forbidden,
    /// There is no such name, nobody answers, the certificate is not trusted,
    /// or the answer breaks off.
    Unreachable,
    TimedOut,
    /// The answer's body is too large.
    TooLarge,
    TooManyRedirects,
}
