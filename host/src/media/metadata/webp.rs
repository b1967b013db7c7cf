//! WebP: the chunks of a RIFF file, and those inside each frame of an
//! animation.

use bytes::{BufMut, Bytes, BytesMut};
use image::metadata::Orientation;

use super::{Anatomy, fresh_exif, orientation_in, take};
use crate::media::error::MediaError;
use crate::media::format::Format;

/// The flags in the first byte of `VP8X`.
const HAS_EXIF: u8 = 0b0000_1000;
const HAS_XMP: u8 = 0b0000_0100;

/// Where, when and how a frame is shown, ahead of the chunks of its picture.
const FRAME_HEADER: usize = 16;

const TRUNCATED: MediaError = MediaError::Truncated {
    format: Format::WebP,
    expected: "the length that its header declares",
};

pub(super) fn dissect(mut rest: Bytes) -> Result<Anatomy, MediaError> {
    let header = take(&mut rest, 12).ok_or(TRUNCATED)?;
    if !header.starts_with(b"RIFF") || !header.ends_with(b"WEBP") {
        return Err(damaged("it does not begin with a WebP header"));
    }
    let declared = length_of(&header[4..8])
        .checked_sub(4)
        .ok_or_else(|| damaged("its header declares no content"))?;
    let mut body = take(&mut rest, declared).ok_or(TRUNCATED)?;

    let mut kept = Vec::new();
    let mut extended = None;
    let mut orientation = None;
    let mut frames = 0;
    let mut pictures = 0;
    while !body.is_empty() {
        let (kind, content) = chunk(&mut body)?;
        match &kind {
            b"VP8X" if extended.is_none() && kept.is_empty() => {
                if content.len() < 10 {
                    return Err(damaged("its VP8X chunk is too short"));
                }
                extended = Some(content);
            }
            b"VP8X" => return Err(damaged("its VP8X chunk is not the first")),
            b"EXIF" => {
                let exif = content.strip_prefix(b"Exif\0\0").unwrap_or(&content);
                orientation.get_or_insert_with(|| orientation_in(exif));
            }
            b"ANMF" => {
                frames += 1;
                push(&mut kept, &kind, frame(content)?);
            }
            b"VP8 " | b"VP8L" => {
                pictures += 1;
                push(&mut kept, &kind, content);
            }
            b"ALPH" | b"ANIM" | b"ICCP" => push(&mut kept, &kind, content),
            _ => {}
        }
    }
    if pictures + frames == 0 {
        return Err(damaged("it contains no picture"));
    }
    // Only the extended form may carry Exif; in a simple file there is none to obey.
    let orientation = orientation
        .filter(|_| extended.is_some())
        .unwrap_or(Orientation::NoTransforms);
    let exif = fresh_exif(orientation);

    let mut chunks = Vec::with_capacity(kept.len() + 4);
    if let Some(content) = extended {
        let mut content = BytesMut::from(&content[..]);
        content[0] &= !(HAS_EXIF | HAS_XMP);
        if exif.is_some() {
            content[0] |= HAS_EXIF;
        }
        push(&mut chunks, b"VP8X", content.freeze());
    }
    chunks.append(&mut kept);
    if let Some(exif) = exif {
        push(&mut chunks, b"EXIF", exif);
    }

    let length = 4 + chunks.iter().map(Bytes::len).sum::<usize>();
    let mut header = BytesMut::with_capacity(12);
    header.put_slice(b"RIFF");
    header.put_u32_le(length_field(length)?);
    header.put_slice(b"WEBP");
    chunks.insert(0, header.freeze());
    Ok(Anatomy {
        kept: chunks,
        orientation,
        animated: frames > 1,
    })
}

/// A frame with only the chunks of its picture.
fn frame(mut content: Bytes) -> Result<Bytes, MediaError> {
    let header = take(&mut content, FRAME_HEADER)
        .ok_or_else(|| damaged("a frame of its animation is too short"))?;
    let mut pieces = vec![header];
    while !content.is_empty() {
        let (kind, content) = chunk(&mut content)?;
        if matches!(&kind, b"ALPH" | b"VP8 " | b"VP8L") {
            push(&mut pieces, &kind, content);
        }
    }
    Ok(pieces.concat().into())
}

fn chunk(rest: &mut Bytes) -> Result<([u8; 4], Bytes), MediaError> {
    let inside = || damaged("a chunk is longer than what contains it");
    let head = take(rest, 8).ok_or_else(inside)?;
    let kind = head[..4].try_into().expect("eight bytes were taken");
    let length = length_of(&head[4..]);
    let content = take(rest, length).ok_or_else(inside)?;
    // Chunks are padded to even lengths; some writers forget it at the end.
    if length % 2 == 1 {
        take(rest, 1);
    }
    Ok((kind, content))
}

fn push(pieces: &mut Vec<Bytes>, kind: &[u8; 4], content: Bytes) {
    let length = u32::try_from(content.len()).expect("a chunk came from a 32-bit length");
    let padded = content.len() % 2 == 1;
    let mut head = BytesMut::with_capacity(8);
    head.put_slice(kind);
    head.put_u32_le(length);
    pieces.push(head.freeze());
    pieces.push(content);
    if padded {
        pieces.push(Bytes::from_static(&[0]));
    }
}

/// A little-endian length of four bytes.
fn length_of(field: &[u8]) -> usize {
    let length = u32::from_le_bytes(field.try_into().expect("the field has four bytes"));
    usize::try_from(length).unwrap_or(usize::MAX)
}

fn length_field(length: usize) -> Result<u32, MediaError> {
    u32::try_from(length).map_err(|_| damaged("it is larger than the format allows"))
}

fn damaged(reason: &str) -> MediaError {
    MediaError::damaged(Format::WebP, reason)
}
