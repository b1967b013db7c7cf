//! Packs the manifest, the migrations and the words into the library.

fn main() {
    hob_plugin_manifest::build::Package::new()
        .migrations("../migrations/oauth1")
        .locales("../locales")
        .shared_words("authorization")
        .pack();
    // The tests link other plugins beside this one, and each brings the header
    // that a loader looks for. Nobody looks for it there.
    println!("cargo::rustc-link-arg-tests=-Wl,--allow-multiple-definition");
}
