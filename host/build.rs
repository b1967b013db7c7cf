//! Packs the core's own migrations and words, so that one binary is all there is.

use std::{env, fs, path::PathBuf};

use hob_plugin_manifest::{Locale, Migration};

fn main() {
    let variable = |name| PathBuf::from(env::var_os(name).expect("cargo sets it"));
    let folder = variable("CARGO_MANIFEST_DIR").join("../migrations/core");
    println!("cargo::rerun-if-changed={}", folder.display());
    let migrations = Migration::read_folder(&folder).unwrap_or_else(|error| panic!("{error}"));
    let json = serde_json::to_vec(&migrations).expect("a migration has only string keys");
    fs::write(variable("OUT_DIR").join("migrations.json"), json).expect("OUT_DIR can be written");

    let folder = variable("CARGO_MANIFEST_DIR").join("../locales");
    for file in Locale::files(&folder, "core").unwrap_or_else(|error| panic!("{error}")) {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    let locales = Locale::read_folder(&folder, "core").unwrap_or_else(|error| panic!("{error}"));
    let json = serde_json::to_vec(&locales).expect("words have only string keys");
    fs::write(variable("OUT_DIR").join("locales.json"), json).expect("OUT_DIR can be written");
}
