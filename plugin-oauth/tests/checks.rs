//! Each line of `CHECKS.md`, and of the one of OAuth 1.0a, has a test that names
//! its number, and no test names one that is not there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The numbers at the beginnings of lines.
fn listed() -> BTreeSet<u32> {
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["CHECKS.md", "../plugin-oauth1/CHECKS.md"]
        .iter()
        .map(|list| fs::read_to_string(plugin.join(list)).expect("the list is there"))
        .flat_map(|list| {
            let numbers = list
                .lines()
                .filter_map(|line| line.split_once(". ")?.0.parse().ok());
            numbers.collect::<Vec<u32>>()
        })
        .collect()
}

/// Where tests of both servers are.
fn sources() -> Vec<PathBuf> {
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR"));
    let repository = plugin.parent().expect("the plugin is in the repository");
    let mut folders = vec![
        plugin.join("tests"),
        plugin.join("src"),
        repository.join("authorization/src"),
        repository.join("plugin-oauth1/tests"),
        repository.join("plugin-api/tests"),
        repository.join("tests"),
    ];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the repository") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// The numbers of `Check 1.`, `Checks 2 and 3: …` or `Check 4, …`.
fn numbers(comment: &str) -> Vec<u32> {
    let Some(rest) = ["/// Check ", "/// Checks "]
        .iter()
        .find_map(|start| comment.strip_prefix(start))
    else {
        return Vec::new();
    };
    rest.split([' ', ',', '.', ':'])
        .filter(|word| !word.is_empty())
        .take_while(|word| *word == "and" || word.parse::<u32>().is_ok())
        .filter_map(|word| word.parse().ok())
        .collect()
}

/// The numbers that stand at tests, each with one of its tests.
fn named() -> BTreeMap<u32, String> {
    let mut named = BTreeMap::new();
    for file in sources() {
        let text = fs::read_to_string(&file).expect("a source is text");
        let mut waiting = Vec::new();
        for line in text.lines().map(str::trim) {
            waiting.extend(numbers(line));
            let is_above_a_test = line.starts_with("///") || line.starts_with("#[");
            if is_above_a_test || waiting.is_empty() {
                continue;
            }
            assert!(
                line.starts_with("fn ") || line.starts_with("async fn "),
                "{}: a check's number stands at no test: {line}",
                file.display()
            );
            for number in waiting.drain(..) {
                named.insert(number, format!("{}: {line}", file.display()));
            }
        }
    }
    named
}

#[test]
fn each_check_has_its_test_and_each_number_its_check() {
    let (listed, named) = (listed(), named());
    assert!(listed.len() > 90, "the list is hardly read: {listed:?}");
    let untested: Vec<_> = listed
        .iter()
        .filter(|number| !named.contains_key(number))
        .collect();
    assert!(untested.is_empty(), "checks without a test: {untested:?}");
    let unknown: Vec<_> = named
        .iter()
        .filter(|(number, _)| !listed.contains(number))
        .collect();
    assert!(unknown.is_empty(), "tests of no check: {unknown:#?}");
}

#[test]
fn numbers_are_read_from_the_beginning_of_a_comment_alone() {
    assert_eq!(numbers("/// Check 7."), [7]);
    assert_eq!(numbers("/// Check 45, for all 3 of them."), [45]);
    assert_eq!(numbers("/// Checks 9, 10 and 11: as said."), [9, 10, 11]);
    for other in [
        "// Check 7.",
        "/// Checked 7.",
        "/// As check 7.",
        "let x = 7;",
    ] {
        assert!(numbers(other).is_empty(), "{other}");
    }
}
