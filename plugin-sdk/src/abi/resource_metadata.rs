//! `hob.auth.resource_metadata` 1: what a resource says of the credentials
//! that it takes.
//!
//! Who judges tokens knows this, and who has the resource publishes it (RFC
//! 9728). An interface of its own beside `hob.auth.token_verifier`, since that
//! one is never extended and not every verifier has something to say.

use abi_stable::StableAbi;

use super::{RawContext, RawPairs, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct ResourceMetadataV1 {
    pub context: RawContext,
    /// Members of the metadata document: their names, and their values as
    /// JSON.
    pub members: extern "C" fn(RawContext) -> RawPairs,
}

interface!(ResourceMetadataV1, "hob.auth.resource_metadata", 1);
