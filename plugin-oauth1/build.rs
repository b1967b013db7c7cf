//! Packs the manifest, the migrations and the words into the library.

fn main() {
    hob_plugin_manifest::build::Package::new()
        .migrations("../migrations/oauth1")
        .locales("../locales")
        .shared_words("authorization")
        .pack();
}
