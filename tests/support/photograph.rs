//! The photographs that tests publish, and what a served file says of itself.

use std::{fs, io::Write, path::PathBuf, process::Command};

use super::{Visitor, programs};

/// A photograph of `tests/photographs`.
pub fn path(name: &str) -> PathBuf {
    programs::repository().join("tests/photographs").join(name)
}

/// Its bytes.
pub fn bytes(name: &str) -> Vec<u8> {
    fs::read(path(name)).expect("the photograph is there")
}

/// Lies on its side in the file, and carries a position in every place that
/// JPEG has for one.
pub const TURNED: &str = "cat-turned-with-position.jpg";

/// Everything that exiftool finds in a file, names before values.
pub fn metadata(content: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    file.write_all(content).expect("it can be written");
    let output = Command::new("exiftool")
        .args(["-a", "-u", "-G1", "-ee3"])
        .arg(file.path())
        .output()
        .expect("exiftool is installed");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Whether a file tells where it was taken: by exiftool's account, or by the
/// bare digits that the test photographs repeat in comments and maker notes.
pub fn tells_its_position(content: &[u8]) -> bool {
    let metadata = metadata(content);
    let digits = ["52.3731", "4.8922"];
    metadata.contains("GPS")
        || digits.iter().any(|digits| {
            metadata.contains(digits)
                || content
                    .windows(digits.len())
                    .any(|bytes| bytes == digits.as_bytes())
        })
}

/// Width and height as stored, from the file's own header.
pub fn dimensions(content: &[u8]) -> (u32, u32) {
    let text = metadata(content);
    let number = |name: &str| {
        text.lines()
            .find(|line| line.contains(name))
            .and_then(|line| line.rsplit(' ').next())
            .and_then(|number| number.parse().ok())
            .unwrap_or_else(|| panic!("no {name} in {text}"))
    };
    (number("Image Width"), number("Image Height"))
}

/// Waits until the smaller sizes of a photograph are made.
#[track_caller]
pub fn wait_until_ready(visitor: &Visitor, page: &str) {
    let end = std::time::Instant::now() + super::installation::PATIENCE;
    loop {
        let text = visitor.get(page).expect(200).text();
        if text.contains("stage-link") {
            return;
        }
        assert!(
            !text.contains("could not be processed") && std::time::Instant::now() < end,
            "{page} does not become ready: {text}"
        );
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// Asserts that none of the files that the site serves of a photograph tells
/// its position, and that the smaller ones are the right way up.
#[track_caller]
pub fn assert_clean_and_upright(visitor: &Visitor, page: &str) {
    wait_until_ready(visitor, page);
    let id = page.rsplit('/').next().expect("a page has an id");
    assert!(
        tells_its_position(&bytes(TURNED)),
        "the test photograph has lost its position"
    );
    for size in ["original", "medium", "thumbnail"] {
        let file = visitor.get(&format!("/media/{id}/{size}")).expect(200);
        assert!(
            !tells_its_position(&file.body),
            "{size} tells the position:\n{}",
            metadata(&file.body)
        );
        if size != "original" {
            let (width, height) = dimensions(&file.body);
            assert!(
                width > height,
                "{size} lies on its side: {width} × {height}"
            );
            assert!(
                !metadata(&file.body).contains("Rotate"),
                "{size} is turned twice"
            );
        }
    }
}
