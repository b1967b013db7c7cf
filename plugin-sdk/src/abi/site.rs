//! `hob.site` 1: what the site is called, where it stands, what time it is.

use abi_stable::{
    StableAbi,
    std_types::{ROption, RStr, RString, RVec},
};

use super::{FfiFuture, RawContext, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct SiteV1 {
    pub context: RawContext,
    pub describe: extern "C" fn(RawContext) -> RawSite,
    /// Microseconds since the Unix epoch, UTC. Tests move it.
    pub now: extern "C" fn(RawContext) -> i64,
    /// Resolves after so many milliseconds.
    pub sleep: extern "C" fn(RawContext, u64) -> FfiFuture<()>,
    /// The scopes that all enabled plugins declare, with their words in a
    /// language, by its name.
    pub scopes: extern "C" fn(RawContext, RStr<'_>) -> RVec<RawScope>,
    /// What the enabled plugins offer to whoever has a token, as far as a plain
    /// GET can ask for it.
    pub token_routes: extern "C" fn(RawContext) -> RVec<RawTokenRoute>,
}

interface!(SiteV1, "hob.site", 1);

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawSite {
    pub name: RString,
    /// `scheme://host[:port][/path]`, without a slash at the end.
    pub url: RString,
    /// Where this plugin's routes stand: a path such as `/oauth`.
    pub prefix: RString,
    /// As `url`, of the host that the operator gave this plugin; else the same.
    pub own_url: RString,
    /// `url`, and those of all hosts that the operator gave to plugins.
    pub all_urls: RVec<RString>,
}

/// A scope with the sentence that a member reads.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawScope {
    pub name: RString,
    pub sentence: RString,
    /// What it touches, in words for a heading; none where that is not said.
    pub group_title: ROption<RString>,
    /// The plugin that declares it.
    pub plugin: RString,
    pub dangerous: bool,
}

/// A resource that a token opens.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawTokenRoute {
    /// Absolute.
    pub url: RString,
    /// All of these are needed.
    pub scopes: RVec<RString>,
}
