//! `hob.pictures` 1: a picture that came from anybody becomes one that may be
//! shown. The host decodes and encodes, as it does for what members publish.

use abi_stable::{
    StableAbi,
    std_types::{RResult, RString, RVec},
};

use super::{FfiFuture, RawContext, RawError, interface::interface};

#[repr(C)]
#[derive(StableAbi)]
pub struct PicturesV1 {
    pub context: RawContext,
    /// Decodes a file and encodes its pixels anew. What is wrong with it may
    /// be shown: `KIND_INVALID` or `KIND_TOO_LARGE`.
    pub recode:
        extern "C" fn(RawContext, RawPictureWish) -> FfiFuture<RResult<RawPicture, RawError>>,
}

interface!(PicturesV1, "hob.pictures", 1);

/// A file, what it may cost, and what is to come of it.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawPictureWish {
    /// Such as the spooled file of a multipart part.
    pub path: RString,
    /// In which the error is worded, such as `de`. Empty for English.
    pub language: RString,
    /// Of the file. The operator's own bound counts too.
    pub most_bytes: u64,
    /// Width times height. The operator's own bound counts too.
    pub most_pixels: u64,
    /// The square, in pixels, that the result fits.
    pub side: u32,
    /// Of the result.
    pub most_result_bytes: u64,
}

/// A picture of the host's own making.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct RawPicture {
    pub bytes: RVec<u8>,
    /// `image/png` or `image/jpeg`.
    pub content_type: RString,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}
