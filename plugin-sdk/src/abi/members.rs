//! `hob.members` 1: the people of the site.

use abi_stable::{
    StableAbi,
    std_types::{ROption, RResult, RString},
};

use super::{FfiFuture, RawContext, RawError, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct MembersV1 {
    pub context: RawContext,
    pub find: extern "C" fn(RawContext, i64) -> FfiFuture<RResult<ROption<RawProfile>, RawError>>,
    /// By the name that somebody typed.
    pub find_by_username:
        extern "C" fn(RawContext, RString) -> FfiFuture<RResult<ROption<RawProfile>, RawError>>,
    /// The member who signs in with this name and this password. The host
    /// hashes and compares. None for an unknown name, a wrong password and a
    /// member who is disabled, each after the same work.
    pub check_password: extern "C" fn(
        RawContext,
        RString,
        RString,
    ) -> FfiFuture<RResult<ROption<RawProfile>, RawError>>,
    /// Whether a plugin may make accounts for whomever it vouches for.
    pub registration_is_open: extern "C" fn(RawContext) -> bool,
    /// Whether a newcomer can be called so.
    pub check_username:
        extern "C" fn(RawContext, RString) -> FfiFuture<RResult<RawUsernameVerdict, RawError>>,
}

interface!(MembersV1, "hob.members", 1);

/// What is to be said of a name that somebody would like to have.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawUsernameVerdict {
    /// Nobody has it.
    Free,
    Taken,
    /// No account can be called so.
    Malformed,
}

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawProfile {
    pub id: i64,
    pub username: RString,
    pub display_name: RString,
    pub email: RString,
    pub email_verified: bool,
    pub administrator: bool,
    /// Can sign in with a password of this site.
    pub has_password: bool,
    pub disabled: bool,
    /// May publish media: what the site's own upload form asks too.
    pub uploader: bool,
    /// The member's page on the site: an absolute URL.
    pub profile_url: RString,
    /// Microseconds since the Unix epoch, UTC.
    pub created_at: i64,
    /// In which language the member reads the site, such as `de`; empty where
    /// none was chosen.
    pub language: RString,
}
