//! The smaller sizes of a picture, upright and without metadata.
//!
//! An opaque picture becomes a JPEG, one with transparency a PNG; of an
//! animation the first frame is taken. An RGB or grey ICC profile goes along
//! unchanged, so that colours stay as they were meant. A profile for other
//! colours (a print's CMYK) would not fit the decoded pixels and is left out,
//! and so are PNG's older gamma and chromaticity numbers.

use bytes::Bytes;
use fast_image_resize::{ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ColorType, DynamicImage, GenericImageView, ImageEncoder};

use super::admission::{self, Inspected};
use super::error::MediaError;
use super::format::Format;
use super::limits::Limits;

/// The longest side of the medium size.
pub const MEDIUM_SIDE: u32 = 1280;
/// The longest side of the thumbnail.
pub const THUMBNAIL_SIDE: u32 = 320;

const JPEG_QUALITY: u8 = 85;

/// The sizes that are made of every original.
#[derive(Debug, Clone)]
pub struct Renditions {
    /// Fits a square of [`MEDIUM_SIDE`]; never larger than the original.
    pub medium: Rendition,
    /// Fits a square of [`THUMBNAIL_SIDE`]; never larger than the original.
    pub thumbnail: Rendition,
}

/// One encoded size.
#[derive(Debug, Clone)]
pub struct Rendition {
    /// The encoded file.
    pub bytes: Bytes,
    /// JPEG or PNG.
    pub format: Format,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Makes the medium size and the thumbnail of an admitted original.
///
/// The same original always gives the same bytes. Runs for as long as decoding
/// and scaling take: on a blocking thread.
pub fn render(
    original: &Bytes,
    inspected: &Inspected,
    limits: &Limits,
) -> Result<Renditions, MediaError> {
    let (pixels, profile) = admission::decode(original, inspected.format, limits)?;
    let mut resizer = Resizer::new();
    let mut medium = fit(&mut resizer, eight_bits(pixels), MEDIUM_SIDE)?;
    // Both sizes are squares to fit, so turning may wait until there is less to turn.
    medium.apply_orientation(inspected.orientation);
    let medium = without_idle_alpha(medium);
    let profile = profile.filter(|profile| profile_fits(profile, medium.color()));
    let encoded_medium = encode(&medium, usual_format(&medium), profile.as_deref())?;
    let thumbnail = fit(&mut resizer, medium, THUMBNAIL_SIDE)?;
    Ok(Renditions {
        medium: encoded_medium,
        thumbnail: encode(&thumbnail, usual_format(&thumbnail), profile.as_deref())?,
    })
}

/// Scaled down to fit a square, or as it is if it fits already.
pub(super) fn fit(
    resizer: &mut Resizer,
    pixels: DynamicImage,
    side: u32,
) -> Result<DynamicImage, MediaError> {
    let (width, height) = pixels.dimensions();
    let longest = width.max(height);
    if longest <= side {
        return Ok(pixels);
    }
    let scaled = |length: u32| {
        let length = (f64::from(length) * f64::from(side) / f64::from(longest)).round();
        (length as u32).max(1)
    };
    let mut smaller = DynamicImage::new(scaled(width), scaled(height), pixels.color());
    // The default is Lanczos3, with colours weighted by their alpha.
    resizer
        .resize(&pixels, &mut smaller, &ResizeOptions::default())
        .map_err(|error| MediaError::Rendering {
            reason: error.to_string(),
        })?;
    Ok(smaller)
}

/// The same picture with 8 bits per channel.
pub(super) fn eight_bits(pixels: DynamicImage) -> DynamicImage {
    match pixels.color() {
        ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8 => pixels,
        ColorType::L16 => pixels.into_luma8().into(),
        ColorType::La16 => pixels.into_luma_alpha8().into(),
        color if color.has_alpha() => pixels.into_rgba8().into(),
        _ => pixels.into_rgb8().into(),
    }
}

/// Without the alpha channel, if it hides nothing.
pub(super) fn without_idle_alpha(pixels: DynamicImage) -> DynamicImage {
    match &pixels {
        DynamicImage::ImageRgba8(rgba) if rgba.pixels().all(|pixel| pixel[3] == u8::MAX) => {
            pixels.into_rgb8().into()
        }
        DynamicImage::ImageLumaA8(grey) if grey.pixels().all(|pixel| pixel[1] == u8::MAX) => {
            pixels.into_luma8().into()
        }
        _ => pixels,
    }
}

/// Whether an ICC profile describes the colours that the pixels have now.
pub(super) fn profile_fits(profile: &[u8], color: ColorType) -> bool {
    let wanted: &[u8] = if color.has_color() { b"RGB " } else { b"GRAY" };
    profile.get(16..20) == Some(wanted) && profile.get(36..40) == Some(b"acsp")
}

/// The format in which a rendition of these pixels is small.
fn usual_format(pixels: &DynamicImage) -> Format {
    if pixels.color().has_alpha() {
        Format::Png
    } else {
        Format::Jpeg
    }
}

/// Writes pixels as PNG, or as JPEG, which has no transparency.
pub(super) fn encode(
    pixels: &DynamicImage,
    format: Format,
    profile: Option<&[u8]>,
) -> Result<Rendition, MediaError> {
    let mut bytes = Vec::new();
    let written = match format {
        Format::Png => write(pixels, PngEncoder::new(&mut bytes), profile),
        _ => write(
            pixels,
            JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY),
            profile,
        ),
    };
    written.map_err(|error| MediaError::Rendering {
        reason: error.to_string(),
    })?;
    let (width, height) = pixels.dimensions();
    Ok(Rendition {
        bytes: bytes.into(),
        format,
        width,
        height,
    })
}

fn write(
    pixels: &DynamicImage,
    mut encoder: impl ImageEncoder,
    profile: Option<&[u8]>,
) -> image::ImageResult<()> {
    if let Some(profile) = profile {
        encoder
            .set_icc_profile(profile.to_vec())
            .map_err(image::ImageError::Unsupported)?;
    }
    pixels.write_with_encoder(encoder)
}

#[cfg(test)]
mod tests;
