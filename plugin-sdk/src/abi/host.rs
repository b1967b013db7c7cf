//! What the host hands to a plugin at its start.

use abi_stable::{
    StableAbi,
    std_types::{ROption, RStr, RString, RVec},
};

use super::{RawContext, RawInterface};

/// The host as one plugin sees it.
#[repr(C)]
#[derive(StableAbi, Clone)]
pub struct HostHandle {
    pub context: RawContext,
    /// The plugin's id, from its manifest.
    pub plugin_id: RString,
    /// The plugin's section of `hob.toml`, checked against its manifest and
    /// completed with the defaults, as JSON.
    pub config: RString,
    /// Asks for an interface of the host, by id and version.
    pub interface: extern "C" fn(RawContext, RStr<'_>, u32) -> ROption<RawInterface>,
    /// Asks for a service of the other plugins: all that offer it, in the
    /// order in which the operator enabled them.
    pub services: extern "C" fn(RawContext, RStr<'_>, u32) -> RVec<RawService>,
}

// SAFETY: the context belongs to the host, whose functions take calls from any
// thread.
unsafe impl Send for HostHandle {}
// SAFETY: as above.
unsafe impl Sync for HostHandle {}

/// One provider of a service.
#[repr(C)]
#[derive(StableAbi, Clone)]
pub struct RawService {
    /// The id of the plugin that offers it.
    pub provider: RString,
    pub interface: RawInterface,
}
