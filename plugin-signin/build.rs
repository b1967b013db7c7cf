//! Packs the manifest, the migrations and the words into the library.

fn main() {
    hob_plugin_manifest::build::Package::new()
        .migrations("../migrations/signin")
        .locales("../locales")
        .pack();
}
