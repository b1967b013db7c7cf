//! The root of every plugin: one module with one function.

use abi_stable::{
    StableAbi,
    library::RootModule,
    package_version_strings,
    sabi_types::VersionStrings,
    std_types::{ROption, RResult, RStr},
};

use super::{RawContext, RawError, RawInterface, host::HostHandle};

/// What a plugin library exports. Small on purpose and never extended: all
/// else is an interface.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginModuleRef)))]
#[sabi(missing_field(panic))]
pub struct PluginModule {
    /// Starts the plugin. Called once.
    #[sabi(last_prefix_field)]
    pub init: extern "C" fn(HostHandle) -> RResult<PluginHandle, RawError>,
}

impl RootModule for PluginModuleRef {
    abi_stable::declare_root_module_statics! {PluginModuleRef}
    const BASE_NAME: &'static str = "hob_plugin";
    const NAME: &'static str = "hob_plugin";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}

/// A started plugin.
#[repr(C)]
#[derive(StableAbi)]
pub struct PluginHandle {
    pub context: RawContext,
    /// Asks the plugin for one of the interfaces it offers.
    pub interface: extern "C" fn(RawContext, RStr<'_>, u32) -> ROption<RawInterface>,
    /// After this every call is refused with [`RawError::KIND_STOPPED`].
    pub stop: extern "C" fn(RawContext),
}

// SAFETY: the context belongs to the SDK's runtime, which is `Sync`.
unsafe impl Send for PluginHandle {}
// SAFETY: as above.
unsafe impl Sync for PluginHandle {}
