//! GIF: blocks up to the trailer.

use bytes::Bytes;
use image::metadata::Orientation;

use super::{Anatomy, take, take_u8};
use crate::media::error::MediaError;
use crate::media::format::Format;

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;

const PLAIN_TEXT: u8 = 0x01;
const GRAPHIC_CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;

/// The applications whose blocks say how the picture is shown: how often the
/// animation runs, and the colour profile.
const KEPT_APPLICATIONS: [&[u8]; 3] = [b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"];

const TRUNCATED: MediaError = MediaError::Truncated {
    format: Format::Gif,
    expected: "its trailer",
};

pub(super) fn dissect(mut rest: Bytes) -> Result<Anatomy, MediaError> {
    let mut kept = Vec::new();
    let mut header = rest.clone();
    let length = 13 + colour_table(rest.get(10).copied().ok_or(TRUNCATED)?);
    kept.push(take(&mut header, length).ok_or(TRUNCATED)?);
    rest = header;

    let mut frames = 0;
    // A graphic control block belongs to the image or text that follows it.
    let mut control = None;
    loop {
        let whole = rest.clone();
        match take_u8(&mut rest).ok_or(TRUNCATED)? {
            TRAILER => break,
            IMAGE => {
                let descriptor = take(&mut rest, 9).ok_or(TRUNCATED)?;
                take(&mut rest, colour_table(descriptor[8])).ok_or(TRUNCATED)?;
                take_u8(&mut rest).ok_or(TRUNCATED)?; // the code size
                skip_sub_blocks(&mut rest)?;
                kept.extend(control.take());
                kept.push(consumed(&whole, &rest));
                frames += 1;
            }
            EXTENSION => {
                let label = take_u8(&mut rest).ok_or(TRUNCATED)?;
                let application = rest
                    .get(1..12)
                    .is_some_and(|name| rest[0] == 11 && KEPT_APPLICATIONS.contains(&name));
                skip_sub_blocks(&mut rest)?;
                match label {
                    GRAPHIC_CONTROL => control = Some(consumed(&whole, &rest)),
                    PLAIN_TEXT => control = None,
                    APPLICATION if application => kept.push(consumed(&whole, &rest)),
                    _ => {}
                }
            }
            // Some writers leave empty blocks behind; decoders pass over them.
            0 => {}
            _ => return Err(damaged("there is a block of unknown kind")),
        }
    }
    if frames == 0 {
        return Err(damaged("it contains no picture"));
    }
    kept.push(Bytes::from_static(&[TRAILER]));
    Ok(Anatomy {
        kept,
        orientation: Orientation::NoTransforms,
        animated: frames > 1,
    })
}

/// The length of the colour table that a packed field announces.
fn colour_table(packed: u8) -> usize {
    if packed & 0x80 == 0 {
        0
    } else {
        3 << ((packed & 0x07) + 1)
    }
}

fn skip_sub_blocks(rest: &mut Bytes) -> Result<(), MediaError> {
    loop {
        match take_u8(rest).ok_or(TRUNCATED)? {
            0 => return Ok(()),
            length => take(rest, usize::from(length)).ok_or(TRUNCATED)?,
        };
    }
}

/// What was read of `whole` when `rest` is left of it.
fn consumed(whole: &Bytes, rest: &Bytes) -> Bytes {
    whole.slice(..whole.len() - rest.len())
}

fn damaged(reason: &str) -> MediaError {
    MediaError::damaged(Format::Gif, reason)
}
