//! The accepted formats, recognised by content and never by name.

use std::fmt;

use super::error::MediaError;

/// A format that is accepted, stored and served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`, animated or not
    Png,
    /// `image/webp`, animated or not
    WebP,
    /// `image/gif`, animated or not
    Gif,
}

/// What a refused file may be, so that the answer can name it. The list is a
/// courtesy: what is not on it is refused as well.
const KNOWN_BUT_REFUSED: &[(usize, &[u8], &str)] = &[
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"BM", "a BMP picture"),
    (0, b"II*\0", "a TIFF picture or a camera's raw file"),
    (0, b"MM\0*", "a TIFF picture or a camera's raw file"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftypheic", "a HEIC picture"),
    (4, b"ftypheix", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIF picture"),
    (4, b"ftyp", "a film"),
    (0, b"\x1aE\xdf\xa3", "a film"),
    (8, b"AVI ", "a film"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
];

impl Format {
    /// All accepted formats.
    pub const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::WebP, Self::Gif];

    /// The format that the first bytes of a file declare.
    ///
    /// A file passes only if it begins with a format's signature and the
    /// header that must follow it. Whether the rest keeps the promise is
    /// [`super::admission::inspect`]'s to find out.
    pub fn detect(bytes: &[u8]) -> Result<Self, MediaError> {
        if bytes.is_empty() {
            return Err(MediaError::Empty);
        }
        if bytes.starts_with(b"\xff\xd8\xff") {
            return Ok(Self::Jpeg);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR") {
            return Ok(Self::Png);
        }
        if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            return Ok(Self::Gif);
        }
        if bytes.starts_with(b"RIFF")
            && matches!(
                bytes.get(8..16),
                Some(b"WEBPVP8 " | b"WEBPVP8L" | b"WEBPVP8X")
            )
        {
            return Ok(Self::WebP);
        }
        Err(MediaError::NotAccepted {
            looks_like: guess(bytes),
        })
    }

    /// The value of `Content-Type` with which a file of this format is served.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    /// The format that has this content type, the reverse of
    /// [`Format::content_type`].
    pub fn from_content_type(content_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.content_type() == content_type)
    }

    /// The file name's extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
        }
    }

    pub(super) fn codec(self) -> image::ImageFormat {
        match self {
            Self::Jpeg => image::ImageFormat::Jpeg,
            Self::Png => image::ImageFormat::Png,
            Self::WebP => image::ImageFormat::WebP,
            Self::Gif => image::ImageFormat::Gif,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
        })
    }
}

/// All that a refused file may look like.
#[cfg(test)]
pub(crate) fn known_kinds() -> impl Iterator<Item = &'static str> {
    let by_content = ["an SVG drawing", "a web page"];
    KNOWN_BUT_REFUSED
        .iter()
        .map(|(_, _, kind)| *kind)
        .chain(by_content)
}

fn guess(bytes: &[u8]) -> Option<&'static str> {
    let by_signature = KNOWN_BUT_REFUSED
        .iter()
        .find(|(at, signature, _)| {
            bytes
                .get(*at..)
                .is_some_and(|rest| rest.starts_with(signature))
        })
        .map(|(_, _, kind)| *kind);
    by_signature.or_else(|| {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_lowercase();
        if head.contains("<svg") {
            Some("an SVG drawing")
        } else if head.contains("<html")
            || head.contains("<!doctype html")
            || head.contains("<script")
        {
            Some("a web page")
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    #[test]
    fn each_accepted_format_is_known_by_its_content() {
        for (photograph, format) in [
            (fixtures::CAT_JPEG, Format::Jpeg),
            (fixtures::ROCKET_JPEG, Format::Jpeg),
            (fixtures::CAT_PNG, Format::Png),
            (fixtures::COFFEE_WEBP, Format::WebP),
            (fixtures::ROCKET_GIF, Format::Gif),
        ] {
            assert_eq!(Format::detect(photograph), Ok(format));
            assert_eq!(
                Format::from_content_type(format.content_type()),
                Some(format)
            );
        }
    }

    #[test]
    fn anything_else_is_refused_and_named_where_it_is_known() {
        for (content, kind) in [
            (
                &b"<!DOCTYPE html><script>alert(1)</script>"[..],
                Some("a web page"),
            ),
            (
                b"\xef\xbb\xbf<?xml version='1.0'?><svg onload='x()'/>",
                Some("an SVG drawing"),
            ),
            (b"%PDF-1.7 \xff\xd8\xff", Some("a PDF document")),
            (b"\0\0\0\x18ftypheic\0\0\0\0", Some("a HEIC picture")),
            (b"\0\0\0\x18ftypmp42\0\0\0\0", Some("a film")),
            (b"PK\x03\x04", Some("a ZIP archive or an office document")),
            (b"just words", None),
            (b"RIFF\x10\0\0\0WEBPjunk", None),
            (b"\x89PNG\r\n\x1a\n<svg", Some("an SVG drawing")),
            (b"\xff\xd8", None),
        ] {
            let refusal = Format::detect(content).unwrap_err();
            assert_eq!(refusal, MediaError::NotAccepted { looks_like: kind });
            assert!(
                refusal
                    .to_string()
                    .contains("JPEG, PNG, WebP and GIF are accepted")
            );
        }
        assert_eq!(Format::detect(b""), Err(MediaError::Empty));
    }
}
