use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::{GenericImageView, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::super::fixtures::{self, carries_location, exif_entries};
use super::*;

const WANTED: Wanted = Wanted {
    side: 64,
    most_bytes: 32 * 1024,
};

fn recoded(file: impl Into<Bytes>) -> Rendition {
    recode(&file.into(), &Limits::default(), &WANTED).unwrap()
}

fn pixels(made: &Rendition) -> DynamicImage {
    let pixels = image::load_from_memory(&made.bytes).unwrap();
    assert_eq!(pixels.dimensions(), (made.width, made.height));
    pixels
}

fn file(pixels: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    pixels.into().write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn holds(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// No two neighbours are alike, so that no encoder makes it small.
fn noise(x: u32, y: u32) -> [u8; 4] {
    let mixed = (x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b))
        .wrapping_mul(0xc2b2_ae35)
        .rotate_left(13)
        .wrapping_mul(0x27d4_eb2f);
    mixed.to_le_bytes()
}

#[test]
fn nothing_but_the_pixels_is_left_of_any_photograph() {
    for (format, photograph) in fixtures::all() {
        let made = recoded(photograph);
        assert!(!carries_location(&made.bytes), "{format}");
        assert_eq!(exif_entries(&made.bytes), Vec::<String>::new(), "{format}");
        for trace in [&b"ICC_PROFILE"[..], b"iCCP", b"tEXt", b"Exif", b"xmp"] {
            assert!(!holds(&made.bytes, trace), "{format}: {trace:?}");
        }
        assert!(made.width.max(made.height) <= WANTED.side, "{format}");
        pixels(&made);
    }
}

#[test]
fn the_picture_stands_upright_and_only_its_first_frame_is_there() {
    let stored = image::load_from_memory(fixtures::CAT_JPEG).unwrap();
    let made = recoded(Bytes::from_static(fixtures::CAT_JPEG));
    assert!(stored.width() < stored.height(), "it is turned in the file");
    assert!(made.width > made.height);
    for animation in [fixtures::ROCKET_GIF, fixtures::ROCKET_WEBP] {
        let made = recoded(Bytes::from_static(animation));
        assert_eq!(made.format, Format::Png);
        assert!(!holds(&made.bytes, b"acTL"));
        pixels(&made);
    }
}

#[test]
fn markup_in_a_picture_is_gone() {
    let markup = b"<html><script>alert(1)</script>";
    let mut png = file(RgbImage::new(20, 10), ImageFormat::Png);
    png.extend_from_slice(markup);
    let mut jpeg = file(RgbImage::new(20, 10), ImageFormat::Jpeg);
    let comment = [
        &[0xff, 0xfe, 0, markup.len() as u8 + 2][..],
        markup.as_slice(),
    ]
    .concat();
    jpeg.splice(2..2, comment);
    for polyglot in [png, jpeg] {
        assert!(holds(&polyglot, markup));
        let made = recoded(polyglot);
        assert!(!holds(&made.bytes, b"script"));
        assert_eq!((made.width, made.height), (20, 10));
    }
}

/// A PNG of one colour with this profile in it.
fn with_profile(colour: [u8; 3], profile: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = PngEncoder::new(&mut file);
    encoder.set_icc_profile(profile.to_vec()).unwrap();
    let pixels = DynamicImage::from(RgbImage::from_pixel(8, 8, Rgb(colour)));
    pixels.write_with_encoder(encoder).unwrap();
    file
}

#[test]
fn colours_stay_as_they_were_meant_without_a_profile() {
    let stored = [200, 100, 100];
    let colour = |profile: &[u8]| {
        let made = recoded(with_profile(stored, profile));
        assert!(!holds(&made.bytes, b"iCCP"));
        let Rgba([red, green, blue, _]) = pixels(&made).get_pixel(4, 4);
        [red, green, blue]
    };
    let wide = ColorProfile::new_display_p3().encode().unwrap();
    // By the matrices of both, by hand.
    let [red, green, blue] = colour(&wide);
    assert!(red.abs_diff(215) <= 2, "{red}");
    assert!(
        green.abs_diff(93) <= 2 && blue.abs_diff(97) <= 3,
        "{green} {blue}"
    );
    let usual = ColorProfile::new_srgb().encode().unwrap();
    let [red, green, blue] = colour(&usual);
    assert!(red.abs_diff(200) <= 1 && green.abs_diff(100) <= 1 && blue.abs_diff(100) <= 1);
    // What is no profile changes nothing.
    assert_eq!(colour(&wide[..200]), stored);
    assert_eq!(colour(b"<script>alert(1)</script>"), stored);
}

#[test]
fn a_photograph_stays_a_jpeg_and_a_drawing_a_png() {
    let flat = RgbImage::from_pixel(30, 20, Rgb([20, 90, 200]));
    for (came, expected) in [
        (ImageFormat::Jpeg, Format::Jpeg),
        (ImageFormat::Png, Format::Png),
        (ImageFormat::WebP, Format::Png),
        (ImageFormat::Gif, Format::Png),
    ] {
        let made = recoded(file(flat.clone(), came));
        assert_eq!(made.format, expected, "{came:?}");
        assert_eq!((made.width, made.height), (30, 20), "{came:?}");
    }
    let clear = RgbaImage::from_pixel(30, 20, Rgba([20, 90, 200, 40]));
    let made = recoded(file(clear, ImageFormat::Png));
    assert_eq!(pixels(&made).get_pixel(3, 3), Rgba([20, 90, 200, 40]));
}

/// However few bytes it would have.
#[test]
fn the_result_fits_its_square_and_is_never_enlarged() {
    let plain = |width, height| {
        let pixels = RgbImage::from_pixel(width, height, Rgb([20, 90, 200]));
        let made = recoded(file(pixels, ImageFormat::Png));
        (made.width, made.height)
    };
    assert_eq!(plain(64, 64), (64, 64));
    assert_eq!(plain(128, 64), (64, 32));
    assert_eq!(plain(4, 128), (2, 64));
    assert_eq!(plain(8, 4), (8, 4));
}

#[test]
fn the_result_becomes_smaller_until_it_fits() {
    let noisy = RgbaImage::from_fn(200, 100, |x, y| Rgba(noise(x, y)));
    let noisy = Bytes::from(file(noisy, ImageFormat::Png));
    let limits = Limits::default();
    let wanted = |side, most_bytes| Wanted { side, most_bytes };
    let roomy = recode(&noisy, &limits, &wanted(200, 100_000)).unwrap();
    assert_eq!((roomy.width, roomy.height), (200, 100));
    let narrow = recode(&noisy, &limits, &wanted(200, 30_000)).unwrap();
    assert_eq!((narrow.width, narrow.height), (100, 50));
    assert!(narrow.bytes.len() <= 30_000);
    let none = recode(&noisy, &limits, &wanted(200, 20)).unwrap_err();
    assert!(matches!(none, MediaError::Rendering { .. }), "{none}");
    // Opaque, it rather loses sharpness.
    let opaque = RgbImage::from_fn(200, 100, |x, y| {
        let [red, green, blue, _] = noise(x, y);
        Rgb([red, green, blue])
    });
    let opaque = Bytes::from(file(opaque, ImageFormat::Png));
    let made = recode(&opaque, &limits, &wanted(200, 50_000)).unwrap();
    assert_eq!((made.format, made.width), (Format::Jpeg, 200));
}

#[test]
fn what_is_no_picture_or_too_large_is_refused() {
    let limits = Limits {
        max_bytes: 10_000,
        max_pixels: 1_000,
    };
    let refused = |file: Vec<u8>| recode(&file.into(), &limits, &WANTED).unwrap_err();
    let drawing = b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>";
    assert!(matches!(
        refused(drawing.to_vec()),
        MediaError::NotAccepted {
            looks_like: Some("an SVG drawing")
        }
    ));
    let page = b"<!doctype html><script>alert(1)</script>";
    assert!(matches!(
        refused(page.to_vec()),
        MediaError::NotAccepted {
            looks_like: Some("a web page")
        }
    ));
    let wide = file(RgbImage::new(1_001, 1), ImageFormat::Png);
    assert!(matches!(refused(wide), MediaError::TooManyPixels { .. }));
    let neighbour = file(RgbImage::new(1_000, 1), ImageFormat::Png);
    assert!(recode(&neighbour.clone().into(), &limits, &WANTED).is_ok());
    let cut = neighbour[..neighbour.len() - 12].to_vec();
    assert!(matches!(refused(cut), MediaError::Truncated { .. }));
    let heavy = vec![0; 10_001];
    assert!(matches!(refused(heavy), MediaError::TooManyBytes { .. }));
}
