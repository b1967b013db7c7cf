//! [`export_plugin!`]: makes a crate a plugin.

use abi_stable::std_types::RResult;
use hob_plugin_manifest::{Manifest, ManifestError, Packed, packed};

use crate::{
    Plugin,
    abi::{ABI_VERSION, PluginHandle, RawError, host::HostHandle},
    runtime,
};

/// A plugin that is linked in and not loaded: what `TestHost` runs.
#[derive(Clone, Copy)]
pub struct StaticPlugin {
    /// The packed manifest and migrations.
    pub packed: &'static [u8],
    /// Starts it.
    pub init: extern "C" fn(HostHandle) -> RResult<PluginHandle, RawError>,
}

/// A plugin whose manifest stands beside its code: for tests that need a
/// second plugin, e.g. one that offers a service in a provider's place. It has
/// no migrations and can't be loaded as a library.
pub trait InlinePlugin: Plugin {
    /// The text of its `plugin.toml`.
    const MANIFEST: &'static str;
}

impl StaticPlugin {
    /// Packs an inline plugin. What it packs stays in memory for ever.
    ///
    /// # Errors
    /// What is wrong with [`InlinePlugin::MANIFEST`].
    pub fn inline<P: InlinePlugin>() -> Result<Self, ManifestError> {
        let bytes = packed::pack(&Packed {
            abi: ABI_VERSION,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            manifest: Manifest::parse(P::MANIFEST)?,
            migrations: Vec::new(),
            locales: Vec::new(),
        });
        Ok(Self {
            packed: Vec::leak(bytes),
            init: runtime::init_inline::<P>,
        })
    }
}

/// Exports a type that implements [`crate::Plugin`] as this library's plugin,
/// and packs its manifest and migrations into the section that the host reads.
///
/// The crate's build script calls `hob_plugin_manifest::build::pack`. The crate
/// also gets a constant `HOB_PLUGIN`, for tests that link it.
///
/// A library compiled with `panic = "abort"` is refused by the compiler: a
/// panic in it would end the whole site.
#[macro_export]
macro_rules! export_plugin {
    ($plugin:ty) => {
        #[cfg(panic = "abort")]
        ::core::compile_error!(
            "a Hob plugin can't be built with panic = \"abort\": its panics would end the whole \
             site; remove that setting from the profile"
        );

        #[doc(hidden)]
        mod hob_plugin_export {
            #[allow(unused_imports)]
            use super::*;
            use $crate::private::{
                CheckTypeLayout, LibHeader, Packaged, PluginModuleRef, RootModuleResult,
                StaticPlugin,
            };

            const LENGTH: usize =
                include_bytes!(concat!(env!("OUT_DIR"), "/hob_plugin.packed")).len();

            #[used]
            #[unsafe(link_section = ".hob_plugin")]
            static PACKED: [u8; LENGTH] =
                *include_bytes!(concat!(env!("OUT_DIR"), "/hob_plugin.packed"));

            impl Packaged for $plugin {
                fn packed() -> &'static [u8] {
                    &PACKED
                }
            }

            extern "C" fn root_module() -> RootModuleResult {
                $crate::private::root_module::<$plugin>()
            }

            /// The header that the host looks for.
            #[allow(non_upper_case_globals)]
            #[unsafe(no_mangle)]
            pub static hob_plugin_header: LibHeader = {
                // SAFETY: `root_module` returns a `PluginModuleRef`.
                unsafe {
                    LibHeader::from_constructor::<PluginModuleRef>(
                        root_module,
                        CheckTypeLayout::Yes,
                    )
                }
            };

            /// This plugin, for a program that links it.
            pub const HOB_PLUGIN: StaticPlugin = StaticPlugin {
                packed: &PACKED,
                init: $crate::private::init_linked::<$plugin>,
            };
        }
        pub use hob_plugin_export::HOB_PLUGIN;
    };
}

/// What the macro's expansion names. Not for authors.
#[doc(hidden)]
pub mod private {
    pub use abi_stable::library::{CheckTypeLayout, LibHeader, RootModuleResult};

    pub use super::StaticPlugin;
    pub use crate::{
        abi::PluginModuleRef,
        runtime::{Packaged, init_linked, root_module},
    };
}
