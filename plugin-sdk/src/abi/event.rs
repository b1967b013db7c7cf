//! Events: `hob.events` 1, by which a plugin learns who listens, and
//! `hob.plugin.events` 1, by which it says what it raises and hears.

use abi_stable::{
    StableAbi,
    std_types::{RResult, RStr, RString, RVec},
    type_layout::TypeLayout,
};

use super::{FfiFuture, RawContext, RawError, db::RawConnection, interface::interface};

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
    /// Copies a payload of this type, for whoever hears of it after the
    /// commit.
    pub copy: unsafe extern "C" fn(*const ()) -> RResult<RawPayload, RawError>,
}

/// A payload that outlives the call that raised it.
#[repr(C)]
#[derive(StableAbi)]
pub struct RawPayload {
    pub data: *mut (),
    /// Frees it, on the side that made it. Called exactly once.
    pub free: unsafe extern "C" fn(*mut ()),
}

// SAFETY: an event is `Send` and `Sync`.
unsafe impl Send for RawPayload {}
// SAFETY: as above.
unsafe impl Sync for RawPayload {}

/// What a plugin raises.
#[repr(C)]
#[derive(StableAbi, Clone)]
pub struct RawRaised {
    pub name: RString,
    pub version: u32,
    pub layout: &'static TypeLayout,
    /// A subscriber's error ends what the event tells of. Where it may not,
    /// the subscriber's work alone is rolled back.
    pub may_refuse: bool,
}

/// What a plugin wants to hear of.
#[repr(C)]
#[derive(StableAbi, Clone)]
pub struct RawSubscription {
    pub name: RString,
    pub version: u32,
    pub layout: &'static TypeLayout,
    pub moment: RawMoment,
}

/// When a subscriber hears of an event.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawMoment {
    /// Inside the transaction that it tells of.
    Inside,
    /// Once that is committed, at most once.
    After,
}

#[repr(C)]
#[derive(StableAbi)]
pub struct PluginEventsV1 {
    pub context: RawContext,
    pub raises: extern "C" fn(RawContext) -> RVec<RawRaised>,
    pub subscriptions: extern "C" fn(RawContext) -> RVec<RawSubscription>,
    /// Delivers an event to the subscription of this index, inside the
    /// transaction. An error is a refusal.
    pub deliver: unsafe extern "C" fn(
        RawContext,
        u32,
        *const (),
        &mut RawConnection,
    ) -> RResult<(), RawError>,
    /// Delivers an event to the subscription of this index, after the commit.
    /// The payload is lent for the length of this call, and not for that of
    /// the future.
    pub deliver_after:
        unsafe extern "C" fn(RawContext, u32, *const ()) -> FfiFuture<RResult<(), RawError>>,
}

interface!(PluginEventsV1, "hob.plugin.events", 1);

/// Tells a plugin which of its events somebody listens to. That stands in the
/// manifests of the enabled plugins, so it is known before any of them starts
/// and never changes.
#[repr(C)]
#[derive(StableAbi)]
pub struct EventsV1 {
    pub context: RawContext,
    pub is_heard: extern "C" fn(RawContext, RStr<'_>, u32) -> bool,
}

interface!(EventsV1, "hob.events", 1);

/// The payload of `hob.member.…` events.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug)]
pub struct RawMemberEvent {
    pub member_id: i64,
}
