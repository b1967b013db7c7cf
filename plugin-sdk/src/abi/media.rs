//! `hob.media` 1: what members publish. The site's own forms go the same way.

use abi_stable::{
    StableAbi,
    std_types::{ROption, RResult, RString, RVec},
};

use super::{FfiFuture, RawContext, RawError, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct MediaV1 {
    pub context: RawContext,
    pub list:
        extern "C" fn(RawContext, RawMediaQuery) -> FfiFuture<RResult<RawMediaPage, RawError>>,
    /// One medium, if the viewer may see it.
    pub find: extern "C" fn(
        RawContext,
        RawViewer,
        i64,
    ) -> FfiFuture<RResult<ROption<RawMedia>, RawError>>,
    /// Publishes a file for its owner, with every check of the site's own form.
    pub create: extern "C" fn(RawContext, RawNewMedia) -> FfiFuture<RResult<RawMedia, RawError>>,
    /// Changes a medium of this owner.
    pub update: extern "C" fn(
        RawContext,
        i64,
        i64,
        RawMediaChange,
    ) -> FfiFuture<RResult<RawMedia, RawError>>,
    /// Deletes a medium of this owner with its files: owner, then medium.
    pub delete: extern "C" fn(RawContext, i64, i64) -> FfiFuture<RResult<(), RawError>>,
}

interface!(MediaV1, "hob.media", 1);

/// Who looks: a member, or anybody.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug)]
pub struct RawViewer {
    pub member_id: ROption<i64>,
}

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawMediaQuery {
    pub viewer: RawViewer,
    /// Only this member's media.
    pub owner_id: ROption<i64>,
    /// Empty for the first page, else [`RawMediaPage::next`] of the last.
    pub cursor: RString,
    pub limit: u32,
}

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawMediaPage {
    pub media: RVec<RawMedia>,
    /// Empty on the last page.
    pub next: RString,
}

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawMedia {
    pub id: i64,
    pub title: RString,
    pub description: RString,
    pub tags: RVec<RString>,
    /// `public`, `unlisted` or `private`.
    pub visibility: RString,
    /// `processing`, `ready` or `failed`.
    pub state: RString,
    /// The medium's page: an absolute URL.
    pub url: RString,
    pub content_type: RString,
    pub owner_id: i64,
    pub owner_username: RString,
    /// Microseconds since the Unix epoch, UTC.
    pub created_at: i64,
    pub files: RVec<RawMediaFile>,
}

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawMediaFile {
    /// `original`, `medium` or `thumbnail`.
    pub size: RString,
    /// An absolute URL.
    pub url: RString,
    pub content_type: RString,
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
}

#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawNewMedia {
    pub owner_id: i64,
    /// The spooled file of a multipart part.
    pub path: RString,
    pub file_name: RString,
    pub title: RString,
    pub description: RString,
    pub tags: RVec<RString>,
    /// Empty for the site's default.
    pub visibility: RString,
}

/// What is absent stays as it is.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawMediaChange {
    pub title: ROption<RString>,
    pub description: ROption<RString>,
    pub tags: ROption<RVec<RString>>,
    pub visibility: ROption<RString>,
}
