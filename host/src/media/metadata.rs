//! Takes everything private out of an original without touching its pixels.
//!
//! A photograph tells more than it shows: where it was taken, with which
//! camera and when, what it looked like before it was cropped, and sometimes a
//! whole second picture or a film behind its end. Lists of what to remove are
//! never complete, so each format has a list of what is *kept*: the parts that
//! a decoder needs to show the picture in its right colours, and the
//! orientation, which is written anew as the only entry of a fresh Exif block.
//!
//! The containers are walked here and not by a crate: those there are keep
//! what stands between the scans of a JPEG, inside the frames of an animated
//! WebP and behind the end of the picture, and none knows GIF.

mod gif;
mod jpeg;
mod png;
mod webp;

use bytes::{Buf, Bytes};
use image::metadata::Orientation;

use super::error::MediaError;
use super::format::Format;

/// The original without Exif, XMP, IPTC, comments, maker notes, embedded
/// thumbnails, further pictures and anything behind its end.
///
/// The compressed pixels stay as they are, byte for byte, and so do the ICC
/// profile, the animation and the orientation. Cleaning a clean file changes
/// nothing. A file that ends early or breaks its format's structure is
/// refused.
///
/// A gain map (the second, brighter picture of an "Ultra HDR" JPEG) and the
/// film of a motion photo are among what is lost.
pub fn strip(bytes: &Bytes, format: Format) -> Result<Bytes, MediaError> {
    let anatomy = dissect(bytes, format)?;
    let length = anatomy.kept.iter().map(Bytes::len).sum();
    let mut clean = Vec::with_capacity(length);
    for piece in &anatomy.kept {
        clean.extend_from_slice(piece);
    }
    Ok(clean.into())
}

/// A file taken apart as far as its container goes; no pixel is decoded.
pub(super) struct Anatomy {
    /// The pieces that make the cleaned file, in order.
    kept: Vec<Bytes>,
    /// How the picture is to be turned for display.
    pub(super) orientation: Orientation,
    /// Whether there is more than one frame.
    pub(super) animated: bool,
}

pub(super) fn dissect(bytes: &Bytes, format: Format) -> Result<Anatomy, MediaError> {
    match format {
        Format::Jpeg => jpeg::dissect(bytes.clone()),
        Format::Png => png::dissect(bytes.clone()),
        Format::WebP => webp::dissect(bytes.clone()),
        Format::Gif => gif::dissect(bytes.clone()),
    }
}

/// The next `count` bytes without a copy, or none if there are fewer.
fn take(rest: &mut Bytes, count: usize) -> Option<Bytes> {
    (rest.len() >= count).then(|| rest.split_to(count))
}

fn take_u8(rest: &mut Bytes) -> Option<u8> {
    rest.try_get_u8().ok()
}

/// The orientation in an Exif block (a TIFF header and what follows), or the
/// upright one if it has none or can't be read.
fn orientation_in(exif: &[u8]) -> Orientation {
    Orientation::from_exif_chunk(exif).unwrap_or(Orientation::NoTransforms)
}

/// An Exif block whose only entry is the orientation; none for an upright one.
fn fresh_exif(orientation: Orientation) -> Option<Bytes> {
    if orientation == Orientation::NoTransforms {
        return None;
    }
    let mut exif = Vec::with_capacity(26);
    exif.extend_from_slice(b"MM\0\x2a\0\0\0\x08"); // big-endian TIFF, directory at 8
    exif.extend_from_slice(b"\0\x01"); // of one entry:
    exif.extend_from_slice(b"\x01\x12\0\x03\0\0\0\x01"); // Orientation, one SHORT
    exif.extend_from_slice(&[0, orientation.to_exif(), 0, 0]);
    exif.extend_from_slice(&[0; 4]); // and no further directory
    Some(exif.into())
}

#[cfg(test)]
mod tests;
