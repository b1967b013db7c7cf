use std::io::{Cursor, Write};
use std::process::{Command, Stdio};

use image::AnimationDecoder;
use proptest::prelude::*;

use super::super::admission::decode;
use super::super::fixtures::{self, carries_location, exif_entries};
use super::super::limits::Limits;
use super::*;

fn stripped(bytes: &'static [u8]) -> Bytes {
    let bytes = Bytes::from_static(bytes);
    strip(&bytes, Format::detect(&bytes).unwrap()).unwrap()
}

#[test]
fn the_position_is_gone_in_every_format() {
    for (format, bytes) in fixtures::WITH_POSITION {
        assert!(
            carries_location(bytes),
            "the {format} fixture must carry a position"
        );
        assert!(!carries_location(&stripped(bytes)), "{format}");
    }
}

#[test]
fn only_the_orientation_is_left_of_exif() {
    assert!(exif_entries(fixtures::CAT_JPEG).len() > 8);
    assert_eq!(exif_entries(&stripped(fixtures::CAT_JPEG)), ["Orientation"]);
    assert!(exif_entries(fixtures::COFFEE_WEBP).len() > 8);
    assert_eq!(
        exif_entries(&stripped(fixtures::COFFEE_WEBP)),
        ["Orientation"]
    );
    assert!(exif_entries(&stripped(fixtures::CAT_PNG)).is_empty());
}

#[test]
fn pixels_profile_and_orientation_stay_as_they_were() {
    for (format, bytes) in fixtures::all() {
        let clean = strip(&bytes, format).unwrap();
        let before = decode(&bytes, format, &Limits::default()).unwrap();
        let after = decode(&clean, format, &Limits::default()).unwrap();
        assert!(before == after, "{format}");
        let orientation = dissect(&bytes, format).unwrap().orientation;
        assert_eq!(dissect(&clean, format).unwrap().orientation, orientation);
        assert_eq!(
            strip(&clean, format).unwrap(),
            clean,
            "a clean {format} stays as it is"
        );
    }
    for bytes in [fixtures::CAT_JPEG, fixtures::CAT_PNG, fixtures::COFFEE_WEBP] {
        let clean = stripped(bytes);
        let format = Format::detect(&clean).unwrap();
        assert!(
            decode(&clean, format, &Limits::default())
                .unwrap()
                .1
                .is_some(),
            "{format}"
        );
    }
}

#[test]
fn animations_keep_every_frame() {
    let frames = |bytes: &[u8]| -> Vec<_> {
        let cursor = Cursor::new(bytes.to_vec());
        let frames = match Format::detect(bytes).unwrap() {
            Format::Gif => image::codecs::gif::GifDecoder::new(cursor)
                .unwrap()
                .into_frames(),
            _ => image::codecs::webp::WebPDecoder::new(cursor)
                .unwrap()
                .into_frames(),
        };
        frames
            .map(|frame| frame.unwrap())
            .map(|frame| (frame.delay(), frame.into_buffer()))
            .collect()
    };
    for bytes in [fixtures::ROCKET_GIF, fixtures::ROCKET_WEBP] {
        let before = frames(bytes);
        assert_eq!(before.len(), 3);
        assert!(before == frames(&stripped(bytes)));
    }
    let repeats = |bytes: &[u8]| bytes.windows(11).any(|window| window == b"NETSCAPE2.0");
    assert!(repeats(fixtures::ROCKET_GIF) && repeats(&stripped(fixtures::ROCKET_GIF)));
}

#[test]
fn whatever_stands_behind_the_end_is_dropped() {
    for (format, bytes) in fixtures::all() {
        let clean = strip(&bytes, format).unwrap();
        // The second picture of a multi-picture file, the film of a motion
        // photo, and an archive or a script for a confused reader.
        for tail in [
            fixtures::CAT_JPEG,
            b"\0\0\0\x18ftypmp42",
            b"PK\x03\x04<?php 52.3731",
        ] {
            let longer = [&bytes[..], tail].concat().into();
            assert_eq!(strip(&longer, format).unwrap(), clean, "{format}");
        }
    }
}

