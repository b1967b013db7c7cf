//! Why a file is refused as a medium, in words for the person who sent it.

use super::format::Format;

/// The reason why an upload is not accepted, or why no renditions can be made.
///
/// Each message says what is wrong and what to do, and can be shown as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// Nothing was sent.
    #[error("The file is empty. Choose a JPEG, PNG, WebP or GIF picture.")]
    Empty,
    /// The content is of no accepted format, whatever the name says.
    #[error(
        "{}. JPEG, PNG, WebP and GIF are accepted; the content counts, not the name. \
         Export the picture as one of these.",
        match .looks_like {
            Some(kind) => format!("This looks like {kind}"),
            None => "This is not a picture of a known format".to_owned(),
        }
    )]
    NotAccepted {
        /// What the content looks like, with its article, if it was recognised.
        looks_like: Option<&'static str>,
    },
    /// The file is larger than the site allows.
    #[error(
        "The file has {bytes} bytes, and this site accepts at most {limit}. \
         Export the picture smaller or with stronger compression."
    )]
    TooManyBytes {
        /// The size of the file.
        bytes: u64,
        /// The most that is accepted.
        limit: u64,
    },
    /// The picture has more pixels than the site allows.
    #[error(
        "The picture has {width} × {height} pixels, and this site accepts at most {limit} \
         pixels in all. Scale the picture down."
    )]
    TooManyPixels {
        /// As stored, before any turning.
        width: u32,
        /// As stored, before any turning.
        height: u32,
        /// The most that is accepted, width times height.
        limit: u64,
    },
    /// Decoding would need more memory than is allowed for one picture.
    #[error(
        "Reading this {format} picture would need more memory than this site allows for one. \
         Scale it down, or save it with 8 bits per channel."
    )]
    TooMuchMemory {
        /// The format of the file.
        format: Format,
    },
    /// The file ends before its picture does.
    #[error(
        "The {format} file is cut off: it ends before {expected}. \
         It was probably not copied completely; send the whole file again."
    )]
    Truncated {
        /// The format of the file.
        format: Format,
        /// What the file should still contain.
        expected: &'static str,
    },
    /// The file claims a format whose rules it breaks.
    #[error("The {format} file is damaged: {reason}. Open it in an image editor and save it anew.")]
    Damaged {
        /// The format of the file.
        format: Format,
        /// What was found, without a full stop.
        reason: String,
    },
    /// A rendition could not be written; the fault is not in the file.
    #[error("The smaller sizes of the picture could not be made: {reason}")]
    Rendering {
        /// What the encoder or the scaler said.
        reason: String,
    },
}

impl MediaError {
    pub(super) fn damaged(format: Format, reason: impl Into<String>) -> Self {
        Self::Damaged {
            format,
            reason: reason.into(),
        }
    }

    /// What a decoder's error means for the person who sent the file.
    pub(super) fn from_decoder(format: Format, error: image::ImageError) -> Self {
        match error {
            image::ImageError::Limits(_) => Self::TooMuchMemory { format },
            other => Self::damaged(format, other.to_string()),
        }
    }
}
