use std::io::Cursor;

use image::metadata::Orientation;
use image::{ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};

use super::super::admission::{Privacy, admit};
use super::super::fixtures::{self, carries_location, exif_entries};
use super::*;

fn rendered(bytes: impl Into<Bytes>) -> Renditions {
    let limits = Limits::default();
    let admitted = admit(bytes.into(), &limits, Privacy::Strip).unwrap();
    render(&admitted.original, &admitted.inspected, &limits).unwrap()
}

fn pixels(rendition: &Rendition) -> DynamicImage {
    let pixels = image::load_from_memory(&rendition.bytes).unwrap();
    assert_eq!(pixels.dimensions(), (rendition.width, rendition.height));
    pixels
}

fn png(pixels: impl Into<DynamicImage>) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    pixels.into().write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

fn size(rendition: &Rendition) -> (u32, u32) {
    (rendition.width, rendition.height)
}

const RED: Rgb<u8> = Rgb([220, 20, 20]);
const GREEN: Rgb<u8> = Rgb([20, 200, 20]);
const BLUE: Rgb<u8> = Rgb([20, 20, 220]);
const GREY: Rgb<u8> = Rgb([120, 120, 120]);

/// Red, green, blue and grey quarters, row by row.
fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => GREY,
        }
    })
}

/// The colour names in the four corners, row by row.
fn corners(pixels: &DynamicImage) -> String {
    let rgb = pixels.to_rgb8();
    let (right, bottom) = (rgb.width() - 5, rgb.height() - 5);
    [(4, 4), (right, 4), (4, bottom), (right, bottom)]
        .map(|(x, y)| {
            let found = rgb.get_pixel(x, y);
            let distance = |colour: &Rgb<u8>| -> u32 {
                (0..3)
                    .map(|c| u32::from(found[c].abs_diff(colour[c])))
                    .sum()
            };
            [(RED, 'r'), (GREEN, 'g'), (BLUE, 'b'), (GREY, 'w')]
                .into_iter()
                .min_by_key(|(colour, _)| distance(colour))
                .map(|(_, name)| name)
                .unwrap()
        })
        .iter()
        .collect()
}

#[test]
fn all_eight_orientations_are_turned_upright() {
    // What the Exif standard says of row 0 and column 0, applied by hand.
    for (orientation, upright) in [
        (1, "rgbw"),
        (2, "grwb"),
        (3, "wbgr"),
        (4, "bwrg"),
        (5, "rbgw"),
        (6, "brwg"),
        (7, "wgbr"),
        (8, "gwrb"),
    ] {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let file = oriented(orientation, format);
            let renditions = rendered(file);
            let turned = orientation >= 5;
            let expected = if turned { (300, 400) } else { (400, 300) };
            assert_eq!(size(&renditions.medium), expected);
            assert_eq!(
                corners(&pixels(&renditions.medium)),
                upright,
                "{orientation} {format:?}"
            );
            let expected = if turned { (240, 320) } else { (320, 240) };
            assert_eq!(size(&renditions.thumbnail), expected);
            assert_eq!(
                corners(&pixels(&renditions.thumbnail)),
                upright,
                "{orientation}"
            );
        }
    }
}

