//! `hob.sealing` 1: a plugin seals and opens its own secrets.

use std::sync::Arc;

use abi_stable::std_types::{RResult, RSlice, RSliceMut, RStr, RVec};
use hob_plugin_sdk::abi::{RawContext, RawError, sealing::SealingV1};

use super::{KeyRing, Place, SealError};

/// The table of functions for one plugin, which lives as long as the process.
pub struct SealingTable;

/// Whose secrets these are, and under which keys.
struct OfPlugin {
    ring: Arc<KeyRing>,
    plugin: String,
}

impl SealingTable {
    /// Makes it.
    #[must_use]
    pub fn of(plugin: &str, ring: &Arc<KeyRing>) -> &'static SealingV1 {
        let context: &'static OfPlugin = Box::leak(Box::new(OfPlugin {
            ring: ring.clone(),
            plugin: plugin.to_owned(),
        }));
        Box::leak(Box::new(SealingV1 {
            context: std::ptr::from_ref(context).cast(),
            key,
            seal,
            open,
        }))
    }
}

impl OfPlugin {
    fn behind(context: RawContext) -> &'static Self {
        // SAFETY: `SealingTable::of` leaked it, and nothing writes to it.
        unsafe { &*context.cast::<Self>() }
    }

    fn place<'a>(&'a self, place: &'a str) -> Place<'a> {
        Place {
            plugin: &self.plugin,
            place,
        }
    }
}

extern "C" fn key(context: RawContext) -> u64 {
    OfPlugin::behind(context).ring.newest().id().bits()
}

extern "C" fn seal(
    context: RawContext,
    secret: RSlice<'_, u8>,
    place: RStr<'_>,
) -> RResult<RVec<u8>, RawError> {
    let own = OfPlugin::behind(context);
    let sealed = own.ring.seal(secret.as_slice(), own.place(place.as_str()));
    sealed.map(RVec::from).map_err(raw).into()
}

extern "C" fn open(
    context: RawContext,
    sealed: RSlice<'_, u8>,
    place: RStr<'_>,
    mut buffer: RSliceMut<'_, u8>,
) -> RResult<u64, RawError> {
    let own = OfPlugin::behind(context);
    own.ring
        .open(
            sealed.as_slice(),
            own.place(place.as_str()),
            buffer.as_mut_slice(),
        )
        .map(|length| length as u64)
        .map_err(raw)
        .into()
}

fn raw(error: SealError) -> RawError {
    RawError {
        kind: match error {
            SealError::TooLong => RawError::KIND_TOO_LARGE,
            SealError::KeyMissing(_) => RawError::KIND_NOT_FOUND,
            SealError::NotSealedHere => RawError::KIND_INVALID,
        },
        message: error.to_string().into(),
    }
}
