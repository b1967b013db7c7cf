//! The photographs of `tests/photographs` and ways to look at files that share
//! no code with what is tested: kamadak-exif, a search for the position's
//! digits, and exiftool where it is installed.

use std::io::Cursor;

use bytes::Bytes;

use super::format::Format;

macro_rules! photograph {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/photographs/", $name))
    };
}

pub(super) const CAT_JPEG: &[u8] = photograph!("cat-turned-with-position.jpg");
pub(super) const ROCKET_JPEG: &[u8] = photograph!("rocket-progressive.jpg");
pub(super) const CAT_PNG: &[u8] = photograph!("cat-alpha-with-position.png");
pub(super) const COFFEE_WEBP: &[u8] = photograph!("coffee-with-position.webp");
pub(super) const ROCKET_WEBP: &[u8] = photograph!("rocket-animated-with-position.webp");
pub(super) const ROCKET_GIF: &[u8] = photograph!("rocket-animated-with-position.gif");

/// Every photograph that was given a position.
pub(super) const WITH_POSITION: [(Format, &[u8]); 5] = [
    (Format::Jpeg, CAT_JPEG),
    (Format::Png, CAT_PNG),
    (Format::WebP, COFFEE_WEBP),
    (Format::WebP, ROCKET_WEBP),
    (Format::Gif, ROCKET_GIF),
];

/// Every photograph there is.
pub(super) fn all() -> impl Iterator<Item = (Format, Bytes)> {
    WITH_POSITION
        .into_iter()
        .chain([(Format::Jpeg, ROCKET_JPEG)])
        .map(|(format, bytes)| (format, Bytes::from_static(bytes)))
}

/// Whether an independent reader finds a position.
pub(super) fn carries_location(bytes: &[u8]) -> bool {
    let in_exif = exif_entries(bytes)
        .iter()
        .any(|entry| entry.starts_with("GPS"));
    let in_text = [&b"52.3731"[..], b"GPSLatitude", b"52,22.386"]
        .iter()
        .any(|trace| bytes.windows(trace.len()).any(|window| window == *trace));
    in_exif || in_text
}

/// The names of the Exif entries that an independent reader finds.
pub(super) fn exif_entries(bytes: &[u8]) -> Vec<String> {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    let found = match reader.read_from_container(&mut Cursor::new(bytes)) {
        Ok(found) => Some(found),
        Err(exif::Error::PartialResult(partial)) => Some(partial.into_inner().0),
        Err(_) => None,
    };
    found
        .iter()
        .flat_map(|found| found.fields())
        .map(|field| {
            let context = if field.tag.context() == exif::Context::Gps {
                "GPS "
            } else {
                ""
            };
            format!("{context}{}", field.tag)
        })
        .collect()
}
