use std::io::Cursor;

use image::{GrayImage, ImageFormat, RgbImage};
use proptest::prelude::*;

use super::super::fixtures::{self, carries_location};
use super::*;

fn limits() -> Limits {
    Limits::default()
}

fn encoded(pixels: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    pixels.into().write_to(&mut file, format).unwrap();
    file.into_inner()
}

#[test]
fn photographs_are_admitted_with_their_displayed_size() {
    for (bytes, format, size, animated) in [
        (fixtures::CAT_JPEG, Format::Jpeg, (451, 300), false),
        (fixtures::ROCKET_JPEG, Format::Jpeg, (640, 427), false),
        (fixtures::CAT_PNG, Format::Png, (226, 150), false),
        (fixtures::COFFEE_WEBP, Format::WebP, (600, 400), false),
        (fixtures::ROCKET_WEBP, Format::WebP, (110, 90), true),
        (fixtures::ROCKET_GIF, Format::Gif, (110, 90), true),
    ] {
        let upload = Bytes::from_static(bytes);
        let admitted = admit(upload.clone(), &limits(), Privacy::Strip).unwrap();
        let Inspected { width, height, .. } = admitted.inspected;
        assert_eq!(admitted.inspected.format, format);
        assert_eq!((width, height), size, "{format}");
        assert_eq!(admitted.inspected.animated, animated, "{format}");
        assert!(!carries_location(&admitted.original));
        assert_eq!(inspect(&upload, &limits()), Ok(admitted.inspected));
        assert_eq!(
            admit(upload.clone(), &limits(), Privacy::Keep)
                .unwrap()
                .original,
            upload
        );
    }
    let cat = inspect(&Bytes::from_static(fixtures::CAT_JPEG), &limits()).unwrap();
    assert_eq!(cat.orientation, Orientation::Rotate90);
}

#[test]
fn the_limit_on_bytes_comes_first() {
    let limits = Limits {
        max_bytes: 100,
        ..limits()
    };
    let refusal = admit(Bytes::from(vec![0; 101]), &limits, Privacy::Strip).unwrap_err();
    assert_eq!(
        refusal,
        MediaError::TooManyBytes {
            bytes: 101,
            limit: 100
        }
    );
}

#[test]
fn the_limit_on_pixels_counts_and_its_neighbour_passes() {
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::WebP,
    ] {
        let file = Bytes::from(encoded(RgbImage::new(40, 25), format));
        let exact = Limits {
            max_pixels: 1000,
            ..limits()
        };
        assert!(
            admit(file.clone(), &exact, Privacy::Strip).is_ok(),
            "{format:?}"
        );
        let refusal = admit(
            file,
            &Limits {
                max_pixels: 999,
                ..exact
            },
            Privacy::Strip,
        );
        assert_eq!(
            refusal.unwrap_err(),
            MediaError::TooManyPixels {
                width: 40,
                height: 25,
                limit: 999
            }
        );
    }
}

/// Files of some hundred bytes whose headers promise gigabytes of pixels.
fn bombs() -> Vec<(Format, Vec<u8>)> {
    let mut png = encoded(GrayImage::new(1, 1), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let checksum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());

    let mut jpeg = encoded(GrayImage::new(1, 1), ImageFormat::Jpeg);
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);

    let mut gif = encoded(RgbImage::new(1, 1), ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0xff; 4]);

    let mut webp = encoded(RgbImage::new(1, 1), ImageFormat::WebP);
    // VP8L: a signature, then fourteen bits each of width and height less one.
    webp[21..24].copy_from_slice(&[0xfe, 0xbf, 0xff]);
    webp[24] |= 0x0f;
    vec![
        (Format::Png, png),
        (Format::Jpeg, jpeg),
        (Format::Gif, gif),
        (Format::WebP, webp),
    ]
}

#[test]
fn a_decompression_bomb_is_refused_from_its_header() {
    for (format, bomb) in bombs() {
        // A decoder that began would need gigabytes, or find the pixels missing.
        let refusal = admit(bomb.into(), &limits(), Privacy::Strip).unwrap_err();
        assert!(
            matches!(refusal, MediaError::TooManyPixels { .. }),
            "{format}: {refusal}"
        );
    }
}

