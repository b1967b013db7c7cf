//! Where the built program and the plugins' libraries are.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The folder of this profile's artefacts. `HOB_TARGET` names another, such as
/// `target/release`.
pub fn folder() -> PathBuf {
    if let Some(folder) = env::var_os("HOB_TARGET") {
        return repository().join(folder);
    }
    // This program lies in `deps` of that folder.
    let own = env::current_exe().expect("a program knows where it is");
    own.ancestors()
        .nth(2)
        .expect("cargo puts tests into a folder")
        .to_owned()
}

/// The program `hob`.
pub fn hob() -> PathBuf {
    built(&folder(), "hob")
}

/// The same with an allocator of its own.
pub fn with_own_allocator() -> PathBuf {
    built(&folder(), "hob-with-own-allocator")
}

/// What the file of a plugin's library is called.
pub fn library(id: &str) -> String {
    match id {
        "hello" => "libhob_hello_plugin.so".to_owned(),
        "import" => "libhob_photo_import.so".to_owned(),
        id => format!("libhob_plugin_{id}.so"),
    }
}

/// The top of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests lie in the repository")
}

/// A file that has to be there.
pub fn built(folder: &Path, name: &str) -> PathBuf {
    let file = folder.join(name);
    assert!(
        file.exists(),
        "{} is not built: run `make e2e`, or `cargo build --workspace --all-targets` first",
        file.display()
    );
    file
}
