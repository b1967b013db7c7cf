//! `hob.log` 1: a plugin's log lines, on their way into the host's log.

use abi_stable::{
    StableAbi,
    std_types::{RSlice, RStr},
};

use super::{RawContext, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct LogV1 {
    pub context: RawContext,
    /// Whether a line of this level and target would be written. Levels are
    /// 1 error, 2 warn, 3 info, 4 debug, 5 trace.
    pub enabled: extern "C" fn(RawContext, u32, RStr<'_>) -> bool,
    pub write: extern "C" fn(RawContext, RawRecord<'_>),
}

interface!(LogV1, "hob.log", 1);

#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct RawRecord<'a> {
    pub level: u32,
    pub target: RStr<'a>,
    pub message: RStr<'a>,
    pub fields: RSlice<'a, RawField<'a>>,
}

#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct RawField<'a> {
    pub name: RStr<'a>,
    pub value: RStr<'a>,
    /// Whether the value is a number, `true` or `false` as JSON has them, and
    /// no text.
    pub is_literal: bool,
}
