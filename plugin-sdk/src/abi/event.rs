//! `hob.plugin.events` 1: events, delivered inside the transaction that they
//! tell of.

use abi_stable::{
    StableAbi,
    std_types::{RResult, RStr, RString, RVec},
    type_layout::TypeLayout,
};

use super::{RawContext, RawError, db::RawConnection, interface::interface};

/// An event in flight.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct RawEvent<'a> {
    /// The dotted name, e.g. `hob.member.disabled`.
    pub name: RStr<'a>,
    pub version: u32,
    /// The payload, of the type that `layout` describes.
    pub payload: *const (),
    pub layout: &'static TypeLayout,
}

/// What a plugin wants to hear of.
#[repr(C)]
#[derive(StableAbi, Clone)]
pub struct RawSubscription {
    pub name: RString,
    pub version: u32,
    pub layout: &'static TypeLayout,
}

#[repr(C)]
#[derive(StableAbi)]
pub struct PluginEventsV1 {
    pub context: RawContext,
    pub subscriptions: extern "C" fn(RawContext) -> RVec<RawSubscription>,
    /// Delivers an event to the subscription of this index. An error refuses
    /// what the event tells of: the transaction is rolled back.
    pub deliver: unsafe extern "C" fn(
        RawContext,
        u32,
        *const (),
        &mut RawConnection,
    ) -> RResult<(), RawError>,
}

interface!(PluginEventsV1, "hob.plugin.events", 1);

/// The payload of `hob.member.…` events.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug)]
pub struct RawMemberEvent {
    pub member_id: i64,
}
