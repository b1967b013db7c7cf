//! `hob.tasks` 1: what is gone on with although nobody waits for it any longer.

use abi_stable::StableAbi;

use super::{FfiFuture, RawContext, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct TasksV1 {
    pub context: RawContext,
    /// Goes on with it until its end, or until the site stops. Dropped at once
    /// where nothing is served, run or heard: while plugins start.
    pub run: extern "C" fn(RawContext, FfiFuture<()>),
}

interface!(TasksV1, "hob.tasks", 1);
