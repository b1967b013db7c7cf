//! PNG: chunks up to `IEND`.

use bytes::{BufMut, Bytes, BytesMut};
use image::metadata::Orientation;

use super::{Anatomy, fresh_exif, orientation_in, take};
use crate::media::error::MediaError;
use crate::media::format::Format;

/// What a decoder needs to show the picture, and nothing else: the picture,
/// its transparency, its colours, its animation and its pixels' shape.
const KEPT: [&[u8; 4]; 18] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
    b"cICP", b"mDCV", b"cLLI", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

const TRUNCATED: MediaError = MediaError::Truncated {
    format: Format::Png,
    expected: "its IEND chunk",
};

pub(super) fn dissect(mut rest: Bytes) -> Result<Anatomy, MediaError> {
    let signature = take(&mut rest, 8).ok_or(TRUNCATED)?;
    let mut header = vec![signature];
    let mut kept = Vec::new();
    let mut orientation = Orientation::NoTransforms;
    let mut animated = false;
    let mut pixels_seen = false;
    loop {
        let (kind, content, whole) = chunk(&mut rest)?;
        let first = header.len() == 1;
        match &kind {
            b"IHDR" if first => {
                header.push(whole);
                continue;
            }
            _ if first => return Err(damaged("its first chunk is not IHDR")),
            b"IHDR" => return Err(damaged("it has a second IHDR chunk")),
            b"eXIf" => orientation = orientation_in(&content),
            b"IDAT" => pixels_seen = true,
            b"acTL" => {
                animated = content
                    .get(..4)
                    .is_some_and(|frames| frames > &[0, 0, 0, 1][..])
            }
            _ => {}
        }
        if KEPT.contains(&&kind) {
            kept.push(whole);
        } else if kind[0].is_ascii_uppercase() {
            return Err(damaged("it has a critical chunk that no decoder knows"));
        }
        if &kind == b"IEND" {
            break;
        }
    }
    if !pixels_seen {
        return Err(damaged("it contains no picture"));
    }
    let mut pieces = header;
    if let Some(exif) = fresh_exif(orientation) {
        pieces.push(new_chunk(b"eXIf", &exif));
    }
    pieces.append(&mut kept);
    Ok(Anatomy {
        kept: pieces,
        orientation,
        animated,
    })
}

/// The next chunk: its type, its content, and the whole of it as it stands.
fn chunk(rest: &mut Bytes) -> Result<([u8; 4], Bytes, Bytes), MediaError> {
    let length = rest.get(..4).ok_or(TRUNCATED)?;
    let length = u32::from_be_bytes(length.try_into().expect("four bytes were taken"));
    let length = usize::try_from(length).map_err(|_| TRUNCATED)?;
    let whole = length
        .checked_add(12)
        .and_then(|length| take(rest, length))
        .ok_or(TRUNCATED)?;
    let kind: [u8; 4] = whole[4..8]
        .try_into()
        .expect("a chunk has at least twelve bytes");
    let checksum = crc32fast::hash(&whole[4..length + 8]);
    if whole[length + 8..] != checksum.to_be_bytes() {
        let kind = kind.escape_ascii();
        return Err(damaged(&format!(
            "the checksum of its {kind} chunk is wrong"
        )));
    }
    Ok((kind, whole.slice(8..length + 8), whole))
}

fn new_chunk(kind: &[u8; 4], content: &[u8]) -> Bytes {
    let length = u32::try_from(content.len()).expect("only small chunks are made here");
    let mut chunk = BytesMut::with_capacity(content.len() + 12);
    chunk.put_u32(length);
    chunk.put_slice(kind);
    chunk.put_slice(content);
    chunk.put_u32(crc32fast::hash(&chunk[4..]));
    chunk.freeze()
}

fn damaged(reason: &str) -> MediaError {
    MediaError::damaged(Format::Png, reason)
}
