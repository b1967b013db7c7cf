//! `hob.connections` 1: what may use a member's account, whoever let it in.
//!
//! The host shows what all providers know on one page and words it: a provider
//! names scopes and says nothing in words of its own.

use abi_stable::{
    StableAbi,
    std_types::{ROption, RResult, RString, RVec},
};

use super::{FfiFuture, RawContext, RawError, interface::interface, who::Who};

#[repr(C)]
#[derive(StableAbi)]
pub struct ConnectionsV1 {
    pub context: RawContext,
    /// All of this member's.
    pub list: extern "C" fn(RawContext, i64) -> ListFuture,
    /// The one of this member's that has this id.
    pub find: extern "C" fn(RawContext, i64, RString) -> FindFuture,
    /// Takes some back, and answers with how many there were. An id that is
    /// nobody's, or another member's, is passed over.
    pub revoke: extern "C" fn(RawContext, RawRevocation) -> RevokeFuture,
}

interface!(ConnectionsV1, "hob.connections", 1);

pub type ListFuture = FfiFuture<RResult<RVec<RawConnection>, RawError>>;
pub type FindFuture = FfiFuture<RResult<ROption<RawConnection>, RawError>>;
pub type RevokeFuture = FfiFuture<RResult<u64, RawError>>;

/// What a member takes back.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawRevocation {
    pub member_id: i64,
    /// The member, and from where.
    pub who: Who,
    pub which: RawWhich,
}

#[repr(C, u8)]
#[derive(StableAbi, Clone, Debug)]
pub enum RawWhich {
    All,
    /// Those with these ids.
    These(RVec<RString>),
}

/// Something that may use a member's account. Times are microseconds since the
/// Unix epoch, UTC.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawConnection {
    /// The provider's own, the same for as long as the connection stands. For
    /// an application its client id.
    pub id: RString,
    pub kind: RawConnectionKind,
    pub name: RString,
    /// Of an application, `http` or `https`; empty if it has none.
    pub website: RString,
    /// Where a picture of it stands: a path of the provider's own, below its
    /// prefix, of the kind `/logos/one?v=2`. Empty if there is none.
    pub logo: RString,
    /// Who registered an application.
    pub registrar: RawRegistrar,
    /// Its operator has stopped it for everybody.
    pub suspended: bool,
    /// The names of the scopes that it has.
    pub scope: RVec<RString>,
    pub granted_at: i64,
    pub last_used_at: ROption<i64>,
    /// The address that it was last used from; empty if that is not known.
    pub last_used_from: RString,
    /// When it ends by itself.
    pub expires_at: ROption<i64>,
}

#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawConnectionKind {
    /// A program of somebody's that the member allowed.
    Application,
    /// A token that the member made, for programs of the member's own.
    PersonalToken,
}

#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawRegistrar {
    /// The site vouches for it.
    Operator,
    /// Some member, on the site's pages.
    Member,
    /// The application itself.
    Itself,
}
