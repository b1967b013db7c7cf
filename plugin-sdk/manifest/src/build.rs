//! What a plugin's build script calls.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{ABI_VERSION, Locale, Manifest, Migration, PackError, Packed, locale, packed};

/// Packs `plugin.toml`, the migrations in `migrations` (a folder relative to
/// the plugin's own; one that is not there holds none) and the words in
/// `locales` for `hob_plugin_sdk::export_plugin!`.
///
/// ```no_run
/// // In `fn main` of build.rs:
/// hob_plugin_manifest::build::pack("migrations");
/// ```
///
/// # Panics
/// Ends the build with a message that says what is wrong and where.
pub fn pack(migrations: impl AsRef<Path>) {
    Package::new().migrations(migrations).pack();
}

/// What is packed, where it does not lie in the usual folders.
#[derive(Debug, Clone)]
pub struct Package {
    migrations: PathBuf,
    locales: PathBuf,
    shared: Vec<String>,
}

impl Default for Package {
    fn default() -> Self {
        Self::new()
    }
}

impl Package {
    /// With the folders `migrations` and `locales` of the plugin.
    #[must_use]
    pub fn new() -> Self {
        Self {
            migrations: "migrations".into(),
            locales: "locales".into(),
            shared: Vec::new(),
        }
    }

    /// Another folder of migrations, relative to the plugin's own.
    #[must_use]
    pub fn migrations(mut self, folder: impl AsRef<Path>) -> Self {
        self.migrations = folder.as_ref().to_owned();
        self
    }

    /// Another folder of words, relative to the plugin's own. The plugin's
    /// words are `<language>/<plugin id>.ftl` in it; see [`Locale`].
    #[must_use]
    pub fn locales(mut self, folder: impl AsRef<Path>) -> Self {
        self.locales = folder.as_ref().to_owned();
        self
    }

    /// Words that several plugins say, beside the plugin's own: they are
    /// `<language>/<name>.ftl` in the same folder, in the same languages.
    #[must_use]
    pub fn shared_words(mut self, name: impl Into<String>) -> Self {
        self.shared.push(name.into());
        self
    }

    /// Packs them.
    ///
    /// # Panics
    /// Ends the build with a message that says what is wrong and where.
    pub fn pack(&self) {
        if let Err(error) = self.try_pack() {
            panic!("this plugin can't be packed: {error}");
        }
    }

    /// As [`Self::pack`], for a caller that wants the error.
    ///
    /// # Errors
    /// What is wrong with the manifest, the migrations or the words, and where.
    pub fn try_pack(&self) -> Result<(), PackError> {
        let variable =
            |name: &'static str| env::var(name).map_err(|_| PackError::Environment(name));
        let crate_folder = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
        let migrations = crate_folder.join(&self.migrations);
        let locales = crate_folder.join(&self.locales);
        println!("cargo::rerun-if-changed=plugin.toml");
        println!("cargo::rerun-if-changed={}", migrations.display());
        // A test may link several plugins, each with the header that a library
        // needs and a program does not look at. Cargo takes this for packages
        // that have tests alone.
        if crate_folder.join("tests").is_dir() {
            println!("cargo::rustc-link-arg-tests=-Wl,--allow-multiple-definition");
        }
        let manifest = Manifest::parse(&fs::read_to_string(crate_folder.join("plugin.toml"))?)?;
        let mut words = Locale::read_folder(&locales, &manifest.id)?;
        for name in &self.shared {
            words = locale::joined(words, &Locale::read_folder(&locales, name)?)?;
        }
        for name in self.shared.iter().chain([&manifest.id]) {
            for file in Locale::files(&locales, name)? {
                println!("cargo::rerun-if-changed={}", file.display());
            }
        }
        locale::check_words_of(&manifest, &words)?;
        let packed = Packed {
            abi: ABI_VERSION,
            version: variable("CARGO_PKG_VERSION")?,
            manifest,
            migrations: Migration::read_folder(&migrations)?,
            locales: words,
        };
        let output = PathBuf::from(variable("OUT_DIR")?).join("hob_plugin.packed");
        fs::write(output, packed::pack(&packed))?;
        Ok(())
    }
}
