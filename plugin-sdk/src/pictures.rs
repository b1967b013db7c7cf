//! Pictures that a plugin keeps itself, such as a logo, by interface
//! `hob.pictures`.
//!
//! What somebody sends is never served as it came. The host decodes it (of an
//! animation the first frame), turns it upright, scales it down and encodes
//! the pixels anew, so that nothing else of the file is left: no position, no
//! comment, no markup behind the end of the picture. What can't be decoded is
//! no picture. Photographs that members publish go by [`crate::media`].

use std::path::Path;

use crate::{
    PluginError,
    abi::pictures::{PicturesV1, RawPicture, RawPictureWish},
};

/// Makes pictures that may be shown of files that came from anybody.
#[derive(Clone, Copy)]
pub struct Pictures {
    table: &'static PicturesV1,
}

/// What a file may cost, and what is to come of it. Where the operator's
/// bounds of `[media]` are narrower, those count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureTerms {
    /// Of the file.
    pub most_bytes: u64,
    /// Of the file's picture: width times height.
    pub most_pixels: u64,
    /// The square, in pixels, that the result fits. A smaller picture keeps
    /// its size.
    pub side: u32,
    /// Of the result, which is made smaller until it fits.
    pub most_result_bytes: u64,
}

/// A picture of the host's own making: upright, and pixels alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub bytes: Vec<u8>,
    /// `image/png` or `image/jpeg`.
    pub content_type: String,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

impl Pictures {
    pub(crate) fn new(table: &'static PicturesV1) -> Self {
        Self { table }
    }

    /// Makes a picture of a file: JPEG, PNG, WebP or GIF, by its content.
    ///
    /// Waits for its turn, since the host decodes one picture at a time. The
    /// file stays as it is. What is wrong with it is worded in `language`, as
    /// [`crate::Request::language`] names it; empty for English.
    ///
    /// # Errors
    /// It is no such picture, or too large: in words that
    /// [may be shown](PluginError::may_be_shown). Or it can't be read.
    pub async fn recode(
        &self,
        file: &Path,
        terms: &PictureTerms,
        language: &str,
    ) -> Result<Picture, PluginError> {
        let wish = RawPictureWish {
            path: file.to_string_lossy().into_owned().into(),
            language: language.into(),
            most_bytes: terms.most_bytes,
            most_pixels: terms.most_pixels,
            side: terms.side,
            most_result_bytes: terms.most_result_bytes,
        };
        let made = (self.table.recode)(self.table.context, wish)
            .await
            .into_result()?;
        Ok(Picture::from_raw(made))
    }
}

impl Picture {
    fn from_raw(raw: RawPicture) -> Self {
        Self {
            bytes: raw.bytes.into(),
            content_type: raw.content_type.into(),
            width: raw.width,
            height: raw.height,
        }
    }
}
