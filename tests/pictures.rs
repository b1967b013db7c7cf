//! The pictures in the documentation are those that the journeys take.

use std::fs;

use crate::support::programs::repository;

#[test]
fn each_picture_is_taken_by_a_journey_and_shown() {
    let images = repository().join("docs/images");
    let table = fs::read_to_string(images.join("README.md")).expect("it lists them");
    let listed: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert!(listed.contains(&"consent.png"), "{listed:?}");
    let read = |path: &str| {
        let text = fs::read_to_string(repository().join(path));
        text.unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let journeys = ["browser", "member_pages", "operator_pages", "owner_pages"]
        .map(|name| read(&format!("tests/{name}.rs")))
        .concat();
    let pages = [
        "README.md",
        "docs/member.md",
        "docs/operator/administration.md",
    ]
    .map(read)
    .concat();
    for file in listed {
        assert!(images.join(file).is_file(), "{file} is not there");
        let stem = file.strip_suffix(".png").expect("a picture");
        let name = stem.trim_end_matches("-dark").trim_end_matches("-narrow");
        let quoted = format!("\"{name}\"");
        assert!(journeys.contains(&quoted), "no journey takes {file}");
        assert!(
            pages.contains(&format!("images/{file})")),
            "{file} is shown nowhere"
        );
    }
}