/// A JPEG with these segments behind its start-of-image marker.
fn jpeg_with(segments: &[(u8, &[u8])]) -> Bytes {
    let mut file = vec![0xff, 0xd8];
    for (marker, content) in segments {
        file.extend_from_slice(&[0xff, *marker]);
        file.extend_from_slice(&u16::try_from(content.len() + 2).unwrap().to_be_bytes());
        file.extend_from_slice(content);
    }
    file.extend_from_slice(&fixtures::ROCKET_JPEG[2..]);
    file.into()
}

#[test]
fn no_hiding_place_in_a_jpeg_is_kept() {
    let clean = strip(&Bytes::from_static(fixtures::ROCKET_JPEG), Format::Jpeg).unwrap();
    for (marker, content) in [
        (0xe0, &b"JFXX\0\x1052.3731"[..]),
        (
            0xe1,
            b"http://ns.adobe.com/xap/1.0/\0<exif:GPSLatitude>52.3731",
        ),
        (0xe1, b"http://ns.adobe.com/xmp/extension/\0 52.3731"),
        (0xe2, b"MPF\0MM\0*52.3731"),
        (0xe2, b"FPXR\0 52.3731"),
        (0xe3, b"Meta\0\x0052.3731"),
        (0xeb, b"JP\0\0 C2PA 52.3731"),
        (0xed, b"Photoshop 3.0\08BIM 52.3731"),
        (0xf0, b"52.3731"),
        (0xfe, b"52.3731"),
    ] {
        let file = jpeg_with(&[(marker, content)]);
        assert!(carries_location(&file));
        assert_eq!(
            strip(&file, Format::Jpeg).unwrap(),
            clean,
            "segment {marker:#x}"
        );
    }
    // The thumbnail in a JFIF header may show what was cropped away.
    let file = jpeg_with(&[(0xe0, b"JFIF\0\x01\x02\0\0\x48\0\x48\x01\x01abc")]);
    let cleaned = strip(&file, Format::Jpeg).unwrap();
    assert_eq!(
        &cleaned[2..20],
        b"\xff\xe0\0\x10JFIF\0\x01\x02\0\0\x48\0\x48\0\0"
    );
    // Between the scans of a progressive file.
    let start = fixtures::ROCKET_JPEG;
    let second_scan = (0..start.len() - 1)
        .filter(|at| start[*at..].starts_with(&[0xff, 0xda]))
        .nth(1)
        .expect("the photograph is progressive");
    let file: Bytes = [
        &start[..second_scan],
        b"\xff\xfe\0\x0952.3731",
        &start[second_scan..],
    ]
    .concat()
    .into();
    assert!(carries_location(&file));
    assert_eq!(strip(&file, Format::Jpeg).unwrap(), clean);
    // And the one segment that decides on the colours stays.
    let adobe = b"Adobe\0\x64\0\0\0\0\x01";
    let file = jpeg_with(&[(0xee, &[&adobe[..], b"52.3731"].concat())]);
    let cleaned = strip(&file, Format::Jpeg).unwrap();
    assert!(cleaned.windows(12).any(|window| window == adobe) && !carries_location(&cleaned));
}

#[test]
fn a_frame_of_an_animated_webp_hides_nothing() {
    let bytes = fixtures::ROCKET_WEBP;
    let at = bytes
        .windows(4)
        .position(|window| window == b"ANMF")
        .unwrap();
    let length = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap());
    let hidden = b"XMP \x08\0\0\0 52.3731";
    let mut file = bytes.to_vec();
    let end = at + 8 + length as usize + (length as usize % 2);
    file.splice(end..end, hidden.iter().copied());
    let grown = length.next_multiple_of(2) + hidden.len() as u32;
    file[at + 4..at + 8].copy_from_slice(&grown.to_le_bytes());
    let whole = u32::try_from(file.len() - 8).unwrap();
    file[4..8].copy_from_slice(&whole.to_le_bytes());
    let cleaned = strip(&file.into(), Format::WebP).unwrap();
    assert!(!carries_location(&cleaned));
}

