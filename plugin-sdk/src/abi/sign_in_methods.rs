//! `hob.sign_in_methods` 1: ways to sign in beside the site's own password.
//!
//! The host shows them on its sign-in page, and leads to the plugin's own page
//! where a member sees and changes those of the account.

use abi_stable::{
    StableAbi,
    std_types::{RStr, RString, RVec},
};

use super::{RawContext, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct SignInMethodsV1 {
    pub context: RawContext,
    /// All that there are, in a language by its name, in the order in which
    /// they are shown. Asked for each sign-in page: it takes no time.
    pub list: extern "C" fn(RawContext, RStr<'_>) -> RVec<RawSignInMethod>,
    /// Where a member looks after those of the account: a path of the
    /// provider's own, below its prefix. Empty if there is none.
    pub account_path: extern "C" fn(RawContext) -> RString,
}

interface!(SignInMethodsV1, "hob.sign_in_methods", 1);

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawSignInMethod {
    /// What the button says, such as `Continue with Mastodon`.
    pub text: RString,
    /// Where it begins: a path of the provider's own, below its prefix. The
    /// host adds `next`, the path of the site to go to afterwards, and `anew=1`
    /// where somebody has to sign in anew.
    pub path: RString,
    /// Whether it can tell when somebody showed there who is there. Else it is
    /// not offered where somebody has to sign in anew.
    pub tells_when: bool,
}
