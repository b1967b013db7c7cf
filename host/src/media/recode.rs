//! A small picture made of a file that came from anybody: the first frame,
//! upright, its pixels and nothing else.
//!
//! Unlike [`super::rendition`] it keeps no colour profile, since a profile can
//! hold any bytes: colours are put into sRGB, which is what a picture without
//! one has. Knows neither who sent the file
//! nor where the result is kept.

use bytes::Bytes;
use fast_image_resize::Resizer;
use image::DynamicImage;
use moxcms::{ColorProfile, Layout, TransformOptions};

use super::{
    admission::{self, inspect},
    error::MediaError,
    format::Format,
    limits::Limits,
    rendition::{self, Rendition},
};

/// What is to come of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The square, in pixels, that the result fits; a smaller picture stays as
    /// small as it is.
    pub side: u32,
    /// Of the result. It is scaled down until it fits.
    pub most_bytes: u64,
}

/// Decodes a file and encodes its pixels anew: as JPEG where it was one, else
/// as PNG, which keeps the sharp edges of a drawing. What is too large as PNG
/// becomes a JPEG, if nothing shines through it, before it becomes smaller.
///
/// Takes seconds for the largest pictures: run it on a blocking thread.
///
/// # Errors
/// The file is no picture, too large, or cut off. [`MediaError::Rendering`]
/// where no picture at all is as small as is wanted.
pub fn recode(file: &Bytes, limits: &Limits, wanted: &Wanted) -> Result<Rendition, MediaError> {
    let inspected = inspect(file, limits)?;
    let (pixels, profile) = admission::decode(file, inspected.format, limits)?;
    let mut resizer = Resizer::new();
    let mut side = wanted.side.max(1);
    let mut pixels = rendition::fit(&mut resizer, rendition::eight_bits(pixels), side)?;
    if let Some(profile) = profile {
        put_into_srgb(&mut pixels, &profile);
    }
    // A square to fit is the same on its side, so this may wait until there is
    // less to turn.
    pixels.apply_orientation(inspected.orientation);
    let mut pixels = rendition::without_idle_alpha(pixels);
    loop {
        for format in formats(inspected.format, &pixels) {
            let made = rendition::encode(&pixels, *format, None)?;
            if made.bytes.len() as u64 <= wanted.most_bytes {
                return Ok(made);
            }
        }
        if side == 1 {
            return Err(MediaError::Rendering {
                reason: format!("no picture fits {} bytes", wanted.most_bytes),
            });
        }
        side = (side / 2).max(1);
        pixels = rendition::fit(&mut resizer, pixels, side)?;
    }
}

/// Colours that a profile describes, as sRGB has them. A profile that is of
/// other colours than these pixels have, or can't be read, is passed over.
fn put_into_srgb(pixels: &mut DynamicImage, profile: &[u8]) {
    if !rendition::profile_fits(profile, pixels.color()) {
        return;
    }
    let convert = |samples: &mut [u8], layout| {
        let (own, srgb) = (
            ColorProfile::new_from_slice(profile)?,
            ColorProfile::new_srgb(),
        );
        let options = TransformOptions::default();
        let mut converted = vec![0; samples.len()];
        own.create_transform_8bit(layout, &srgb, layout, options)?
            .transform(samples, &mut converted)?;
        samples.copy_from_slice(&converted);
        Ok::<_, moxcms::CmsError>(())
    };
    let converted = match pixels {
        DynamicImage::ImageRgb8(rgb) => convert(rgb, Layout::Rgb),
        DynamicImage::ImageRgba8(rgba) => convert(rgba, Layout::Rgba),
        // Grey stays what it is.
        _ => Ok(()),
    };
    if let Err(error) = converted {
        tracing::debug!(%error, "the colour profile of a picture is passed over");
    }
}

/// In what a picture that came as `came` is tried to be written, in order.
fn formats(came: Format, pixels: &DynamicImage) -> &'static [Format] {
    match (came, pixels.color().has_alpha()) {
        (Format::Jpeg, false) => &[Format::Jpeg],
        (_, false) => &[Format::Png, Format::Jpeg],
        (_, true) => &[Format::Png],
    }
}

#[cfg(test)]
mod tests;
