//! `hob.sealing` 1: secrets that have to be kept in the clear are kept sealed,
//! under a key of the site's that lies outside the database.
//! `hob.sealed` 1: what a plugin keeps so, for the operator who changes keys.
//!
//! What is sealed begins with the byte 1 and the id of its key, eight bytes
//! with the most significant first. The rest is the host's own affair.

use abi_stable::{
    StableAbi,
    std_types::{RResult, RSlice, RSliceMut, RStr, RVec},
};

use super::{FfiFuture, RawContext, RawError, interface::interface};

/// The host's. It is made for one plugin: what another sealed, it does not
/// open. All of it answers at once.
#[repr(C)]
#[derive(StableAbi)]
pub struct SealingV1 {
    pub context: RawContext,
    /// The id of the key that seals.
    pub key: extern "C" fn(RawContext) -> u64,
    /// Seals a secret for a place, such as a row and a column.
    pub seal: extern "C" fn(RawContext, RSlice<'_, u8>, RStr<'_>) -> RResult<RVec<u8>, RawError>,
    /// Opens what was sealed for this place, into a buffer that is at least as
    /// long as what is sealed, and answers with the secret's length. So a
    /// secret in the clear lies in no memory but the caller's.
    ///
    /// `KIND_NOT_FOUND`: its key is not there. `KIND_INVALID`: it was not
    /// sealed here, not for this place, or was changed since.
    pub open: extern "C" fn(
        RawContext,
        RSlice<'_, u8>,
        RStr<'_>,
        RSliceMut<'_, u8>,
    ) -> RResult<u64, RawError>,
}

interface!(SealingV1, "hob.sealing", 1);

/// A plugin's that keeps something sealed.
#[repr(C)]
#[derive(StableAbi)]
pub struct SealedV1 {
    pub context: RawContext,
    /// How much is sealed under which key.
    pub uses: extern "C" fn(RawContext) -> UsesFuture,
    /// Seals anew what is not sealed under the key that seals.
    pub reseal: extern "C" fn(RawContext) -> ResealFuture,
}

interface!(SealedV1, "hob.sealed", 1);

pub type UsesFuture = FfiFuture<RResult<RVec<RawKeyUses>, RawError>>;
pub type ResealFuture = FfiFuture<RResult<RawResealed, RawError>>;

#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawKeyUses {
    /// The id of a key.
    pub key: u64,
    /// How many secrets are sealed under it.
    pub secrets: u64,
}

#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawResealed {
    /// How many secrets were sealed anew.
    pub anew: u64,
    /// How many can't be opened, and stayed as they are.
    pub unopened: u64,
}
