//! `hob.plugin.jobs` 1: work that the host starts at intervals.

use abi_stable::{
    StableAbi,
    std_types::{RResult, RString, RVec},
};

use super::{FfiFuture, RawContext, RawError, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct PluginJobsV1 {
    pub context: RawContext,
    pub jobs: extern "C" fn(RawContext) -> RVec<RawPeriodicJob>,
    pub run: extern "C" fn(RawContext, u32) -> FfiFuture<RResult<(), RawError>>,
}

interface!(PluginJobsV1, "hob.plugin.jobs", 1);

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawPeriodicJob {
    pub name: RString,
    pub every_seconds: u64,
}
