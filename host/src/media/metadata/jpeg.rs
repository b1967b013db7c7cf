//! JPEG: markers and segments up to the end of the image.

use bytes::{BufMut, Bytes, BytesMut};
use image::metadata::Orientation;

use super::{Anatomy, fresh_exif, orientation_in, take, take_u8};
use crate::media::error::MediaError;
use crate::media::format::Format;

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;

/// Ordinary progressive files have about ten scans. Thousands in a small file
/// cost a decoder minutes.
const MAX_SCANS: usize = 200;

const TRUNCATED: MediaError = MediaError::Truncated {
    format: Format::Jpeg,
    expected: "the end of the image",
};

pub(super) fn dissect(mut rest: Bytes) -> Result<Anatomy, MediaError> {
    if take(&mut rest, 2).as_deref() != Some(&[0xff, SOI]) {
        return Err(damaged("it does not begin with a start-of-image marker"));
    }
    let mut jfif = None;
    let mut orientation = None;
    let mut kept = Vec::new();
    let mut scans = 0;
    let mut frame_seen = false;
    loop {
        let marker = next_marker(&mut rest).ok_or(TRUNCATED)?;
        match marker {
            EOI => break,
            SOI => return Err(damaged("a second image starts inside the first")),
            // Restart markers and TEM stand alone; outside a scan they mean nothing.
            0x01 | 0xd0..=0xd7 => continue,
            _ => {}
        }
        let content = segment(&mut rest)?;
        match marker {
            APP0 => jfif = jfif.or_else(|| bare_jfif(&content)),
            APP1 => {
                if let Some(exif) = content.strip_prefix(b"Exif\0\0") {
                    orientation.get_or_insert_with(|| orientation_in(exif));
                }
            }
            APP2 if content.starts_with(b"ICC_PROFILE\0") => push(&mut kept, marker, content),
            // Its last byte says how the colours are stored.
            APP14 if content.len() >= 12 && content.starts_with(b"Adobe") => {
                push(&mut kept, marker, content.slice(..12));
            }
            SOS => {
                scans += 1;
                if !frame_seen {
                    return Err(damaged("a scan comes before the frame that it belongs to"));
                }
                if scans > MAX_SCANS {
                    return Err(damaged(
                        "it has more scans than any camera or editor writes",
                    ));
                }
                push(&mut kept, marker, content);
                kept.push(entropy(&mut rest)?);
            }
            // SOFn, DHT, JPG, DAC; DQT, DNL, DRI, DHP, EXP.
            0xc0..=0xcf | 0xdb..=0xdf => {
                frame_seen |= !matches!(marker, 0xc4 | 0xc8 | 0xcc) && marker <= 0xcf;
                push(&mut kept, marker, content);
            }
            // Other APPn, COM and what is reserved.
            _ => {}
        }
    }
    if scans == 0 {
        return Err(damaged("it contains no picture"));
    }
    let orientation = orientation.unwrap_or(Orientation::NoTransforms);
    let mut pieces = vec![Bytes::from_static(&[0xff, SOI])];
    if let Some(jfif) = jfif {
        push(&mut pieces, APP0, jfif);
    }
    if let Some(exif) = fresh_exif(orientation) {
        push(&mut pieces, APP1, [b"Exif\0\0", &exif[..]].concat().into());
    }
    pieces.append(&mut kept);
    pieces.push(Bytes::from_static(&[0xff, EOI]));
    Ok(Anatomy {
        kept: pieces,
        orientation,
        animated: false,
    })
}

/// The next marker. Stray bytes before it are skipped, as decoders do, and so
/// are not kept.
fn next_marker(rest: &mut Bytes) -> Option<u8> {
    loop {
        let start = rest.iter().position(|byte| *byte == 0xff)?;
        take(rest, start)?;
        let mut code = 0xff;
        while code == 0xff {
            code = take_u8(rest)?;
        }
        if code != 0 {
            return Some(code);
        }
    }
}

fn segment(rest: &mut Bytes) -> Result<Bytes, MediaError> {
    let length = take(rest, 2).ok_or(TRUNCATED)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    let length = length
        .checked_sub(2)
        .ok_or_else(|| damaged("a segment is shorter than its own length field"))?;
    take(rest, length).ok_or(TRUNCATED)
}

/// The compressed data of a scan, up to the marker that ends it.
fn entropy(rest: &mut Bytes) -> Result<Bytes, MediaError> {
    let mut end = 0;
    loop {
        end += rest[end..]
            .iter()
            .position(|byte| *byte == 0xff)
            .ok_or(TRUNCATED)?;
        match rest.get(end + 1).ok_or(TRUNCATED)? {
            // A stuffed 0xff, or a restart marker.
            0x00 | 0xd0..=0xd7 => end += 2,
            _ => return take(rest, end).ok_or(TRUNCATED),
        }
    }
}

/// The JFIF header without its thumbnail; none for the JFXX extension, which
/// is nothing but a thumbnail.
fn bare_jfif(content: &Bytes) -> Option<Bytes> {
    let header = content
        .get(..12)
        .filter(|header| header.starts_with(b"JFIF\0"))?;
    Some([header, &[0, 0]].concat().into())
}

fn push(pieces: &mut Vec<Bytes>, marker: u8, content: Bytes) {
    let length = u16::try_from(content.len() + 2).expect("a segment came from a 16-bit length");
    let mut head = BytesMut::with_capacity(4);
    head.put_slice(&[0xff, marker]);
    head.put_u16(length);
    pieces.push(head.freeze());
    pieces.push(content);
}

fn damaged(reason: &str) -> MediaError {
    MediaError::damaged(Format::Jpeg, reason)
}
