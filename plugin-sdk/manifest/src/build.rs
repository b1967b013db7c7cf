//! What a plugin's build script calls.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{ABI_VERSION, Manifest, Migration, PackError, Packed, packed};

/// Packs `plugin.toml` and the migrations in `migrations` (a folder relative
/// to the plugin's own; one that is not there holds none) for
/// `hob_plugin_sdk::export_plugin!`.
///
/// ```no_run
/// // In `fn main` of build.rs:
/// hob_plugin_manifest::build::pack("migrations");
/// ```
///
/// # Panics
/// Ends the build with a message that says what is wrong and where.
pub fn pack(migrations: impl AsRef<Path>) {
    if let Err(error) = try_pack(migrations.as_ref()) {
        panic!("this plugin can't be packed: {error}");
    }
}

/// As [`pack`], for a caller that wants the error.
///
/// # Errors
/// What is wrong with the manifest or the migrations, and where.
pub fn try_pack(migrations: &Path) -> Result<(), PackError> {
    let variable = |name: &'static str| env::var(name).map_err(|_| PackError::Environment(name));
    let crate_folder = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let migrations = crate_folder.join(migrations);
    println!("cargo::rerun-if-changed=plugin.toml");
    println!("cargo::rerun-if-changed={}", migrations.display());
    // A test may link several plugins, each with the header that a library
    // needs and a program does not look at. Cargo takes this for packages that
    // have tests alone.
    if crate_folder.join("tests").is_dir() {
        println!("cargo::rustc-link-arg-tests=-Wl,--allow-multiple-definition");
    }
    let packed = Packed {
        abi: ABI_VERSION,
        version: variable("CARGO_PKG_VERSION")?,
        manifest: Manifest::parse(&fs::read_to_string(crate_folder.join("plugin.toml"))?)?,
        migrations: Migration::read_folder(&migrations)?,
    };
    let output = PathBuf::from(variable("OUT_DIR")?).join("hob_plugin.packed");
    fs::write(output, packed::pack(&packed))?;
    Ok(())
}