/// The quarters with an Exif orientation, written by the image crate.
fn oriented(orientation: u8, format: ImageFormat) -> Vec<u8> {
    let exif = [
        &b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"[..],
        &[orientation, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    assert!(Orientation::from_exif_chunk(&exif).is_some());
    let quarters = DynamicImage::from(quarters(400, 300));
    let mut file = Vec::new();
    match format {
        ImageFormat::Jpeg => with_exif(&quarters, JpegEncoder::new(&mut file), exif),
        ImageFormat::Png => with_exif(&quarters, PngEncoder::new(&mut file), exif),
        _ => {
            let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut file);
            with_exif(&quarters, encoder, exif);
        }
    }
    file
}

fn with_exif(pixels: &DynamicImage, mut encoder: impl ImageEncoder, exif: Vec<u8>) {
    encoder.set_exif_metadata(exif).unwrap();
    pixels.write_with_encoder(encoder).unwrap();
}

#[test]
fn sizes_fit_their_squares_and_are_never_enlarged() {
    for ((width, height), medium, thumbnail) in [
        ((2560, 1280), (1280, 640), (320, 160)),
        ((1000, 1400), (914, 1280), (229, 320)),
        ((1280, 1280), (1280, 1280), (320, 320)),
        ((300, 200), (300, 200), (300, 200)),
        ((5000, 3), (1280, 1), (320, 1)),
        ((1, 1), (1, 1), (1, 1)),
    ] {
        let renditions = rendered(png(RgbImage::new(width, height)));
        assert_eq!(size(&renditions.medium), medium);
        assert_eq!(size(&renditions.thumbnail), thumbnail);
    }
}

#[test]
fn photographs_become_jpeg_and_transparency_stays_png() {
    for (format, bytes) in fixtures::all() {
        let renditions = rendered(bytes.clone());
        let transparent = &bytes[..] == fixtures::CAT_PNG;
        let expected = if transparent {
            Format::Png
        } else {
            Format::Jpeg
        };
        for rendition in [&renditions.medium, &renditions.thumbnail] {
            assert_eq!(rendition.format, expected, "{format}");
            assert_eq!(Format::detect(&rendition.bytes), Ok(expected));
            assert!(!carries_location(&rendition.bytes));
            assert!(exif_entries(&rendition.bytes).is_empty());
        }
    }
    let cat = pixels(&rendered(Bytes::from_static(fixtures::CAT_PNG)).thumbnail).to_rgba8();
    assert_eq!(cat.get_pixel(0, 0)[3], 0);
    assert_eq!(cat.get_pixel(cat.width() / 2, cat.height() / 2)[3], 255);
    // An alpha channel that hides nothing is no reason for a large file.
    let opaque = png(RgbaImage::from_pixel(50, 50, Rgba([9, 9, 9, 255])));
    assert_eq!(rendered(opaque).thumbnail.format, Format::Jpeg);
}

#[test]
fn hidden_colours_do_not_bleed_into_edges() {
    let cut_out = RgbaImage::from_fn(1000, 1000, |x, _| {
        if x < 501 {
            Rgba([200, 0, 0, 255])
        } else {
            Rgba([0, 255, 0, 0])
        }
    });
    let thumbnail = pixels(&rendered(png(cut_out)).thumbnail).to_rgba8();
    let visible = thumbnail.pixels().filter(|pixel| pixel[3] > 8);
    assert!(visible.clone().count() > 1000);
    assert!(
        visible.clone().all(|pixel| pixel[1] < 40),
        "green shines through"
    );
}

#[test]
fn a_profile_goes_along_only_with_the_colours_it_describes() {
    let profile_of = |bytes: &Bytes| {
        admission::decode(bytes, Format::detect(bytes).unwrap(), &Limits::default())
            .unwrap()
            .1
    };
    for source in [fixtures::CAT_JPEG, fixtures::CAT_PNG, fixtures::COFFEE_WEBP] {
        let source = Bytes::from_static(source);
        let profile = profile_of(&source);
        assert!(profile.is_some());
        let renditions = rendered(source);
        assert_eq!(profile_of(&renditions.medium.bytes), profile);
        assert_eq!(profile_of(&renditions.thumbnail.bytes), profile);
    }
    let mut print_profile = profile_of(&Bytes::from_static(fixtures::CAT_JPEG)).unwrap();
    print_profile[16..20].copy_from_slice(b"CMYK");
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new(&mut file);
    encoder.set_icc_profile(print_profile).unwrap();
    DynamicImage::from(quarters(60, 60))
        .write_with_encoder(encoder)
        .unwrap();
    assert_eq!(profile_of(&rendered(file).medium.bytes), None);
}

#[test]
fn grey_and_deep_pictures_keep_their_tone() {
    let grey = image::GrayImage::from_pixel(400, 400, Luma([77]));
    let thumbnail = pixels(&rendered(png(grey)).thumbnail);
    assert_eq!(thumbnail.color(), ColorType::L8);
    assert!(thumbnail.to_luma8().get_pixel(9, 9)[0].abs_diff(77) <= 1);
    let deep = image::ImageBuffer::from_pixel(400, 400, Rgb([0x8000_u16, 0x4000, 0x2000]));
    let thumbnail = pixels(&rendered(png(deep)).thumbnail).to_rgb8();
    let found = thumbnail.get_pixel(100, 100);
    assert!(
        (0..3).all(|c| found[c].abs_diff([0x80, 0x40, 0x20][c]) <= 3),
        "{found:?}"
    );
}

#[test]
fn an_animation_shows_its_first_frame() {
    let first = image::load_from_memory(fixtures::ROCKET_GIF)
        .unwrap()
        .to_rgb8();
    let thumbnail = pixels(&rendered(Bytes::from_static(fixtures::ROCKET_GIF)).thumbnail).to_rgb8();
    let difference: u64 = first
        .iter()
        .zip(thumbnail.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    assert!(difference / (first.len() as u64) < 12, "{difference}");
}

#[test]
fn the_same_original_gives_the_same_bytes() {
    let once = rendered(Bytes::from_static(fixtures::CAT_JPEG));
    let again = rendered(Bytes::from_static(fixtures::CAT_JPEG));
    assert_eq!(once.medium.bytes, again.medium.bytes);
    assert_eq!(once.thumbnail.bytes, again.thumbnail.bytes);
}
