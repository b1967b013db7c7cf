//! The one way in: every upload passes here, whichever form or API it came by.

use std::io::Cursor;

use bytes::Bytes;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader};

use super::error::MediaError;
use super::format::Format;
use super::limits::Limits;
use super::metadata;

/// What is done with what the file tells beside its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Privacy {
    /// The position and all other metadata are taken out of the original.
    #[default]
    Strip,
    /// The original is stored as it came, because its owner chose so.
    Keep,
}

/// A file that may be stored and published.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// The bytes to store as the original.
    pub original: Bytes,
    /// What they contain.
    pub inspected: Inspected,
}

/// What is known of a picture from its header and its container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspected {
    /// The format, by content.
    pub format: Format,
    /// The width as displayed, after turning.
    pub width: u32,
    /// The height as displayed, after turning.
    pub height: u32,
    /// How the stored pixels are turned for display.
    pub orientation: Orientation,
    /// Whether the file has more than one frame.
    pub animated: bool,
}

/// Decides whether a file becomes a medium, and makes the original of it.
///
/// In this order: bytes, format, container (which finds files that were cut
/// off), pixels from the header, and then one whole decoding of the picture
/// (of an animation: its first frame), so that what can't be shown is refused
/// to the one who sent it and not found out later. What is decoded is what
/// will be stored.
///
/// Takes seconds for the largest pictures: run it on a blocking thread.
pub fn admit(upload: Bytes, limits: &Limits, privacy: Privacy) -> Result<Admitted, MediaError> {
    limits.check_bytes(upload.len() as u64)?;
    let format = Format::detect(&upload)?;
    let original = match privacy {
        Privacy::Strip => metadata::strip(&upload, format)?,
        Privacy::Keep => upload,
    };
    let inspected = inspect(&original, limits)?;
    decode(&original, format, limits)?;
    Ok(Admitted {
        original,
        inspected,
    })
}

/// Reads a file's header and walks its container, without decoding pixels.
pub fn inspect(bytes: &Bytes, limits: &Limits) -> Result<Inspected, MediaError> {
    limits.check_bytes(bytes.len() as u64)?;
    let format = Format::detect(bytes)?;
    let anatomy = metadata::dissect(bytes, format)?;
    let (width, height) = reader(bytes, format, limits)
        .into_dimensions()
        .map_err(|error| MediaError::from_decoder(format, error))?;
    limits.check_pixels(format, width, height)?;
    let (width, height) = match anatomy.orientation {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
        Orientation::NoTransforms
        | Orientation::Rotate180
        | Orientation::FlipHorizontal
        | Orientation::FlipVertical => (width, height),
    };
    Ok(Inspected {
        format,
        width,
        height,
        orientation: anatomy.orientation,
        animated: anatomy.animated,
    })
}

/// The pixels as stored, not yet turned, and the ICC profile they refer to.
///
/// Of an animation it is the first frame.
pub(super) fn decode(
    bytes: &Bytes,
    format: Format,
    limits: &Limits,
) -> Result<(DynamicImage, Option<Vec<u8>>), MediaError> {
    let failed = |error| MediaError::from_decoder(format, error);
    let mut decoder = reader(bytes, format, limits)
        .into_decoder()
        .map_err(failed)?;
    let (width, height) = decoder.dimensions();
    limits.check_pixels(format, width, height)?;
    let mut allowance = limits.decoder();
    allowance.reserve(decoder.total_bytes()).map_err(failed)?;
    decoder.set_limits(allowance).map_err(failed)?;
    // A profile that can't be read is no reason to refuse the picture.
    let profile = decoder.icc_profile().ok().flatten();
    let pixels = DynamicImage::from_decoder(decoder).map_err(failed)?;
    Ok((pixels, profile))
}

fn reader(bytes: &Bytes, format: Format, limits: &Limits) -> ImageReader<Cursor<Bytes>> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes.clone()), format.codec());
    reader.limits(limits.decoder());
    reader
}

#[cfg(test)]
mod tests;
