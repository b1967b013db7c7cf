//! `hob.plugin.commands` 1: a plugin's commands on the host's command line.
//!
//! What they are called and take stands in the manifest; the host parses.

use abi_stable::{
    StableAbi,
    std_types::{RResult, RString, RVec},
};

use super::{FfiFuture, RawContext, RawError, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct PluginCommandsV1 {
    pub context: RawContext,
    /// The commands that have a handler, as the manifest writes them, e.g.
    /// `client add`.
    pub commands: extern "C" fn(RawContext) -> RVec<RString>,
    pub run: extern "C" fn(RawContext, RawInvocation) -> FfiFuture<RResult<RawOutput, RawError>>,
}

interface!(PluginCommandsV1, "hob.plugin.commands", 1);

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawInvocation {
    pub command: RString,
    /// Whoever runs it, as the machine calls that user.
    pub user: RString,
    pub arguments: RVec<RawArgument>,
}

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawArgument {
    pub name: RString,
    /// A flag that was given has no values.
    pub values: RVec<RString>,
}

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawOutput {
    pub stdout: RString,
    pub stderr: RString,
    pub exit_code: u8,
}