#[test]
fn the_costliest_picture_inside_the_limit_still_gets_its_memory() {
    let deep = image::ImageBuffer::<image::Rgba<u16>, Vec<u16>>::new(1500, 1500);
    let exact = Limits {
        max_pixels: 1500 * 1500,
        ..limits()
    };
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
        let file = match format {
            ImageFormat::Png => encoded(deep.clone(), format),
            _ => encoded(DynamicImage::from(deep.clone()).into_rgba8(), format),
        };
        admit(file.into(), &exact, Privacy::Strip).unwrap();
    }
}

#[test]
fn a_refusal_for_memory_is_told_apart_from_damage() {
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(10);
    let refusal = limits.reserve(11).unwrap_err();
    assert_eq!(
        MediaError::from_decoder(Format::Png, refusal),
        MediaError::TooMuchMemory {
            format: Format::Png
        }
    );
}

#[test]
fn cut_off_files_are_refused_at_once() {
    for (format, bytes) in fixtures::all() {
        for part in [bytes.len() / 2, bytes.len() - 1] {
            let refusal = admit(bytes.slice(..part), &limits(), Privacy::Strip).unwrap_err();
            assert!(
                matches!(
                    refusal,
                    MediaError::Truncated { .. } | MediaError::Damaged { .. }
                ),
                "{format}: {refusal}"
            );
        }
    }
}

#[test]
fn a_sound_container_around_broken_pixels_is_refused() {
    // The checksum is right, the compressed data is not.
    let mut png = encoded(RgbImage::new(30, 30), ImageFormat::Png);
    let at = png.windows(4).position(|window| window == b"IDAT").unwrap();
    let length = u32::from_be_bytes(png[at - 4..at].try_into().unwrap()) as usize;
    png[at + 4..at + 4 + length].fill(0x55);
    let checksum = crc32fast::hash(&png[at..at + 4 + length]);
    png[at + 4 + length..at + 8 + length].copy_from_slice(&checksum.to_be_bytes());
    assert!(inspect(&png.clone().into(), &limits()).is_ok());
    let refusal = admit(png.into(), &limits(), Privacy::Strip).unwrap_err();
    assert!(matches!(refusal, MediaError::Damaged { .. }), "{refusal}");
    assert!(refusal.to_string().contains("The PNG file is damaged"));
}

#[test]
fn a_script_behind_a_magic_number_is_refused_or_removed() {
    for disguise in [
        &b"GIF89a/*<script>alert(1)</script>*/=1;"[..],
        b"\xff\xd8\xff<html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR<svg onload=alert(1)>",
        b"RIFF\x20\0\0\0WEBPVP8 <html><body>polyglot",
    ] {
        assert!(admit(Bytes::from_static(disguise), &limits(), Privacy::Strip).is_err());
    }
    let real = [fixtures::ROCKET_JPEG, b"%PDF-1.7 <script>alert(1)</script>"].concat();
    let admitted = admit(real.into(), &limits(), Privacy::Strip).unwrap();
    assert!(
        !admitted
            .original
            .windows(7)
            .any(|window| window == b"<script")
    );
    assert!(!admitted.original.windows(4).any(|window| window == b"%PDF"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_panics_and_what_is_admitted_can_be_rendered(
        which in 0..6_usize,
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        near_the_start in any::<bool>(),
    ) {
        let (_, bytes) = fixtures::all().nth(which).unwrap();
        let limits = Limits { max_pixels: 1_000_000, ..limits() };
        let mut file = bytes.to_vec();
        let reach = if near_the_start { file.len().min(3000) } else { file.len() };
        for (at, value) in hits {
            file[at.index(reach)] = value;
        }
        if let Ok(admitted) = admit(file.into(), &limits, Privacy::Strip) {
            let rendered = crate::media::render(&admitted.original, &admitted.inspected, &limits);
            prop_assert!(rendered.is_ok());
        }
    }
}
