//! What sources say, for tests that hold messages against those who say them.

use std::{fs, path::Path};

/// All files of a folder and of those in it whose names end so, one after the
/// other.
///
/// # Panics
/// The folder or a file of it can't be read.
#[must_use]
pub fn texts(folder: &Path, ending: &str) -> String {
    let mut found = String::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            found.push_str(&texts(&path, ending));
        } else if path.extension().is_some_and(|own| own == ending) {
            found.push_str(&fs::read_to_string(path).expect("it is text"));
        }
    }
    found
}

/// What stands in quotes behind each of these words, which end with one.
pub fn quoted<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(before)
        .skip(1)
        .filter_map(|rest| rest.split_once('"').map(|(id, _)| id))
}