#[test]
fn a_file_that_was_cut_off_anywhere_is_refused() {
    for (format, bytes) in fixtures::all() {
        for tenth in 1..10 {
            let refusal = strip(&bytes.slice(..bytes.len() * tenth / 10), format).err();
            assert!(
                matches!(
                    refusal,
                    Some(MediaError::Truncated { .. } | MediaError::Damaged { .. })
                ),
                "{format} at {tenth}0 %"
            );
        }
        assert!(
            strip(&bytes.slice(..bytes.len() - 1), format).is_err(),
            "{format}"
        );
    }
}

#[test]
fn a_jpeg_of_thousands_of_scans_is_refused() {
    let scan = b"\xff\xda\0\x08\x01\x01\0\0\0\0";
    let mut file = b"\xff\xd8\xff\xc2\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0".to_vec();
    file.extend_from_slice(&scan.repeat(MANY));
    file.extend_from_slice(b"\xff\xd9");
    let refusal = strip(&file.into(), Format::Jpeg).unwrap_err();
    assert!(refusal.to_string().contains("more scans"), "{refusal}");
}
const MANY: usize = 5000;

#[test]
fn exiftool_finds_nothing_private_either() {
    let find = |bytes: &[u8]| -> Option<String> {
        let mut tool = Command::new("exiftool")
            .args(["-a", "-G1", "-s", "-ee", "-u", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        tool.stdin.take().unwrap().write_all(bytes).unwrap();
        Some(String::from_utf8_lossy(&tool.wait_with_output().unwrap().stdout).into_owned())
    };
    for (format, bytes) in fixtures::WITH_POSITION {
        let Some(before) = find(bytes) else {
            assert!(
                std::env::var_os("CI").is_none(),
                "exiftool is missing: install Debian's libimage-exiftool-perl"
            );
            return;
        };
        assert!(before.contains("GPS"), "{format}: {before}");
        let after = find(&stripped(bytes)).unwrap();
        for trace in [
            "GPS",
            "52.37",
            "[XMP",
            "[IPTC",
            "[Photoshop",
            "Comment",
            "SerialNumber",
            "Warning",
            "Thumbnail",
        ] {
            assert!(
                !after.contains(trace),
                "{format} still has {trace}: {after}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn garbage_never_panics(
        mut garbage in proptest::collection::vec(any::<u8>(), 0..400),
        format in 0..4_usize,
    ) {
        let format = Format::ALL[format];
        let start: &[u8] = match format {
            Format::Jpeg => b"\xff\xd8\xff",
            Format::Png => b"\x89PNG\r\n\x1a\n",
            Format::WebP => b"RIFF\x80\0\0\0WEBPVP8X",
            Format::Gif => b"GIF89a",
        };
        let _ = strip(&Bytes::from(garbage.clone()), format);
        garbage.splice(0..0, start.iter().copied());
        let _ = strip(&garbage.into(), format);
    }

    #[test]
    fn a_damaged_photograph_never_panics_and_never_keeps_its_position(
        which in 0..5_usize,
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (format, bytes) = fixtures::WITH_POSITION[which];
        let mut file = bytes.to_vec();
        for (at, value) in hits {
            // Most of a file is pixels; the structure is at its beginning.
            let at = at.index(file.len().min(4096));
            file[at] = value;
        }
        if let Ok(clean) = strip(&file.into(), format) {
            prop_assert!(!exif_entries(&clean).iter().any(|entry| entry.starts_with("GPS")));
        }
    }
}
